"""Events counted at the end of the way: each observation puts one line of its first sensor on `twin.points`."""

import time

from pipelines.connectors.kafka_tail import KafkaTail
from schemas.topics import Topic, topic_name

FIRST_SENSOR = b"sensor=s0,"


class PointsCounter(KafkaTail):
    """Reads all points of a prefix from their beginning, and counts."""

    def __init__(self, bootstrap_servers: str, prefix: str) -> None:
        super().__init__(bootstrap_servers, [topic_name(Topic.POINTS, prefix)], from_beginning=True)
        self.seen = 0

    def count(self, timeout_s: float) -> float:
        """Take what has come; returns when that was, by this process's clock."""
        messages = self.poll(timeout_s)
        now = time.monotonic()
        self.seen += sum((message.value or b"").count(FIRST_SENSOR) for message in messages)
        return now


def event_times_ms(body: bytes) -> list[int]:
    """The event times of the observations in one message of points.

    >>> event_times_ms(b"observation,sensor=s0,x=y value=1.0 2000000\\nobservation,sensor=s1,x=y value=1.0 2000000")
    [2]
    """
    times, at = [], 0
    while (at := body.find(FIRST_SENSOR, at)) >= 0:
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        times.append(int(body[body.rfind(b" ", at, end) : end]) // 1_000_000)
        at = end
    return times
