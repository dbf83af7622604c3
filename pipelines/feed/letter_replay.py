"""Rejected messages sent again: which can be, in which order, and why others can't."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.stored_letter import Origin, StoredLetter
from pipelines.twin.deadletter import TEXT_LIMIT
from schemas.topics import Topic, topic_name

REPLAYABLE = (Topic.TELEMETRY, Topic.DEFINITIONS, Topic.COMMANDS)


class Obstacle(StrEnum):
    """Why a message can't be sent again."""

    INTERNAL = "twin.points holds line protocol that the twin job made; send the readings again from their source"
    FOREIGN_TOPIC = "only messages of twin.telemetry, twin.definitions and twin.commands can be sent again"
    TRUNCATED = "only the beginning of the message is kept; send it again from its source"
    EMPTY = "the message is empty or null, so there is nothing to send"
    DAMAGED = "the bytes are not those that were rejected: length or SHA-256 differ"
    KEY_LOST = "the message's key is not kept byte for byte: it was no UTF-8, or too long"
    NO_KEY = "a definition needs a key, and this one has none"


@dataclass(frozen=True, slots=True)
class Resend:
    """One message to send again, with all letters that speak of it."""

    origin: Origin
    topic: Topic
    key: bytes | None
    value: bytes
    letters: tuple[StoredLetter, ...]

    @property
    def reasons(self) -> list[str]:
        """Why it was rejected; each reason once."""
        return sorted({stored.letter.reason for stored in self.letters})


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What to send, in order, and what can't be sent.

    Attributes
    ----------
    messages
        In the order of topic, partition and offset.
    copies
        Messages left out because a later one has the same topic, key and bytes.
    obstacles
        Why messages can't be sent, each with the messages concerned.
    """

    messages: tuple[Resend, ...]
    copies: int
    obstacles: dict[Obstacle, tuple[Origin, ...]]

    @property
    def reasons(self) -> Counter[str]:
        """Messages to send by reason; a message with two reasons counts for both."""
        return Counter(reason for message in self.messages for reason in message.reasons)

    @property
    def definitions(self) -> int:
        """How many of the messages define a twin."""
        return sum(message.topic is Topic.DEFINITIONS for message in self.messages)


def plan_replay(letters: Iterable[StoredLetter]) -> ReplayPlan:
    """Each message that the letters speak of, once.

    >>> plan_replay([]).messages
    ()
    """
    by_origin: defaultdict[Origin, list[StoredLetter]] = defaultdict(list)
    for stored in letters:
        by_origin[stored.origin].append(stored)
    obstacles: defaultdict[Obstacle, list[Origin]] = defaultdict(list)
    messages: dict[tuple[Topic, bytes | None, bytes], Resend] = {}
    copies = 0
    for origin in sorted(by_origin):
        resend = _resend(origin, tuple(by_origin[origin]))
        if isinstance(resend, Obstacle):
            obstacles[resend].append(origin)
            continue
        # A message that was sent again in vain lies on the dead-letter topic twice. Without this, every further
        # replay would double it. The last one stays: of two values for one moment, the last one wins.
        identity = resend.topic, resend.key, resend.value
        copies += messages.pop(identity, None) is not None
        messages[identity] = resend
    return ReplayPlan(tuple(messages.values()), copies, {why: tuple(origins) for why, origins in obstacles.items()})


def send_again(publisher: KafkaPublisher, plan: ReplayPlan, prefix: str = "") -> None:
    """Send the messages and wait until the broker has them.

    Raises
    ------
    PublishError
        If the broker does not take one.
    """
    for message in plan.messages:
        publisher.send(topic_name(message.topic, prefix), message.key, message.value)
    publisher.flush()


def _resend(origin: Origin, letters: tuple[StoredLetter, ...]) -> Resend | Obstacle:
    """The message as it was, or why it can't be had again. All letters of a message hold the same bytes and key."""
    first = letters[0]
    topic = next((topic for topic in REPLAYABLE if topic == origin.topic), None)
    if topic is None:
        return Obstacle.INTERNAL if origin.topic == Topic.POINTS else Obstacle.FOREIGN_TOPIC
    obstacle = _bytes_obstacle(first)
    if obstacle is not None:
        return obstacle
    key = first.letter.key
    if key is None:
        return Obstacle.NO_KEY if topic is Topic.DEFINITIONS else Resend(origin, topic, None, first.raw, letters)
    # U+FFFD stands for what was no UTF-8; a key of the limit's length is perhaps only the beginning of one.
    if "\N{REPLACEMENT CHARACTER}" in key or len(key.encode()) >= TEXT_LIMIT:
        return Obstacle.KEY_LOST
    return Resend(origin, topic, key.encode(), first.raw, letters)


def _bytes_obstacle(stored: StoredLetter) -> Obstacle | None:
    raw = stored.raw
    if not stored.letter.raw_bytes:
        # An empty message can't be told from a null one here, and on twin.definitions null retires a twin.
        return Obstacle.EMPTY
    if stored.truncated:
        return Obstacle.TRUNCATED
    if len(raw) != stored.letter.raw_bytes or sha256(raw).hexdigest() != stored.letter.raw_sha256:
        return Obstacle.DAMAGED
    return None
