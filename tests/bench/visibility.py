"""From an observation to its point in InfluxDB, as somebody sees it who asks again and again."""

import time
from dataclasses import dataclass
from datetime import datetime

from pipelines.connectors.influx_reader import InfluxReader
from schemas.influx import BUCKET, ORG, Measurement
from tests.bench.bench_error import BenchError
from tests.bench.figures import Delays, delays
from tests.bench.lab import Lab
from tests.bench.live_run import DRAIN_LIMIT_S, LEAD_S, LiveTwins, live_twins
from tests.bench.rounds import FLEET
from tests.bench.twin_job import history_job

SECONDS = 40.0
ASK_EVERY_S = 0.05
WATCHED = "twin-0"
"""Each of its observations is timed; the other twins are the load."""
CAUGHT_UP_S = 60.0


@dataclass(frozen=True)
class Visibility:
    """At one rate."""

    rate: float
    event_to_influx_ms: Delays


def measure_visibility(lab: Lab, rates: list[float]) -> list[Visibility]:
    """A twin job and a history job on topics of their own."""
    lab.progress.tell("event to InfluxDB: starting a twin job and a history job (about 30 s)")
    with live_twins(lab, FLEET, "visible") as twins, history_job(lab, twins.prefix) as history:
        token = lab.stack.paths.influx_read_token.read_text(encoding="utf-8").strip()
        with InfluxReader(lab.stack.influx_url, ORG, BUCKET, token) as reader:
            watcher = _Watcher(reader)
            watcher.await_any()
            found = []
            for rate in rates:
                lab.progress.tell(f"event to InfluxDB: {rate:,.0f} events/s for {SECONDS:g} s")
                found.append(Visibility(rate, _measure(twins, watcher, rate)))
                lab.progress.tell(f"  {found[-1].event_to_influx_ms}")
        history.check_running()
    return found


class _Watcher:
    """Asks for what is new of one twin."""

    def __init__(self, reader: InfluxReader) -> None:
        self._reader = reader
        self._newest = datetime.fromisoformat("2000-01-01T00:00:00Z")

    def new(self) -> list[datetime]:
        """Event times that were not there at the question before."""
        flux = f"""
            from(bucket: "{BUCKET}") |> range(start: {self._newest.isoformat().replace("+00:00", "Z")})
              |> filter(fn: (r) => r._measurement == "{Measurement.OBSERVATION}" and r._field == "value")
              |> filter(fn: (r) => r.twin_id == "{WATCHED}" and r.sensor == "s0")
              |> keep(columns: ["_time"])"""
        times = [when for row in self._reader.query(flux) if isinstance(when := row["_time"], datetime)]
        fresh = sorted(when for when in times if when > self._newest)
        if fresh:
            self._newest = fresh[-1]
        return fresh

    def await_any(self) -> None:
        """Wait until the warming is stored."""
        deadline = time.monotonic() + CAUGHT_UP_S
        quiet_since: float | None = None
        while quiet_since is None or time.monotonic() - quiet_since < 2.0:
            if self.new():
                quiet_since = time.monotonic()
            if time.monotonic() > deadline:
                raise BenchError(f"InfluxDB has nothing of {WATCHED} after {CAUGHT_UP_S:g} s")
            time.sleep(ASK_EVERY_S)


def _measure(twins: LiveTwins, watcher: _Watcher, rate: float) -> Delays:
    # the numbers of a run are handed out evenly: the watched twin has its share of them
    wanted = round(rate * SECONDS) // twins.fleet.twins
    seen: list[tuple[float, float]] = []
    deadline = time.monotonic() + SECONDS + DRAIN_LIMIT_S
    with twins.sending(rate, SECONDS) as sender:
        while len(seen) < wanted:
            fresh = watcher.new()
            now = time.time()
            seen += [(when.timestamp(), now) for when in fresh]
            if time.monotonic() > deadline:
                _ = sender.finished
                raise BenchError(f"{len(seen)} of {wanted} observations of {WATCHED} came into InfluxDB in time")
            time.sleep(ASK_EVERY_S)
    first = seen[0][0] + LEAD_S
    delays_ms = [(now - ts) * 1000 for ts, now in seen if ts >= first]
    return delays(delays_ms, f"event to InfluxDB at {rate:.0f} events/s")
