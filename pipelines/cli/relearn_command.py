"""relearn: a twin forgets what is normal."""

from typing import Annotated

import typer

from pipelines.cli.command_sending import By, Wait, author, checked, send
from pipelines.cli.console import errors_told, tell
from pipelines.cli.foreign_text import plain
from pipelines.cli.known_twins import check_defined
from pipelines.cli.options import Bootstrap, Home, Prefix, kafka_address
from schemas.command import RelearnCommand


def relearn(
    twin: Annotated[str, typer.Argument(metavar="TWIN", help="Id of the twin.")],
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    *,
    sensor: Annotated[
        list[str] | None,
        typer.Option("--sensor", metavar="SENSOR", show_default="all sensors", help="Only this one; may be repeated."),
    ] = None,
    by: By = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept on record.")] = None,
    wait: Wait = True,
) -> None:
    """Have a twin forget what is normal, and learn it anew from what comes.

    Do this when the plant has been changed, so that its old normal is gone. Until it has learned enough again, the twin
    is warming: nothing is judged. An anomaly alert that is active ends. Kept are the boundaries that labels have moved.

    Examples:

        twinstream relearn pump-1 --reason "new impeller"

        twinstream relearn pump-1 --sensor flow --sensor power --by ada
    """
    with errors_told():
        sensors = tuple(dict.fromkeys(sensor or ()))
        command = checked(lambda: RelearnCommand(twin_id=twin, sensors=sensors, by=author(by), reason=reason))
        address = kafka_address(home, bootstrap_servers)
        check_defined(address, topic_prefix, twin, "TWIN")
        state = send(address, topic_prefix, command, wait=wait)
        if state is None:
            tell(plain(f"sent: {twin} will learn anew when the twin job reads it"))
        else:
            tell(plain(f"{twin} learns anew; version {state.model_version} of its model"))
