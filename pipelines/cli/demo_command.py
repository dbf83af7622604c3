"""demo: the whole pipeline at work, watched in the terminal."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.live import Live

from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.options import Home
from pipelines.demo.demo import SHORTEST_S, Demo
from pipelines.demo.observer import Observer
from pipelines.demo.report import Figures, checks, summary
from pipelines.demo.table import headline, live_table
from pipelines.stack import Stack

LINE_EVERY_S = 5.0


def demo(
    home: Home = None,
    seconds: Annotated[
        float | None, typer.Option(min=SHORTEST_S, help="How long to simulate. [default: until Ctrl-C]")
    ] = None,
) -> None:
    """Start the stack and the jobs, simulate a fleet of pumps with faults, replay a gearbox, and show all twins live.

    At the end every message is accounted for; exit code 0 says that all adds up. The stack stays up.

    Examples:

        twinstream demo

        twinstream demo --seconds 90
    """
    with errors_told():
        stack = Stack(home)
        run = Demo(stack, seconds)
        with console.status("starting"):
            run.prepare(tell)
        tell(f"simulating {'until Ctrl-C' if seconds is None else f'{seconds:g} s'}")
        figures = _live(run) if console.is_terminal else _lines(run)
        results = checks(figures)
        console.print(summary(figures, results))
        tell(f"Flink     {stack.flink_rest_url}")
        tell(f"InfluxDB  {stack.influx_url}")
        tell(f"Kafka     {stack.bootstrap_servers}")
        tell(f"Grafana   {stack.grafana_url or 'is not on this machine'}")
        tell("The stack stays up; end it with: twinstream down")
    if not all(check.holds for check in results):
        raise typer.Exit(1)


def _live(run: Demo) -> Figures:
    """Watch in a table that is drawn anew in place."""
    with _stopped_by_signal(run), Live(console=console, refresh_per_second=4) as live:
        return run.run(lambda observer, elapsed_s: live.update(live_table(observer, elapsed_s, datetime.now(UTC))))


def _lines(run: Demo) -> Figures:
    """Watch in a line every few seconds, where the output is no terminal; the table once, at the end."""
    told_s = 0.0

    def watch(observer: Observer, elapsed_s: float) -> None:
        nonlocal told_s
        if elapsed_s - told_s >= LINE_EVERY_S:
            told_s = elapsed_s
            tell(headline(observer, elapsed_s))
        if run.seconds is not None and elapsed_s >= run.seconds:
            console.print(live_table(observer, elapsed_s, datetime.now(UTC)))

    with _stopped_by_signal(run):
        return run.run(watch)


@contextmanager
def _stopped_by_signal(run: Demo) -> Iterator[None]:
    """Ctrl-C ends the simulation, not the account of it."""
    before = signal.signal(signal.SIGINT, lambda *_: run.stop.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
