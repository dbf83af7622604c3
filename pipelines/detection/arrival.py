"""Whether messages come as often as usual."""

from math import exp, log
from struct import Struct
from typing import Self

from pipelines.detection.channel import Channel
from pipelines.detection.finite import INFINITE, unfinite

FACTOR = 2.0
"""The boundary is wider than a level's: a change of pace is seldom the plant's."""

FLOOR = 0.1
"""Smallest standard deviation of the logarithm of the time between two messages: a tenth of it."""

FURTHEST = 2.0
"""A gap counts as at most e^2 times the usual: one outage is no change of pace."""

_LAST = Struct("<d")


class Arrivals:
    """The logarithm of the event time between two messages, as a `Channel`.

    >>> arrivals = Arrivals(boundary=4.5, warm_up=100)
    >>> for second in range(300):
    ...     arrivals.observe(float(second))
    ...     arrivals.learn(calm=True, alert=False)
    >>> for i in range(20):
    ...     arrivals.observe(300.0 + 0.1 * i)
    >>> arrivals.channel.distance > 1
    True
    """

    __slots__ = ("_fresh", "_last", "channel")

    def __init__(self, boundary: float, warm_up: int) -> None:
        self.channel = Channel(FACTOR * boundary, warm_up, FLOOR)
        self._last = float("nan")
        self._fresh = False

    @property
    def usual_s(self) -> float:
        """Usual time between two messages, s; 0 before the second."""
        return exp(self.channel.slow) if self.channel.samples else 0.0

    def observe(self, ts_s: float) -> None:
        """A message has come, of an event time in epoch seconds; several of one time are one."""
        if not -INFINITE < ts_s < INFINITE:
            raise unfinite(ts_s)
        gap = ts_s - self._last
        self._last = ts_s
        self._fresh = gap > 0.0
        if not self._fresh:
            return
        pace = log(gap)
        if self.channel.warm:
            usual = self.channel.slow
            pace = min(max(pace, usual - FURTHEST), usual + FURTHEST)
        self.channel.observe(pace)

    def learn(self, *, calm: bool, alert: bool) -> None:
        """Let the message observed last teach what is usual."""
        if self._fresh:
            self.channel.learn(calm=calm, alert=alert)

    def snapshot(self) -> tuple[bytes, bytes]:
        """What was learned, exactly."""
        return _LAST.pack(self._last), self.channel.packed()

    def restore(self, snapshot: tuple[bytes, bytes]) -> Self:
        """Go on bit for bit where it was taken."""
        (self._last,) = _LAST.unpack(snapshot[0])
        self.channel.restore(snapshot[1])
        return self
