"""Whether messages come as often as usual."""

from math import exp, log
from struct import Struct
from typing import Self

from pipelines.detection.channel import Channel
from pipelines.detection.finite import INFINITE, unfinite

FACTOR = 2.0
"""The boundary is wider than a level's: a change of pace is seldom the plant's."""

FLOOR = 0.25
"""Smallest standard deviation of the logarithm of the time between two messages: only a pace that is about ten times
the usual, or a tenth of it, is unusual where messages come evenly."""

FURTHEST = 3.0
"""A gap counts as at most e^3 times the usual: one outage is no change of pace."""

LASTING = 60
"""Messages at a new pace after which it is the usual one: what else may be wrong must not be hidden by it for long."""

_LAST = Struct("<2d")


class Arrivals:
    """The logarithm of the event time between two messages, as a `Channel`.

    >>> arrivals = Arrivals(boundary=4.5, warm_up=100)
    >>> for second in range(300):
    ...     arrivals.observe(float(second))
    ...     arrivals.learn(calm=True, alert=False)
    >>> for i in range(20):
    ...     arrivals.observe(300.0 + 0.05 * i)
    >>> arrivals.channel.distance > 1
    True
    """

    __slots__ = ("_beyond", "_fresh", "_last", "channel")

    def __init__(self, boundary: float, warm_up: int) -> None:
        self.channel = Channel(FACTOR * boundary, warm_up, FLOOR)
        self._last, self._beyond = float("nan"), 0.0
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
        self._beyond = self._beyond + 1.0 if self.channel.observe(pace) >= 1.0 else 0.0
        if self._beyond >= LASTING:
            self.channel.settle(0.0, adopted=True)
            self._beyond = 0.0

    def learn(self, *, calm: bool, alert: bool) -> None:
        """Let the message observed last teach what is usual."""
        if self._fresh:
            self.channel.learn(calm=calm, alert=alert)

    def snapshot(self) -> tuple[bytes, bytes]:
        """What was learned, exactly."""
        return _LAST.pack(self._last, self._beyond), self.channel.packed()

    def restore(self, snapshot: tuple[bytes, bytes]) -> Self:
        """Go on bit for bit where it was taken."""
        self._last, self._beyond = _LAST.unpack(snapshot[0])
        self.channel.restore(snapshot[1])
        return self
