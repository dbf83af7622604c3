"""A bucket of its own in a running InfluxDB, filled with the recording."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from pipelines.connectors.influx_reader import InfluxReader
from pipelines.connectors.influx_writer import InfluxWriter
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.influx import BUCKET, ORG
from tests.dashboards.interpolation import interpolate
from tests.dashboards.recording import FAULTY, record, run

FIRST = 760
"""Seconds before now at which the recording starts."""


@dataclass(frozen=True)
class World:
    """A bucket with the output of the real core for some minutes up to now."""

    url: str
    token: str
    name: str
    empty: str
    start_ns: int
    stop_ns: int
    roster: Roster

    def query(
        self, flux: str, twin: Sequence[str] = (FAULTY,), sensor: Sequence[str] = ("flow",), empty: bool = False
    ) -> list[dict]:
        start, stop = (_rfc3339(ns) for ns in (self.start_ns, self.stop_ns))
        sent = interpolate(flux, {"twin": twin, "sensor": sensor}, start, stop)
        bucket = self.empty if empty else self.name
        with InfluxReader(self.url, ORG, bucket, self.token) as reader:
            return reader.query(sent.replace(f'bucket: "{BUCKET}"', f'bucket: "{bucket}"'))


def _rfc3339(ns: int) -> str:
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fill(url: str, token: str) -> World:
    stop_ns = time.time_ns() // 1_000_000_000 * 1_000_000_000
    name = f"dashboards-{stop_ns}"
    for bucket in (name, f"{name}-empty"):
        make_bucket(url, token, bucket)
    start_ns = stop_ns - FIRST * 1_000_000_000
    roster = Roster(MemoryStore(), bucket="0")
    refused = InfluxWriter.connect(url, ORG, name, token).write(run(roster, record(start_ns)))
    assert refused == []
    return World(url, token, name, f"{name}-empty", start_ns, stop_ns, roster)


def make_bucket(url: str, token: str, name: str) -> None:
    with httpx.Client(base_url=url, headers={"Authorization": f"Token {token}"}, trust_env=False) as http:
        orgs = http.get("/api/v2/orgs", params={"org": ORG}).raise_for_status().json()["orgs"]
        body = {"orgID": orgs[0]["id"], "name": name, "retentionRules": []}
        http.post("/api/v2/buckets", json=body).raise_for_status()
