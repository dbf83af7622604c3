"""The dead letters on `twin.deadletter`, each once."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from pipelines.connectors.kafka_tail import Consumed, KafkaTail
from pipelines.feed.letter_filter import LetterFilter
from pipelines.feed.stored_letter import StoredLetter
from schemas.deadletter import DeadLetter
from schemas.topics import Topic, topic_name

READ_TIMEOUT_S = 120.0

_ID_HEADER = "ce_id"


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """What was found on the topic.

    Attributes
    ----------
    letters
        Those wanted, in the order in which their messages came, each once.
    unreadable
        Messages on the topic that are no dead letters as this version writes them.
    """

    letters: tuple[StoredLetter, ...]
    unreadable: int = 0


def read_dead_letters(
    bootstrap_servers: str, prefix: str = "", wanted: LetterFilter | None = None, timeout_s: float = READ_TIMEOUT_S
) -> DeadLetters:
    """Read the topic to its end as it is now.

    Raises
    ------
    BrokerError
        If the broker does not answer or lacks the topic.
    TimeoutError
        If the end is not reached in time.
    """
    with KafkaTail(bootstrap_servers, [topic_name(Topic.DEADLETTER, prefix)], from_beginning=True) as tail:
        return collect(tail.until_end(timeout_s), wanted or LetterFilter())


def collect(messages: Iterable[Consumed], wanted: LetterFilter) -> DeadLetters:
    """The letters wanted among the topic's messages; of those with the same id the first is kept.

    >>> collect([Consumed("twin.deadletter", 0, 0, 0, None, b"no letter", ())], LetterFilter())
    DeadLetters(letters=(), unreadable=1)
    """
    found: dict[str, StoredLetter] = {}
    unreadable = 0
    for message in messages:
        stored = _stored(message)
        if stored is None:
            unreadable += 1
        elif wanted.matches(stored):
            # A job that restarts from a checkpoint writes the letters behind it again, under the same ids.
            found.setdefault(stored.id, stored)
    return DeadLetters(tuple(sorted(found.values(), key=_by_arrival)), unreadable)


def _stored(message: Consumed) -> StoredLetter | None:
    """The letter in a message; None if there is none: anybody may write to a topic."""
    try:
        letter_id = dict(message.headers)[_ID_HEADER].decode()
        letter = DeadLetter.model_validate_json(message.value or b"")
        b64decode(letter.raw, validate=True)
        letter.first_seen_at.astimezone(UTC)  # the first hours of year 1 have no UTC
    except (KeyError, UnicodeDecodeError, ValidationError, Base64Error, OverflowError):
        return None
    return StoredLetter(letter_id, letter)


def _by_arrival(stored: StoredLetter) -> tuple[datetime, str, int, int, str]:
    letter = stored.letter
    return letter.first_seen_at, letter.topic, letter.partition, letter.offset, stored.id
