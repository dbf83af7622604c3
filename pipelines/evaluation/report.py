"""docs/detection.md from the figures of one run."""

from collections.abc import Iterable, Sequence

from pipelines.evaluation.nab_evaluation import NabResult
from pipelines.evaluation.nab_score import PROFILES
from pipelines.evaluation.skab_evaluation import SkabResult

HEAD = """\
# Detection, measured

Written by `twinstream evaluate report`; don't edit. Every detector sees each file once, row by row, knows nothing
beforehand but the columns, and has one configuration for all files. twinstream is `backtest --type auto`: the same
`step` as the twin job, from the bytes of a message to the verdict. The others are detectors of River as they come
(`pipelines/detection/plain.py`) and dummies, which everybody has to beat.
"""

NAB = """\
## Numenta Anomaly Benchmark

{files} files, {windows} windows. 0 is a detector that finds nothing, 100 one that finds every window with its first row
and nothing else; one threshold for all files, the best there is (Lavin and Ahmad 2015, arXiv:1510.03336;
`pipelines/evaluation/nab_score.py`).
"""

SKAB = """\
## Skoltech Anomaly Benchmark

{files} files, counted by rows, without the first 400 of each (Katser and Kozitsin 2020,
doi:10.34740/KAGGLE/DSV/1693952). One that is always in alarm has a high F1 already: look at both rates, and at the
share of the fault-free file that is in alarm.
"""

NAB_HEAD = ("detector", *(profile.name for profile in PROFILES), "threshold", "µs a reading")
SKAB_HEAD = ("detector", "F1", "false alarms", "missed", "fault-free file in alarm", "µs a reading")


def report(
    nab: Sequence[NabResult], nab_files: int, nab_windows: int, skab: Sequence[SkabResult], skab_files: int
) -> str:
    """The whole file."""
    return "\n".join(
        [
            HEAD,
            NAB.format(files=nab_files, windows=nab_windows),
            _table(NAB_HEAD, nab_rows(nab)),
            SKAB.format(files=skab_files),
            _table(SKAB_HEAD, skab_rows(skab)),
        ]
    )


def nab_rows(results: Sequence[NabResult]) -> Iterable[Sequence[str]]:
    """The cells under `NAB_HEAD`."""
    for result in results:
        scores = [f"{result.scores[profile.name]:.1f}" for profile in PROFILES]
        yield [result.contender, *scores, f"{result.thresholds[PROFILES[0].name]:.4f}", f"{result.reading_us:.1f}"]


def skab_rows(results: Sequence[SkabResult]) -> Iterable[Sequence[str]]:
    """The cells under `SKAB_HEAD`."""
    for result in results:
        found = result.confusion
        rates = [f"{rate:.1%}" for rate in (found.false_alarm_rate, found.missed_alarm_rate)]
        free = "" if result.fault_free_alarm is None else f"{result.fault_free_alarm:.1%}"
        yield [result.contender, f"{found.f1:.3f}", *rates, free, f"{result.reading_us:.1f}"]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
