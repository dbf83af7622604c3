"""One Kafka message as the core sees it."""

from dataclasses import dataclass

from schemas.topics import Topic


@dataclass(frozen=True, slots=True)
class Message:
    """Raw bytes with their place in the log.

    Attributes
    ----------
    topic
        Which topic it came from, without the installation's prefix.
    partition, offset
        Its place there; with the topic, the message's identity.
    received_ms
        When the broker took it, epoch ms. It stamps counters and dead letters, never observations.
    """

    topic: Topic
    key: bytes | None
    value: bytes | None
    partition: int
    offset: int
    received_ms: int

    @property
    def id(self) -> str:
        """The message's identity in one word.

        >>> Message(Topic.TELEMETRY, b"pump-1", b"{}", 2, 17, 0).id
        'twin.telemetry-2-17'
        """
        return f"{self.topic.value}-{self.partition}-{self.offset}"
