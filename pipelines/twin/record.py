"""One outgoing message, ready for a topic."""

from dataclasses import dataclass

from schemas.events import EventType
from schemas.topics import Topic


@dataclass(frozen=True, slots=True)
class Record:
    """Body and CloudEvents attributes of a message that leaves the core.

    Attributes
    ----------
    key
        The twin id, or None where no twin is known.
    value
        The body; None is a tombstone on a compacted topic.
    id
        `ce_id`: the same input gives the same id on every replay, so a consumer can drop repeats.
    ts_ns
        `ce_time`, epoch ns.
    """

    topic: Topic
    key: str | None
    value: bytes | None
    id: str
    type: EventType
    ts_ns: int
