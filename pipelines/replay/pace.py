"""Sending as fast as it happened, or faster by a factor."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pipelines.twin.event_time import NS_PER_SECOND

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Pace:
    """When to send what happened at an event time.

    Attributes
    ----------
    speed
        Event seconds in a second; 0 sends at once.
    clock, sleep
        Monotonic seconds, and a wait in seconds.
    """

    speed: float
    clock: Callable[[], float]
    sleep: Callable[[float], object]

    def paced(self, items: Iterable[Item], ts_ns: Callable[[Item], int | None]) -> Iterator[Item]:
        """Each item when its time has come, counted from the first; one without a time follows at once.

        >>> waits: list[float] = []
        >>> list(Pace(2.0, clock=lambda: 0.0, sleep=waits.append).paced([0, 10**9], lambda ts: ts)), waits
        ([0, 1000000000], [0.5])
        """
        began = self.clock()
        first_ns: int | None = None
        for item in items:
            ts = ts_ns(item)
            if self.speed > 0 and ts is not None:
                first_ns = ts if first_ns is None else first_ns
                ahead_s = (ts - first_ns) / NS_PER_SECOND / self.speed - (self.clock() - began)
                if ahead_s > 0:
                    self.sleep(ahead_s)
            yield item
