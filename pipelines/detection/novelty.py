"""A moment unlike anything before: how new a value is, on several time scales, told where it sets a record."""

from array import array
from collections.abc import Sequence
from math import copysign, log, log1p, sqrt
from struct import Struct
from typing import Self

from pipelines.detection.finite import INFINITE, unfinite
from pipelines.detection.memory import CAPACITY, Memory

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

QUIETEST = 1e-3
"""No restlessness below this makes a difference."""

_DAY_S = 86_400
_HALF_HOUR_S = 1_800
_THURSDAY, _SATURDAY = 3, 5
"""Epoch day 0 was a Thursday, counted from Monday."""

_NAMES = (
    *("_samples", "_follow", "_last", "_level", "_departure", "_restless", "_highest", "_lowest", "_record"),
    *("_bin", "_bin_mean", "_bin_count"),
)
_SCALARS = Struct(f"<{len(_NAMES) + 2 * len(WEIGHTS)}d")


class Novelty:
    """Scores one sensor's values by how far they are from all that it has shown before.

    Four statistics are remembered: the value (signed logarithm), its mean over `LONG` samples, the mean departure
    from the profile of its half hour of working days or weekends over `SHORT` samples, and the logarithm of its
    restlessness. The evidence is the sum of log(1 + weight * gap). It is told only where it exceeds the record, which
    fades: an excursion is one moment, not a thousand rows.

    Everything teaches, what is told as well: the second time it is not new.

    >>> novelty = Novelty(warm_up=100)
    >>> usual = [novelty.observe(60 * i, 20.0 + i % 7) for i in range(400)]
    >>> max(usual[200:]) < 1.0 < 10.0 < novelty.observe(60 * 400, 45.0)
    True
    """

    __slots__ = (
        "_bin",
        "_bin_count",
        "_bin_mean",
        "_counts",
        "_departure",
        "_follow",
        "_highest",
        "_last",
        "_level",
        "_lowest",
        "_memories",
        "_profile",
        "_record",
        "_restless",
        "_samples",
        "_warm_up",
        "settled",
    )

    def __init__(self, warm_up: int) -> None:
        self._warm_up = warm_up
        self._samples = self._follow = self._last = self._level = self._departure = self._restless = 0.0
        self._highest = self._lowest = self._record = 0.0
        self._bin, self._bin_mean, self._bin_count = 0.0, 0.0, 0.0
        self._memories = (Memory(), Memory(), Memory(), Memory())
        self._profile, self._counts = array("f", bytes(4 * BINS)), bytearray(BINS)
        self.settled = False

    def observe(self, ts_s: float, value: float) -> float:
        """Score a finite value at an event time in epoch seconds, then learn it.

        Returns
        -------
        float
            Evidence: 1 is as likely abnormal as normal; 0 where no record is set, and while warming.
        """
        if not -INFINITE < value < INFINITE:
            raise unfinite(value)
        samples = self._samples = self._samples + 1.0
        signed = copysign(log1p(abs(value)), value)
        if samples == 1.0:
            self._follow = self._level = self._last = signed
            self._highest = self._lowest = value
            self._bin = float(_bin_of(ts_s))
        usual = self._usual(_bin_of(ts_s))
        departure = self._departure = self._departure + (signed - usual - self._departure) / SHORT
        step = signed - self._last
        restless = self._restless = self._restless + (step * step - self._restless) / LONG
        level = self._level = self._level + (signed - self._level) / LONG
        values, departures, levels, steps = self._memories
        gaps = (
            values.observe(signed, samples),
            departures.observe(departure, samples),
            levels.observe(level, samples),
            steps.observe(log(sqrt(restless) + QUIETEST), samples),
        )
        beyond = self._reach(value)
        self._last = signed
        self._follow += FOLLOW * (signed - self._follow)
        count = self._bin_count = self._bin_count + 1.0
        self._bin_mean += (signed - self._bin_mean) / (count if count < PROFILE else PROFILE)
        return self._beyond_record(gaps, beyond) if samples > self._warm_up else 0.0

    def _usual(self, at: int) -> float:
        """The profile's value of a half hour, where that is known; else what the sensor has shown of late."""
        if at != self._bin:
            self._turn_to(at)
        if self._bin_count:
            return self._bin_mean
        other = (at + BINS // 2) % BINS
        return self._profile[other] if self._counts[other] else self._follow

    def _turn_to(self, at: int) -> None:
        """Put the half hour that ends into the profile, and take out the one that begins."""
        done = int(self._bin)
        self._profile[done], self._counts[done] = self._bin_mean, int(min(self._bin_count, PROFILE))
        self._bin, self._bin_mean, self._bin_count = float(at), self._profile[at], float(self._counts[at])
        self.settled = False

    def _reach(self, value: float) -> float:
        """How far a value lies outside the range so far, in ranges; the range takes it in."""
        highest, lowest = self._highest, self._lowest
        if lowest <= value <= highest:
            return 0.0
        self._highest, self._lowest = max(highest, value), min(lowest, value)
        if highest == lowest or self._samples <= self._warm_up:
            return 0.0
        return max(value - highest, lowest - value) / (highest - lowest)

    def _beyond_record(self, gaps: tuple[float, float, float, float], beyond: float) -> float:
        first, second, third, fourth = gaps
        a, b, c, d = WEIGHTS
        evidence = log1p(a * first) + log1p(b * second) + log1p(c * third) + log1p(d * fourth)
        if beyond:
            evidence += log1p(REACH_WEIGHT * beyond)
        record = self._record * (1.0 - FADE)
        if evidence > record:
            self._record = evidence
            return evidence
        self._record = record
        return 0.0

    @property
    def unsettled(self) -> bool:
        """Whether more has changed than `change` says."""
        return not self.settled or any(len(memory.fresh) >= CAPACITY for memory in self._memories)

    def stored(self) -> None:
        """It was stored as a whole: `change` counts from here."""
        self.settled = True
        for memory in self._memories:
            del memory.fresh[:]

    def whole(self) -> tuple[bytes, ...]:
        """All that changes seldom: the profile, and what is remembered."""
        return bytes(self._profile), bytes(self._counts), *(memory.values.tobytes() for memory in self._memories)

    def change(self, *, fresh: bool = True) -> tuple[bytes, ...]:
        """What changes with every value, and what was remembered since `stored`; nothing `fresh` beside a whole."""
        scalars = _SCALARS.pack(
            *(getattr(self, name) for name in _NAMES),
            *(number for memory in self._memories for number in (memory.mean, memory.deviation)),
        )
        return scalars, *(memory.fresh.tobytes() if fresh else b"" for memory in self._memories)

    def restore(self, whole: Sequence[bytes], change: Sequence[bytes]) -> Self:
        """Go on bit for bit where both were taken, the change from the whole on."""
        profile, counts, *remembered = whole
        self._profile, self._counts = array("f", profile), bytearray(counts)
        first, second, third, fourth = (Memory(values) for values in remembered)
        self._memories = (first, second, third, fourth)
        self.stored()
        scalars, *fresh = change
        numbers = _SCALARS.unpack(scalars)
        for name, number in zip(_NAMES, numbers, strict=False):
            setattr(self, name, number)
        for index, (memory, values) in enumerate(zip(self._memories, fresh, strict=True)):
            memory.mean, memory.deviation = numbers[len(_NAMES) + 2 * index :][:2]
            for value in array("d", values):
                memory.remember(value)
        return self


def _bin_of(ts_s: float) -> int:
    """The half hour of the day; those of Saturday and Sunday (UTC) behind those of working days."""
    day, second = divmod(ts_s, _DAY_S)
    half_hour = int(second // _HALF_HOUR_S)
    return half_hour + BINS // 2 if (day + _THURSDAY) % 7 >= _SATURDAY else half_hour
