"""A roster as the tests of the field cases drive it; whatever comes in, the books must balance."""

import json
from collections.abc import Iterable, Mapping

from pipelines.testing.builders import START_S, TWIN, Log, definition, new_roster
from pipelines.testing.readers import alerts, dead_letters, fields, states
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.policy import TwinPolicy
from pipelines.twin.roster import Roster
from pipelines.twin.state_message import twin_state
from pipelines.twin.store import MemoryStore
from schemas.accounting import Counts
from schemas.alert import AlertTransition
from schemas.definition import TwinDefinition
from schemas.state import SensorState, TwinState
from schemas.topics import Topic

TWIN_KEY = TWIN.encode()


def twin(
    sensors: Mapping[str, object] | None = None, *, place: Mapping[str, object] | None = None, **type_fields: object
) -> TwinDefinition:
    """A twin in full: its sensors, `timing`, `detect` and the like by name, and its place."""
    type_fields.setdefault("detect", {"warm_up": 20})
    of_type = {"type": "case-type", "sensors": sensors or {"t1": {"unit": "degC"}}, **type_fields}
    return TwinDefinition.model_validate({"twin_id": TWIN, "type": of_type, **(place or {})})


class Played:
    """What followed from a log, and the roster that it left behind."""

    def __init__(self, outputs: Outputs, roster: Roster) -> None:
        self.outputs = outputs
        self.roster = roster

    @property
    def reasons(self) -> list[str]:
        return [letter.reason for letter in dead_letters(self.outputs)]

    @property
    def alerts(self) -> list[AlertTransition]:
        return alerts(self.outputs)

    def told(self, condition: str | None = None) -> list[str]:
        """Conditions and their transitions, in order; the transitions alone of one condition."""
        if condition is not None:
            return [alert.transition.value for alert in self.alerts if alert.condition == condition]
        return [f"{alert.condition} {alert.transition.value}" for alert in self.alerts]

    @property
    def state(self) -> TwinState:
        runtime = self.roster.runtime(TWIN)
        assert runtime is not None
        return twin_state(runtime)

    @property
    def counts(self) -> Counts:
        return self.state.counts

    def sensor(self, name: str = "t1") -> SensorState:
        return self.state.sensors[name]

    @property
    def outcomes(self) -> list[str]:
        return [verdict.outcome.value for verdict in self.outputs.verdicts]

    def points(self, sensor: str = "t1") -> list[str]:
        """Lines of line protocol written for a sensor's observations."""
        lines = self.outputs.points
        return [line for line in lines if line.startswith("observation") and f",sensor={sensor}," in line]

    def flaws(self, sensor: str = "t1") -> list[str | None]:
        """The flaw in each point of a sensor, None where there is none."""
        return [fields(line).get("flaw", '""').strip('"') or None for line in self.points(sensor)]

    def values(self, sensor: str = "t1") -> list[float]:
        return [float(fields(line)["value"]) for line in self.points(sensor)]

    def notes(self) -> dict[str, int]:
        """Every count of the twin, by name."""
        runtime = self.roster.runtime(TWIN)
        assert runtime is not None
        return {name: count for name, count in runtime.ledger.named().items() if count}


def assert_balanced(roster: Roster, twins: Iterable[str]) -> None:
    """Every observation has one outcome, and the twin in memory counts no other than the one that is stored."""
    assert roster.ledger.counts().balanced
    for twin_id in twins:
        if (runtime := roster.runtime(twin_id)) is not None:
            counts = runtime.ledger.counts()
            assert counts.balanced
            assert counts.waiting == sum(len(arrival.readings) for arrival in runtime.holding.arrivals)


def play(log: Log | list[Message], roster: Roster | None = None) -> Played:
    """Feed a log and check the books."""
    roster = roster or new_roster()
    messages = log if isinstance(log, list) else log.messages
    outputs = roster.handle(messages)
    assert_balanced(roster, {(message.key or b"").decode(errors="replace") for message in messages})
    assert all(
        b"NaN" not in (record.value or b"") for record in outputs.records if record.topic is not Topic.DEADLETTER
    )
    return Played(outputs, roster)


class Job(Played):
    """A roster run as the job runs it: the broker stamps what comes, and once a second the roster publishes."""

    def __init__(
        self,
        *definitions: TwinDefinition,
        store: MemoryStore | None = None,
        policy: TwinPolicy | None = None,
        now_s: float = START_S,
        tick_s: float = 1.0,
    ) -> None:
        self.store = store or MemoryStore()
        super().__init__(Outputs(), Roster(self.store, "0", policy=policy, tick_ms=round(tick_s * 1000)))
        self.now_ms = round(now_s * 1000)
        self.tick_ms = round(tick_s * 1000)
        self.offset = 0
        self.twins = {TWIN} | {each.twin_id for each in definitions}
        for each in definitions:
            self.deliver(Topic.DEFINITIONS, each.model_dump_json().encode(), each.twin_id.encode())

    @property
    def second(self) -> float:
        """Seconds since the start."""
        return self.now_ms / 1000 - START_S

    def deliver(self, topic: Topic, value: bytes | None, key: bytes | None = TWIN_KEY) -> Outputs:
        """Take a message right now."""
        message = Message(topic, key, value, partition=0, offset=self.offset, received_ms=self.now_ms)
        self.offset += 1
        return self._add(self.roster.handle([message], self.now_ms))

    def send(self, at: float | None = None, key: bytes | None = TWIN_KEY, **values: object) -> Outputs:
        """Send values of the present moment, or of `at` seconds after the start."""
        ts_ms = self.now_ms if at is None else round((START_S + at) * 1000)
        return self.say({"ts": ts_ms, "values": values}, key)

    def say(self, body: Mapping[str, object], key: bytes | None = TWIN_KEY) -> Outputs:
        return self.deliver(Topic.TELEMETRY, json.dumps(body).encode(), key)

    def wait(self, seconds: float) -> Outputs:
        """Let time pass, with a timer every tick."""
        passed = Outputs()
        end_ms = self.now_ms + round(seconds * 1000)
        while self.now_ms < end_ms:
            self.now_ms = min(self.now_ms + self.tick_ms, end_ms)
            for name in ("records", "points", "verdicts"):
                getattr(passed, name).extend(getattr(self._add(self.roster.publish(self.now_ms)), name))
        return passed

    def restart(self, after: float = 0.0) -> None:
        """Stop, and start again later over the same store."""
        self.now_ms += round(after * 1000)
        self.roster = Roster(self.store, "0")

    def published(self) -> dict[str, TwinState]:
        """The newest state of each twin that was ever published."""
        return states(self.outputs)

    def _add(self, outputs: Outputs) -> Outputs:
        self.outputs.records += outputs.records
        self.outputs.points += outputs.points
        self.outputs.verdicts += outputs.verdicts
        assert_balanced(self.roster, self.twins)
        return outputs


def warm(values: Iterable[float], sensor: str = "t1", **spec: object) -> Log:
    """A log whose one sensor has sent these values, one a second."""
    log = Log(definition(**{sensor: spec}) if spec else definition())
    log.observe_all(sensor, values)
    return log
