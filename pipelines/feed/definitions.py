"""Definitions into Kafka, and the wait until the twin job has taken them."""

import time
from collections.abc import Iterable, Sequence

from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.connectors.kafka_tail import KafkaTail
from schemas.definition import TwinDefinition
from schemas.topics import Topic, topic_name


class NotTakenError(RuntimeError):
    """The twin job did not take definitions in time."""


def publish_definitions(publisher: KafkaPublisher, definitions: Iterable[TwinDefinition], prefix: str = "") -> None:
    """Send each definition and wait until the broker has them."""
    topic = topic_name(Topic.DEFINITIONS, prefix)
    for definition in definitions:
        body = definition.model_dump_json(exclude_defaults=True).encode()
        publisher.send(topic, definition.twin_id.encode(), body)
    publisher.flush()


def await_defined(bootstrap_servers: str, twin_ids: Sequence[str], timeout_s: float, prefix: str = "") -> None:
    """Wait until the twin job tells of every twin, so that no observation comes before its definition.

    Raises
    ------
    NotTakenError
        If it has not told of all in time.
    """
    missing = {twin_id.encode() for twin_id in twin_ids}
    deadline = time.monotonic() + timeout_s
    with KafkaTail(bootstrap_servers, [topic_name(Topic.STATE, prefix)], from_beginning=True) as tail:
        while missing and time.monotonic() < deadline:
            missing -= {message.key for message in tail.poll(0.2) if message.key is not None and message.value}
    if missing:
        names = ", ".join(sorted(twin_id.decode() for twin_id in missing)[:5])
        raise NotTakenError(
            f"{len(missing)} twins are not taken by the twin job after {timeout_s:g} s ({names}); "
            "is it running? twinstream status, or start it: twinstream run twin"
        )
