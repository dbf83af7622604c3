"""The only list of Kafka topics: names, keys, retention, and what each is for."""

from dataclasses import dataclass
from enum import StrEnum

DAY_MS = 24 * 60 * 60 * 1000


class Topic(StrEnum):
    """Every topic of the pipeline, by its name without prefix.

    >>> Topic.TELEMETRY.value
    'twin.telemetry'
    """

    TELEMETRY = "twin.telemetry"
    DEFINITIONS = "twin.definitions"
    COMMANDS = "twin.commands"
    STATE = "twin.state"
    ALERTS = "twin.alerts"
    MODELS = "twin.models"
    POINTS = "twin.points"
    DEADLETTER = "twin.deadletter"
    TRUTH = "twin.truth"


@dataclass(frozen=True)
class TopicSpec:
    """How a topic is created: partitions, clean-up policy, retention (ms, None = for ever), and its purpose.

    `broker_time` stamps messages by the broker's clock as they come, whatever their senders' clocks say: event times
    are compared with it.
    """

    topic: Topic
    key: str
    purpose: str
    compacted: bool = False
    retention_ms: int | None = 7 * DAY_MS
    partitions: int = 4
    broker_time: bool = False


TOPIC_SPECS: tuple[TopicSpec, ...] = (
    TopicSpec(Topic.TELEMETRY, "twin id", "observations from the plant", broker_time=True),
    TopicSpec(
        Topic.DEFINITIONS,
        "twin id",
        "what each twin is; null retires it",
        compacted=True,
        retention_ms=None,
        broker_time=True,
    ),
    TopicSpec(
        Topic.COMMANDS,
        "twin id",
        "what operators tell a twin: label an alert, relearn",
        retention_ms=90 * DAY_MS,
        broker_time=True,
    ),
    TopicSpec(Topic.STATE, "twin id", "each twin as it stands now", compacted=True, retention_ms=None),
    TopicSpec(Topic.ALERTS, "twin id", "one message per alert transition", retention_ms=90 * DAY_MS),
    TopicSpec(
        Topic.MODELS,
        "twin id",
        "audit trail of the models: warm, drift, label, threshold, relearn, reset",
        retention_ms=90 * DAY_MS,
    ),
    TopicSpec(Topic.POINTS, "bucket of twins", "line protocol on its way to InfluxDB (internal)"),
    TopicSpec(Topic.DEADLETTER, "twin id", "what was rejected, why, and its raw bytes", retention_ms=30 * DAY_MS),
    TopicSpec(Topic.TRUTH, "twin id", "faults that a simulator injected", retention_ms=30 * DAY_MS, partitions=1),
)


def topic_name(topic: Topic, prefix: str = "") -> str:
    """The topic's name on a broker that several installations share.

    >>> topic_name(Topic.ALERTS, "plant-a.")
    'plant-a.twin.alerts'
    """
    return f"{prefix}{topic.value}"
