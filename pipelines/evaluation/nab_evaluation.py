"""Contenders on the Numenta Anomaly Benchmark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.evaluation.contender import Contender, reading_us
from pipelines.evaluation.corpus import NabFile
from pipelines.evaluation.nab_score import PROFILES, ScoredFile, at_threshold, best


@dataclass(frozen=True, slots=True)
class NabResult:
    """One contender: its score and best threshold in each profile, and its cost.

    Attributes
    ----------
    halves
        Standard score of every second file at the threshold that is best for the others, and the other way round: what
        a threshold is worth on files that it was not chosen on.
    """

    contender: str
    scores: dict[str, float]
    thresholds: dict[str, float]
    reading_us: float
    halves: tuple[float, float]


def evaluate_nab(
    files: Sequence[NabFile], contenders: Sequence[Contender], told: Callable[[str, str], None]
) -> list[NabResult]:
    """Score each contender on all files; `told` is called with its name and a file's before each run."""
    return [_evaluate(files, contender, told) for contender in contenders]


def _evaluate(files: Sequence[NabFile], contender: Contender, told: Callable[[str, str], None]) -> NabResult:
    judged = []
    for file in files:
        told(contender.name, file.name)
        judged.append(contender.judge(file.recording))
    scored = [ScoredFile(file.name, one.scores, file.windows) for file, one in zip(files, judged, strict=True)]
    tops = {profile.name: best(scored, profile) for profile in PROFILES}
    return NabResult(
        contender.name,
        {name: top.score for name, top in tops.items()},
        {name: top.threshold for name, top in tops.items()},
        reading_us(judged),
        (_transferred(scored[::2], scored[1::2]), _transferred(scored[1::2], scored[::2])),
    )


def _transferred(chosen_on: Sequence[ScoredFile], files: Sequence[ScoredFile]) -> float:
    """The score of files at the threshold that is best for others; 0 where either have no window to be found."""
    if not any(file.windows for file in chosen_on) or not any(file.windows for file in files):
        return 0.0
    return at_threshold(files, best(chosen_on).threshold)
