"""The one function that makes a twin live: a telemetry message in, what follows from it out.

No engine, no clock, no randomness: the Flink job, the backtest and the tests all call this.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.detection.baseline import SensorJudgement
from pipelines.twin.deadletter import dead_letter
from pipelines.twin.judge import judge
from pipelines.twin.line_protocol import Fields, line
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs, Verdict
from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.runtime import LastValue, Runtime
from pipelines.twin.telemetry import Reading, RejectedReading, Telemetry, parse_telemetry
from schemas.accounting import Outcome
from schemas.quality import Quality

_BEST_FIRST = (Outcome.APPLIED, Outcome.AMENDED, Outcome.DUPLICATE, Outcome.REJECTED)


@dataclass(frozen=True, slots=True)
class Taken:
    """A reading that was not rejected."""

    reading: Reading
    outcome: Outcome
    late: bool = False


def step(runtime: Runtime, message: Message, body: Mapping[str, object] | Rejected, outputs: Outputs) -> None:
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
        Takes what follows: records, points, and one verdict.
    """
    runtime.ledger.message()
    runtime.received_ms = message.received_ms
    telemetry = body if isinstance(body, Rejected) else parse_telemetry(body)
    if isinstance(telemetry, Rejected):
        _reject_whole(runtime, message, telemetry, outputs)
        return
    taken = _take(runtime, message, telemetry, outputs)
    fresh = {
        each.reading.sensor: each.reading.value
        for each in taken
        if each.outcome is Outcome.APPLIED and each.reading.quality is not Quality.BAD
    }
    judged = judge(runtime, telemetry.ts_ns, fresh, outputs) if fresh else None
    sensors = judged.judgement.sensors if judged else {}
    for each in taken:
        if each.outcome is not Outcome.DUPLICATE:
            outputs.point(_observation_point(runtime, telemetry.ts_ns, each, sensors.get(each.reading.sensor)))
    condition = runtime.condition
    if judged:
        fields: Fields = {"score": judged.judgement.score, "state": condition.value}
        outputs.point(line(runtime.twin.point, fields, telemetry.ts_ns))
    outcomes = {each.outcome for each in taken}
    outputs.verdicts.append(
        Verdict(
            twin_id=runtime.twin.twin_id,
            ts_ns=telemetry.ts_ns,
            outcome=next((outcome for outcome in _BEST_FIRST if outcome in outcomes), Outcome.REJECTED),
            score=judged.judgement.score if judged else None,
            condition=condition,
            alert=runtime.episode.active,
            drift=judged.drift if judged else False,
        )
    )


def _reject_whole(runtime: Runtime, message: Message, rejected: Rejected, outputs: Outputs) -> None:
    """Count a message that can't be taken apart as one rejected observation and dead-letter it."""
    runtime.ledger.reject(rejected.reason)
    outputs.records.append(dead_letter(message, rejected, runtime.twin.twin_id))
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


def _take(runtime: Runtime, message: Message, telemetry: Telemetry, outputs: Outputs) -> list[Taken]:
    """Give each reading its outcome and keep the newest values; dead-letter what is rejected, once a reason."""
    taken: list[Taken] = []
    refused: defaultdict[Reason, list[tuple[str, Rejected]]] = defaultdict(list)
    for reading in telemetry.readings:
        if isinstance(reading, RejectedReading):
            rejected: Taken | Rejected = reading.rejected
        else:
            rejected = _place(runtime, telemetry.ts_ns, reading)
        if isinstance(rejected, Rejected):
            runtime.ledger.reject(rejected.reason)
            refused[rejected.reason].append((reading.sensor, rejected))
        else:
            runtime.ledger.count(rejected.outcome)
            taken.append(rejected)
    for parts in refused.values():
        sensors = tuple(sensor for sensor, _ in parts)
        remedies = dict.fromkeys(rejection.remedy for _, rejection in parts)
        together = Rejected(parts[0][1].reason, "; ".join(remedies))
        outputs.records.append(dead_letter(message, together, runtime.twin.twin_id, sensors))
    return taken


def _place(runtime: Runtime, ts_ns: int, reading: Reading) -> Taken | Rejected:
    """Where a reading stands in its sensor's time: new, repeated, corrected, or late."""
    sensor = runtime.twin.sensors.get(reading.sensor)
    if sensor is None:
        return Rejected(Reason.UNKNOWN_SENSOR, f"add the sensor to the type {runtime.twin.twin_type}, or mend its name")
    if reading.unit is not None and reading.unit != sensor.unit:
        return Rejected(Reason.UNKNOWN_UNIT, f"send {reading.sensor} in {sensor.unit}")
    if not sensor.in_range(reading.value):
        reading = Reading(reading.sensor, reading.value, reading.unit, Quality.BAD)
    last = runtime.sensors.get(reading.sensor)
    if last is not None and ts_ns <= last.ts_ns:
        if ts_ns < last.ts_ns:
            before = last.remembered(ts_ns)
            if before == reading.value:
                return Taken(reading, Outcome.DUPLICATE)
            return Taken(reading, Outcome.AMENDED, late=before is None)
        if reading.value == last.value:
            return Taken(reading, Outcome.DUPLICATE)
        # Two values for one moment: the last one wins, in the twin and in history; it was learned once already.
        last.value, last.quality = reading.value, reading.quality
        return Taken(reading, Outcome.AMENDED)
    if last is None:
        runtime.sensors[reading.sensor] = LastValue(ts_ns, reading.value, reading.quality)
    else:
        last.advance(ts_ns, reading.value, reading.quality)
    if runtime.newest_ns is None or ts_ns > runtime.newest_ns:
        runtime.newest_ns = ts_ns
    return Taken(reading, Outcome.APPLIED)


def _observation_point(runtime: Runtime, ts_ns: int, taken: Taken, judged: SensorJudgement | None) -> str | None:
    reading = taken.reading
    fields: Fields = {"value": reading.value, "quality": reading.quality.value}
    if taken.late:
        fields["late"] = 1.0
    if judged is not None:
        fields["expected"] = judged.expected
        fields["residual"] = judged.value - judged.expected
        fields["lower"] = judged.lower
        fields["upper"] = judged.upper
    return line(runtime.twin.sensors[reading.sensor].point, fields, ts_ns)
