"""What commands that take definition files share."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from pipelines.catalog.catalog import load_catalog
from schemas.definition import TwinDefinition

DefinitionPaths = Annotated[
    list[Path], typer.Argument(metavar="PATH", help="YAML files or directories with twin types and twins.")
]


def wanted_definitions(paths: Iterable[Path]) -> dict[str, TwinDefinition]:
    """The twins of the files and directories named, by their ids.

    Raises
    ------
    CatalogError
        If a file can't be used.
    typer.BadParameter
        If there is no twin in them.
    """
    definitions = load_catalog(paths).definitions()
    if not definitions:
        raise typer.BadParameter("there are types but no twins in these files; add documents with 'twin: ID'")
    return {definition.twin_id: definition for definition in definitions}
