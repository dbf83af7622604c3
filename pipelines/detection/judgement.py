"""What a detector says of a set of values, and how distances and surprises become one score."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

LASTING = 0.1
"""The score of what lasts stays below 0.5 + this. From 0.6 on it is a moment unlike anything before."""


class Kind(StrEnum):
    """Which part of the detector speaks."""

    LEVEL = "level"
    """A sensor is away from where it usually is."""
    SPREAD = "spread"
    """It has become still, or restless."""
    RELATION = "relation"
    """It shows what the other sensors do not explain."""
    ISOLATION = "isolation"
    """The sensors have hardly ever been seen in this combination."""
    ARRIVAL = "arrival"
    """Messages come more often or more seldom than usual."""
    NOVELTY = "novelty"
    """A moment unlike anything before."""


class Source(NamedTuple):
    """Where a distance comes from; `sensor` is empty where it is the twin as a whole."""

    kind: Kind
    sensor: str = ""

    @classmethod
    def of(cls, named: tuple[str, str]) -> "Source":
        """The source that is called so.

        >>> Source.of(("level", "flow")).kind is Kind.LEVEL
        True
        """
        return cls(Kind(named[0]), named[1])


NOBODY = Source(Kind.LEVEL)
"""Stands where nothing has a distance yet."""


class SensorJudgement(NamedTuple):
    """A value against what was expected of it, before it was learned.

    Attributes
    ----------
    deviation
        Standard deviation of single values, in the sensor's unit.
    boundary
        Standard deviations from which on a value looks unusual.
    """

    value: float
    expected: float
    deviation: float
    boundary: float

    @property
    def half_width(self) -> float:
        """How far a value may be from the expected one before it looks unusual, in the sensor's unit."""
        return self.deviation * self.boundary


class Judgement(NamedTuple):
    """What the detector says of one set of values.

    Attributes
    ----------
    score
        0.5 is the decision boundary; None while no sensor is warm.
    distance
        The largest distance from the usual, in boundaries.
    worst
        Whose it is.
    surprise
        How new the newest values are, see `Novelty`; 0 where they set no record.
    surprised
        The sensor of which that is said.
    sensors
        Of each value that has an expectation.
    """

    score: float | None
    distance: float
    worst: Source
    surprise: float
    surprised: str
    sensors: Mapping[str, SensorJudgement]

    @property
    def source(self) -> Source:
        """Where the score comes from."""
        momentary = score_of(0.0, self.surprise) > score_of(self.distance)
        return Source(Kind.NOVELTY, self.surprised) if momentary else self.worst


def score_of(distance: float, surprise: float = 0.0) -> float:
    """One score of a lasting distance and a momentary surprise, each 1 at its boundary.

    Both are odds: 1 is as likely abnormal as normal, a score of 0.5. What lasts is kept below 0.6, so that a long
    deviation is one event to those who look for moments, and one state to those who look for alerts.

    >>> score_of(0.0), score_of(1.0), round(score_of(1e9), 3), score_of(0.0, 3.0)
    (0.0, 0.5, 0.6, 0.75)
    """
    lasting = distance / (1.0 + distance) if distance <= 1.0 else 0.5 + LASTING * (1.0 - 1.0 / distance)
    moment = surprise / (1.0 + surprise)
    return lasting if lasting > moment else moment
