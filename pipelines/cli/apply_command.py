"""apply: twins from YAML files into Kafka."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.catalog.catalog import load_catalog, not_evaluated
from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.options import WAIT_S, Bootstrap, Home, Prefix, kafka_address
from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.definitions import await_defined, publish_definitions


def apply(
    paths: Annotated[list[Path], typer.Argument(help="YAML files or directories with twin types and twins.")],
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    wait: Annotated[bool, typer.Option(help="Wait until the twin job has taken them.")] = True,
) -> None:
    """Define twins: check the files, send each twin with its type, and wait until the twin job knows it.

    Types of the library (schemas/library) can be used without a file.

    Examples:

        twinstream apply plant/

        twinstream apply pumps.yaml --no-wait
    """
    with errors_told():
        definitions = load_catalog(paths).definitions()
        if not definitions:
            raise typer.BadParameter("there are types but no twins in these files; add documents with 'twin: ID'")
        address = kafka_address(home, bootstrap_servers)
        with KafkaPublisher(address) as publisher:
            publish_definitions(publisher, definitions, topic_prefix)
        for name, parts in {d.type.type: not_evaluated(d.type) for d in definitions}.items():
            if parts:
                tell(f"note: {name}: {', '.join(parts)} are kept, but this version does not act on them")
        if wait:
            with console.status("waiting for the twin job"):
                await_defined(address, [definition.twin_id for definition in definitions], WAIT_S, topic_prefix)
        tell(f"{len(definitions)} twins {'defined' if wait else 'sent'}")
