"""A moment unlike anything before: how new a value is, on several time scales, told where it sets a record."""

from array import array
from collections.abc import Sequence
from math import copysign, log, log1p, sqrt

from pipelines.detection.day import DayTime
from pipelines.detection.finite import INFINITE, unfinite
from pipelines.detection.memory import CAPACITY, Memory
from pipelines.detection.memory import SCALARS as MEMORY
from pipelines.detection.scalars import Scalars

SHORT = 32.0
LONG = 64.0
"""Samples over which the departure from the daily profile, the level, and the restlessness are averaged."""

BINS = 96
"""Half hours of a working day, and of a day at the weekend."""
PROFILE = 10.0
"""Values over which a half hour of the profile is averaged."""
FOLLOW = 0.05
"""Weight of a value in what stands for a half hour that is not known yet."""

WEIGHTS = (40.58, 24.35, 86.05, 53.26)
REACH_WEIGHT = 53.48
"""Weights of the gaps of the four memories, and of what lies beyond the range so far. With them a surprise that counts
has an evidence of 1.7 and more: docs/decisions/0009."""

FADE = 0.002
"""What the record loses with each sample, so that a lesser surprise counts again after some hundred."""

DEAD_BAND = 1.5
"""Resolutions by which two readings of the same value may differ: no more is seen of it."""

QUIETEST = 1e-3
"""No restlessness below this makes a difference."""

_HALF_HOUR_S = 1_800

SCALARS = Scalars.of(
    ((memory, MEMORY) for memory in ("values", "departures", "levels", "steps")),
    *("samples", "follow", "last", "level", "departure", "restless", "highest", "lowest", "record"),
    *("bin", "bin_mean", "bin_count", "shown"),
)
"""What changes with every value."""


class Novelty:
    """Scores one sensor's values by how far they are from all that it has shown before.

    Four statistics are remembered: the value (signed logarithm), its mean over `LONG` samples, the mean departure
    from the profile of its half hour of working days or weekends over `SHORT` samples, and the logarithm of its
    restlessness. The evidence is the sum of log(1 + weight * gap). It is told only where it exceeds the record, which
    fades: an excursion is one moment, not a thousand rows.

    Attributes
    ----------
    shown
        The newest value that differed by more than the resolution from the one before it.
    samples, last
        Values seen, and the newest as signed logarithm.
    follow, level, departure, restless
        Its means over different times, that of its departure from the profile, and of its squared steps.
    highest, lowest
        The range so far.
    record
        Evidence that has to be exceeded.
    bin, bin_mean, bin_count
        The half hour of the profile that is being averaged.
    values, departures, levels, steps
        The memories.

    Everything teaches, what is told as well: the second time it is not new.

    >>> from pipelines.detection.day import day_time
    >>> novelty = Novelty(warm_up=100)
    >>> usual = [novelty.observe(day_time(60 * i), 20.0 + i % 7) for i in range(400)]
    >>> max(usual[200:]) < 1.0 < 10.0 < novelty.observe(day_time(60 * 400), 45.0)
    True
    """

    __slots__ = (
        *("_counts", "_dead", "_profile", "_warm_up", "bin", "bin_count", "bin_mean", "departure", "departures"),
        *("follow", "highest", "last", "level", "levels", "lowest", "record", "restless", "samples", "settled"),
        *("shown", "steps", "values"),
    )

    def __init__(self, warm_up: int, resolution: float = 0.0) -> None:
        self._warm_up, self._dead = warm_up, DEAD_BAND * resolution
        self.shown = 0.0
        self.samples = self.follow = self.last = self.level = self.departure = self.restless = 0.0
        self.highest = self.lowest = self.record = 0.0
        self.bin, self.bin_mean, self.bin_count = 0.0, 0.0, 0.0
        self.values, self.departures, self.levels, self.steps = Memory(), Memory(), Memory(), Memory()
        self._profile, self._counts = array("f", bytes(4 * BINS)), bytearray(BINS)
        self.settled = False

    def observe(self, at: DayTime, value: float) -> float:
        """Score a finite value of a time of the day, then learn it.

        Returns
        -------
        float
            Evidence: 1 is as likely abnormal as normal; 0 where no record is set, and while warming.
        """
        if not -INFINITE < value < INFINITE:
            raise unfinite(value)
        if abs(value - self.shown) <= self._dead:
            value = self.shown
        else:
            self.shown = value
        samples = self.samples = self.samples + 1.0
        signed = copysign(log1p(abs(value)), value)
        if samples == 1.0:
            self.follow = self.level = self.last = signed
            self.highest = self.lowest = value
            self.bin = float(_bin_of(at))
        usual = self._usual(_bin_of(at))
        departure = self.departure = self.departure + (signed - usual - self.departure) / SHORT
        step = signed - self.last
        restless = self.restless = self.restless + (step * step - self.restless) / LONG
        level = self.level = self.level + (signed - self.level) / LONG
        gaps = (
            self.values.observe(signed, samples),
            self.departures.observe(departure, samples),
            self.levels.observe(level, samples),
            self.steps.observe(log(sqrt(restless) + QUIETEST), samples),
        )
        beyond = self._reach(value)
        self.last = signed
        self.follow += FOLLOW * (signed - self.follow)
        count = self.bin_count = self.bin_count + 1.0
        self.bin_mean += (signed - self.bin_mean) / (count if count < PROFILE else PROFILE)
        return self._beyond_record(gaps, beyond) if samples > self._warm_up else 0.0

    def _usual(self, at: int) -> float:
        """The profile's value of a half hour, where that is known; else what the sensor has shown of late."""
        if at != self.bin:
            self._turn_to(at)
        if self.bin_count:
            return self.bin_mean
        other = (at + BINS // 2) % BINS
        return self._profile[other] if self._counts[other] else self.follow

    def _turn_to(self, at: int) -> None:
        """Put the half hour that ends into the profile, and take out the one that begins."""
        done = int(self.bin)
        self._profile[done], self._counts[done] = self.bin_mean, int(min(self.bin_count, PROFILE))
        self.bin, self.bin_mean, self.bin_count = float(at), self._profile[at], float(self._counts[at])
        self.settled = False

    def _reach(self, value: float) -> float:
        """How far a value lies outside the range so far, in ranges; the range takes it in."""
        highest, lowest = self.highest, self.lowest
        if lowest <= value <= highest:
            return 0.0
        self.highest, self.lowest = max(highest, value), min(lowest, value)
        if highest == lowest or self.samples <= self._warm_up:
            return 0.0
        return max(value - highest, lowest - value) / (highest - lowest)

    def _beyond_record(self, gaps: tuple[float, float, float, float], beyond: float) -> float:
        first, second, third, fourth = gaps
        a, b, c, d = WEIGHTS
        evidence = log1p(a * first) + log1p(b * second) + log1p(c * third) + log1p(d * fourth)
        if beyond:
            evidence += log1p(REACH_WEIGHT * beyond)
        record = self.record * (1.0 - FADE)
        if evidence > record:
            self.record = evidence
            return evidence
        self.record = record
        return 0.0

    @property
    def unsettled(self) -> bool:
        """Whether more has changed than numbers and `fresh` say."""
        return (
            not self.settled
            or len(self.values.fresh) >= CAPACITY
            or len(self.departures.fresh) >= CAPACITY
            or len(self.levels.fresh) >= CAPACITY
            or len(self.steps.fresh) >= CAPACITY
        )

    def stored(self) -> None:
        """It was stored as a whole: `fresh` counts from here."""
        self.settled = True
        for memory in self._memories:
            del memory.fresh[:]

    def whole(self) -> tuple[bytes, ...]:
        """All that changes seldom: the profile, and what is remembered."""
        return bytes(self._profile), bytes(self._counts), *(memory.values.tobytes() for memory in self._memories)

    def fresh(self) -> tuple[bytes, ...]:
        """What was remembered since `stored`; empty where it was nothing."""
        if self.values.fresh or self.departures.fresh or self.levels.fresh or self.steps.fresh:
            return tuple(memory.fresh.tobytes() for memory in self._memories)
        return ()

    def restored(self, whole: Sequence[bytes], fresh: Sequence[bytes]) -> None:
        """Go on bit for bit with what `whole` and then `fresh` remembered, and the numbers that were set."""
        profile, counts, *remembered = whole
        self._profile, self._counts = array("f", profile), bytearray(counts)
        for memory, values in zip(self._memories, remembered, strict=True):
            memory.values = array("f", values)
        self.stored()
        for memory, added in zip(self._memories, fresh, strict=False):
            for value in array("d", added):
                memory.remember(value)

    @property
    def _memories(self) -> tuple[Memory, Memory, Memory, Memory]:
        return self.values, self.departures, self.levels, self.steps


def _bin_of(at: DayTime) -> int:
    """The half hour of the day; those of the weekend behind those of working days."""
    return int(at[1] // _HALF_HOUR_S) + at[0] * BINS // 2
