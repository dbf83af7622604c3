"""How evaluations show their figures: as a table, and as JSON where it is asked for."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipelines.cli.console import console, tell

Json = Annotated[Path | None, typer.Option("--json", help="Write the figures to this file, too.")]


def shown(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table."""
    table = Table(*head, title=title)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def write_json(json_file: Path | None, results: object) -> None:
    """Write the figures, if a file was named."""
    if json_file is not None:
        json_file.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        tell(f"wrote {json_file}")
