"""A change of a twin's models, put on record: on `twin.models` and as a point."""

from collections.abc import Mapping

from pipelines.twin.event_time import to_datetime
from pipelines.twin.line_protocol import line, tag_set
from pipelines.twin.outputs import Outputs
from pipelines.twin.record import Record
from schemas.events import EventType
from schemas.influx import Measurement, Tag
from schemas.model_event import ModelChange, ModelEvent
from schemas.topics import Topic

DETECTOR = "baseline"


def record_model_event(tags: Mapping[Tag, str], change: ModelChange, reason: str, ts_ns: int, outputs: Outputs) -> None:
    """Put a change of the models of the twin with these tags on record."""
    twin_id = tags[Tag.TWIN_ID]
    event = ModelEvent(twin_id=twin_id, model=DETECTOR, change=change, reason=reason, ts=to_datetime(ts_ns))
    outputs.records.append(
        Record(
            topic=Topic.MODELS,
            key=twin_id,
            value=event.model_dump_json().encode(),
            id=f"{twin_id}-{DETECTOR}-{change}-{ts_ns}",
            type=EventType.MODEL,
            ts_ns=ts_ns,
        )
    )
    head = f"{Measurement.MODEL},{tag_set({**tags, Tag.MODEL: DETECTOR})}"
    outputs.point(line(head, {"change": change.value, "reason": reason}, ts_ns))
