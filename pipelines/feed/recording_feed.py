"""A recording, sent as if it happened now or as it happened then."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event

from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.replay.pace import Pace
from pipelines.replay.recording import Recording, Row
from pipelines.twin.event_time import NS_PER_SECOND
from schemas.topics import Topic, topic_name


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """How a recording is sent.

    Attributes
    ----------
    speed
        Event seconds in a second; 0 sends as fast as the broker takes it.
    loop
        Begin again at the end, with event times that go on.
    rebase_ns
        Event time that the first row gets, the others with it; None keeps the times as recorded.
    """

    twin_id: str
    speed: float = 0.0
    loop: bool = False
    rebase_ns: int | None = None


@dataclass(frozen=True, slots=True)
class _Shifted:
    row: Row
    ts_ns: int | None


class RecordingFeed:
    """Sends a recording; `sent` counts its rows from another thread."""

    def __init__(self, recording: Recording, plan: RecordingPlan, publisher: KafkaPublisher, prefix: str = "") -> None:
        self._recording = recording
        self._plan = plan
        self._publisher = publisher
        self._telemetry = topic_name(Topic.TELEMETRY, prefix)
        self.sent = 0

    def run(self, stop: Event) -> Iterator[int]:
        """Send every row, once or in a loop, until `stop` is set; yields how many are sent so far."""
        plan = self._plan
        key = plan.twin_id.encode()
        pace = Pace(plan.speed, clock=time.monotonic, sleep=stop.wait)
        for shifted in pace.paced(self._rows(), lambda shifted: shifted.ts_ns):
            if stop.is_set():
                break
            self._publisher.send(self._telemetry, key, shifted.row.message(plan.twin_id, shifted.ts_ns))
            self.sent += 1
            yield self.sent
        self._publisher.flush()

    def _rows(self) -> Iterator[_Shifted]:
        shift_ns = None if self._plan.rebase_ns is not None else 0
        while True:
            newest_ns = step_ns = 0
            for row in self._recording.rows():
                if row.ts_ns is None:
                    yield _Shifted(row, None)
                    continue
                if shift_ns is None:
                    shift_ns = (self._plan.rebase_ns or 0) - row.ts_ns
                ts_ns = row.ts_ns + shift_ns
                yield _Shifted(row, ts_ns)
                if ts_ns > newest_ns:
                    step_ns, newest_ns = ts_ns - newest_ns if newest_ns else step_ns, ts_ns
            if not self._plan.loop or not newest_ns:
                return
            # The next round begins one step behind the last row; a single row tells of no step.
            first_ns = next(row.ts_ns for row in self._recording.rows() if row.ts_ns is not None)
            shift_ns = newest_ns + (step_ns or NS_PER_SECOND) - first_ns
