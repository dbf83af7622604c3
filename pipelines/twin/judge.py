"""Detection on accepted values: score, alert, drift, and when to learn."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.detection.baseline import Judgement
from pipelines.detection.drift import ScoreDrift
from pipelines.twin.alert_message import alert_point, alert_record, alert_transition
from pipelines.twin.event_time import to_datetime
from pipelines.twin.line_protocol import line, tag_set
from pipelines.twin.outputs import Outputs
from pipelines.twin.record import Record
from pipelines.twin.runtime import Runtime
from schemas.alert import Transition
from schemas.events import EventType
from schemas.influx import Measurement, Tag
from schemas.model_event import ModelChange, ModelEvent
from schemas.topics import Topic

RELEARN_AFTER = 500
"""Scores within one alert after which its level is taken as the new normal and learned afresh (field case C32)."""

DETECTOR = "baseline"


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement, and whether drift was found with it."""

    judgement: Judgement
    drift: bool


def judge(runtime: Runtime, ts_ns: int, values: Mapping[str, float], outputs: Outputs) -> Judged:
    """Score good values in event-time order, raise or clear the alert, then learn unless the twin is in alert."""
    judgement = runtime.detector.judge(values)
    score = runtime.score = judgement.score
    if score is None:
        runtime.detector.learn(values, judgement)
        return Judged(judgement, drift=False)
    transition = runtime.episode.observe(score, ts_ns, runtime.twin.rule)
    if transition is not None:
        _announce(runtime, transition, ts_ns, judgement, outputs)
    drifted = runtime.drift.update(score)
    if drifted:
        record_model_event(
            runtime, ModelChange.DRIFT, f"the level of the score changed; it is {score:.2f} now", ts_ns, outputs
        )
    if not runtime.episode.active:
        runtime.detector.learn(values, judgement)
    elif runtime.episode.age >= RELEARN_AFTER:
        _relearn(runtime, ts_ns, judgement, outputs)
    return Judged(judgement, drifted)


def _announce(
    runtime: Runtime,
    transition: Transition,
    ts_ns: int,
    judgement: Judgement,
    outputs: Outputs,
    *,
    why: str | None = None,
) -> None:
    alert = alert_transition(runtime, transition, ts_ns, judgement, why)
    outputs.records.append(alert_record(alert, ts_ns))
    outputs.point(alert_point(runtime, alert, ts_ns))


def _relearn(runtime: Runtime, ts_ns: int, judgement: Judgement, outputs: Outputs) -> None:
    reason = f"in alert for {RELEARN_AFTER} samples: the level is taken as the new normal"
    _announce(runtime, runtime.episode.clear(), ts_ns, judgement, outputs, why=f"{runtime.twin.twin_id} was {reason}")
    runtime.detector.forget()
    # What the scores were says nothing of what they will be.
    runtime.drift = ScoreDrift()
    runtime.score = None
    record_model_event(runtime, ModelChange.RELEARN, reason, ts_ns, outputs)


def record_model_event(runtime: Runtime, change: ModelChange, reason: str, ts_ns: int, outputs: Outputs) -> None:
    """Put a change of the twin's models on record."""
    twin = runtime.twin
    event = ModelEvent(twin_id=twin.twin_id, model=DETECTOR, change=change, reason=reason, ts=to_datetime(ts_ns))
    outputs.records.append(
        Record(
            topic=Topic.MODELS,
            key=twin.twin_id,
            value=event.model_dump_json().encode(),
            id=f"{twin.twin_id}-{DETECTOR}-{change}-{ts_ns}",
            type=EventType.MODEL,
            ts_ns=ts_ns,
        )
    )
    tags = tag_set({**twin.tags, Tag.MODEL: DETECTOR})
    outputs.point(line(f"{Measurement.MODEL},{tags}", {"change": change.value, "reason": reason}, ts_ns))
