"""What a roster says of its twins from time to time: state, counters, and that a twin is no more."""

from collections.abc import Mapping

from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.ledger import Ledger
from pipelines.twin.line_protocol import Fields, line, tag_set
from pipelines.twin.message import Message
from pipelines.twin.record import Record
from pipelines.twin.runtime import Runtime
from schemas.events import EventType
from schemas.influx import Measurement, Tag
from schemas.topics import Topic


def state_record(runtime: Runtime) -> Record:
    """The twin as it stands, for `twin.state`."""
    state = runtime.state()
    counts, received_ms = state.counts, runtime.ledger.received_ms
    return Record(
        topic=Topic.STATE,
        key=state.twin_id,
        value=state.model_dump_json(exclude_none=True).encode(),
        id=f"{state.twin_id}-{received_ms}-{counts.messages}-{counts.definitions}-{counts.waiting}-{state.presence}",
        type=EventType.STATE,
        ts_ns=received_ms * NS_PER_MS if runtime.newest_ns is None else runtime.newest_ns,
    )


def retirement(runtime: Runtime, message: Message) -> Record:
    """The tombstone on `twin.state`; it carries the time of the state that it deletes, not of its own writing."""
    return Record(
        topic=Topic.STATE,
        key=runtime.twin.twin_id,
        value=None,
        id=f"{message.id}-retired",
        type=EventType.STATE,
        ts_ns=message.received_ms * NS_PER_MS if runtime.newest_ns is None else runtime.newest_ns,
    )


def counters(ledger: Ledger, tags: Mapping[Tag, str]) -> str | None:
    """Every count of a ledger as a point; before the first message there is nothing to say, and no time for it."""
    if not ledger.received_ms:
        return None
    fields: Fields = {name: float(count) for name, count in ledger.named().items()}
    return line(f"{Measurement.PIPELINE},{tag_set(tags)}", fields, ledger.received_ms * NS_PER_MS)
