"""An alert's transition as operators and programs read it."""

from pipelines.detection.baseline import Judgement
from pipelines.twin.event_time import to_datetime
from pipelines.twin.line_protocol import Fields, line, tag_set
from pipelines.twin.record import Record
from pipelines.twin.runtime import ANOMALY, Runtime
from schemas.alert import AlertTransition, Contribution, Transition
from schemas.definition import Severity
from schemas.events import EventType
from schemas.influx import Measurement, Tag
from schemas.topics import Topic

MAX_CONTRIBUTIONS = 3


def alert_transition(
    runtime: Runtime, transition: Transition, ts_ns: int, judgement: Judgement, why: str | None = None
) -> AlertTransition:
    """What is said of one transition, with the sensors that are furthest from their usual values.

    `why` replaces the usual summary.
    """
    contributions = _contributions(judgement)
    return AlertTransition(
        alert_id=runtime.episode_id,
        twin_id=runtime.twin.twin_id,
        twin_type=runtime.twin.twin_type,
        condition=ANOMALY,
        transition=transition,
        sequence=runtime.episode.sequence,
        ts=to_datetime(ts_ns),
        raised_at=to_datetime(runtime.episode.raised_ns),
        severity=Severity.HIGH,
        score=judgement.score or 0.0,
        summary=why or _summary(runtime, transition, contributions),
        contributions=contributions,
    )


def alert_record(alert: AlertTransition, ts_ns: int) -> Record:
    """The message for `twin.alerts`."""
    return Record(
        topic=Topic.ALERTS,
        key=alert.twin_id,
        value=alert.model_dump_json().encode(),
        id=f"{alert.alert_id}-{alert.sequence}",
        type=EventType.ALERT,
        ts_ns=ts_ns,
    )


def alert_point(runtime: Runtime, alert: AlertTransition, ts_ns: int) -> str | None:
    """The transition as a point, so that dashboards can mark it."""
    tags = tag_set({**runtime.twin.tags, Tag.CONDITION: alert.condition})
    fields: Fields = {
        "active": 1.0 if alert.transition is Transition.RAISED else 0.0,
        "score": alert.score,
        "alert_id": alert.alert_id,
        "summary": alert.summary,
    }
    return line(f"{Measurement.ALERT},{tags}", fields, ts_ns)


def _contributions(judgement: Judgement) -> tuple[Contribution, ...]:
    worst = sorted(judgement.sensors.items(), key=lambda item: item[1].distance, reverse=True)
    return tuple(
        Contribution(
            sensor=name,
            value=judged.value,
            expected=judged.expected,
            deviations=(judged.value - judged.expected) / judged.deviation,
        )
        for name, judged in worst[:MAX_CONTRIBUTIONS]
    )


def _summary(runtime: Runtime, transition: Transition, contributions: tuple[Contribution, ...]) -> str:
    if transition is Transition.CLEARED or not contributions:
        return f"{runtime.twin.twin_id} is back within its usual values"
    worst = contributions[0]
    unit = runtime.twin.sensors[worst.sensor].unit
    side = "below" if worst.deviations < 0 else "above"
    return (
        f"{worst.sensor} of {runtime.twin.twin_id} is {worst.value:g} {unit}, {abs(worst.deviations):.1f} standard "
        f"deviations {side} its usual {worst.expected:.4g} {unit}"
    )
