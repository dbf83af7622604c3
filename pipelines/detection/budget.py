"""The boundary that keeps false alarms within a budget, from how far a healthy twin has strayed so far."""

from math import exp, log, pi, sqrt
from typing import Self

from pipelines.detection.finite import INFINITE, unfinite
from pipelines.detection.scalars import Scalars

BLOCK = 64
"""Messages of which the furthest distance counts as one observation: neighbours are not independent."""

ENOUGH = 30
"""Blocks before the tail is trusted; until then the boundary is that of the profile."""

MEMORY = 10_000.0
"""Blocks over which the tail is averaged."""

LEAST, MOST = 1.0, 4.0
"""How far the boundary may be moved from that of the profile: not nearer, since a calm week is followed by others, and
not so far that the twin is blind."""

TOLD = 0.1
"""A move of the boundary by this share of it is worth a record."""

WEEK_S = 7 * 24 * 3600
EULER = 0.5772156649015329
_SCALARS = Scalars("_began_s", "_count", "_furthest", "_blocks", "_mean", "_squares", "_told", "stretch")


class AlarmBudget:
    """How far the boundary has to be stretched so that a healthy twin crosses it as often as is allowed.

    The largest of many distances follows Gumbel's law, whatever the distances follow, as long as their tail falls off
    exponentially (Gumbel, Statistics of Extremes, 1958). Its location and scale are estimated by moments from the
    maxima of blocks in which no alert stood, and the boundary is the value that a week exceeds `per_week` times.

    Parameters
    ----------
    per_week
        False alarms allowed in a week of event time; None leaves the boundary where the profile has it.

    Attributes
    ----------
    stretch
        Factor on the boundary.

    >>> from random import Random
    >>> rng, budget = Random(1), AlarmBudget(per_week=1)
    >>> for second in range(20_000):
    ...     budget.observe(float(second), abs(rng.gauss(0.0, 0.2)))
    >>> 1.0 <= budget.stretch < 1.3
    True
    """

    __slots__ = ("_began_s", "_blocks", "_count", "_furthest", "_mean", "_squares", "_told", "per_week", "stretch")

    def __init__(self, per_week: float | None) -> None:
        self.per_week = per_week
        self._began_s = self._count = self._furthest = self._blocks = self._mean = self._squares = 0.0
        self.stretch = self._told = 1.0

    def observe(self, ts_s: float, distance: float) -> None:
        """Take the distance, in boundaries of the profile, of a message without alert at an event time in s."""
        if self.per_week is None:
            return
        if not -INFINITE < distance < INFINITE:
            raise unfinite(distance)
        if not self._count:
            self._began_s = ts_s
        self._count += 1.0
        self._furthest = max(self._furthest, distance)
        if self._count >= BLOCK:
            self._close(self.per_week, ts_s - self._began_s)
            self._count = self._furthest = 0.0

    def moved(self) -> bool:
        """Whether the boundary is far enough from where it was told to be that it is worth telling again; once."""
        if abs(self.stretch - self._told) < TOLD * self._told:
            return False
        self._told = self.stretch
        return True

    def _close(self, per_week: float, block_s: float) -> None:
        self._blocks += 1.0
        weight = 1.0 / min(self._blocks, MEMORY)
        off = self._furthest - self._mean
        self._mean += weight * off
        self._squares += weight * ((1.0 - weight) * off * off - self._squares)
        if self._blocks < ENOUGH or block_s <= 0.0:
            return
        scale = sqrt(6.0 * self._squares) / pi
        allowed = min(1.0 - exp(-per_week * block_s / WEEK_S), 0.5)
        boundary = self._mean - EULER * scale - scale * log(-log(1.0 - allowed))
        self.stretch = min(max(boundary, LEAST), MOST)

    def packed(self) -> bytes:
        """What was learned, exactly."""
        return _SCALARS.pack(self)

    def restore(self, packed: bytes) -> Self:
        """Go on bit for bit where it was taken."""
        _SCALARS.restore(self, packed)
        if self.per_week is None:
            self.stretch = self._told = 1.0
        return self
