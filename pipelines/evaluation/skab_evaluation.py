"""Contenders on the Skoltech Anomaly Benchmark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.evaluation.confusion import Confusion
from pipelines.evaluation.contender import Contender, reading_us
from pipelines.evaluation.corpus import SKAB_WARM_UP, SkabFile


@dataclass(frozen=True, slots=True)
class SkabResult:
    """One contender: rows of all files with a fault, share of the fault-free file in alarm, and its cost."""

    contender: str
    confusion: Confusion
    fault_free_alarm: float | None
    reading_us: float


def evaluate_skab(
    files: Sequence[SkabFile], contenders: Sequence[Contender], told: Callable[[str, str], None]
) -> list[SkabResult]:
    """Count each contender's alarms on all files; `told` is called with its name and a file's before each run."""
    return [_evaluate(files, contender, told) for contender in contenders]


def _evaluate(files: Sequence[SkabFile], contender: Contender, told: Callable[[str, str], None]) -> SkabResult:
    faulty, quiet = Confusion(), Confusion()
    judged = []
    for file in files:
        told(contender.name, file.name)
        judged.append(contender.judge(file.recording))
        rows = Confusion.of(list(zip(judged[-1].alarms, file.anomalous, strict=True))[SKAB_WARM_UP:])
        if file.fault_free:
            quiet += rows
        else:
            faulty += rows
    fault_free = quiet.false_alarm_rate if quiet.quiet or quiet.false_alarms else None
    return SkabResult(contender.name, faulty, fault_free, reading_us(judged))
