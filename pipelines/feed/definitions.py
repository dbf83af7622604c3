"""Definitions in Kafka: which stand, new ones, the end of some, and the wait until the twin job has taken them."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.connectors.kafka_tail import Consumed, KafkaTail
from pipelines.feed.twin_watch import Progress, TwinWatch
from pipelines.twin.definition_message import parse_definition
from pipelines.twin.rejection import Rejected
from schemas.definition import TwinDefinition
from schemas.topics import Topic, topic_name

READ_TIMEOUT_S = 60.0

_POLL_S = 0.2
_FEW = 5


class NotTakenError(RuntimeError):
    """The twin job did not take definitions, or the end of twins, in time."""


@dataclass(frozen=True, slots=True)
class StandingDefinitions:
    """What the topic says of each twin that is not retired.

    Attributes
    ----------
    definitions
        By the twin's id.
    unusable
        Twins whose newest message is no definition that the twin job takes, and what is wrong with it.
    """

    definitions: dict[str, TwinDefinition]
    unusable: dict[str, str]

    @property
    def twin_ids(self) -> set[str]:
        """All twins that the topic speaks of."""
        return self.definitions.keys() | self.unusable.keys()


def standing_definitions(
    bootstrap_servers: str, prefix: str = "", timeout_s: float = READ_TIMEOUT_S
) -> StandingDefinitions:
    """Read `twin.definitions` to its end as it is now.

    Raises
    ------
    BrokerError
        If the broker does not answer or lacks the topic.
    TimeoutError
        If the end is not reached in time.
    """
    with KafkaTail(bootstrap_servers, [topic_name(Topic.DEFINITIONS, prefix)], from_beginning=True) as tail:
        return newest_definitions(tail.until_end(timeout_s))


def newest_definitions(messages: Iterable[Consumed]) -> StandingDefinitions:
    """The newest message of each twin, read as the twin job reads it; null retires a twin.

    >>> newest_definitions([Consumed("twin.definitions", 0, 0, 0, b"pump-1", b"{", ())]).unusable.keys()
    dict_keys(['pump-1'])
    """
    newest: dict[str, bytes | None] = {}
    for message in messages:
        newest[(message.key or b"").decode(errors="backslashreplace")] = message.value
    definitions, unusable = {}, {}
    for twin_id, value in newest.items():
        parsed = parse_definition(twin_id, value)
        if isinstance(parsed, Rejected):
            unusable[twin_id] = parsed.remedy
        elif parsed is not None:
            definitions[twin_id] = parsed
    return StandingDefinitions(definitions, unusable)


def publish_definitions(publisher: KafkaPublisher, definitions: Iterable[TwinDefinition], prefix: str = "") -> None:
    """Send each definition and wait until the broker has them."""
    topic = topic_name(Topic.DEFINITIONS, prefix)
    for definition in definitions:
        body = definition.model_dump_json(exclude_defaults=True).encode()
        publisher.send(topic, definition.twin_id.encode(), body)
    publisher.flush()


def publish_retirements(publisher: KafkaPublisher, twin_ids: Iterable[str], prefix: str = "") -> None:
    """Send the end of each twin and wait until the broker has them."""
    for twin_id in twin_ids:
        publisher.send(topic_name(Topic.DEFINITIONS, prefix), twin_id.encode(), None)
    publisher.flush()


def await_defined(bootstrap_servers: str, twin_ids: Sequence[str], timeout_s: float, prefix: str = "") -> None:
    """Wait until the twin job tells of every twin, so that no observation comes before its definition.

    Raises
    ------
    NotTakenError
        If it has not told of all in time.
    """
    deadline = time.monotonic() + timeout_s
    with TwinWatch(bootstrap_servers, prefix, timeout_s) as watch:
        await_taken(watch, dict.fromkeys(twin_ids, Progress()), deadline - time.monotonic())


def await_taken(watch: TwinWatch, before: Mapping[str, Progress], timeout_s: float) -> None:
    """Wait until the twin job has taken one more definition of every twin than it had `before`.

    Raises
    ------
    NotTakenError
        If it has not taken all in time.
    """

    def taken(twin_id: str) -> bool:
        progress = watch.progress(twin_id)
        return progress.definitions > 0 and progress > before[twin_id]

    if missing := _await(watch, before, taken, timeout_s):
        raise NotTakenError(
            f"{len(missing)} twins are not taken by the twin job after {timeout_s:g} s ({_names(missing)}); "
            "is it running? twinstream status, or start it: twinstream run twin; "
            "if it runs, it has rejected them: twinstream dlq list --topic twin.definitions"
        )


def await_retired(bootstrap_servers: str, twin_ids: Sequence[str], timeout_s: float, prefix: str = "") -> None:
    """Wait until the twin job tells of none of the twins any more.

    Raises
    ------
    NotTakenError
        If it still tells of some.
    """
    deadline = time.monotonic() + timeout_s
    with TwinWatch(bootstrap_servers, prefix, timeout_s) as watch:
        left = deadline - time.monotonic()
        missing = _await(watch, twin_ids, lambda twin_id: not watch.tells_of(twin_id), left)
    if missing:
        raise NotTakenError(
            f"{len(missing)} twins are not retired by the twin job after {timeout_s:g} s ({_names(missing)}); "
            "it will do it when it runs: twinstream status, or start it: twinstream run twin"
        )


def _await(watch: TwinWatch, twin_ids: Iterable[str], done: Callable[[str], bool], timeout_s: float) -> set[str]:
    """The twins for which it is not done in time."""
    deadline = time.monotonic() + timeout_s
    missing = {twin_id for twin_id in twin_ids if not done(twin_id)}
    while missing and time.monotonic() < deadline:
        heard = watch.poll(_POLL_S)
        missing -= {twin_id for twin_id in missing & heard if done(twin_id)}
    return missing


def _names(twin_ids: set[str]) -> str:
    return ", ".join(sorted(twin_ids)[:_FEW])
