"""A simulated plant through the same roster as the twin job's: bytes of messages in, alerts out."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from pipelines.simulation.gateway import Gateway
from pipelines.simulation.station import Frame, PumpStation
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.roster import Roster
from pipelines.twin.runtime import ANOMALY
from pipelines.twin.store import MemoryStore
from schemas.alert import AlertTransition, Transition
from schemas.definition import TwinDefinition
from schemas.topics import Topic

BATCH = 100
"""Messages that the roster takes at a time; twins are stored once for each, as in the job."""


@dataclass
class PlantRun:
    """A station, observed by its twins; nothing is kept but the alerts.

    The gateway disturbs nothing, and each message is received at its event time, so that all of it is live.

    Attributes
    ----------
    definitions
        The station's pumps as twins.
    readings
        Values sent so far.
    seconds
        What the roster took for them; simulating is not counted.
    raised
        Anomaly alerts so far, in the order in which they were raised. Alerts about the data don't count.
    """

    definitions: Sequence[TwinDefinition]
    station: PumpStation
    readings: int = 0
    seconds: float = 0.0
    raised: list[AlertTransition] = field(default_factory=list)

    def run(self, start_ns: int, count: int, told: Callable[[int], None]) -> None:
        """Let the plant run for `count` observations of each pump; `told` is called with how many frames came in."""
        roster = Roster(MemoryStore(), bucket="plant")
        for definition in self.definitions:
            value = definition.model_dump_json(exclude_defaults=True).encode()
            roster.handle([_message(Topic.DEFINITIONS, definition.twin_id.encode(), value, 0, start_ns)])
        messages = self._messages(self.station.frames(start_ns, count))
        while batch := list(islice(messages, BATCH)):
            began = time.perf_counter()
            outputs = roster.handle(batch)
            self.seconds += time.perf_counter() - began
            self.raised += _raised(outputs)
            told(len(batch))

    def _messages(self, frames: Iterator[Frame]) -> Iterator[Message]:
        gateway = Gateway(self.station.seed)
        for offset, frame in enumerate(frames):
            self.readings += len(frame.values)
            # One at a time: a gateway that disturbs nothing holds nothing back.
            for sent in gateway.send([frame]):
                yield _message(Topic.TELEMETRY, sent.key, sent.value, offset, frame.ts_ns)


def _message(topic: Topic, key: bytes, value: bytes, offset: int, ts_ns: int) -> Message:
    return Message(topic, key, value, partition=0, offset=offset, received_ms=ts_ns // NS_PER_MS)


def _raised(outputs: Outputs) -> Iterator[AlertTransition]:
    for record in outputs.records:
        if record.topic is Topic.ALERTS:
            alert = AlertTransition.model_validate_json(record.value or b"")
            if alert.condition == ANOMALY and alert.transition is Transition.RAISED:
                yield alert
