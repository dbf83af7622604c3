"""A filled bucket of its own, and what Grafana does to a query before InfluxDB sees it."""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import httpx
import pytest

from dashboards.generate import rendered
from pipelines.connectors.influx_reader import InfluxReader
from pipelines.connectors.influx_writer import InfluxWriter
from pipelines.feed.station_plan import station_definitions
from pipelines.simulation.schedule import FaultSchedule
from pipelines.simulation.station import Frame, PumpStation
from pipelines.stack import Stack
from pipelines.testing.builders import definition
from pipelines.twin.message import Message
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.definition import TwinDefinition
from schemas.influx import BUCKET, ORG
from schemas.topics import Topic

SPECIAL = ("n/a", "/", "xe-0/0/1", "xe-0/0/10", "Wait_(ms)", 'a"b', "a\\b", "50%", "$x", "Kühler 1", "${x}")
"""Names of field case C40, and one that Flux would take for an expression if it stood in a string."""

FAULTY, SILENT, RETIRED, SENSORS = "dash-faulty", "dash-silent", "dash-retired", "dash-sensors"
FIRST = 760
"""Seconds before now at which the recording starts."""

WARM_UP = 80


@dataclass(frozen=True)
class Dashboards:
    """The generated dashboards, and every query in them."""

    by_uid: Mapping[str, dict]

    def panels(self) -> Iterator[tuple[str, dict]]:
        for uid, dashboard in self.by_uid.items():
            for panel in dashboard["panels"]:
                yield uid, panel

    def queries(self) -> dict[str, str]:
        """Flux by a readable place: panels' targets, variables and annotations."""
        found = {}
        for uid, panel in self.panels():
            for target in panel.get("targets", ()):
                found[f"{uid}: {panel['title']} {target['refId']}"] = target["query"]
        for uid, dashboard in self.by_uid.items():
            for variable in dashboard.get("templating", {}).get("list", ()):
                found[f"{uid}: variable {variable['name']}"] = variable["query"]
            for annotation in dashboard.get("annotations", {}).get("list", ()):
                found[f"{uid}: annotation {annotation['name']}"] = annotation["target"]["query"]
        return found


@pytest.fixture(scope="session")
def dashboards() -> Dashboards:
    return Dashboards({one["uid"]: one for one in map(json.loads, rendered().values())})


def regex_format(values: Sequence[str]) -> str:
    """`${name:regex}`, as documented under "Variable syntax", "Regex": values escaped, several as `(a|b)`.

    https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/#regex
    """
    escaped = [re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def interpolate(flux: str, selected: Mapping[str, Sequence[str]], start: str, stop: str, period: str = "10s") -> str:
    """What InfluxDB is sent: the browser puts the variables in, then the server of Grafana the time range.

    The server replaces `word.timeRangeStart`, `.timeRangeStop`, `.windowPeriod`, `.bucket`, `.defaultBucket` and
    `.organization` wherever they stand, also in a name that a variable has put in.
    https://grafana.com/docs/grafana/latest/datasources/influxdb/query-editor/#flux-query-editor
    """
    for name, values in selected.items():
        flux = flux.replace(f"${{{name}:regex}}", regex_format(values))
    macros = {"timeRangeStart": start, "timeRangeStop": stop, "windowPeriod": period}
    macros |= {name: '"replaced by Grafana"' for name in ("bucket", "defaultBucket", "organization")}
    return re.sub(r"[a-zA-Z]+\.([a-zA-Z]+)", lambda found: macros.get(found[1], found[0]), flux)


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


@dataclass
class Recording:
    """Messages for a roster, in order of time."""

    messages: list[Message] = field(default_factory=list)

    def add(self, topic: Topic, key: str, value: object, ts_ns: int) -> None:
        body = None if value is None else json.dumps(value).encode()
        message = Message(topic, key.encode(), body, 0, len(self.messages), ts_ns // 1_000_000)
        self.messages.append(message)

    def define(self, twins: Sequence[TwinDefinition], ts_ns: int) -> None:
        for twin in twins:
            self.add(Topic.DEFINITIONS, twin.twin_id, twin.model_dump(mode="json"), ts_ns)

    def observe(self, frame: Frame, *, late_s: int = 0) -> None:
        body = {"ts": frame.ts_ns // 1_000_000 - late_s * 1_000, "values": dict(frame.values)}
        self.add(Topic.TELEMETRY, frame.twin_id, body, frame.ts_ns)


def record(start_ns: int) -> list[Message]:
    """Pumps with special names, one with a fault that lasts until it is learned afresh, and bad input."""
    recording = Recording()
    odd = definition(SENSORS, 20, **{name: {"unit": "1"} for name in SPECIAL})
    silent = definition(SILENT)
    recording.define([*station_definitions((*SPECIAL, FAULTY)), odd, silent, definition(RETIRED)], start_ns)
    faults = FaultSchedule.parse([f"{FAULTY}:dry-run:100:630", "n/a:bearing-wear:110:400"], start_ns)
    frames = PumpStation((*SPECIAL, FAULTY), 3, 1.0, faults).frames(start_ns, 740)
    for ts_ns, together in groupby(frames, key=lambda frame: frame.ts_ns):
        second = (ts_ns - start_ns) // 1_000_000_000
        for number, frame in enumerate(together):
            if frame.twin_id == FAULTY or 80 <= second - number < 240:
                recording.observe(frame)
        if second < 60:
            values = {name: number + second % 3 for number, name in enumerate(SPECIAL)}
            recording.observe(Frame(SENSORS, ts_ns, values))
        if second == 200:
            recording.observe(frame)
            recording.observe(frame, late_s=5)
            recording.add(Topic.TELEMETRY, "n/a", {"ts": ts_ns // 1_000_000, "values": {"flow": None}}, ts_ns)
            recording.add(Topic.TELEMETRY, "nobody", {"ts": ts_ns // 1_000_000, "values": {"flow": 1}}, ts_ns)
            recording.add(Topic.TELEMETRY, RETIRED, {"ts": ts_ns // 1_000_000, "values": {"t1": 1}}, ts_ns)
        if second == 300:
            recording.add(Topic.DEFINITIONS, RETIRED, None, ts_ns)
    return recording.messages


def run(roster: Roster, messages: Sequence[Message]) -> list[str]:
    """The points of the roster, published after every ten seconds of messages."""
    points: list[str] = []
    for _, batch in groupby(messages, key=lambda message: message.received_ms // 10_000):
        for outputs in (roster.handle(list(batch)), roster.publish()):
            points += outputs.points
    return points


@pytest.fixture(scope="session")
def world(stack: Stack) -> World:
    """Not the stack's own bucket: other tests count what is in there."""
    token = (stack.paths.secrets / "influx-admin-token").read_text(encoding="utf-8").strip()
    return fill(stack.influx_url, token)


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


@pytest.fixture(scope="session")
def committed() -> Path:
    return Path(__file__).parents[2] / "dashboards" / "json"
