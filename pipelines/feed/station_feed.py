"""A simulated pump station, sent in real time with its faults and their ground truth."""

import time
from collections.abc import Iterator
from threading import Event

from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.station_plan import StationPlan
from pipelines.replay.pace import Pace
from pipelines.simulation.disturbance import Disturbances
from pipelines.simulation.gateway import Gateway
from pipelines.simulation.schedule import FaultInterval
from pipelines.simulation.station import Frame, PumpStation
from schemas.topics import Topic, topic_name


class StationFeed:
    """Sends a planned run; what has been sent can be asked at any time from another thread."""

    def __init__(self, plan: StationPlan, publisher: KafkaPublisher, prefix: str = "") -> None:
        self._plan = plan
        self._publisher = publisher
        self._telemetry = topic_name(Topic.TELEMETRY, prefix)
        self._truth = topic_name(Topic.TRUTH, prefix)
        self._gateway = Gateway(plan.seed, plan.rates)
        self._begun: list[FaultInterval] = []

    @property
    def disturbances(self) -> Disturbances:
        """What the gateway has sent and disturbed so far."""
        return self._gateway.disturbances

    @property
    def begun(self) -> tuple[FaultInterval, ...]:
        """The faults that have begun so far."""
        return tuple(self._begun)

    def run(self, count: int | None, stop: Event) -> None:
        """Send `count` observations of every pump, or until `stop` is set, each at its event time."""
        plan = self._plan
        station = PumpStation(plan.pump_ids, plan.seed, plan.period_s, plan.schedule)
        pace = Pace(speed=1.0, clock=time.monotonic, sleep=stop.wait)
        frames = pace.paced(station.frames(plan.start_ns, count), lambda frame: frame.ts_ns)
        for message in self._gateway.send(self._until(stop, frames)):
            self._publisher.send(self._telemetry, message.key, message.value)
        self._publisher.flush()

    def _until(self, stop: Event, frames: Iterator[Frame]) -> Iterator[Frame]:
        waiting = sorted(self._plan.schedule.intervals, key=lambda interval: interval.start_ns)
        for frame in frames:
            if stop.is_set():
                return
            while waiting and waiting[0].start_ns <= frame.ts_ns:
                self._begin(waiting.pop(0))
            yield frame

    def _begin(self, interval: FaultInterval) -> None:
        truth = interval.truth(self._plan.run_id)
        self._publisher.send(self._truth, truth.twin_id.encode(), truth.model_dump_json().encode())
        self._begun.append(interval)
