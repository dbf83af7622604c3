"""The score of the Numenta Anomaly Benchmark, from its published rules.

Lavin and Ahmad 2015, "Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark",
arXiv:1510.03336, section II, and the weights of the benchmark's three profiles. The first 15 % of a file, at most 750
rows, are not scored. Within a window only the earliest detection counts, the earlier the more; each row detected
outside costs, the less the closer it follows a window. One threshold serves all files. 0 is a detector that finds
nothing, 100 one that finds every window with its first row and nothing else.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PROBATION_SHARE, PROBATION_MOST = 0.15, 750


@dataclass(frozen=True, slots=True)
class Profile:
    """What a window found, a false alarm and a window missed are worth."""

    name: str
    found: float
    false_alarm: float
    missed: float


STANDARD = Profile("standard", 1.0, 0.11, 1.0)
LOW_FALSE_ALARMS = Profile("low FP", 1.0, 0.22, 1.0)
LOW_MISSES = Profile("low FN", 1.0, 0.11, 2.0)
PROFILES = (STANDARD, LOW_FALSE_ALARMS, LOW_MISSES)

Window = tuple[int, int]
"""First and last row of an anomaly, from 0."""


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """A file's scores, one a row, and where its anomalies are; windows in order, apart from each other."""

    name: str
    scores: Sequence[float]
    windows: Sequence[Window]


@dataclass(frozen=True, slots=True)
class NabScore:
    """What a threshold earns: 100 at best."""

    threshold: float
    score: float


@dataclass(frozen=True, slots=True)
class _Weighted:
    """A row that can be detected: what that is worth, and the window it lies in."""

    score: float
    worth: float
    window: tuple[str, int] | None


def best(files: Sequence[ScoredFile], profile: Profile = STANDARD) -> NabScore:
    """The threshold that earns most on these files, and how much.

    Raises
    ------
    ValueError
        If the files have no window.

    >>> alarm_at_row_900 = [0.0] * 900 + [1.0] + [0.0] * 99
    >>> best([ScoredFile("a", alarm_at_row_900, [(900, 950)])])
    NabScore(threshold=1.0, score=100.0)
    """
    rows = sorted(_rows(files, profile), key=lambda row: -row.score)
    found: defaultdict[tuple[str, int], float] = defaultdict(lambda: -profile.missed)
    total = least = _least(files, profile)
    top = NabScore(math.inf, 0.0)
    for number, row in enumerate(rows):
        if row.window is None:
            total += row.worth
        elif row.worth > found[row.window]:
            total += row.worth - found[row.window]
            found[row.window] = row.worth
        last = number + 1 == len(rows) or rows[number + 1].score < row.score
        if last and (score := _normalised(total, least, files, profile)) > top.score:
            top = NabScore(row.score, score)
    return top


def at_threshold(files: Sequence[ScoredFile], threshold: float, profile: Profile = STANDARD) -> float:
    """What a threshold earns that was found elsewhere."""
    found: dict[tuple[str, int], float] = {}
    total = least = _least(files, profile)
    for row in _rows(files, profile):
        if row.score < threshold:
            continue
        if row.window is None:
            total += row.worth
        else:
            before = found.get(row.window, -profile.missed)
            found[row.window] = max(before, row.worth)
            total += found[row.window] - before
    return _normalised(total, least, files, profile)


def probation(rows: int) -> int:
    """Rows at a file's begin that are not scored."""
    return min(math.floor(PROBATION_SHARE * rows), PROBATION_MOST)


def _least(files: Sequence[ScoredFile], profile: Profile) -> float:
    """The raw score of one that detects nothing."""
    windows = sum(len(file.windows) for file in files)
    if not windows:
        raise ValueError("the files have no anomaly: nothing can be earned")
    return -profile.missed * windows


def _normalised(total: float, least: float, files: Sequence[ScoredFile], profile: Profile) -> float:
    perfect = profile.found * sum(len(file.windows) for file in files)
    return 100.0 * (total - least) / (perfect - least)


def _rows(files: Iterable[ScoredFile], profile: Profile) -> Iterable[_Weighted]:
    for file in files:
        first = probation(len(file.scores))
        for row, (worth, window) in enumerate(_worths(file, profile)):
            if row >= first:
                yield _Weighted(file.scores[row], worth, None if window is None else (file.name, window))


def _worths(file: ScoredFile, profile: Profile) -> Iterable[tuple[float, int | None]]:
    """What detecting each row is worth, and the number of its window."""
    waiting = list(enumerate(file.windows))
    past: Window | None = None
    for row in range(len(file.scores)):
        if waiting and row > waiting[0][1][1]:
            past = waiting.pop(0)[1]
        if waiting and row >= waiting[0][1][0]:
            number, (begin, end) = waiting[0]
            position = -(end - row + 1) / (end - begin + 1)
            yield _sigmoid(position) * profile.found / _sigmoid(-1.0), number
        elif past is None:
            yield -profile.false_alarm, None
        else:
            begin, end = past
            yield _sigmoid((row - end) / max(1, end - begin)) * profile.false_alarm, None


def _sigmoid(position: float) -> float:
    """Near 1 at a window's begin (-1), 0 at its end (0), -1 far behind it."""
    if position > 3.0:
        return -1.0
    return 2.0 / (1.0 + math.exp(5.0 * position)) - 1.0
