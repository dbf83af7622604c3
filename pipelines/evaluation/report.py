"""docs/detection.md from the figures of one run."""

from collections.abc import Iterable, Sequence

from pipelines.evaluation.detector_cost import DetectorCost
from pipelines.evaluation.explanation import GRACE
from pipelines.evaluation.nab_evaluation import NabResult
from pipelines.evaluation.nab_score import PROFILES
from pipelines.evaluation.plant_evaluation import PlantResult
from pipelines.evaluation.skab_evaluation import SkabResult
from pipelines.simulation.campaign import GAP_S, LONGEST_S, SHORTEST_S

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
`pipelines/evaluation/nab_score.py`). The halves are what it is worth on files that it was not chosen on: every second
file at the threshold that is best for the others, and the other way round.
"""

SKAB = """\
## Skoltech Anomaly Benchmark

{files} files, counted by rows, without the first 400 of each (Katser and Kozitsin 2020,
doi:10.34740/KAGGLE/DSV/1693952). One that is always in alarm has a high F1 already: look at both rates, and at the
share of the fault-free file that is in alarm.
"""

COST = """\
## Cost of detection

The detector by itself, without reading messages and storing twins, which the tables above count: its time, and what it
has to remember; and what a whole twin takes in the store, with its definition, counters and newest values.
"""

PLANT = """\
## Simulated plant

Pumps of the library's type centrifugal-pump with every kind of fault in turn (`pipelines/simulation/campaign.py`), each
of {shortest:g} to {longest:g} s and full severity; `twinstream evaluate plant` runs them for longer. A fault is alerted
if its twin raises an anomaly alert from its start to {grace:g} s behind its end, as in the demo; every other anomaly
alert is a false one, be it that of a twin that took a long fault for its usual state and the return from it for a
fault. The delay is event time from the fault's start to its first alert.
"""

NAB_HEAD = ("detector", *(profile.name for profile in PROFILES), "halves", "threshold", "µs a reading")
SKAB_HEAD = ("detector", "F1", "false alarms", "missed", "fault-free file in alarm", "µs a reading")
COST_HEAD = ("recording", "sensors", "rows", "µs a reading", "bytes a sensor", "of the whole twin")
PLANT_HEAD = ("fault", "injected", "alerted", "median delay", "largest delay")


def report(
    nab: Sequence[NabResult],
    nab_files: int,
    nab_windows: int,
    skab: Sequence[SkabResult],
    skab_files: int,
    plant: PlantResult,
    costs: Sequence[DetectorCost],
) -> str:
    """The whole file."""
    return "\n".join(
        [
            HEAD,
            NAB.format(files=nab_files, windows=nab_windows),
            _table(NAB_HEAD, nab_rows(nab)),
            SKAB.format(files=skab_files),
            _table(SKAB_HEAD, skab_rows(skab)),
            PLANT.format(shortest=SHORTEST_S, longest=LONGEST_S, grace=GRACE.total_seconds()),
            _table(PLANT_HEAD, plant_rows(plant)),
            f"{plant_summary(plant)}\n",
            COST,
            _table(COST_HEAD, cost_rows(costs)),
        ]
    )


def nab_rows(results: Sequence[NabResult]) -> Iterable[Sequence[str]]:
    """The cells under `NAB_HEAD`."""
    for result in results:
        scores = [f"{result.scores[profile.name]:.1f}" for profile in PROFILES]
        halves = " / ".join(f"{score:.1f}" for score in result.halves)
        threshold = f"{result.thresholds[PROFILES[0].name]:.4f}"
        yield [result.contender, *scores, halves, threshold, f"{result.reading_us:.1f}"]


def skab_rows(results: Sequence[SkabResult]) -> Iterable[Sequence[str]]:
    """The cells under `SKAB_HEAD`."""
    for result in results:
        found = result.confusion
        rates = [f"{rate:.1%}" for rate in (found.false_alarm_rate, found.missed_alarm_rate)]
        free = "" if result.fault_free_alarm is None else f"{result.fault_free_alarm:.1%}"
        yield [result.contender, f"{found.f1:.3f}", *rates, free, f"{result.reading_us:.1f}"]


def plant_rows(result: PlantResult) -> Iterable[Sequence[str]]:
    """The cells under `PLANT_HEAD`."""
    for kind in result.kinds:
        delays = ["" if delay is None else f"{delay:.1f} s" for delay in (kind.median_delay_s, kind.largest_delay_s)]
        yield [kind.kind, str(kind.injected), str(kind.alerted), *delays]


def cost_rows(costs: Sequence[DetectorCost]) -> Iterable[Sequence[str]]:
    """The cells under `COST_HEAD`."""
    for cost in costs:
        figures = (f"{cost.detector_us:.1f}", f"{cost.detector_bytes:.0f}", f"{cost.twin_bytes:.0f}")
        yield [cost.recording, str(cost.sensors), str(cost.rows), *figures]


def plant_summary(result: PlantResult) -> str:
    """What the table doesn't say, in one line.

    >>> from pipelines.evaluation.plant_evaluation import PlantSettings
    >>> result = PlantResult(PlantSettings(hours=84.0), 2, (), false_alerts=1, recovery_alerts=0, reading_us=7.62)
    >>> plant_summary(result).split("; ")  # doctest: +NORMALIZE_WHITESPACE
    ['2 twins for 84 h, observed every 1 s, seed 7: 0 of 0 faults alerted',
     '1 false alert, 1.00 a twin and week, 0 of them within 60 s behind a fault',
     '7.6 µs a reading']
    """
    settings = result.settings
    return (
        f"{_counted(result.twins, 'twin')} for {settings.hours:g} h, observed every {settings.period_s:g} s, "
        f"seed {settings.seed}: {result.alerted} of {_counted(result.injected, 'fault')} alerted; "
        f"{_counted(result.false_alerts, 'false alert')}, {result.false_alerts_per_week:.2f} a twin and week, "
        f"{result.recovery_alerts} of them within {GAP_S:g} s behind a fault; {result.reading_us:.1f} µs a reading"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
