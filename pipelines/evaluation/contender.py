"""Whatever gives each row of a recording a score: the product, dummies, plain detectors."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from pipelines.detection.plain import PlainDetector
from pipelines.replay.backtest import Backtest
from pipelines.replay.inferred_type import inferred_type
from pipelines.replay.recording import Recording
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.number import parse_number
from pipelines.twin.rejection import Rejected

ALARM_SCORE = 0.5
"""A score from here on is an alarm, of those that have no alerts of their own."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A recording as one contender sees it.

    Attributes
    ----------
    scores
        One a row, between 0 and 1; 0 where the row was not judged.
    alarms
        Whether the contender was in alarm behind each row.
    seconds
        What it took.
    sensors
        How many values a row has.
    """

    scores: Sequence[float]
    alarms: Sequence[bool]
    seconds: float
    sensors: int


def reading_us(judged: Sequence[Judged]) -> float:
    """Microseconds for a value, over several recordings."""
    return 1e6 * sum(one.seconds for one in judged) / sum(len(one.scores) * one.sensors for one in judged)


class Contender(Protocol):
    """One that takes part."""

    @property
    def name(self) -> str:
        """As it stands in tables."""

    def judge(self, recording: Recording) -> Judged:
        """Give every row a score, in one pass, knowing nothing beforehand but the columns."""


class Product:
    """The product itself: `backtest --type auto`, from the bytes of a message to the verdict."""

    name = "twinstream"

    def judge(self, recording: Recording) -> Judged:
        """See `Contender`."""
        rows = list(recording.rows())
        tested = Backtest(inferred_type(recording.sensors), recording.path.stem, now_ms=time.time_ns() // NS_PER_MS)
        began = time.perf_counter()
        verdicts = [(result.row.number, result.verdict) for result in tested.run(recording)]
        seconds = time.perf_counter() - began
        scores, alarms = [0.0] * len(rows), [False] * len(rows)
        for number, verdict in verdicts:
            scores[number - 1] = verdict.score or 0.0
            alarms[number - 1] = verdict.alert
        return Judged(scores, alarms, seconds, len(recording.sensors))


@dataclass(frozen=True)
class Constant:
    """Gives every row the same score: the least that anybody has to beat."""

    name: str
    score: float

    def judge(self, recording: Recording) -> Judged:
        """See `Contender`."""
        count = recording.row_count()
        alarm = self.score >= ALARM_SCORE
        return Judged([self.score] * count, [alarm] * count, 0.0, len(recording.sensors))


@dataclass(frozen=True)
class Dice:
    """Gives every row a random score."""

    name: str = "random"
    seed: int = 1

    def judge(self, recording: Recording) -> Judged:
        """See `Contender`."""
        rng = Random(f"{self.seed}-{recording.path.name}")  # noqa: S311  # a baseline, not a secret
        scores = [rng.random() for _ in range(recording.row_count())]
        return Judged(scores, [score >= ALARM_SCORE for score in scores], 0.0, len(recording.sensors))


class FixedLimits:
    """What a rule without learning does: alarm outside the limits that the first `LEARNED` rows showed."""

    name = "fixed limits"
    LEARNED = 400

    def judge(self, recording: Recording) -> Judged:
        """See `Contender`. The score grows with the distance from the limits, in ranges."""
        began = time.perf_counter()
        lowest: dict[str, float] = {}
        highest: dict[str, float] = {}
        scores = []
        for number, values in enumerate(values_of(recording)):
            beyond = 0.0
            for sensor, value in values.items():
                low, high = lowest.get(sensor, value), highest.get(sensor, value)
                if number < self.LEARNED:
                    lowest[sensor], highest[sensor] = min(low, value), max(high, value)
                elif high > low:
                    beyond = max(beyond, (low - value) / (high - low), (value - high) / (high - low))
            scores.append((1 + beyond) / (2 + beyond) if beyond > 0 else 0.0)
        return Judged(scores, [score > 0 for score in scores], time.perf_counter() - began, len(recording.sensors))


@dataclass(frozen=True)
class Plain:
    """A detector of River as it comes."""

    name: str

    def judge(self, recording: Recording) -> Judged:
        """See `Contender`."""
        detector = PlainDetector(self.name)
        rows = list(values_of(recording))
        began = time.perf_counter()
        scores = [detector.update(values) for values in rows]
        seconds = time.perf_counter() - began
        return Judged(scores, [score >= ALARM_SCORE for score in scores], seconds, len(recording.sensors))


def values_of(recording: Recording) -> Iterator[dict[str, float]]:
    """The numbers of each row, by column; what is none is left out."""
    for row in recording.rows():
        parsed = {name: parse_number(text) for name, text in row.cells if text}
        yield {name: number for name, number in parsed.items() if not isinstance(number, Rejected)}
