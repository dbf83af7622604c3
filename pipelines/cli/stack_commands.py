"""The commands of the local stack: up, down, status, logs."""

import time
from collections import deque
from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.options import Home
from pipelines.stack import Stack, StackError
from pipelines.stack.stack import PROCESS_NAMES
from pipelines.stack.status import ProcessState, ProcessStatus, StackStatus

_STATE_STYLES = {
    ProcessState.RUNNING: "green",
    ProcessState.NOT_READY: "yellow",
    ProcessState.DEAD: "red",
    ProcessState.NOT_STARTED: "dim",
}
_JOB_STYLES = {"RUNNING": "green", "RESTARTING": "yellow", "INITIALIZING": "yellow", "CREATED": "yellow"}

Port = Annotated[int | None, typer.Option(min=1024, max=65535, help="Loopback port; remembered from now on.")]


def up(
    home: Home = None,
    *,
    kafka_port: Port = None,
    kafka_controller_port: Port = None,
    influxdb_port: Port = None,
    flink_rest_port: Port = None,
    flink_rpc_port: Port = None,
    grafana_port: Port = None,
) -> None:
    """Start the local stack: Kafka, InfluxDB, Flink, and Grafana if it is installed.

    What runs already stays untouched; what has died is started again on the same ports, and each job goes on
    from its newest checkpoint.

    Examples:

        twinstream up

        twinstream up --home /srv/twins --kafka-port 19092
    """
    wishes = {
        "kafka": kafka_port,
        "kafka_controller": kafka_controller_port,
        "influxdb": influxdb_port,
        "flink_rest": flink_rest_port,
        "flink_rpc": flink_rpc_port,
        "grafana": grafana_port,
    }
    with errors_told():
        stack = Stack(home)
        with console.status("starting"):
            stack.up(tell, {name: port for name, port in wishes.items() if port is not None})
        console.print(f"[bold green]The stack is up[/] in {stack.paths.root}", soft_wrap=True)
        console.print(f"  Kafka     {stack.bootstrap_servers}", highlight=False)
        console.print(f"  InfluxDB  {stack.influx_url}", highlight=False)
        console.print(f"  Flink     {stack.flink_rest_url}", highlight=False)
        if url := stack.grafana_url:
            password = stack.paths.secrets / "grafana-admin-password"
            console.print(f"  Grafana   {url} (user admin, password in {password})", highlight=False, soft_wrap=True)


def down(
    home: Home = None,
    purge: Annotated[bool, typer.Option("--purge", help="Delete data, tokens and desired jobs, too.")] = False,
) -> None:
    """Stop the local stack. Data and jobs stay: the next `up` goes on where this one stopped.

    Examples:

        twinstream down

        twinstream down --purge
    """
    with errors_told():
        stack = Stack(home)
        with console.status("stopping"):
            stack.down(tell, purge=purge)


def status(home: Home = None) -> None:
    """Show processes and jobs; exit code 0 if all are running, else 1.

    Example:

        twinstream status || twinstream up
    """
    with errors_told():
        found = Stack(home).status()
    console.print(_process_table(found))
    if found.jobs:
        console.print(_job_table(found))
    if not found.healthy:
        raise typer.Exit(1)


def logs(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(PROCESS_NAMES)}.")],
    home: Home = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is added, until Ctrl-C.")] = False,
) -> None:
    """Show the log of one process.

    Examples:

        twinstream logs taskmanager --lines 200

        twinstream logs kafka --follow
    """
    with errors_told():
        log = Stack(home).process(name).log
        if not log.exists():
            raise StackError(f"{name} has no log at {log} yet. Run `twinstream up`.")
    with log.open(encoding="utf-8", errors="replace") as stream:
        for line in deque(stream, maxlen=lines):
            _print_raw(line)
        while follow:
            line = stream.readline()
            if line:
                _print_raw(line)
            else:
                time.sleep(0.2)


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    for command in (up, down, status, logs):
        app.command()(command)


def _print_raw(line: str) -> None:
    console.print(line, end="", markup=False, highlight=False, soft_wrap=True)


def _process_table(found: StackStatus) -> Table:
    table = Table("process", "pid", "state", "address", "uptime", title="Processes")
    for process in found.processes:
        table.add_row(*_process_row(process))
    return table


def _process_row(process: ProcessStatus) -> tuple[str, str, str, str, str]:
    style = _STATE_STYLES[process.state]
    uptime = "-" if process.uptime_s is None else str(timedelta(seconds=int(process.uptime_s)))
    pid = "-" if process.pid is None else str(process.pid)
    return process.name, pid, f"[{style}]{process.state}[/]", process.address, uptime


def _job_table(found: StackStatus) -> Table:
    table = Table("job", "id", "state", "checkpoints", "last failure", title="Jobs")
    for job in found.jobs:
        style = _JOB_STYLES.get(job.state, "red")
        failure = escape(job.failure or "-")
        table.add_row(job.name, job.job_id, f"[{style}]{job.state}[/]", str(job.checkpoints), failure)
    return table
