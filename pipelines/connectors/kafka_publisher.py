"""Messages into Kafka.

Guarantee: when `flush` returns, every message sent before is acknowledged by all in-sync replicas, once and in order
per key (idempotent producer); if one is not, it raises and says which.
"""

import logging

from confluent_kafka import KafkaError, Message, Producer

from pipelines.connectors.closable import Closable

DELIVERY_TIMEOUT_MS = 120_000

_log = logging.getLogger(__name__)


class PublishError(RuntimeError):
    """A message was not taken by the broker."""


class KafkaPublisher(Closable):
    """A producer that never loses a message in silence. Use it as a context manager: leaving it flushes.

    Parameters
    ----------
    bootstrap_servers
        The broker's address, host:port.
    """

    def __init__(self, bootstrap_servers: str) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap_servers,
                "enable.idempotence": True,
                "linger.ms": 5,
                "compression.type": "lz4",
                "delivery.timeout.ms": DELIVERY_TIMEOUT_MS,
            },
            logger=_log,
        )
        self._bootstrap_servers = bootstrap_servers
        self._failure: str | None = None

    def send(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        """Queue a message; waits while the queue is full.

        Raises
        ------
        PublishError
            If an earlier message was not delivered.
        """
        while True:
            self._raise_failure()
            try:
                self._producer.produce(topic, key=key, value=value, on_delivery=self._on_delivery)
            except BufferError:
                self._producer.poll(0.1)
                continue
            self._producer.poll(0)
            return

    def flush(self) -> None:
        """Wait until all that was sent is acknowledged.

        Raises
        ------
        PublishError
            If something was not delivered within two minutes.
        """
        left = self._producer.flush(DELIVERY_TIMEOUT_MS / 1000)
        self._raise_failure()
        if left:
            raise PublishError(f"{left} messages are not acknowledged by {self._bootstrap_servers}; is Kafka running?")

    def close(self) -> None:
        """Flush; the client lets go of the broker by itself."""
        self.flush()

    def _on_delivery(self, error: KafkaError | None, message: Message) -> None:
        if error is not None and self._failure is None:
            self._failure = f"a message for {message.topic()} was not delivered: {error.str()}"

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise PublishError(self._failure)
