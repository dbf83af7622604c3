"""One dead letter with the id under which it is stored."""

from base64 import b64decode
from dataclasses import dataclass
from typing import NamedTuple

from schemas.deadletter import DeadLetter
from schemas.topics import Topic


class Origin(NamedTuple):
    """The message that a letter speaks of: its place in the log, in the order in which messages are sent again."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}-{self.offset}"


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A dead letter as it rests on the topic.

    Attributes
    ----------
    id
        Its `ce_id`: topic, partition and offset of the message and the reason, the same on every replay.
    """

    id: str
    letter: DeadLetter

    @property
    def origin(self) -> Origin:
        """The message that it speaks of; letters of several reasons may share it."""
        return Origin(self.letter.topic, self.letter.partition, self.letter.offset)

    @property
    def raw(self) -> bytes:
        """The message's bytes, as far as they are kept."""
        return b64decode(self.letter.raw)

    @property
    def truncated(self) -> bool:
        """Whether only the beginning of the message is kept."""
        return len(self.raw) < self.letter.raw_bytes

    @property
    def observations(self) -> int:
        """How many observations were rejected, as the counters count them: a definition is none."""
        return max(1, len(self.letter.sensors)) if self.letter.topic == Topic.TELEMETRY else 0
