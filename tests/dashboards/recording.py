"""Twins with special names, put through the real core: what the dashboards are filled with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pipelines.feed.station_plan import station_definitions
from pipelines.simulation.schedule import FaultSchedule
from pipelines.simulation.station import Frame, PumpStation
from pipelines.testing.builders import definition
from pipelines.twin.message import Message
from pipelines.twin.roster import Roster
from schemas.definition import DriftHandling, DriftResponse, TwinDefinition
from schemas.topics import Topic

SPECIAL = ("n/a", "/", "xe-0/0/1", "xe-0/0/10", "Wait_(ms)", 'a"b', "a\\b", "50%", "$x", "Kühler 1", "${x}")
"""Names of field case C40, and one that Flux would take for an expression if it stood in a string."""

FAULTY, SILENT, RETIRED, SENSORS = "dash-faulty", "dash-silent", "dash-retired", "dash-sensors"


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
    special, (faulty,) = station_definitions(SPECIAL), station_definitions([FAULTY])
    recording.define([*special, _relearning(faulty), odd, silent, definition(RETIRED)], start_ns)
    faults = FaultSchedule.parse([f"{FAULTY}:dry-run:100:630", "n/a:bearing-wear:110:400"], start_ns)
    frames = PumpStation((*SPECIAL, FAULTY), 3, 1.0, faults).frames(start_ns, 740)
    for ts_ns, together in groupby(frames, key=lambda frame: frame.ts_ns):
        second = (ts_ns - start_ns) // 1_000_000_000
        for number, frame in enumerate(together):
            if frame.twin_id == FAULTY or number <= second < 240 + number:
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


def _relearning(twin: TwinDefinition) -> TwinDefinition:
    """The twin with a type that takes what lasts for five minutes for normal, and learns it afresh."""
    drift = DriftHandling(response=DriftResponse.RELEARN, lasting=300)
    detect = twin.type.detect.model_copy(update={"drift": drift})
    return twin.model_copy(update={"type": twin.type.model_copy(update={"detect": detect})})


def run(roster: Roster, messages: Sequence[Message]) -> list[str]:
    """The points of the roster, published after every ten seconds of messages."""
    points: list[str] = []
    for _, batch in groupby(messages, key=lambda message: message.received_ms // 10_000):
        for outputs in (roster.handle(list(batch)), roster.publish()):
            points += outputs.points
    return points
