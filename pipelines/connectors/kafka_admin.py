"""Administration of the Kafka broker: is it ready, and do all topics exist."""

from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from schemas.topics import TOPIC_SPECS, TopicSpec, topic_name

_QUICK_S = 2.0
_CREATE_S = 30.0


class TopicError(Exception):
    """A topic could not be created, or exists in another shape than the code relies on."""


def broker_ready(bootstrap_servers: str) -> bool:
    """Whether a broker answers there and has joined its cluster. Takes at most two seconds."""
    try:
        return bool(_admin(bootstrap_servers).list_topics(timeout=_QUICK_S).brokers)
    except KafkaException:
        return False


def ensure_topics(bootstrap_servers: str, prefix: str = "") -> list[str]:
    """Create the topics of `schemas.topics` that are missing; returns the names of those created.

    Topics that exist are left as they are.

    Raises:
        TopicError: if a topic can't be created, or exists with fewer partitions than the code relies on.
    """
    admin = _admin(bootstrap_servers)
    existing = admin.list_topics(timeout=_CREATE_S).topics
    missing = {}
    for spec in TOPIC_SPECS:
        name = topic_name(spec.topic, prefix)
        if name not in existing:
            missing[name] = _new_topic(spec, name)
        elif len(existing[name].partitions) < spec.partitions:
            raise TopicError(
                f"Topic {name} on {bootstrap_servers} has {len(existing[name].partitions)} partitions, "
                f"{spec.partitions} are needed. Add partitions, or delete the topic and start again."
            )
    created = []
    for name, future in admin.create_topics(list(missing.values())).items() if missing else ():
        try:
            future.result(timeout=_CREATE_S)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:  # made by another at the same moment
                continue
            raise TopicError(f"Topic {name} can't be created on {bootstrap_servers}: {error.args[0].str()}") from error
        created.append(name)
    return created


def _new_topic(spec: TopicSpec, name: str) -> NewTopic:
    config = {
        "cleanup.policy": "compact" if spec.compacted else "delete",
        "retention.ms": str(-1 if spec.retention_ms is None else spec.retention_ms),
        "message.timestamp.type": "LogAppendTime" if spec.broker_time else "CreateTime",
    }
    return NewTopic(name, num_partitions=spec.partitions, replication_factor=1, config=config)


def _admin(bootstrap_servers: str) -> Any:  # noqa: ANN401 - the client library has no types
    # the client would write each failed attempt to stderr; failures are told by the calls themselves
    return AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})
