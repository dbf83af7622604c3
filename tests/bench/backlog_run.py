"""How fast one system works off a backlog, and what it uses meanwhile.

The rate is taken between two counts of events on `twin.points`, by the reader's clock: the start-up of a system and
the warming of its twins are over before the first, and the backlog isn't near its end at the second.
"""

import time
from contextlib import ExitStack
from dataclasses import dataclass

from pipelines.connectors.kafka_publisher import KafkaPublisher
from schemas.topics import Topic, topic_name
from tests.bench.bench_error import BenchError
from tests.bench.consumption import Consumption, consumption, others_cpu_s
from tests.bench.fleet import WARM_UP, Fleet
from tests.bench.lab import Lab
from tests.bench.points_counter import PointsCounter
from tests.bench.sender import BACKLOG_RATE
from tests.bench.systems import Running, System
from tests.bench.twin_job import Checkpoint, FlinkRun

FIRST_SHARE, LAST_SHARE = 0.25, 0.95
POLL_S = 0.1
CHECK_EVERY_S = 5.0
START_LIMIT_S = 90.0
"""From the start to the first count of the window."""
WINDOW_LIMIT_S = 30.0
"""A slower system is measured over what it did until then."""
FEWEST_EVENTS = 300


@dataclass(frozen=True)
class Backlog:
    """So many observations of a fleet, sent before they are taken.

    Turn numbers begin where the twins will be warm when they leave their level for the first time.
    """

    fleet: Fleet
    count: int

    @property
    def first(self) -> int:
        """The number of its first observation."""
        return (WARM_UP + 1) * self.fleet.twins

    @property
    def window(self) -> tuple[int, int]:
        """Events seen at the begin and at the end of the measurement; every twin is warm at its begin."""
        warm = (WARM_UP + 1) * self.fleet.twins
        return max(round(FIRST_SHARE * self.count), warm), round(LAST_SHARE * self.count)


@dataclass(frozen=True)
class BacklogFigures:
    """One measurement; `others_cores` is what processes that are no part of the benchmark used meanwhile."""

    system: str
    twins: int
    sensors: int
    events: int
    seconds: float
    events_per_s: float
    readings_per_s: float
    cores: float
    others_cores: float
    cpu_s_per_million_readings: float
    broker_cpu_s_per_million_readings: float
    events_per_cpu_s: float
    rss_mb: float
    checkpoints: int | None = None
    checkpoint_ms: int | None = None
    state_bytes: int | None = None
    state_bytes_a_twin: float | None = None


@dataclass(frozen=True)
class Mark:
    """Where things stood at one moment of a run."""

    when: float
    wall_ms: int
    seen: int
    system: Consumption
    broker: Consumption
    others_cpu_s: float


def measure_backlog(lab: Lab, system: System, backlog: Backlog, *, await_checkpoint: bool = False) -> BacklogFigures:
    """Run one system over a backlog of its own.

    A fast job may be through between two checkpoints; with `await_checkpoint` the next is waited for, so that there
    is one to tell the size of the state by.
    """
    prefix = lab.fresh_prefix("backlog")
    with ExitStack() as ending:
        counter = ending.enter_context(PointsCounter(lab.bootstrap_servers, prefix))
        if system.needs_definitions:
            running = ending.enter_context(system.started(lab, backlog.fleet, prefix))
            _send(lab, backlog, prefix, counter)
        else:
            _send(lab, backlog, prefix, counter)
            running = ending.enter_context(system.started(lab, backlog.fleet, prefix))
        begin_at, end_at = backlog.window
        run = _Run(lab, system, running, counter)
        begin = run.until(begin_at, START_LIMIT_S)
        if begin is None:
            raise BenchError(
                f"{system.name}: {counter.seen} events on twin.points after {START_LIMIT_S:g} s, {begin_at} expected"
            )
        end = run.until(end_at, WINDOW_LIMIT_S) or run.mark()
        if end.seen - begin.seen < FEWEST_EVENTS:
            raise BenchError(
                f"{system.name}: only {end.seen - begin.seen} events in {end.when - begin.when:.1f} s, "
                f"{FEWEST_EVENTS} are needed for a rate"
            )
        running.check_running()
        stored = _checkpoints(running, begin.wall_ms, await_checkpoint) if isinstance(running, FlinkRun) else None
    return figures(system.name, backlog.fleet, begin, end, stored)


def figures(name: str, fleet: Fleet, begin: Mark, end: Mark, stored: list[Checkpoint] | None) -> BacklogFigures:
    """Rates and costs between two marks; `stored` are checkpoints that began after the first."""
    seconds, events = end.when - begin.when, end.seen - begin.seen
    cpu_s, broker_s = end.system.cpu_s - begin.system.cpu_s, end.broker.cpu_s - begin.broker.cpu_s
    million_readings = events * fleet.sensors / 1e6
    last = stored[-1] if stored else None
    return BacklogFigures(
        system=name,
        twins=fleet.twins,
        sensors=fleet.sensors,
        events=events,
        seconds=round(seconds, 2),
        events_per_s=round(events / seconds, 1),
        readings_per_s=round(events * fleet.sensors / seconds, 1),
        cores=round(cpu_s / seconds, 3),
        others_cores=round(max(0.0, end.others_cpu_s - begin.others_cpu_s) / seconds, 3),
        cpu_s_per_million_readings=round(cpu_s / million_readings, 3),
        broker_cpu_s_per_million_readings=round(broker_s / million_readings, 3),
        events_per_cpu_s=round(events / cpu_s, 1),
        rss_mb=round(end.system.rss_mb, 1),
        checkpoints=None if stored is None else sum(checkpoint.began_ms <= end.wall_ms for checkpoint in stored),
        checkpoint_ms=max(checkpoint.duration_ms for checkpoint in stored) if stored else None,
        state_bytes=last.state_bytes if last else None,
        state_bytes_a_twin=round(last.state_bytes / fleet.twins, 1) if last else None,
    )


class _Run:
    """Counting while a system runs."""

    def __init__(self, lab: Lab, system: System, running: Running, counter: PointsCounter) -> None:
        self._lab = lab
        self._system = system
        self._running = running
        self._counter = counter

    def until(self, wanted: int, limit_s: float) -> Mark | None:
        """The moment at which so many events had been seen; None if that took too long."""
        began = checked = time.monotonic()
        while self._counter.seen < wanted:
            now = self._counter.count(POLL_S)
            if now - began > limit_s:
                return None
            if now - checked > CHECK_EVERY_S:
                self._running.check_running()
                checked = now
        return self.mark()

    def mark(self) -> Mark:
        """Now."""
        now = self._counter.count(0)
        broker = consumption(self._lab.process_id("kafka"))
        wall_ms = time.time_ns() // 1_000_000
        return Mark(now, wall_ms, self._counter.seen, consumption(self._running.pid), broker, others_cpu_s())


def _send(lab: Lab, backlog: Backlog, prefix: str, counter: PointsCounter) -> None:
    """Send it, and count meanwhile: a job that runs already begins with it at once."""
    topic, end_ms = topic_name(Topic.TELEMETRY, prefix), time.time_ns() // 1_000_000
    observations = backlog.fleet.backlog(backlog.count, BACKLOG_RATE, end_ms, backlog.first)
    with KafkaPublisher(lab.bootstrap_servers) as publisher:
        for number, (key, value) in enumerate(observations):
            publisher.send(topic, key, value)
            if number % 2_000 == 0:
                counter.count(0)


def _checkpoints(running: FlinkRun, began_ms: int, wait: bool) -> list[Checkpoint]:
    """Those that began since a moment and are complete."""
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        since = [checkpoint for checkpoint in running.checkpoints() if checkpoint.began_ms >= began_ms]
        if since or not wait:
            return since
        if time.monotonic() > deadline:
            raise BenchError(f"no checkpoint was complete within {START_LIMIT_S:g} s")
        time.sleep(0.5)
