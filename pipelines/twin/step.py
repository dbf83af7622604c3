"""The one function that makes a twin live: a telemetry message in, what follows from it out.

No engine, no clock, no randomness: the Flink job, the backtest and the tests all call this.
"""

from collections import defaultdict
from collections.abc import Mapping

from pipelines.twin.admission import admit
from pipelines.twin.apply import apply
from pipelines.twin.compiled import CompiledTwin
from pipelines.twin.deadletter import dead_letter
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.holding import AdmittedReading, Arrival
from pipelines.twin.identifiers import parse_identifier
from pipelines.twin.message import Message
from pipelines.twin.number import MAX_MAGNITUDE
from pipelines.twin.outputs import Outputs, Verdict
from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.runtime import Runtime
from pipelines.twin.sensor import Sensor
from pipelines.twin.telemetry import Head, parse_head, readings, source_of
from schemas.accounting import Outcome
from schemas.definition import SensorRole, UnknownSensors
from schemas.quality import Flaw

Refused = defaultdict[Reason, list[tuple[str, Rejected]]]
"""Readings that are not accepted, by reason, with their sensors."""


def step(
    runtime: Runtime, message: Message, body: Mapping[str, object] | Rejected, outputs: Outputs
) -> tuple[int, int]:
    """Take one telemetry message of this twin.

    Parameters
    ----------
    runtime
        The twin; changed in place.
    message
        The message as it was read.
    body
        The JSON object in it, or why there is none.
    outputs
        Takes what follows: records, points, and one verdict, which comes later if the message waits in the reorder
        window.

    Returns
    -------
    tuple of int
        How many observations were found in it, and how many of them were rejected.
    """
    ledger = runtime.ledger
    ledger.messages += 1
    ledger.received_ms = message.received_ms
    if isinstance(body, Rejected):
        return _reject_whole(runtime, message, body, None, outputs)
    head = _head(runtime, message, body)
    if isinstance(head, Rejected):
        return _reject_whole(runtime, message, head, source_of(body), outputs)
    raw = readings(body)
    if isinstance(raw, Rejected):
        return _reject_whole(runtime, message, raw, source_of(body), outputs)
    admitted, refused = _admit(runtime, raw, head.flaw)
    rejected = _reject_parts(runtime, message, refused, source_of(body), outputs) if refused else 0
    received_ns = message.received_ms * NS_PER_MS
    arrival = Arrival(
        ts_ns=head.ts_ns,
        seq=head.seq,
        readings=admitted,
        historical=head.historical or received_ns - head.ts_ns > runtime.twin.timing.live_within_ns,
        declared_historical=head.historical,
        received_ms=message.received_ms,
        delay_ms=max(0, received_ns - head.ts_ns) // NS_PER_MS if head.ts_ns > runtime.newest_arrived_ns else None,
    )
    window_ns = runtime.twin.timing.window_ns
    if window_ns and admitted:
        ledger.waiting += len(admitted)
        runtime.holding.hold(arrival)
        release(runtime, runtime.holding.release(window_ns), outputs)
    else:
        apply(runtime, arrival, outputs)
    return len(raw), rejected


def release(runtime: Runtime, arrivals: list[Arrival], outputs: Outputs) -> None:
    """Apply what has waited in the reorder window."""
    for arrival in arrivals:
        runtime.ledger.waiting -= len(arrival.readings)
        apply(runtime, arrival, outputs)


def let_go(runtime: Runtime, outputs: Outputs) -> None:
    """Apply all that waits in a twin's reorder window."""
    release(runtime, runtime.holding.release_all(), outputs)


def _head(runtime: Runtime, message: Message, body: Mapping[str, object]) -> Head | Rejected:
    """The head of a message, if its time is one that can be."""
    head = parse_head(body, runtime.twin.clock)
    if isinstance(head, Rejected):
        return head
    ahead_ns = head.ts_ns - message.received_ms * NS_PER_MS
    if ahead_ns > 0:
        timing = runtime.twin.timing
        if ahead_ns > timing.max_future_ns:
            return Rejected(
                Reason.TS_FUTURE, f"ts is {ahead_ns / 1e9:.0f} s ahead of the broker's clock; set the sender's"
            )
        if ahead_ns > timing.clock_tolerance_ns and head.flaw is None:
            head.flaw = Flaw.CLOCK_SKEW
    return head


def _admit(
    runtime: Runtime, raw: Mapping[str, object], time_flaw: Flaw | None
) -> tuple[list[AdmittedReading], Refused | None]:
    """The readings that are accepted, each a number in its sensor's unit, and the others with their reasons."""
    sensors = runtime.sensors
    admitted: list[AdmittedReading] = []
    refused: Refused | None = None
    for name, value in raw.items():
        sensor = sensors.get(name)
        if (
            value.__class__ is float
            and sensor is not None
            and -MAX_MAGNITUDE <= value <= MAX_MAGNITUDE
            and sensor.rules.role is not SensorRole.BINARY
        ):
            # The usual case, without a call: a plain finite number in the sensor's own unit.
            admitted.append((name, value, time_flaw))
            continue
        result = _admit_one(runtime, name, sensor, value)
        if isinstance(result, Rejected):
            refused = defaultdict(list) if refused is None else refused
            refused[result.reason].append((name, result))
        else:
            admitted.append((name, result[0], result[1] or time_flaw))
    return admitted, refused


def _admit_one(runtime: Runtime, name: str, sensor: Sensor | None, raw: object) -> tuple[float, Flaw | None] | Rejected:
    if sensor is not None:
        return admit(sensor.rules, raw, runtime.ledger)
    widened = _widened(runtime, name)
    if isinstance(widened, Rejected):
        return widened
    admitted = admit(widened.sensors[name], raw, runtime.ledger)
    if not isinstance(admitted, Rejected):
        # Only now: a reading that is refused creates nothing.
        runtime.twin = widened
        runtime.sensors[name] = Sensor(widened.sensors[name])
    return admitted


def _widened(runtime: Runtime, name: str) -> CompiledTwin | Rejected:
    """The twin with a sensor that its type does not name, where the type allows it."""
    twin = runtime.twin
    twin_type = twin.definition.type
    if twin_type.unknown_sensors is UnknownSensors.REJECT:
        return Rejected(Reason.UNKNOWN_SENSOR, f"add the sensor to the type {twin.twin_type}, or mend its name")
    if len(runtime.sensors) >= twin_type.max_sensors:
        return Rejected(
            Reason.TOO_MANY_SENSORS, f"{twin.twin_type} takes {twin_type.max_sensors} sensors; raise max_sensors"
        )
    named = parse_identifier(name)
    return named if isinstance(named, Rejected) else twin.with_sensor(name)


def _reject_whole(
    runtime: Runtime, message: Message, rejected: Rejected, source: str | None, outputs: Outputs
) -> tuple[int, int]:
    """Count a message that can't be taken apart as one rejected observation and dead-letter it."""
    runtime.ledger.reject(rejected.reason)
    outputs.records.append(dead_letter(message, rejected, runtime.twin.twin_id, source=source))
    outputs.verdicts.append(
        Verdict(
            twin_id=runtime.twin.twin_id,
            ts_ns=None,
            outcome=Outcome.REJECTED,
            score=None,
            condition=runtime.condition,
            alert=runtime.episode.active,
            drift=False,
        )
    )
    return 1, 1


def _reject_parts(runtime: Runtime, message: Message, refused: Refused, source: str | None, outputs: Outputs) -> int:
    """Count the readings that are not accepted, and dead-letter them, once a reason."""
    for reason, parts in refused.items():
        for _ in parts:
            runtime.ledger.reject(reason)
        remedies = dict.fromkeys(rejection.remedy for _, rejection in parts)
        together = Rejected(reason, "; ".join(remedies))
        sensors = tuple(sensor for sensor, _ in parts)
        outputs.records.append(dead_letter(message, together, runtime.twin.twin_id, sensors, source=source))
    return sum(len(parts) for parts in refused.values())
