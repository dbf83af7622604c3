"""backtest: a CSV file through the twin without Kafka or Flink."""

import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.csv_options import Columns, Separator, Timestamp, TimestampFormat, Zone, recording_options, type_of
from pipelines.replay.backtest import Backtest, BacktestRow, write_csv
from pipelines.replay.recording import Recording
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.policy import AUTO_TYPE
from pipelines.twin.runtime import ANOMALY
from schemas.alert import AlertTransition, Transition
from schemas.topics import Topic


def backtest(
    *,
    csv: Annotated[Path, typer.Option("--csv", help="CSV file with a header line.")],
    out: Annotated[Path, typer.Option("--out", help="CSV file to write: one row for each row of the input.")],
    type_name: Annotated[str, typer.Option("--type", help="Twin type: a name, a YAML file, or auto.")] = AUTO_TYPE,
    twin_id: Annotated[str | None, typer.Option("--twin-id", help="[default: the file's name]")] = None,
    timestamp: Timestamp = None,
    sep: Separator = None,
    columns: Columns = None,
    timestamp_format: TimestampFormat = None,
    timezone: Zone = "UTC",
) -> None:
    """Run a CSV file through the same step as the twin job, without Kafka or Flink.

    The output has a row for each row of the input, in order, with ts, twin_id, score (empty where the row was not
    scored: warming, late, duplicate or rejected), state, alert (1 while an alert is active), drift (1 where drift
    was found) and outcome.

    Examples:

        twinstream backtest --csv machine.csv --out scores.csv

        twinstream backtest --type pump.yaml --csv pump.csv --timestamp time --sep ';' --columns flow,power --out o.csv
    """
    with errors_told():
        recording = Recording(csv, recording_options(timestamp, sep, columns, timestamp_format, timezone))
        twin = twin_id or csv.stem
        tested = Backtest(type_of(type_name, recording), twin, now_ms=time.time_ns() // NS_PER_MS)
        seen: Counter[str] = Counter()
        told: Counter[str] = Counter()
        active = False
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(f"backtest of {csv.name}", total=recording.row_count())
            for result in write_csv(tested.run(recording), twin, out):
                verdict = result.verdict
                seen.update(
                    [verdict.condition.value] + ["drift"] * verdict.drift + ["alerts"] * (verdict.alert > active)
                )
                told.update(_data_alerts(result))
                active = verdict.alert
                progress.advance(task)
        console.print(_summary(recording, tested, seen, told))
        tell(f"wrote {out}")


def _data_alerts(result: BacktestRow) -> list[str]:
    """Conditions of the data that were raised with a row, each with its sensor."""
    alerts = (
        AlertTransition.model_validate_json(record.value or b"")
        for record in result.outputs.records
        if record.topic is Topic.ALERTS
    )
    return [
        f"{alert.condition} of {alert.sensor or 'the twin'}"
        for alert in alerts
        if alert.transition is Transition.RAISED and alert.condition != ANOMALY
    ]


def _summary(recording: Recording, tested: Backtest, seen: Counter[str], told: Counter[str]) -> Table:
    counts = tested.counts()
    table = Table(title=f"{recording.path.name}: {', '.join(recording.sensors)}", show_header=False)
    table.add_row("rows", str(counts.messages))
    for name, value in counts.model_dump(include={"read", "applied", "amended", "duplicate", "rejected"}).items():
        table.add_row(f"observations {name}", str(value))
    for name, count in tested.details().items():
        table.add_row(f"  of which {name.replace('_', ' ')}", str(count))
    for state in ("warming", "normal", "anomalous"):
        table.add_row(f"rows {state}", str(seen[state]))
    table.add_row("alerts", str(seen["alerts"]))
    table.add_row("drifts", str(seen["drift"]))
    for condition, count in sorted(told.items()):
        table.add_row(f"alerts about data: {condition}", str(count))
    return table
