"""The twins that the twin job tells of, followed on `twin.state`."""

from dataclasses import dataclass

from pydantic import ValidationError

from pipelines.connectors.closable import Closable
from pipelines.connectors.kafka_tail import Consumed, KafkaTail
from schemas.state import TwinState
from schemas.topics import Topic, topic_name


@dataclass(frozen=True, slots=True, order=True)
class Progress:
    """How far the job has got with a twin; it only grows.

    Attributes
    ----------
    retirements
        How often the topic tells that it was retired.
    definitions
        How many definitions it has taken since; none if the job has no such twin.
    """

    retirements: int = 0
    definitions: int = 0


class TwinWatch(Closable):
    """Reads the whole topic, then what comes.

    Raises
    ------
    BrokerError
        If the broker does not answer or lacks the topic.
    TimeoutError
        If the topic can't be read to its end in time.
    """

    def __init__(self, bootstrap_servers: str, prefix: str = "", timeout_s: float = 60.0) -> None:
        self._newest: dict[str, bytes] = {}
        self._retirements: dict[str, int] = {}
        self._tail = KafkaTail(bootstrap_servers, [topic_name(Topic.STATE, prefix)], from_beginning=True)
        try:
            for message in self._tail.until_end(timeout_s):
                self._take(message)
        except BaseException:
            self._tail.close()
            raise

    def poll(self, timeout_s: float) -> set[str]:
        """Take what has come, after at most `timeout_s`, and say which twins it was about."""
        return {self._take(message) for message in self._tail.poll(timeout_s)}

    def progress(self, twin_id: str) -> Progress:
        """How far the job has got with a twin, as far as it has told."""
        state = self.state(twin_id)
        return Progress(self._retirements.get(twin_id, 0), 0 if state is None else state.counts.definitions)

    def state(self, twin_id: str) -> TwinState | None:
        """The newest state of a twin; None if the job has none, or told it in another release's words."""
        return _state(self._newest.get(twin_id))

    @property
    def twin_ids(self) -> set[str]:
        """The twins that the job has, as far as it has told."""
        return set(self._newest)

    def tells_of(self, twin_id: str) -> bool:
        """Whether the job has the twin, as far as it has told."""
        return twin_id in self._newest

    def close(self) -> None:
        """Let go of the broker."""
        self._tail.close()

    def _take(self, message: Consumed) -> str:
        twin_id = (message.key or b"").decode(errors="replace")
        if message.value:
            self._newest[twin_id] = message.value
        else:
            self._newest.pop(twin_id, None)
            self._retirements[twin_id] = self._retirements.get(twin_id, 0) + 1
        return twin_id


def _state(encoded: bytes | None) -> TwinState | None:
    try:
        return None if encoded is None else TwinState.model_validate_json(encoded)
    except ValidationError:  # written by another release: the job will tell the twin anew
        return None
