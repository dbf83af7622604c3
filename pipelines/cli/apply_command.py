"""apply: twins from YAML files into Kafka."""

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated

import typer

from pipelines.catalog.catalog import not_evaluated
from pipelines.catalog.comparison import Comparison, compare
from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.definition_options import DefinitionPaths, wanted_definitions
from pipelines.cli.options import WAIT_S, Bootstrap, Home, Prefix, kafka_address
from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.definitions import await_taken, publish_definitions, standing_definitions
from pipelines.feed.twin_watch import Progress, TwinWatch
from schemas.definition import TwinDefinition


def apply(
    paths: DefinitionPaths,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help="Send unchanged twins again, too.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until the twin job has taken them.")] = True,
) -> None:
    """Define twins: check the files, send each twin that is new or changed, and wait until the twin job knows it.

    Types of the library (schemas/library) can be used without a file. A changed twin keeps what it has learned of
    every sensor whose unit and role are the same. `twinstream diff` shows beforehand what would change.

    Examples:

        twinstream apply plant/

        twinstream apply pumps.yaml --no-wait
    """
    with errors_told():
        wanted = wanted_definitions(paths)
        address = kafka_address(home, bootstrap_servers)
        with console.status("reading twin.definitions"):
            found = compare(standing_definitions(address, topic_prefix).definitions, wanted)
        sent = list(wanted.values()) if everything else found.to_send
        _tell_plan(found, wanted.values())
        if wait:
            _send_and_wait(address, topic_prefix, sent, wanted)
        else:
            _send(address, topic_prefix, sent)
        if sent:
            tell(f"{len(sent)} twins {'defined' if wait else 'sent'}")
        else:
            tell(f"nothing to send: all {len(wanted)} twins are defined just so")


def _send(address: str, prefix: str, sent: Sequence[TwinDefinition]) -> None:
    if sent:
        with KafkaPublisher(address) as publisher:
            publish_definitions(publisher, sent, prefix)


def _send_and_wait(address: str, prefix: str, sent: Sequence[TwinDefinition], wanted: Collection[str]) -> None:
    """Send definitions and wait until the job has taken each of them, and knows the unchanged twins."""
    with console.status("waiting for the twin job"), TwinWatch(address, prefix) as watch:
        before = dict.fromkeys(wanted, Progress()) | {one.twin_id: watch.progress(one.twin_id) for one in sent}
        _send(address, prefix, sent)
        await_taken(watch, before, WAIT_S)


def _tell_plan(found: Comparison, wanted: Iterable[TwinDefinition]) -> None:
    tell(f"{len(found.added)} new, {len(found.changed)} changed, {len(found.unchanged)} unchanged")
    for name, parts in {one.type.type: not_evaluated(one.type) for one in wanted}.items():
        if parts:
            tell(f"note: {name}: {', '.join(parts)} are kept, but this version does not act on them")
