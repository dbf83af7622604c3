"""retire: the end of twins."""

from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.foreign_text import plain
from pipelines.cli.known_twins import why_undefined
from pipelines.cli.options import WAIT_S, Bootstrap, Home, Prefix, kafka_address
from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.definitions import await_retired, publish_retirements, standing_definitions


def retire(
    twins: Annotated[list[str], typer.Argument(metavar="TWIN", help="Ids of the twins.")],
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until the twin job has ended them.")] = True,
) -> None:
    """End twins: the twin job forgets them, and rejects what still comes for them.

    Lost is what each has learned, its last values and its counters. Kept are its history in InfluxDB, its alerts and
    its dead letters. Whoever applies it again begins a new twin.

    Examples:

        twinstream retire pump-9

        twinstream retire pump-8 pump-9 --yes
    """
    with errors_told():
        address = kafka_address(home, bootstrap_servers)
        twin_ids = list(dict.fromkeys(twins))
        with console.status("reading twin.definitions"):
            defined = standing_definitions(address, topic_prefix).twin_ids
        _check_defined(twin_ids, defined)
        tell(f"{len(twin_ids)} twins to retire: {plain(', '.join(twin_ids))}")
        tell("lost: what they have learned, their last values and counters; what still comes for them is rejected")
        tell("kept: their history in InfluxDB, their alerts and dead letters")
        if not yes:
            typer.confirm("Retire them?", abort=True)
        with KafkaPublisher(address) as publisher:
            publish_retirements(publisher, twin_ids, topic_prefix)
        if wait:
            with console.status("waiting for the twin job"):
                await_retired(address, twin_ids, WAIT_S, topic_prefix)
        tell(f"{len(twin_ids)} twins {'retired' if wait else 'will be retired when the twin job reads it'}")


def _check_defined(twin_ids: Sequence[str], defined: Collection[str]) -> None:
    """All or none: an id that is not defined is probably a slip, and what is retired can't be brought back."""
    unknown = [twin_id for twin_id in twin_ids if twin_id not in defined]
    if not unknown:
        return
    lines = [why_undefined(twin_id, defined) for twin_id in unknown]
    raise typer.BadParameter("\n".join([*lines, "nothing was retired"]), param_hint="TWIN")
