"""What values a statistic has had: a bounded memory that knows how far a new value is from all of them."""

from array import array
from bisect import bisect_left
from itertools import islice
from operator import sub

from pipelines.detection.scalars import Scalars

CAPACITY = 96
"""Values remembered at most: 384 bytes. More were not seen to find more (docs/decisions/0009)."""

GRAIN = 0.01
"""A value closer than this to a remembered one, in spreads, is the same."""

SPREAD = 6.0
"""Mean absolute deviations in a spread: about the width of what is usual."""

_LEAST = 1e-9

SCALARS = Scalars("mean", "deviation")
"""What changes with every value."""


class Memory:
    """Distance of a value from the nearest one remembered, in spreads.

    When it is full, the two values that are closest to each other become one, so that its reach stays: a nearest
    neighbour detector (Knorr and Ng 1998, VLDB) in constant memory.

    Attributes
    ----------
    values
        In ascending order, in single precision.
    mean, deviation
        Mean, and mean absolute deviation from it.
    fresh
        Values that were remembered since it was last cleared, in their order, at most `CAPACITY`: with them an older
        copy of `values` can be brought up to date.

    >>> memory = Memory()
    >>> for samples in range(1, 101):
    ...     gap = memory.observe(float(samples % 10), samples)
    >>> gap, memory.observe(40.0, 101) > 1
    (0.0, True)
    """

    __slots__ = ("deviation", "fresh", "mean", "values")

    def __init__(self) -> None:
        self.values, self.fresh = array("f"), array("d")
        self.mean = self.deviation = 0.0

    def observe(self, value: float, samples: float) -> float:
        """Take the value of a number of samples, itself included; how far it is from all before, 0 for the first."""
        values = self.values
        deviation = self.deviation
        spread = SPREAD * deviation
        spread = max(spread, _LEAST)
        place = bisect_left(values, value)
        gap = values[place] - value if place < len(values) else _FAR
        if place and value - values[place - 1] < gap:
            gap = value - values[place - 1]
        if gap < _ROUNDING * (1.0 + abs(value)):
            gap = 0.0
        if gap > GRAIN * spread:
            self.remember(value)
        mean = self.mean = self.mean + (value - self.mean) / samples
        self.deviation = deviation + (abs(value - mean) - deviation) / samples
        return gap / spread if gap < _FAR else 0.0

    def remember(self, value: float) -> None:
        """Put a value into its place, and make room for it if there is none."""
        values, fresh = self.values, self.fresh
        if len(values) >= CAPACITY:
            gaps = list(map(sub, islice(values, 1, None), values))
            closest = gaps.index(min(gaps))
            values[closest] = (values[closest] + values[closest + 1]) / 2
            del values[closest + 1]
        values.insert(bisect_left(values, value), value)
        if len(fresh) < CAPACITY:
            fresh.append(value)


_FAR = float("inf")

_ROUNDING = 3e-7
"""Relative difference that single precision may make."""
