"""The demo from start to end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.demo.gearbox import GEARBOX_ID, GearboxReplay, gearbox_definition, gearbox_replay
from pipelines.demo.observer import Observer
from pipelines.demo.report import Figures
from pipelines.demo.witness import Witness
from pipelines.feed.definitions import await_defined, publish_definitions
from pipelines.feed.recording_feed import RecordingFeed
from pipelines.feed.station_feed import StationFeed
from pipelines.feed.station_plan import DISTURBED, StationPlan, auto_schedule, pump_names, station_definitions
from pipelines.stack import Stack
from pipelines.stack.job_settings import JobName, start_job
from pipelines.twin.event_time import NS_PER_MS, to_datetime
from pipelines.twin.ledger import Note
from schemas.truth import InjectedFault

PUMPS = 12
PERIOD_S = 0.25
SEED = 7
TWIN_IDS = (*pump_names(PUMPS), GEARBOX_ID)
SHORTEST_S = 45.0
"""Warm-up, one round of faults, and time for their alerts to clear."""
ENDLESS_S = 24 * 3600.0
DEFINE_TIMEOUT_S = 90.0

Watch = Callable[[Observer, float], None]
Tell = Callable[[str], None]


@dataclass(slots=True)
class Demo:
    """One run on a stack.

    Attributes
    ----------
    seconds
        How long to simulate; None until `stop` is set.
    """

    stack: Stack
    seconds: float | None
    stop: Event = field(default_factory=Event)
    _failures: list[BaseException] = field(default_factory=list)

    def prepare(self, tell: Tell) -> None:
        """Bring up the stack and the jobs, and define the twins."""
        self.stack.up(tell)
        running = {record.name for record in self.stack.jobs.desired()}
        for job in JobName:
            if job not in running:
                tell(f"job {job} submitted as {start_job(self.stack, job).job_id}")
        twins = [*station_definitions(pump_names(PUMPS)), gearbox_definition()]
        with KafkaPublisher(self.stack.bootstrap_servers) as publisher:
            publish_definitions(publisher, twins, self._prefix)
        await_defined(self.stack.bootstrap_servers, [twin.twin_id for twin in twins], DEFINE_TIMEOUT_S, self._prefix)
        tell(f"{len(twins)} twins defined: {PUMPS} pumps and a replayed gearbox")

    def run(self, watch: Watch) -> Figures:
        """Simulate, call `watch` several times a second, and account for everything at the end."""
        witness = Witness(self.stack)
        witness.await_drained()
        read_before = witness.totals().get("read", 0)
        start_ns = time.time_ns()
        run_id = f"demo-{start_ns}"
        gearbox = gearbox_replay(self.stack.paths.root / "demo", self.seconds, start_ns, SEED)
        address, prefix = self.stack.bootstrap_servers, self._prefix
        with (
            Observer(address, prefix, start_ns // NS_PER_MS) as observer,
            KafkaPublisher(address) as for_station,
            KafkaPublisher(address) as for_gearbox,
        ):
            station = StationFeed(self._plan(start_ns, run_id), for_station, prefix)
            machine = RecordingFeed(gearbox.recording, gearbox.plan, for_gearbox, prefix)
            with self._feeding(station, machine):
                self._watch(observer, watch)
            faults, unfinished = self._faults(station, gearbox, run_id)
            witness.await_drained()
            observer.poll(1.0)
            totals = witness.totals(TWIN_IDS)
            return Figures(
                produced=witness.produced(),
                totals=witness.totals(),
                sent=station.disturbances.sent.observations + machine.sent * len(gearbox.recording.sensors),
                read_before=read_before,
                dead_letters=witness.dead_letters(),
                applied=totals.get("applied", 0),
                late=totals.get(Note.LATE, 0),
                points=witness.observations(TWIN_IDS),
                faults=faults,
                unfinished=unfinished,
                raised=tuple(observer.raised),
            )

    @property
    def _prefix(self) -> str:
        return self.stack.settings.topic_prefix

    def _plan(self, start_ns: int, run_id: str) -> StationPlan:
        pumps = pump_names(PUMPS)
        schedule = auto_schedule(pumps, start_ns, self.seconds or ENDLESS_S, SEED)
        return StationPlan(pumps, schedule, SEED, PERIOD_S, start_ns, run_id, DISTURBED)

    @contextmanager
    def _feeding(self, station: StationFeed, machine: RecordingFeed) -> Iterator[None]:
        def drain(rows: Iterator[int]) -> None:
            for _ in rows:
                pass

        threads = [
            self._thread("station", lambda: station.run(None, self.stop)),
            self._thread("gearbox", lambda: drain(machine.run(self.stop))),
        ]
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        if self._failures:
            raise self._failures[0]

    def _thread(self, name: str, work: Callable[[], None]) -> Thread:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:
                self._failures.append(error)
                self.stop.set()
                raise

        thread = Thread(target=guarded, name=name)
        thread.start()
        return thread

    def _watch(self, observer: Observer, watch: Watch) -> None:
        began = time.monotonic()
        while not self.stop.is_set():
            observer.poll(0.25)
            elapsed_s = time.monotonic() - began
            watch(observer, elapsed_s)
            if self.seconds is not None and elapsed_s >= self.seconds:
                return

    def _faults(
        self, station: StationFeed, gearbox: GearboxReplay, run_id: str
    ) -> tuple[list[InjectedFault], list[InjectedFault]]:
        """Faults that were over when the run ended, and those that were not."""
        now_ns = time.time_ns()
        now = to_datetime(now_ns)
        begun = [interval.truth(run_id) for interval in station.begun] + gearbox.faults(now_ns, run_id)
        return [fault for fault in begun if fault.end <= now], [fault for fault in begun if fault.end > now]
