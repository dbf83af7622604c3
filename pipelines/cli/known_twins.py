"""A twin that a command names, and what to say where there is none."""

from collections.abc import Collection

import typer

from pipelines.catalog.suggestion import close_names
from pipelines.cli.console import console
from pipelines.cli.foreign_text import plain
from pipelines.feed.definitions import standing_definitions

MOST_CLOSE = 3


def check_defined(address: str, prefix: str, twin_id: str, hint: str) -> None:
    """End with a hint at close names where the twin is not defined.

    Raises
    ------
    typer.BadParameter
        If it is not; `hint` names the parameter.
    BrokerError, TimeoutError
        If the definitions can't be read.
    """
    with console.status("reading twin.definitions"):
        defined = standing_definitions(address, prefix).twin_ids
    if twin_id not in defined:
        raise typer.BadParameter(why_undefined(twin_id, defined), param_hint=hint)


def why_undefined(twin_id: str, defined: Collection[str]) -> str:
    """What to tell of a twin that is not among those defined.

    >>> why_undefined("pmup-1", ["pump-1"])
    "no twin 'pmup-1' is defined; did you mean pump-1?"
    """
    close = close_names(twin_id, defined, MOST_CLOSE)
    meant = f"did you mean {', '.join(close)}?" if close else "twinstream diff PATH shows which twins are defined"
    return plain(f"no twin {twin_id!r} is defined; {meant}")
