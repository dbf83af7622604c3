"""evaluate: how good detection is, on public benchmarks and on a simulated plant."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.progress import Progress

from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.evaluation_output import Json, shown, write_json
from pipelines.cli.plant_command import TWINS, plant, run_plant
from pipelines.detection.plain import PLAIN_DETECTORS
from pipelines.evaluation.contender import Constant, Contender, Dice, FixedLimits, Plain, Product
from pipelines.evaluation.corpus import nab_files, skab_files
from pipelines.evaluation.detector_cost import DetectorCost, detector_cost
from pipelines.evaluation.nab_evaluation import evaluate_nab
from pipelines.evaluation.plant_evaluation import PlantSettings
from pipelines.evaluation.report import NAB_HEAD, SKAB_HEAD, nab_rows, report, skab_rows
from pipelines.evaluation.skab_evaluation import evaluate_skab
from pipelines.replay.recording import Recording

File = TypeVar("File")
Result = TypeVar("Result")

app = typer.Typer(
    help="Score detection on public benchmarks, beside dummies and plain detectors, and on a simulated plant.",
    no_args_is_help=True,
)
app.command()(plant)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the benchmark, as its repository has it.")]
Alone = Annotated[bool, typer.Option("--alone", help="Only twinstream, without the others.")]


@app.command()
def nab(folder: Folder, *, json_file: Json = None, alone: Alone = False) -> None:
    """Score the Numenta Anomaly Benchmark: one pass, one configuration and one threshold for all files.

    DIR holds data/ and labels/combined_windows.json. 0 is a detector that finds nothing, 100 one that finds every
    window at once and nothing else.

    Examples:

        twinstream evaluate nab NAB

        twinstream evaluate nab NAB --alone --json nab.json
    """
    with errors_told():
        files = nab_files(folder)
        results = _with_progress(files, _contenders(alone=alone), evaluate_nab)
        shown(f"NAB, {len(files)} files", NAB_HEAD, nab_rows(results))
        write_json(json_file, [asdict(result) for result in results])


@app.command()
def skab(folder: Folder, *, json_file: Json = None, alone: Alone = False) -> None:
    """Score the Skoltech Anomaly Benchmark: rows in alarm against rows with a fault, behind the first 400 of a file.

    DIR, or its data/, holds folders of CSV files; that of anomaly-free is told apart.

    Examples:

        twinstream evaluate skab SKAB

        twinstream evaluate skab SKAB/data/valve1 --json skab.json
    """
    with errors_told():
        files = skab_files(folder)
        results = _with_progress(files, _contenders(alone=alone), evaluate_skab)
        shown(f"SKAB, {len(files)} files", SKAB_HEAD, skab_rows(results))
        write_json(
            json_file,
            [
                asdict(result)
                | {
                    "f1": result.confusion.f1,
                    "false_alarm_rate": result.confusion.false_alarm_rate,
                    "missed_alarm_rate": result.confusion.missed_alarm_rate,
                }
                for result in results
            ],
        )


@app.command("report")
def write_report(
    nab_folder: Annotated[Path, typer.Option("--nab", metavar="DIR", help="Folder of NAB.")],
    skab_folder: Annotated[Path, typer.Option("--skab", metavar="DIR", help="Folder of SKAB.")],
    out: Annotated[Path, typer.Option("--out", help="Markdown file to write.")],
    plant_hours: Annotated[
        float, typer.Option("--plant-hours", min=0.1, help="Simulated time of the plant with two twins.")
    ] = 24.0,
) -> None:
    """Score both benchmarks and the simulated plant, and write docs/detection.md.

    Example:

        twinstream evaluate report --nab NAB --skab SKAB --out docs/detection.md
    """
    with errors_told():
        nab, skab = nab_files(nab_folder), skab_files(skab_folder)
        contenders = _contenders(alone=False)
        text = report(
            _with_progress(nab, contenders, evaluate_nab),
            len(nab),
            sum(len(file.windows) for file in nab),
            _with_progress(skab, contenders, evaluate_skab),
            len(skab),
            run_plant(TWINS, PlantSettings(hours=plant_hours)),
            [_cost(file.name, file.recording) for file in (nab[-1], skab[0], skab[-1])],
        )
        out.write_text(text, encoding="utf-8")
        tell(f"wrote {out}")


def _cost(name: str, recording: Recording) -> DetectorCost:
    with console.status(f"the detector by itself: {name}"):
        return detector_cost(name, recording)


def _contenders(*, alone: bool) -> list[Contender]:
    if alone:
        return [Product()]
    dummies: list[Contender] = [Constant("never", 0.0), Constant("always", 1.0), Dice(), FixedLimits()]
    return [Product(), *(Plain(name) for name in PLAIN_DETECTORS), *dummies]


def _with_progress(
    files: Sequence[File],
    contenders: Sequence[Contender],
    evaluate: Callable[[Sequence[File], Sequence[Contender], Callable[[str, str], None]], list[Result]],
) -> list[Result]:
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("", total=len(files) * len(contenders))

        def told(contender: str, file: str) -> None:
            progress.update(task, description=f"{contender}: {file}")
            progress.advance(task)

        return evaluate(files, contenders, told)
