"""What all commands share: where they write, and how they tell an error."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.catalog.errors import CatalogError
from pipelines.connectors.kafka_publisher import PublishError
from pipelines.connectors.kafka_tail import BrokerError
from pipelines.evaluation.corpus import CorpusError
from pipelines.feed.commands import RefusedError
from pipelines.feed.definitions import NotTakenError
from pipelines.replay.recording import RecordingError
from pipelines.simulation.campaign import CampaignError
from pipelines.stack import StackError

console = Console()
error_console = Console(stderr=True)

TOLD = (
    BrokerError,
    CampaignError,
    CatalogError,
    CorpusError,
    NotTakenError,
    PublishError,
    RecordingError,
    RefusedError,
    StackError,
    TimeoutError,
)
"""Errors whose text says what to do; all others are bugs and show where they happened."""


@contextmanager
def errors_told() -> Iterator[None]:
    """Show an error that says what to do without a stack trace, and end with exit code 1."""
    try:
        yield
    except TOLD as error:
        error_console.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error


def tell(message: str) -> None:
    """Print a line of progress."""
    console.print(escape(message), highlight=False, soft_wrap=True)
