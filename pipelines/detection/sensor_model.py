"""All that is learned of one sensor by itself: its level, its restlessness, its day, and what it has ever shown."""

from dataclasses import dataclass
from math import exp, log
from struct import Struct
from typing import NamedTuple, Self

from pipelines.detection.channel import Channel
from pipelines.detection.judgement import Kind, Source
from pipelines.detection.novelty import Novelty
from pipelines.detection.season import Season

SPREAD_FACTOR = 2.0
"""Boundaries of the restlessness are wider: it says less than the level."""

RELATION_FACTOR = 2.0
"""So are those of what the others do not explain: on SKAB it adds nothing below, and cries wolf (decision 0009)."""

SHORT, LONG = 16.0, 1_000.0
"""Samples over which squared steps are averaged."""

STILL = 1e-3
"""Share of the usual squared step below which a sensor is still."""

SPREAD_FLOOR = 0.2
"""Smallest standard deviation of the logarithm of the squared steps."""

_STEPS = Struct("<5d")


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


class SensorSnapshot(NamedTuple):
    """A `SensorModel`: what changes seldom (empty in a change between two wholes), and what changes with each value."""

    season: bytes
    novelty: tuple[bytes, ...]
    level: bytes
    spread: bytes
    relation: bytes
    steps: bytes
    cycle: bytes
    fresh: tuple[bytes, ...]


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
    cycle
        The part of the newest value that the time of day explains.

    >>> model = SensorModel("flow", SensorSettings(boundary=4.5, warm_up=100))
    >>> for i in range(200):
    ...     model.observe(float(i), 20.0 + i % 5)
    ...     model.learn(calm=True, alert=False)
    >>> round(model.level.slow), model.level.distance < 0.5
    (22, True)
    """

    __slots__ = (
        *("_anchor", "_last", "_long", "_resolution", "_short", "cycle"),
        *("level", "level_source", "novelty", "relation", "relation_source", "season", "spread", "spread_source"),
    )

    def __init__(self, name: str, settings: SensorSettings) -> None:
        self.level_source = Source(Kind.LEVEL, name)
        self.spread_source = Source(Kind.SPREAD, name)
        self.relation_source = Source(Kind.RELATION, name)
        boundary, warm_up = settings.boundary, settings.warm_up
        self.level = Channel(boundary, warm_up, settings.resolution, settings.prior)
        self.spread = Channel(SPREAD_FACTOR * boundary, warm_up, SPREAD_FLOOR)
        self.relation = Channel(RELATION_FACTOR * boundary, warm_up, settings.resolution)
        self.novelty = Novelty(warm_up)
        self.season = Season()
        self.cycle = self._last = self._short = self._long = 0.0
        self._anchor = float("nan")
        self._resolution = settings.resolution

    @property
    def expected(self) -> float:
        """What the sensor would show now if nothing were unusual, in its unit."""
        return self.level.slow + self.cycle

    def observe(self, ts_s: float, value: float) -> None:
        """Take a finite value at an event time (epoch seconds); `novelty` is asked by itself."""
        season = self.season
        cycle = self.cycle = season.observe(ts_s, value)
        if season.turned:
            self.level.shift(-season.jump)
            self._anchor = self.level.slow
        self.level.observe(value - cycle)
        self.spread.observe(self._restlessness(value))

    def learn(self, *, calm: bool, alert: bool) -> None:
        """Let the value observed last teach what is usual."""
        self.level.learn(calm=calm, alert=alert)
        self.spread.learn(calm=calm, alert=alert)
        if not alert and self.level.samples > 1.0:
            samples = self.level.samples
            self._long += (self._short - self._long) / (samples if samples < LONG else LONG)

    def _restlessness(self, value: float) -> float:
        step = abs(value - self._last) if self.level.samples > 1.0 else 0.0
        self._last = value
        if step <= self._resolution:
            step = 0.0
        self._short += (step * step - self._short) / SHORT
        return log(self._short / self._long + STILL) if self._long else 0.0

    def settle(self, source: Source, peak: float, *, adopted: bool) -> None:
        """An alert has ended, at most `peak` boundaries from the usual at its source: see `Channel.settle`."""
        for mine, channel in (
            (self.level_source, self.level),
            (self.spread_source, self.spread),
            (self.relation_source, self.relation),
        ):
            channel.settle(peak if mine == source else 0.0, adopted=adopted)
        self.anchor()

    @property
    def newest(self) -> float:
        """The value observed last."""
        return self._last

    @property
    def restlessness(self) -> float:
        """How large its steps are of late, 1 being usual."""
        return exp((self.spread.fast - self.spread.slow) / 2)

    @property
    def unexplained(self) -> float:
        """What it shows of late beyond what the others explain and beyond what it usually does, in its unit."""
        return self.relation.fast - self.relation.slow

    @property
    def wander(self) -> float:
        """How far the usual level has moved since it was last taken for granted, in standard deviations.

        Not before a whole day is known: until then it moves with the time of the day.
        """
        return abs(self.level.slow - self._anchor) / self.level.deviation if self.season.known else 0.0

    def anchor(self) -> None:
        """Take the usual level for granted as it is now."""
        self._anchor = self.level.slow

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
        return SensorSnapshot(
            self.season.whole() if whole else b"",
            self.novelty.whole() if whole else (),
            self.level.packed(),
            self.spread.packed(),
            self.relation.packed(),
            _STEPS.pack(self._anchor, self.cycle, self._last, self._short, self._long),
            self.season.change(),
            self.novelty.change(fresh=not whole),
        )

    def restore(self, snapshot: SensorSnapshot) -> Self:
        """Go on bit for bit where a whole snapshot was taken."""
        self.season.restore(snapshot.season, snapshot.cycle)
        self.novelty.restore(snapshot.novelty, snapshot.fresh)
        self.level.restore(snapshot.level)
        self.spread.restore(snapshot.spread)
        self.relation.restore(snapshot.relation)
        self._anchor, self.cycle, self._last, self._short, self._long = _STEPS.unpack(snapshot.steps)
        return self
