"""run and cancel: the jobs of the local cluster."""

from enum import StrEnum
from typing import Annotated

import typer

from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.options import Home
from pipelines.jobs.settings import JobOptions, TwinOptions
from pipelines.stack import Stack
from pipelines.stack.job_settings import JobName, start_job
from pipelines.twin.policy import UnknownTwins


class Start(StrEnum):
    """Where a job takes up its work."""

    RESUME = "resume"
    BEGINNING = "beginning"


def run(
    job: Annotated[JobName, typer.Argument(help="Which job.")],
    *,
    home: Home = None,
    parallelism: Annotated[int, typer.Option(min=1, max=256, help="Parallel instances, each in a slot.")] = 1,
    exactly_once: Annotated[
        bool, typer.Option("--exactly-once", help="Transactional output: no repeats, seen after each checkpoint.")
    ] = False,
    checkpoint_interval_s: Annotated[int, typer.Option(min=1, max=3600, help="Seconds between checkpoints.")] = 5,
    start: Annotated[
        Start, typer.Option(help="Resume from the newest checkpoint, or read all topics from their beginning.")
    ] = Start.RESUME,
    unknown_twins: Annotated[
        UnknownTwins | None,
        typer.Option(show_default="reject", help="Twin job: messages of twins that nobody has defined."),
    ] = None,
    max_created_twins: Annotated[
        int | None, typer.Option(min=1, show_default="100", help="Twin job: twins created, in all.")
    ] = None,
    max_twins: Annotated[int | None, typer.Option(min=1, show_default="100000", help="Twin job: twins in all.")] = None,
) -> None:
    """Submit a job to the local Flink cluster and keep it running: `up` brings it back after a crash.

    Examples:

        twinstream run twin

        twinstream run history

        twinstream run twin --parallelism 2 --exactly-once

        twinstream run twin --unknown-twins create --max-created-twins 500
    """
    given = {"parallelism": parallelism, "exactly_once": exactly_once, "checkpoint_interval_s": checkpoint_interval_s}
    of_twin = {"unknown_twins": unknown_twins, "max_created_twins": max_created_twins, "max_twins": max_twins}
    of_twin = {name: value for name, value in of_twin.items() if value is not None}
    if of_twin and job is not JobName.TWIN:
        raise typer.BadParameter(f"{', '.join(of_twin)}: only the twin job has twins; leave it out for {job}")
    options = (TwinOptions if job is JobName.TWIN else JobOptions).model_validate({**given, **of_twin})
    with errors_told(), console.status(f"submitting the {job} job"):
        started = start_job(Stack(home), job, options, resume=start is Start.RESUME)
        tell(f"job {job} runs as {started.job_id}, from {started.restored_from or 'the beginning of its topics'}")


def cancel(
    job: Annotated[JobName, typer.Argument(help="Which job.")],
    home: Home = None,
) -> None:
    """End a job. Its newest checkpoint is kept, and `run` goes on from there.

    Example:

        twinstream cancel history
    """
    with errors_told(), console.status(f"cancelling the {job} job"):
        checkpoint = Stack(home).jobs.cancel(job)
        tell(f"job {job} ended; its newest checkpoint is {checkpoint or 'none'}")


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command()(run)
    app.command()(cancel)
