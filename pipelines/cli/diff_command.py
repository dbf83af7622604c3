"""diff: what apply would change."""

from typing import Annotated

import typer

from pipelines.catalog.comparison import compare
from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.definition_lines import comparison_lines
from pipelines.cli.definition_options import DefinitionPaths, wanted_definitions
from pipelines.cli.options import Bootstrap, Home, Prefix, kafka_address
from pipelines.feed.definitions import standing_definitions


def diff(
    paths: DefinitionPaths,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if apply would change a twin.")] = False,
) -> None:
    """Show what apply would change: new twins (+), changed values (~), and how many twins stay as they are (=).

    Twins that are defined and not in the files are named, too (?); apply leaves them alone.

    Examples:

        twinstream diff plant/

        twinstream diff plant/ --exit-code || twinstream apply plant/
    """
    with errors_told():
        wanted = wanted_definitions(paths)
        with console.status("reading twin.definitions"):
            standing = standing_definitions(kafka_address(home, bootstrap_servers), topic_prefix)
        found = compare(standing.definitions, wanted)
        for line in comparison_lines(found, standing.unusable):
            console.print(line, highlight=False, soft_wrap=True)
        if not found.differs:
            tell("nothing would change")
    if exit_code and found.differs:
        raise typer.Exit(1)
