"""What the commands to a twin share: who gives them, how they are sent, and the wait until the twin has obeyed."""

import getpass
from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import ValidationError

from pipelines.cli.console import console
from pipelines.cli.foreign_text import plain
from pipelines.cli.options import WAIT_S
from pipelines.feed.commands import publish_command, send_and_await
from schemas.base import problems
from schemas.command import Command
from schemas.state import TwinState

By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", show_default="your user name", help="Who says so; kept on record.")
]
Wait = Annotated[bool, typer.Option(help="Wait until the twin job has obeyed.")]


def author(by: str | None) -> str:
    """Who gives a command: the name given, else that of the user of this machine.

    Raises
    ------
    typer.BadParameter
        If no name is given and the machine knows none.
    """
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise typer.BadParameter("this machine has no name for you; say who you are", param_hint="--by") from error


def checked(make: Callable[[], Command]) -> Command:
    """The command that `make` puts together.

    Raises
    ------
    typer.BadParameter
        If a part of it is not as the schema wants it, with the name of the part.
    """
    try:
        return make()
    except ValidationError as error:
        raise typer.BadParameter(plain("; ".join(problems(error, "the command")))) from error


def send(address: str, prefix: str, command: Command, *, wait: bool) -> TwinState | None:
    """Send a command; the twin once it has obeyed, None if that is not awaited.

    Raises
    ------
    NotTakenError, RefusedError
        If it has not obeyed in time, or can't.
    BrokerError, PublishError, TimeoutError
        If the broker does not answer, or not in time.
    """
    if not wait:
        publish_command(address, command, prefix)
        return None
    with console.status("waiting for the twin job"):
        return send_and_await(address, command, WAIT_S, prefix)
