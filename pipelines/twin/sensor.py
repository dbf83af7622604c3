"""What a twin remembers of one sensor, and its judgement of each new value before anything learns from it.

The statistics are simple on purpose: they say whether a value can be trusted, not whether the plant is well.
"""

import math
from dataclasses import dataclass, field

from pipelines.twin.compiled import CompiledSensor
from pipelines.twin.counter import CounterState
from pipelines.twin.event_time import NS_PER_SECOND
from pipelines.twin.health import HealthEpisode
from pipelines.twin.recent import Recent
from pipelines.twin.stuck import longest_credible
from pipelines.twin.trust import NOT_LEARNED
from pipelines.twin.wrong_unit import by_level, by_range
from schemas.definition import SensorRole
from schemas.quality import Flaw, is_bad
from schemas.state import Presence

MEMORY = 64
"""Good values over which the usual change and the usual repetition are averaged."""

ENOUGH = 16
"""Good values before a value can be suspected because of those before it."""

SPIKE = 8.0
"""Root mean square changes at which a change is a spike, unless the next value confirms it."""

SAME = 4.0
"""Root mean square changes within which two values are the same level."""

GRAIN = 1.5
"""Resolutions that two readings of the same value may differ by."""

NO_VALUE = frozenset(
    {-9999.0, -999.0, -999.9, -99.0, -99.9, 999.0, 999.9, 9999.0, 99999.0}
    | {-32768.0, 32767.0, 65535.0, -2147483648.0, 2147483647.0, 4294967295.0}
)
"""Numbers by which devices say that they have none; suspected only far away from the usual values."""

CALM_NS = 10 * NS_PER_SECOND
"""A gap shorter than this is no drop-out where no period is declared."""

_FIRST = tuple(1.0 / n for n in range(1, MEMORY + 1))
_SHARE = 1.0 / MEMORY
_UNCHECKED = frozenset({SensorRole.SETPOINT, SensorRole.BINARY})


@dataclass(slots=True)
class Sensor:
    """One sensor of one twin. Mutable: `take` and `apply` are its only authors.

    Attributes
    ----------
    ts_ns, value, flaw
        The newest value; `ts_ns` is 0 before the first.
    recent
        Values of the last event times, the newest value included.
    good_ns, good
        The newest good value.
    count, square, repetition
        Good values seen (up to `MEMORY`), mean square of their changes, and how often one repeats the one before:
        always, until it is seen to move.
    run, longest
        Repetitions of the newest value so far, and the longest run that was no fault.
    due_ns
        Usual time between two values, rather too long than too short.
    suspect
        The newest value that looked like one in another unit, as it would be in the sensor's own.
    spike
        A value far from those before it, which the next one may confirm.
    rewarm
        Values still to come that are not learned, behind a drop-out.
    """

    rules: CompiledSensor
    ts_ns: int = 0
    value: float = 0.0
    flaw: Flaw | None = None
    recent: Recent = field(default_factory=Recent)
    good_ns: int = 0
    good: float = 0.0
    count: int = 0
    square: float = 0.0
    repetition: float = 1.0
    run: int = 0
    longest: int = 0
    due_ns: int = 0
    suspect: float | None = None
    spike: float | None = None
    rewarm: int = 0
    seen_ms: int = 0
    presence: Presence = Presence.NEVER_SEEN
    health: dict[str, HealthEpisode] = field(default_factory=dict)
    counter: CounterState | None = None

    @property
    def model_value(self) -> float | None:
        """What models see of the newest value: a counter's rate, else the value; nothing of a binary sensor."""
        if self.rules.role is SensorRole.BINARY:
            return None
        return self.value if self.counter is None else self.counter.rate

    @property
    def age_limit_ns(self) -> int:
        """How long the last value may stand for a missing one; 0 where nothing is known of its period."""
        rules = self.rules
        if rules.age_limit_ns is not None:
            return rules.age_limit_ns
        return round(rules.timing.offline_after * (rules.period_ns or self.due_ns))

    def take(self, ts_ns: int, value: float, seq: int | None = None, claimed: Flaw | None = None) -> Flaw | None:
        """Take a value newer than all before it, and say what is wrong with it.

        Parameters
        ----------
        seq
            The source's running number.
        claimed
            What is wrong with it as its sender or its time stamp says.
        """
        rules = self.rules
        self.recent.append(ts_ns, value, seq)
        change = value - self.good
        gap_ns = ts_ns - self.ts_ns
        furthest = rules.max_rate * (ts_ns - self.good_ns)
        if (
            rules.low <= value <= rules.high
            and value != self.value
            and change * change <= SPIKE * SPIKE * self.square
            and -furthest <= change <= furthest
            and self.count > ENOUGH
            and gap_ns <= self.due_ns
            and claimed is None
            and not (self.run or self.rewarm or value in rules.sentinels)
        ):
            # The usual case, without a call: what follows here is `_learn` of a value that did not repeat.
            count = self.count
            if count < MEMORY:
                share = _FIRST[count]
                self.count = count + 1
            else:
                share = _SHARE
            self.square += (change * change - self.square) * share
            self.repetition -= self.repetition * _SHARE
            self.due_ns -= (self.due_ns - gap_ns) >> 7
            self.ts_ns = self.good_ns = ts_ns
            self.value = self.good = value
            self.flaw = self.spike = self.suspect = None
            return None
        flaw = self._examine(ts_ns, value, gap_ns, claimed)
        self.ts_ns, self.value, self.flaw = ts_ns, value, flaw
        return flaw

    def static_flaw(self, value: float, claimed: Flaw | None) -> Flaw | None:
        """What is wrong with a value by itself, wherever it stands in time."""
        if claimed is not None and claimed is not Flaw.CLOCK_SKEW:
            return claimed
        rules = self.rules
        if value in rules.sentinels:
            return Flaw.SENTINEL
        if not rules.low <= value <= rules.high:
            return Flaw.OUT_OF_RANGE
        return claimed

    def correct(self, value: float, flaw: Flaw | None) -> None:
        """Put another value in the place of the newest; it is not learned once more."""
        if self.good_ns == self.ts_ns and not is_bad(flaw):
            self.good = value
        if self.counter is not None and self.counter.ts_ns == self.ts_ns:
            self.counter.total = value
        self.value, self.flaw = value, flaw

    def _examine(self, ts_ns: int, value: float, gap_ns: int, claimed: Flaw | None) -> Flaw | None:
        first = self.ts_ns == 0
        if not first:
            self._wait(gap_ns)
        role = self.rules.role
        if role in _UNCHECKED:
            flaw = self.static_flaw(value, claimed)
        elif role is SensorRole.COUNTER:
            flaw = self._count(ts_ns, value, claimed)
        else:
            return self._measure(ts_ns, value, claimed, first=first)
        if not is_bad(flaw):
            self.good_ns, self.good = ts_ns, value
        return self._warm_again(flaw)

    def _wait(self, gap_ns: int) -> None:
        """Learn how long one waits for a value, and know a drop-out."""
        timing = self.rules.timing
        usual = self.rules.period_ns or self.due_ns
        enough = self.rules.period_ns or (self.count >= ENOUGH and gap_ns > CALM_NS)
        if enough and gap_ns > timing.offline_after * usual:
            self.rewarm, self.spike, self.suspect = timing.rewarm, None, None
        if self.due_ns == 0:
            self.due_ns = gap_ns
        elif gap_ns > self.due_ns:
            # A drop-out is not the new period, but several of them are.
            self.due_ns = min(gap_ns, 2 * self.due_ns)
        else:
            self.due_ns -= (self.due_ns - gap_ns) >> 7

    def _count(self, ts_ns: int, value: float, claimed: Flaw | None) -> Flaw | None:
        flaw = self.static_flaw(value, claimed)
        if is_bad(flaw):
            return flaw
        if self.counter is None:
            self.counter = CounterState()
        return self.counter.take(ts_ns, value, self.rules.modulus, self.rules.max_rate) or flaw

    def _measure(self, ts_ns: int, value: float, claimed: Flaw | None, *, first: bool) -> Flaw | None:
        repeats = not first and value == self.value
        flaw = self._static_or_unit(value, claimed)
        if not is_bad(flaw):
            flaw = self._rate(ts_ns, value) or self._stuck(repeats=repeats) or self._spike(value) or flaw
        if not repeats:
            self._end_run()
        if is_bad(flaw):
            return flaw
        flaw = self._warm_again(flaw)
        if flaw not in NOT_LEARNED:
            self._learn(value, first=self.count == 0)
        if flaw is not Flaw.SPIKE:
            self.good_ns, self.good = ts_ns, value
        return flaw

    def _static_or_unit(self, value: float, claimed: Flaw | None) -> Flaw | None:
        """A value's own flaw; that it fits in another unit says more than that it is out of range."""
        flaw = self.static_flaw(value, claimed)
        if flaw in (Flaw.BAD_STATUS, Flaw.SENTINEL):
            return flaw
        if value in NO_VALUE and (flaw is Flaw.OUT_OF_RANGE or self._far(value)):
            return Flaw.SENTINEL
        real = self._in_another_unit(value, out_of_range=flaw is Flaw.OUT_OF_RANGE)
        self.suspect = real
        return flaw if real is None else Flaw.UNIT_SUSPECT

    @property
    def _grain(self) -> float:
        """A change that means nothing: one step of the instrument, and a little for rounding."""
        return GRAIN * self.rules.resolution

    def _far(self, value: float) -> bool:
        """Whether a value is further from the last good one than usual changes explain."""
        if self.count < ENOUGH:
            return False
        change = value - self.good
        grain = max(self._grain, 1e-9 * abs(self.good))
        return change * change > SPIKE * SPIKE * self.square + grain * grain

    def _in_another_unit(self, value: float, *, out_of_range: bool) -> float | None:
        """The value in the sensor's unit, if it only makes sense as one in another."""
        rules = self.rules
        if self.count < ENOUGH:
            return by_range(value, rules) if out_of_range else None
        if not self._far(value):
            return None
        level = self.good if self.suspect is None else self.suspect
        usual = max(SAME * SAME * self.square, self._grain * self._grain)
        return by_level(value, level, usual, rules, out_of_range=out_of_range)

    def _rate(self, ts_ns: int, value: float) -> Flaw | None:
        rules = self.rules
        if self.good_ns == 0 or abs(value - self.good) <= rules.max_rate * (ts_ns - self.good_ns) + self._grain:
            return None
        return Flaw.RATE

    def _stuck(self, *, repeats: bool) -> Flaw | None:
        if not repeats:
            return None
        self.run += 1
        limit = longest_credible(self.rules, self.repetition, self.longest, known=self.count >= MEMORY)
        return Flaw.STUCK if limit is not None and self.run + 1 >= limit else None

    def _end_run(self) -> None:
        """Another value: the run before it teaches how often this sensor repeats itself, unless it was a fault."""
        if self.run and self.flaw is not Flaw.STUCK:
            kept = (1.0 - _SHARE) ** self.run
            self.repetition = self.repetition * kept + 1.0 - kept
            self.longest = max(self.longest, self.run)
        self.run = 0

    def _spike(self, value: float) -> Flaw | None:
        if self.rewarm or math.isfinite(self.rules.max_rate) or not self._far(value):
            # Where it is declared how fast the value can change, nothing slower is a spike.
            self.spike = None
            return None
        last, self.spike = self.spike, value
        if last is not None and (value - last) ** 2 <= SPIKE * SPIKE * self.square + max(
            self._grain * self._grain, 1e-18 * value * value
        ):
            # The second value at the new level: a step, not a spike. It is the level from here on.
            self.spike, self.good = None, last
            return None
        return Flaw.SPIKE

    def _warm_again(self, flaw: Flaw | None) -> Flaw | None:
        if not self.rewarm or is_bad(flaw):
            return flaw
        self.rewarm -= 1
        return Flaw.REWARMING

    def _learn(self, value: float, *, first: bool) -> None:
        change = 0.0 if first else value - self.good
        share = _FIRST[self.count] if self.count < MEMORY else _SHARE
        self.count = min(self.count + 1, MEMORY)
        self.square += (change * change - self.square) * share
        if not self.run:
            self.repetition -= self.repetition * _SHARE
