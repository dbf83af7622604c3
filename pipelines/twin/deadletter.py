"""Dead letters: a rejection with the bytes that caused it."""

import hashlib
from base64 import b64encode

from pipelines.twin.event_time import NS_PER_MS, to_datetime
from pipelines.twin.message import Message
from pipelines.twin.record import Record
from pipelines.twin.rejection import Rejected
from schemas.deadletter import DeadLetter
from schemas.events import EventType
from schemas.topics import Topic

RAW_LIMIT = 64 * 1024
"""Bytes of the message that are kept, so that a dead letter always fits through the broker."""

TEXT_LIMIT = 1_024
"""Characters of key and remedy that are kept: both may repeat what a message says."""


def dead_letter(
    message: Message,
    rejected: Rejected,
    twin_id: str | None,
    sensors: tuple[str, ...] = (),
    part: int | None = None,
    source: str | None = None,
) -> Record:
    """The record for `twin.deadletter`; its id is the same on every replay.

    `part` numbers the pieces of a message that are rejected one by one for the same reason; `source` is the gateway
    or device that the message names.

    >>> from pipelines.twin.rejection import Reason
    >>> message = Message(Topic.TELEMETRY, b"pump-1", b"{", 0, 7, 1700000000000)
    >>> dead_letter(message, Rejected(Reason.NOT_JSON, "send JSON"), None).id
    'twin.telemetry-0-7-not_json'
    """
    raw = message.value or b""
    letter = DeadLetter(
        reason=rejected.reason,
        remedy=rejected.remedy[:TEXT_LIMIT],
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        first_seen_at=to_datetime(message.received_ms * NS_PER_MS),
        source=source,
        key=None if message.key is None else message.key[:TEXT_LIMIT].decode(errors="replace"),
        twin_id=twin_id,
        sensors=sensors,
        raw=b64encode(raw[:RAW_LIMIT]).decode(),
        raw_bytes=len(raw),
        raw_sha256=hashlib.sha256(raw).hexdigest(),
    )
    return Record(
        topic=Topic.DEADLETTER,
        key=twin_id,
        value=letter.model_dump_json().encode(),
        id=f"{message.id}-{rejected.reason}" + ("" if part is None else f"-{part}"),
        type=EventType.DEADLETTER,
        ts_ns=message.received_ms * NS_PER_MS,
    )
