"""label: what an alert was."""

from typing import Annotated

import typer

from pipelines.cli.command_sending import By, Wait, author, checked, send
from pipelines.cli.console import errors_told, tell
from pipelines.cli.foreign_text import plain
from pipelines.cli.known_twins import check_defined
from pipelines.cli.options import Bootstrap, Home, Prefix, kafka_address
from schemas.command import Label, LabelCommand


def label(
    alert_id: Annotated[str, typer.Argument(metavar="ALERT_ID", help="The alert's id, as twin.alerts has it.")],
    verdict: Annotated[Label, typer.Argument(metavar="confirmed|false_alarm", help="What the alert was.")],
    twin: Annotated[str, typer.Option("--twin", metavar="TWIN", help="The twin that raised it.")],
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    *,
    by: By = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What was found; kept on record.")] = None,
    wait: Wait = True,
) -> None:
    """Say whether an anomaly alert was confirmed or a false alarm.

    A false alarm moves the boundary of the sensor that contributed most away, a confirmed alert brings it nearer. The
    newest label of an alert counts: labelling it again corrects it. A twin remembers its newest 32 anomaly alerts.

    Examples:

        twinstream label 5d41402abc4b2a76b9719d911017c592 confirmed --twin pump-1 --note "bearing replaced"

        twinstream label 5d41402abc4b2a76b9719d911017c592 false_alarm --twin pump-1 --by ada
    """
    with errors_told():
        command = checked(
            lambda: LabelCommand(twin_id=twin, alert_id=alert_id, label=verdict, by=author(by), note=note)
        )
        address = kafka_address(home, bootstrap_servers)
        check_defined(address, topic_prefix, twin, "--twin")
        state = send(address, topic_prefix, command, wait=wait)
        if state is None:
            tell(plain(f"sent: {twin} will take it when the twin job reads it"))
            return
        tell(plain(f"{twin} has taken it: {verdict.value.replace('_', ' ')}"))
        if (feedback := state.feedback) is not None:
            tell(f"{feedback.confirmed} alerts confirmed, {feedback.false_alarms} false alarms since it was defined")
