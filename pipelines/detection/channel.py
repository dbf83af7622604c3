"""One statistic followed over a short and a long time: how far the short has moved away from the long."""

from math import sqrt
from typing import Self

from pipelines.detection.finite import INFINITE, unfinite
from pipelines.detection.scalars import Scalars

FAST = 7.0
"""Samples of the short memory: an excursion shows within as many."""

SLOW = 150.0
"""Samples of the long memory: what has held for longer is what is usual."""

SCALE = 3_000.0
"""Samples over which the usual distance of the two is averaged."""

SETTLING = 8
"""The first part of the warm-up, one in so many, in which the two memories still find each other."""

NOISE_SHARE = 0.25 / FAST
"""Share of the variance of single samples that is counted to that of their short mean, so that a calm warm-up does not
make a sensor nervous: white noise leaves 1 / (2 FAST - 1) of its variance in the mean."""

CALM = 0.6
"""Below this share of the boundary a sample is surely usual, and may teach the long memory."""

WEAK = 4.0
"""An alert that never got this far beyond the boundary was perhaps the sensor's way to wander."""

CAUTION_STEP = 0.5
MOST_CAUTION = 3.0
"""How far weak alerts may widen a boundary; a fault beyond `WEAK` boundaries is found all the same."""

RETURN = 2
"""Samples in a row at a former level before it is taken for usual again: fewer than it takes to raise an alert."""

RELATIVE_FLOOR = 1e-9
"""A standard deviation below this share of the level is rounding, not variation."""

LEAST = 1e-12
"""No standard deviation is below this, so that nothing is divided by 0."""

_UNKNOWN = float("nan")

SCALARS = Scalars(
    *("samples", "needed", "fast", "slow", "noise", "squares", "variance", "least"),
    *("caution", "distance", "former", "near", "adopted"),
)
"""What a channel has learned; the factor of labels is the twin's."""


class Channel:
    """The short mean of a statistic against its long mean, in boundaries.

    Both are exponential means (Roberts 1959, doi:10.1080/00401706.1959.10489860). Their difference is measured against
    its own usual size, which is learned in the warm-up and from then on while nothing is wrong, and never taken for
    smaller than in the warm-up. A fault teaches nothing: the long mean stands still from `CALM` boundaries on, the
    scale beyond the boundary.

    Parameters
    ----------
    boundary
        Standard deviations of the difference at which it is as likely abnormal as normal.
    warm_up
        Samples before there is a distance.
    floor
        Smallest standard deviation assumed, in the statistic's unit.
    prior
        Usual variance of the difference as others of the kind have it: with it a few samples are warm-up enough.
    furthest
        Standard deviations beyond which a difference teaches no more than this: for what changes so gradually that it
        would be taken for usual before it is far enough.

    Attributes
    ----------
    asked
        Samples of warm-up that are asked for.
    samples
        How many were seen.
    needed
        Samples of warm-up.
    fast, slow
        The short and the long mean.
    noise
        Mean square of what single samples differ from the short mean by.
    variance
        Mean square of the difference of the two means.
    former
        What was usual before a level that lasted was taken for the new normal; NaN if there is none.
    adopted
        By how much all the levels that were taken for the new normal are above the first one.
    caution
        Factor on the boundary, from weak alerts.
    labelled
        Factor on the boundary, from operators' labels.
    reach
        Standard deviations to the boundary, with both.
    least
        Smallest mean square of the difference assumed.
    distance
        The newest one, in boundaries; 1 is the boundary, 0 while warming.

    >>> from random import Random
    >>> rng, channel = Random(1), Channel(boundary=4.5, warm_up=200)
    >>> for _ in range(400):
    ...     usual = channel.observe(rng.gauss(20.0, 0.5))
    ...     channel.learn(calm=True)
    >>> usual < 1 < [channel.observe(23.0) for _ in range(3)][-1]
    True
    """

    __slots__ = (
        "adopted",
        "asked",
        "boundary",
        "caution",
        "distance",
        "fast",
        "floor",
        "former",
        "labelled",
        "least",
        "most",
        "near",
        "needed",
        "noise",
        "prior",
        "reach",
        "samples",
        "slow",
        "squares",
        "variance",
        "warm_up",
    )

    def __init__(
        self,
        boundary: float,
        warm_up: int,
        floor: float = 0.0,
        prior: float | None = None,
        furthest: float = INFINITE,
    ) -> None:
        self.most = furthest * furthest
        self.boundary, self.warm_up, self.floor = boundary, warm_up, floor
        self.samples = self.fast = self.slow = self.noise = self.squares = self.distance = 0.0
        self.prior = 0.0 if prior is None else max(prior, floor * floor)
        self.variance = self.least = self.prior
        self.needed = self.asked = float(warm_up if prior is None else min(warm_up, int(FAST)))
        self.caution = self.labelled = 1.0
        self.former, self.near, self.adopted = _UNKNOWN, 0.0, 0.0
        self.reach = boundary

    @property
    def warm(self) -> bool:
        """Whether enough was seen to say how far a sample is from the usual."""
        return self.samples >= self.needed

    @property
    def scale(self) -> float:
        """Standard deviation of the short mean round the long one."""
        return sqrt(self.variance if self.variance > self.least else self.least)

    @property
    def deviation(self) -> float:
        """Standard deviation of single samples round the long mean."""
        return sqrt((self.variance if self.variance > self.least else self.least) + self.noise)

    def observe(self, value: float) -> float:
        """Take the next finite sample; its distance from the usual, in boundaries."""
        if not -INFINITE < value < INFINITE:
            raise unfinite(value)
        samples = self.samples = self.samples + 1.0
        if samples == 1.0:
            self.fast = self.slow = value
        off = value - self.fast
        self.fast += off / (samples if samples < FAST else FAST)
        if samples <= self.needed:
            self._warm(samples, off)
            return 0.0
        if self.former == self.former and self._returned(value):  # not NaN: one is known
            return 0.0
        variance = self.variance if self.variance > self.least else self.least
        distance = self.distance = abs(self.fast - self.slow) / (self.reach * sqrt(variance))
        return distance

    def would_be(self, value: float) -> float:
        """The distance if `value` came next, which moves nothing; 0 while warming."""
        if not self.warm:
            return 0.0
        return abs(self.fast + (value - self.fast) / FAST - self.slow) / (self.reach * self.scale)

    def learn(self, *, calm: bool, alert: bool = False) -> None:
        """Let the newest sample teach what is usual: once warm, not in an `alert`; the long mean only in the `calm`."""
        samples = self.samples
        warming = samples <= self.needed
        if alert and not warming:
            return
        gap = self.fast - self.slow
        if warming or calm:
            self.slow += gap / (samples if samples < SLOW else SLOW)
        if not warming and self.distance < 1.0:
            squared = gap * gap
            if squared > self.most * self.variance:
                squared = self.most * max(self.variance, self.least)
            self.variance += (squared - self.variance) / (samples if samples < SCALE else SCALE)

    def settle(self, peak: float, *, adopted: bool) -> None:
        """An alert has ended, at most `peak` boundaries from the usual in this channel: go on from where it is.

        If that is a new normal that is `adopted`, the old one is remembered, should it come back.
        """
        if adopted and self.distance > 1.0:
            self.former = self.slow
            self.adopted += self.fast - self.slow
        self.slow = self.fast
        self.distance = 0.0
        self._grow_cautious(peak)

    def recover(self, peak: float) -> None:
        """An alert has ended, at most `peak` boundaries from the usual in this channel: go on from what was usual."""
        self.fast = self.slow
        self.distance = 0.0
        self._grow_cautious(peak)

    def _grow_cautious(self, peak: float) -> None:
        if 0.0 < peak < WEAK:
            self.caution = max(self.caution, min(MOST_CAUTION, self.caution * (1.0 + CAUTION_STEP * peak)))
            self._set_reach()

    def shift(self, by: float) -> None:
        """The statistic is counted from elsewhere from now on: its usual value moves with it, and is better known."""
        self.fast += by
        self.slow += by
        self.former += by
        self.least = self._at_least(NOISE_SHARE * self.noise)

    def _returned(self, value: float) -> bool:
        """Whether the old normal is back: nobody needs an alert for that."""
        self.near = self.near + 1.0 if abs(value - self.former) <= self.reach * self.deviation else 0.0
        if self.near < RETURN:
            return False
        self.adopted += self.former - self.slow
        self.fast = self.slow = self.former
        self.former, self.near, self.distance = _UNKNOWN, 0.0, 0.0
        return True

    def heed(self, factor: float) -> None:
        """Set how far operators' labels move the boundary."""
        self.labelled = factor
        self._set_reach()

    def _set_reach(self) -> None:
        self.reach = self.boundary * self.caution * self.labelled

    def _warm(self, samples: float, off: float) -> None:
        self.noise += (off * off - self.noise) / samples
        if self.needed < self.warm_up:  # a prior knows better
            return
        settling = self.needed // SETTLING
        if samples > settling:
            gap = self.fast - self.slow
            self.squares += gap * gap
        if samples == self.needed:
            self._judge(self.squares / (samples - settling))

    def _judge(self, squares: float) -> None:
        """The warm-up is over, in which this was the mean square of the difference."""
        self.variance = squares + NOISE_SHARE * self.noise
        self.least = self._at_least(self.variance)

    def _wait(self) -> None:
        """Another length of the warm-up is asked for than before: what was learned so far counts."""
        warm, counted = self.warm, self.samples - self.needed // SETTLING
        if warm:
            squares = max(0.0, self.variance - NOISE_SHARE * self.noise)
        else:
            squares = self.squares / counted if counted > 0.0 else self.noise / (2.0 * FAST - 1.0)
        self.needed = self.asked
        if not self.warm:
            self.squares = squares * max(0.0, self.samples - self.needed // SETTLING)
            self.distance = 0.0
        if self.prior and not warm:
            self.variance = self.least = self.prior
        elif self.warm and not warm:
            self._judge(squares)

    def _at_least(self, variance: float) -> float:
        """A variance that is no less than what the instrument and the arithmetic can tell."""
        deviation: float = max(self.floor, RELATIVE_FLOOR * abs(self.slow), LEAST)
        return max(variance, deviation * deviation)

    def packed(self) -> bytes:
        """All that was learned, exactly."""
        return SCALARS.pack(self)

    def restore(self, packed: bytes) -> Self:
        """Go on bit for bit where `packed` was taken."""
        SCALARS.restore(self, packed)
        self.restored()
        return self

    def restored(self) -> None:
        """Work out what follows from the numbers that were set."""
        self._set_reach()
        if self.needed != self.asked:
            self._wait()
