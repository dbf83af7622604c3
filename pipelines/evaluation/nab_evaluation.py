"""Contenders on the Numenta Anomaly Benchmark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.evaluation.contender import Contender, reading_us
from pipelines.evaluation.corpus import NabFile
from pipelines.evaluation.nab_score import PROFILES, ScoredFile, best


@dataclass(frozen=True, slots=True)
class NabResult:
    """One contender: its score and best threshold in each profile, and its cost."""

    contender: str
    scores: dict[str, float]
    thresholds: dict[str, float]
    reading_us: float


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
    )
