"""Topics read from their beginning or from now on, without a consumer group: for people and tests, not for jobs."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaException, TopicPartition
from confluent_kafka import Message as KafkaMessage

from pipelines.connectors.closable import Closable

METADATA_TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)


class BrokerError(RuntimeError):
    """The broker does not answer, or does not have what was asked for."""


@dataclass(frozen=True, slots=True)
class Consumed:
    """One message as the broker holds it."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class KafkaTail(Closable):
    """Reads whole topics; messages of open or aborted transactions are not seen.

    Parameters
    ----------
    from_beginning
        Start with the oldest message kept, else with the next one that comes.

    Raises
    ------
    BrokerError
        If the broker does not answer or lacks a topic; reading raises it, too.
    """

    def __init__(self, bootstrap_servers: str, topics: Sequence[str], *, from_beginning: bool) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap_servers,
                "group.id": "twinstream-tail",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "enable.partition.eof": False,
                "fetch.wait.max.ms": 50,
            },
            logger=_log,
        )
        self._partitions = [
            TopicPartition(topic, number) for topic in topics for number in self._partition_numbers(topic)
        ]
        start = OFFSET_BEGINNING if from_beginning else OFFSET_END
        self._consumer.assign([TopicPartition(p.topic, p.partition, start) for p in self._partitions])

    def end_offsets(self) -> dict[tuple[str, int], int]:
        """The offset behind the last message of each partition, now."""
        ends = {}
        for partition in self._partitions:
            _, end = self._consumer.get_watermark_offsets(partition, timeout=METADATA_TIMEOUT_S)
            ends[partition.topic, partition.partition] = end
        return ends

    def poll(self, timeout_s: float) -> list[Consumed]:
        """What has come, after at most `timeout_s`; empty if nothing has."""
        return [_consumed(message) for message in self._consumer.consume(10_000, timeout_s)]

    def until_end(self, timeout_s: float) -> Iterator[Consumed]:
        """Every message up to the end of the topics as it is at the call.

        Raises
        ------
        TimeoutError
            If the end is not reached in time.
        """
        deadline = time.monotonic() + timeout_s
        ends = self.end_offsets()
        while not self._reached(ends):
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"the end of {sorted({topic for topic, _ in ends})} was not reached in {timeout_s} s"
                )
            yield from self.poll(0.2)

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()

    def _partition_numbers(self, topic: str) -> list[int]:
        try:
            found = self._consumer.list_topics(topic, timeout=METADATA_TIMEOUT_S).topics[topic]
        except KafkaException as error:
            raise BrokerError(f"Kafka does not answer: {error.args[0].str()}; start it: twinstream up") from error
        if found.error is not None:
            raise BrokerError(f"topic {topic}: {found.error.str()}; make the topics: twinstream up")
        return sorted(found.partitions)

    def _reached(self, ends: dict[tuple[str, int], int]) -> bool:
        """Positions count transaction markers too, which are never delivered."""
        for at in self._consumer.position(self._partitions):
            end = ends[at.topic, at.partition]
            if at.offset >= end:
                continue
            low, _ = self._consumer.get_watermark_offsets(at, cached=True)
            if low < end:
                return False
        return True


def _consumed(message: KafkaMessage) -> Consumed:
    if message.error() is not None:
        raise BrokerError(f"reading {message.topic()}: {message.error().str()}")
    headers = tuple((name, value or b"") for name, value in message.headers() or ())
    return Consumed(
        message.topic(),
        message.partition(),
        message.offset(),
        message.timestamp()[1],
        message.key(),
        message.value(),
        headers,
    )
