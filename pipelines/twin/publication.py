"""What a roster says of its twins from time to time: state, counters, and that a twin is no more."""

from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.ledger import Ledger
from pipelines.twin.message import Message
from pipelines.twin.record import Record
from pipelines.twin.runtime import Runtime
from pipelines.twin.state_message import encode_state
from schemas.events import EventType
from schemas.influx import Measurement
from schemas.topics import Topic


def state_record(runtime: Runtime) -> Record:
    """The twin as it stands, for `twin.state`."""
    ledger, twin_id, received_ms = runtime.ledger, runtime.twin.twin_id, runtime.ledger.received_ms
    return Record(
        topic=Topic.STATE,
        key=twin_id,
        value=encode_state(runtime),
        id=f"{twin_id}-{received_ms}-{_seen(ledger)}-{ledger.waiting}-{runtime.presence}",
        type=EventType.STATE,
        ts_ns=received_ms * NS_PER_MS if runtime.newest_ns is None else runtime.newest_ns,
    )


def _seen(ledger: Ledger) -> str:
    """How much of each topic the twin has seen: a state differs from the one before it if this does."""
    return f"{ledger.messages}-{ledger.definitions}-{ledger.commands}"


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


def counters(ledger: Ledger, tags: str) -> str | None:
    """Every count of a ledger as a point; before the first message there is nothing to say, and no time for it."""
    if not ledger.received_ms:
        return None
    fields = ",".join([f"{name}={count}.0" for name, count in ledger.named().items()])
    return f"{Measurement.PIPELINE},{tags} {fields} {ledger.received_ms * NS_PER_MS}"
