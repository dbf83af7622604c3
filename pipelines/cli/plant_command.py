"""evaluate plant: twins of a simulated plant against the faults that it really had."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import Progress

from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.evaluation_output import Json, shown, write_json
from pipelines.evaluation.plant_evaluation import HOURS_A_WEEK, PlantResult, PlantSettings, evaluate_plant
from pipelines.evaluation.report import PLANT_HEAD, plant_rows, plant_summary
from pipelines.feed.station_plan import pump_names, station_definitions

TWINS = 2


def plant(
    *,
    twins: Annotated[int, typer.Option(min=1, max=1_000, help="Pumps, each a twin.")] = TWINS,
    hours: Annotated[float, typer.Option(min=0.1, help="Simulated time.")] = HOURS_A_WEEK,
    # Beyond 10 s the shortest fault would hardly last for as many observations as raise an alert.
    period: Annotated[float, typer.Option(min=0.001, max=10, help="Seconds between observations of a pump.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same plant.")] = 7,
    faults_per_day: Annotated[
        float, typer.Option(min=0, help="Faults of each pump in 24 h of simulated time; 0 counts false alerts only.")
    ] = 8.0,
    json_file: Json = None,
) -> None:
    """Run simulated pumps through the same step as the twin job, and match alerts with the faults injected.

    Every kind of fault comes in turn, for 60 to 600 s, once the detector is warm. A fault is alerted if its twin
    raises an anomaly alert from its start to 2 s behind its end, as in the demo; all others are false. The delay is
    event time from the fault's start to its first alert. Alerts about the data don't count.

    Examples:

        twinstream evaluate plant

        twinstream evaluate plant --twins 10 --hours 24 --faults-per-day 0 --json plant.json
    """
    with errors_told():
        result = run_plant(twins, PlantSettings(hours, period, seed, faults_per_day))
        if result.kinds:
            shown(f"simulated plant, {hours:g} h", PLANT_HEAD, plant_rows(result))
        tell(plant_summary(result))
        write_json(json_file, asdict(result) | {"false_alerts_per_week": result.false_alerts_per_week})


def run_plant(twins: int, settings: PlantSettings) -> PlantResult:
    """Evaluate so many pumps while a bar shows how long it will take."""
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(f"{settings.hours:g} h of a plant", total=twins * settings.observations)
        definitions = station_definitions(pump_names(twins))
        return evaluate_plant(definitions, settings, lambda frames: progress.advance(task, frames))
