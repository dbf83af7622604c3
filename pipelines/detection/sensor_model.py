"""All that is learned of one sensor by itself: its level, its restlessness, its day, and what it has ever shown."""

from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple, Self

from pipelines.detection.channel import SCALARS as CHANNEL
from pipelines.detection.channel import Channel
from pipelines.detection.day import DayTime
from pipelines.detection.judgement import Kind, Source
from pipelines.detection.novelty import DEAD_BAND, Novelty
from pipelines.detection.novelty import SCALARS as NOVELTY
from pipelines.detection.scalars import Scalars
from pipelines.detection.season import SCALARS as SEASON
from pipelines.detection.season import Season

SPREAD_FACTOR = 2.0
"""Boundaries of the restlessness are wider: it says less than the level."""

SPREAD_FURTHEST = 2.0
"""It changes over `SHORT` samples: standard deviations that teach, see `Channel`."""

RELATION_FACTOR = 2.0
"""So are those of what the others do not explain: on SKAB it adds nothing below, and cries wolf (decision 0009)."""

SHORT, LONG = 16.0, 1_000.0
"""Samples over which squared steps are averaged."""

ROUNDING = 1e-9
"""A step below this share of the value is rounding."""

STILL = 1e-3
"""Share of the usual squared step below which a sensor is still."""

SPREAD_FLOOR = 0.2
"""Smallest standard deviation of the logarithm of the squared steps."""


@dataclass(frozen=True, slots=True)
class SensorSettings:
    """What is known of a sensor beforehand.

    Attributes
    ----------
    boundary
        Standard deviations at which a level is as likely abnormal as normal.
    warm_up
        Samples before it is judged.
    resolution
        Smallest step that it can show, in its unit; 0 where unknown.
    prior
        Variance of its short mean round its long one, as others of its type have it; None where unknown.
    """

    boundary: float
    warm_up: int
    resolution: float = 0.0
    prior: float | None = None

    def relation(self) -> Channel:
        """A channel for what the other sensors do not explain."""
        return Channel(RELATION_FACTOR * self.boundary, self.warm_up, self.resolution)


class SensorSnapshot(NamedTuple):
    """A `SensorModel`: numbers, what is new in its memories, and what changes seldom, which is empty in a change."""

    numbers: bytes
    fresh: tuple[bytes, ...]
    season: bytes
    novelty: tuple[bytes, ...]


_SCALARS = Scalars.of(
    (("level", CHANNEL), ("spread", CHANNEL), ("relation", CHANNEL), ("season", SEASON), ("novelty", NOVELTY)),
    *("anchored", "cycle", "newest", "residual", "short", "long"),
)


class SensorModel:
    """One sensor by itself; `TwinDetector` puts the sensors together.

    Attributes
    ----------
    level
        The value without its daily cycle.
    spread
        Logarithm of the mean square of its newest steps against the usual: falls when a sensor freezes or is filtered,
        rises when it rattles.
    relation
        What it shows beyond what the others explain.
    newest, cycle
        The value observed last, and the part of it that the time of day explains.
    residual
        What it showed last beyond what the others explain.
    short, long
        Mean squares of its steps.
    anchored
        The level that is taken for granted.

    >>> from pipelines.detection.day import day_time
    >>> model = SensorModel("flow", SensorSettings(boundary=4.5, warm_up=100))
    >>> for i in range(200):
    ...     model.observe(day_time(float(i)), 20.0 + i % 5)
    ...     model.learn(calm=True, alert=False)
    >>> round(model.level.slow), model.level.distance < 0.5
    (22, True)
    """

    __slots__ = (
        *("_grain", "anchored", "cycle", "long", "newest", "residual", "short"),
        *("level", "level_source", "novelty", "relation", "relation_source", "season", "spread", "spread_source"),
    )

    def __init__(self, name: str, settings: SensorSettings) -> None:
        self.level_source = Source(Kind.LEVEL, name)
        self.spread_source = Source(Kind.SPREAD, name)
        self.relation_source = Source(Kind.RELATION, name)
        boundary, warm_up = settings.boundary, settings.warm_up
        self.level = Channel(boundary, warm_up, settings.resolution, settings.prior)
        self.spread = Channel(SPREAD_FACTOR * boundary, warm_up, SPREAD_FLOOR, furthest=SPREAD_FURTHEST)
        self.relation = settings.relation()
        self.novelty = Novelty(warm_up, settings.resolution)
        self.season = Season()
        self.cycle = self.newest = self.short = self.long = 0.0
        self.anchored = float("nan")
        self.residual = 0.0
        self._grain = DEAD_BAND * settings.resolution

    @property
    def expected(self) -> float:
        """What the sensor would show now if nothing were unusual, in its unit."""
        return self.level.slow + self.cycle

    def observe(self, at: DayTime, value: float) -> None:
        """Take a finite value of a time of the day; `novelty` is asked by itself."""
        season = self.season
        cycle = self.cycle = season.cycle(at)
        if season.turned:
            self.level.shift(-season.jump)
            self.anchored = self.level.slow
        self.level.observe(value - cycle)
        self.spread.observe(self._restlessness(value))

    def learn(self, *, calm: bool, alert: bool) -> None:
        """Let the value observed last teach what is usual."""
        self.level.learn(calm=calm, alert=alert)
        self.spread.learn(calm=calm, alert=alert)
        if alert:
            return
        if calm:
            # A level that was adopted in the middle of a day is no part of the day.
            self.season.learn(self.newest - self.level.adopted)
        if self.level.samples > 1.0:
            samples = self.level.samples
            self.long += (self.short - self.long) / (samples if samples < LONG else LONG)

    def _restlessness(self, value: float) -> float:
        step = abs(value - self.newest) if self.level.samples > 1.0 else 0.0
        self.newest = value
        if step <= self._grain or step <= ROUNDING * abs(value):
            step = 0.0
        self.short += (step * step - self.short) / SHORT
        return log(self.short / self.long + STILL) if self.long else 0.0

    def settle(self, source: Source, peak: float, *, adopted: bool) -> None:
        """An alert has ended, at most `peak` boundaries from the usual at its source: see `Channel.settle`.

        The level goes on from where it is. How restless it is and how it hangs together with others is taken for what
        it was before, unless the new state is `adopted`.
        """
        peaks = [
            peak if mine == source else 0.0 for mine in (self.level_source, self.spread_source, self.relation_source)
        ]
        self.level.settle(peaks[0], adopted=adopted)
        if adopted:
            self.spread.settle(peaks[1], adopted=True)
            self.relation.settle(peaks[2], adopted=True)
        else:
            # What lingers of the steps that the alert was about is no news.
            self.short = self.long
            self.spread.recover(peaks[1])
            self.relation.recover(peaks[2])
        self.anchor()

    @property
    def restlessness(self) -> float:
        """How large its steps are of late, 1 being usual."""
        return exp((self.spread.fast - self.spread.slow) / 2)

    @property
    def unexplained(self) -> float:
        """What it showed last beyond what the others explain and beyond what it usually does, in its unit."""
        return self.residual - self.relation.slow

    @property
    def wander(self) -> float:
        """How far the usual level has moved since it was last taken for granted, in standard deviations.

        Not before a whole day is known: until then it moves with the time of the day.
        """
        return abs(self.level.slow - self.anchored) / self.level.deviation if self.season.known else 0.0

    def anchor(self) -> None:
        """Take the usual level for granted as it is now."""
        self.anchored = self.level.slow

    def heed(self, factor: float) -> None:
        """Set how far operators' labels move the boundaries."""
        for channel in (self.level, self.spread, self.relation):
            channel.heed(factor)

    @property
    def unsettled(self) -> bool:
        """Whether more has changed than a change between two wholes says."""
        return self.novelty.unsettled or not self.season.settled

    def stored(self) -> None:
        """It was stored as a whole."""
        self.novelty.stored()
        self.season.settled = True

    def snapshot(self, *, whole: bool) -> SensorSnapshot:
        """What was learned, or what of it has changed since it was stored as a whole."""
        numbers = _SCALARS.pack(self)
        if whole:
            return SensorSnapshot(numbers, (), self.season.whole(), self.novelty.whole())
        return SensorSnapshot(numbers, self.novelty.fresh(), b"", ())

    def restore(self, snapshot: SensorSnapshot) -> Self:
        """Go on bit for bit where a whole snapshot was taken."""
        _SCALARS.restore(self, snapshot.numbers)
        for channel in (self.level, self.spread, self.relation):
            channel.restored()
        self.season.restored(snapshot.season)
        self.novelty.restored(snapshot.novelty, snapshot.fresh)
        return self
