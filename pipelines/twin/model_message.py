"""A change of a twin's models, put on record: on `twin.models` and as a point."""

from collections.abc import Mapping
from typing import NamedTuple

from pipelines.twin.event_time import to_datetime
from pipelines.twin.line_protocol import Fields, line, tag_set
from pipelines.twin.outputs import Outputs
from pipelines.twin.record import Record
from pipelines.twin.runtime import Runtime
from schemas.command import Label
from schemas.events import EventType
from schemas.influx import Measurement, Tag
from schemas.model_event import RULE, ModelChange, ModelEvent
from schemas.topics import Topic

DETECTOR = "anomaly"


class Cause(NamedTuple):
    """The message that changed a model, where it was no observation.

    Attributes
    ----------
    by
        Who sent it, as far as it says so.
    message_id
        Its place in the log: two of one millisecond are told apart by it.
    """

    by: str
    message_id: str


def record_change(
    runtime: Runtime,
    change: ModelChange,
    reason: str,
    ts_ns: int,
    outputs: Outputs,
    *,
    cause: Cause | None = None,
    samples: int | None = None,
    sensor: str | None = None,
    boundary: float | None = None,
    alert_id: str | None = None,
    label: Label | None = None,
) -> None:
    """Put a change of a twin's models on record, after it was made.

    `samples` is how many were learned before the change, where it leaves less of them.
    """
    twin_id = runtime.twin.twin_id
    event = ModelEvent(
        twin_id=twin_id,
        model=DETECTOR,
        change=change,
        reason=reason,
        ts=to_datetime(ts_ns),
        version=runtime.model_version,
        by=RULE if cause is None else cause.by,
        sensor=sensor,
        samples=runtime.detector.samples if samples is None else samples,
        boundary=boundary,
        alert_id=alert_id,
        label=label,
    )
    source = f"{twin_id}-{DETECTOR}-{change}-{ts_ns}" if cause is None else f"{cause.message_id}-{change}"
    _record(event, source, runtime.twin.tags, ts_ns, outputs)


def record_warm(runtime: Runtime, ts_ns: int, outputs: Outputs, cause: Cause | None = None) -> None:
    """Put on record that a twin's detector has learned enough to judge."""
    reason = f"{runtime.detector.samples} samples learned: it judges from now on"
    record_change(runtime, ModelChange.WARM, reason, ts_ns, outputs, cause=cause)


def record_reset(tags: Mapping[Tag, str], reason: str, ts_ns: int, outputs: Outputs) -> None:
    """Put on record that the twin with these tags could not be read and begins anew, at version 1."""
    twin_id = tags[Tag.TWIN_ID]
    event = ModelEvent(twin_id=twin_id, model=DETECTOR, change=ModelChange.RESET, reason=reason, ts=to_datetime(ts_ns))
    _record(event, f"{twin_id}-{DETECTOR}-{event.change}-{ts_ns}", tags, ts_ns, outputs)


def _record(event: ModelEvent, record_id: str, tags: Mapping[Tag, str], ts_ns: int, outputs: Outputs) -> None:
    outputs.records.append(
        Record(
            topic=Topic.MODELS,
            key=event.twin_id,
            value=event.model_dump_json(exclude_none=True).encode(),
            id=record_id,
            type=EventType.MODEL,
            ts_ns=ts_ns,
        )
    )
    own = {Tag.MODEL: event.model} if event.sensor is None else {Tag.MODEL: event.model, Tag.SENSOR: event.sensor}
    fields: Fields = {
        "change": event.change.value,
        "reason": event.reason,
        "version": float(event.version),
        "by": event.by,
        "samples": None if event.samples is None else float(event.samples),
        "boundary": event.boundary,
        "alert_id": event.alert_id,
        "label": None if event.label is None else event.label.value,
    }
    outputs.point(line(f"{Measurement.MODEL},{tag_set({**tags, **own})}", fields, ts_ns))
