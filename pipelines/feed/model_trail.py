"""The audit trail of models on `twin.models`, by twin, each event once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from pipelines.connectors.kafka_tail import Consumed, KafkaTail
from schemas.model_event import ModelEvent
from schemas.topics import Topic, topic_name

READ_TIMEOUT_S = 120.0

_ID_HEADER = "ce_id"


@dataclass(frozen=True, slots=True)
class ModelTrail:
    """What was found on the topic.

    Attributes
    ----------
    events
        By twin, in the order in which they were written.
    unreadable
        Messages on the topic that are no model events as this version reads them.
    """

    events: dict[str, tuple[ModelEvent, ...]]
    unreadable: int = 0

    def of(self, twin_id: str) -> tuple[ModelEvent, ...]:
        """The events of one twin; none if there are none."""
        return self.events.get(twin_id, ())


def read_model_trail(bootstrap_servers: str, prefix: str = "", timeout_s: float = READ_TIMEOUT_S) -> ModelTrail:
    """Read the topic to its end as it is now.

    Raises
    ------
    BrokerError
        If the broker does not answer or lacks the topic.
    TimeoutError
        If the end is not reached in time.
    """
    with KafkaTail(bootstrap_servers, [topic_name(Topic.MODELS, prefix)], from_beginning=True) as tail:
        return collect_trail(tail.until_end(timeout_s))


def collect_trail(messages: Iterable[Consumed]) -> ModelTrail:
    """The events in the topic's messages; of those with the same id the first is kept.

    >>> collect_trail([Consumed("twin.models", 0, 0, 0, None, b"no event", ())])
    ModelTrail(events={}, unreadable=1)
    """
    events: defaultdict[str, dict[str, ModelEvent]] = defaultdict(dict)
    unreadable = 0
    for message in messages:
        try:
            event_id = dict(message.headers)[_ID_HEADER].decode()
            event = ModelEvent.model_validate_json(message.value or b"")
        except (KeyError, UnicodeDecodeError, ValidationError):  # anybody may write to a topic
            unreadable += 1
            continue
        # A job that restarts from a checkpoint writes the events behind it again, under the same ids.
        events[event.twin_id].setdefault(event_id, event)
    return ModelTrail({twin_id: tuple(found.values()) for twin_id, found in events.items()}, unreadable)
