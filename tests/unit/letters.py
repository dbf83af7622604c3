"""Dead letters to test with, and a broker that takes what is sent again."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Self

from pipelines.connectors.kafka_tail import Consumed
from pipelines.feed.stored_letter import StoredLetter
from pipelines.twin.deadletter import RAW_LIMIT
from schemas.deadletter import DeadLetter
from schemas.topics import Topic

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
BODY = b'{"ts":1700000000,"values":{"t1":1,"t2":2}}'
HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold red]x[/]\u202etxt\nfake row\x9b31m :boom:"


def letter(offset: int = 0, raw: bytes = BODY, **fields: object) -> StoredLetter:
    """A letter as the twin job writes it, about a message of its own bytes."""
    said = {
        "reason": "unknown_sensor",
        "remedy": "mend its name",
        "topic": Topic.TELEMETRY,
        "partition": 0,
        "offset": offset,
        "first_seen_at": NOON + timedelta(seconds=offset),
        "key": "pump-1",
        "twin_id": "pump-1",
        "raw": b64encode(raw[:RAW_LIMIT]).decode(),
        "raw_bytes": len(raw),
        "raw_sha256": sha256(raw).hexdigest(),
    } | fields
    made = DeadLetter.model_validate(said)
    return StoredLetter(f"{made.topic}-{made.partition}-{made.offset}-{made.reason}", made)


def consumed(stored: StoredLetter, **changes: object) -> Consumed:
    """The letter as it lies on the topic."""
    value = stored.letter.model_dump_json().encode()
    fields = {"value": value, "headers": (("ce_id", stored.id.encode()),)} | changes
    return Consumed(Topic.DEADLETTER, 0, 0, 0, b"pump-1", **fields)


class Broker:
    """Takes what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes | None, bytes | None]] = []
        self.flushed = 0

    def send(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        self.sent.append((topic, key, value))

    def flush(self) -> None:
        self.flushed = len(self.sent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()
