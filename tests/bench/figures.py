"""From what was seen to the figures that are reported; nothing here reads a clock."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from tests.bench.bench_error import BenchError

FEWEST_SAMPLES = 100
"""Below that a 99th percentile is the slowest one."""
TOLERATED_GROWTH = 0.02
"""Lag that grows by less than this share of the offered rate doesn't grow: the slope of a few seconds isn't exact."""


@dataclass(frozen=True)
class Spread:
    """The middle of several rounds, the lowest and the highest."""

    median: float
    lowest: float
    highest: float


def spread(values: Sequence[float]) -> Spread:
    """Of at least one round.

    >>> spread([3.0, 1.0, 2.0])
    Spread(median=2.0, lowest=1.0, highest=3.0)
    """
    if not values:
        raise BenchError("no round gave a figure")
    return Spread(median(values), min(values), max(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """How many times theirs ours is, round by round: the machine's mood is the same within one round.

    >>> ratios([10.0, 30.0], [5.0, 10.0])
    Spread(median=2.5, lowest=2.0, highest=3.0)
    """
    if len(ours) != len(theirs) or min(theirs, default=0.0) <= 0:
        raise BenchError(f"no ratios of {list(ours)} to {list(theirs)}: each round needs one figure of both")
    return spread([mine / other for mine, other in zip(ours, theirs, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of the values does not exceed.

    >>> percentile([5.0, 1.0, 3.0], 0.5)
    3.0
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(frozen=True)
class Delays:
    """How delays spread, in milliseconds."""

    p50: float
    p95: float
    p99: float
    max: float
    samples: int


def delays(values_ms: Sequence[float], what: str) -> Delays:
    """Percentiles; `what` names the delay if there are too few of it."""
    if len(values_ms) < FEWEST_SAMPLES:
        raise BenchError(f"{what}: only {len(values_ms)} samples, {FEWEST_SAMPLES} are needed for a 99th percentile")
    p50, p95, p99 = (round(percentile(values_ms, share), 1) for share in (0.5, 0.95, 0.99))
    return Delays(p50, p95, p99, round(max(values_ms), 1), len(values_ms))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between all pairs of points (Theil-Sen): a pause of a moment doesn't bend it.

    >>> slope([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0), (3.0, 7.0), (4.0, 100.0)])
    2.0
    """
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2) if x2 > x1]
    if not slopes:
        raise BenchError(f"no slope through {len(points)} points in time")
    return median(slopes)


def lag_growth(lag: Sequence[tuple[float, float]], began: float, ended: float) -> float:
    """How fast lag grows in the second half of a run, in what it is counted in a second."""
    middle = (began + ended) / 2
    return slope([(when, behind) for when, behind in lag if middle <= when <= ended])


def sustained(rate: float, growth: float) -> bool:
    """Whether a system keeps up with an offered rate while its lag grows by `growth` a second.

    >>> sustained(10_000, 150.0), sustained(10_000, 400.0)
    (True, False)
    """
    return growth <= TOLERATED_GROWTH * rate
