"""Definitions and message logs for tests, short to write."""

import json
from collections.abc import Iterable, Mapping
from random import Random

from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.definition import Detection, SensorDefinition, TwinDefinition, TwinType
from schemas.topics import Topic

TWIN = "case"
START_S = 1_700_000_000
START_NS = START_S * 10**9
WARM_UP = 20


def definition(twin_id: str = TWIN, warm_up: int = WARM_UP, **sensors: Mapping[str, object]) -> TwinDefinition:
    """A twin with the sensors named, each with its own rules; one sensor `t1` in degC if none is.

    >>> list(definition(flow={"unit": "m3/h"}, level={}).type.sensors)
    ['flow', 'level']
    """
    specs = {name: SensorDefinition.model_validate(spec) for name, spec in sensors.items()}
    twin_type = TwinType(
        type="case-type",
        sensors=specs or {"t1": SensorDefinition(unit="degC")},
        detect=Detection(warm_up=warm_up),
    )
    return TwinDefinition(twin_id=twin_id, type=twin_type)


class Log:
    """A message log of one twin under construction, numbered as a broker does it.

    `now_ms` is the broker's clock: it follows the newest observation, and a test may set it forward.

    >>> log = Log(definition())
    >>> log.observe(0, t1=21.5).offset, len(log.messages)
    (1, 2)
    """

    def __init__(self, first: TwinDefinition | None = None, twin_id: str = TWIN) -> None:
        self.twin_id = twin_id if first is None else first.twin_id
        self.messages: list[Message] = []
        self.now_ms = START_S * 1000
        if first is not None:
            self.define(first)

    def define(self, new: TwinDefinition | None) -> Message:
        """Add a definition; None retires the twin."""
        return self.raw(None if new is None else new.model_dump_json().encode(), topic=Topic.DEFINITIONS)

    def command(self, command: str, **fields: object) -> Message:
        """Add an operator's command to the twin."""
        body = {"command": command, "twin_id": self.twin_id, "by": "ada", **fields}
        return self.raw(json.dumps(body).encode(), topic=Topic.COMMANDS)

    def observe(self, second: float, **values: object) -> Message:
        """Add several sensors' values, so many seconds after the start. NaN is written as Python writes it."""
        ts_ms = round((START_S + second) * 1000)
        self.now_ms = max(self.now_ms, ts_ms)
        return self.raw(json.dumps({"ts": ts_ms, "values": values}).encode())

    def observe_all(self, sensor: str, values: Iterable[float], first: float = 0.0) -> list[Message]:
        """Add one value a second of one sensor."""
        return [self.observe(first + number, **{sensor: value}) for number, value in enumerate(values)]

    def raw(self, value: bytes | None, topic: Topic = Topic.TELEMETRY, key: bytes | None = b"") -> Message:
        """Add any bytes; an empty key stands for the twin's own."""
        offset = len(self.messages)
        key = self.twin_id.encode() if key == b"" else key
        message = Message(topic, key, value, partition=0, offset=offset, received_ms=self.now_ms + 1)
        self.messages.append(message)
        return message


def feed(log: Log | Iterable[Message], roster: Roster | None = None) -> Outputs:
    """What follows from a log, in a new roster unless one is given.

    >>> feed(Log(definition())).verdicts
    []
    """
    messages = log.messages if isinstance(log, Log) else log
    return (roster or new_roster()).handle(messages)


def new_roster() -> Roster:
    """A roster over an empty store in memory."""
    return Roster(MemoryStore(), bucket="0")


def noise(count: int, mean: float = 20.0, deviation: float = 0.5, seed: int = 1) -> list[float]:
    """Readings of a healthy sensor.

    >>> noise(2) == noise(2), noise(2) == noise(2, seed=2)
    (True, False)
    """
    rng = Random(seed)  # noqa: S311  # readings, not secrets
    return [rng.gauss(mean, deviation) for _ in range(count)]
