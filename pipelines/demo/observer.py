"""What the demo sees on Kafka: every twin now, open alerts, how fast alerts come."""

import math
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.connectors.closable import Closable
from pipelines.connectors.kafka_tail import Consumed, KafkaTail
from schemas.alert import AlertTransition, Transition
from schemas.state import TwinState
from schemas.topics import Topic, topic_name

RATE_WINDOW_S = 5.0


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert that was raised during the demo, and how long after its event it stood on Kafka."""

    alert: AlertTransition
    latency_ms: float


class Observer(Closable):
    """Follows `twin.state`, `twin.alerts` and `twin.telemetry` without a consumer group.

    Parameters
    ----------
    since_ms
        Alerts that the broker took before are those of earlier runs.
    """

    def __init__(self, bootstrap_servers: str, prefix: str, since_ms: int) -> None:
        self._state_topic = topic_name(Topic.STATE, prefix)
        self._since_ms = since_ms
        topics = [self._state_topic, topic_name(Topic.ALERTS, prefix)]
        self._tail = KafkaTail(bootstrap_servers, topics, from_beginning=True)
        self._telemetry = KafkaTail(bootstrap_servers, [topic_name(Topic.TELEMETRY, prefix)], from_beginning=False)
        self._totals: deque[tuple[float, int]] = deque()
        self.states: dict[str, TwinState] = {}
        self.open_alerts: dict[str, AlertTransition] = {}
        self.raised: list[Raised] = []

    def poll(self, timeout_s: float) -> None:
        """Take what has come."""
        for message in self._tail.poll(timeout_s):
            if message.topic == self._state_topic:
                self._take_state(message)
            else:
                self._take_alert(message)
        now = time.monotonic()
        self._totals.append((now, self.telemetry_messages()))
        while now - self._totals[0][0] > RATE_WINDOW_S:
            self._totals.popleft()

    def telemetry_messages(self) -> int:
        """How many telemetry messages Kafka has taken in all."""
        return sum(self._telemetry.end_offsets().values())

    @property
    def messages_per_second(self) -> float:
        """Telemetry messages in a second, over the last few."""
        if len(self._totals) < 2:
            return 0.0
        (began, first), (ended, last) = self._totals[0], self._totals[-1]
        return (last - first) / (ended - began)

    def close(self) -> None:
        """Let go of the broker."""
        self._tail.close()
        self._telemetry.close()

    def _take_state(self, message: Consumed) -> None:
        if message.key is None:
            return
        twin_id = message.key.decode()
        if message.value is None:
            self.states.pop(twin_id, None)
        else:
            self.states[twin_id] = TwinState.model_validate_json(message.value)

    def _take_alert(self, message: Consumed) -> None:
        if message.value is None:
            return
        alert = AlertTransition.model_validate_json(message.value)
        if alert.transition is Transition.CLEARED:
            self.open_alerts.pop(alert.alert_id, None)
            return
        self.open_alerts[alert.alert_id] = alert
        if alert.transition is not Transition.RAISED or alert.historical:
            return
        if message.timestamp_ms >= self._since_ms:
            taken = datetime.fromtimestamp(message.timestamp_ms / 1000, UTC)
            self.raised.append(Raised(alert, (taken - alert.ts).total_seconds() * 1000))


def percentile(values: list[float], share: float) -> float | None:
    """The smallest value that at least that share of the values does not exceed; None of none.

    >>> percentile([5.0, 1.0, 3.0], 0.5)
    3.0
    """
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
