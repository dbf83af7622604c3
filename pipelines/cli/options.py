"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.stack import Stack

WAIT_S = 60.0
"""How long commands wait until the twin job has taken definitions."""

Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="TWINSTREAM_HOME",
        show_default="./.twinstream",
        help="Data directory of the stack: data, logs, secrets, what runs.",
    ),
]
Bootstrap = Annotated[
    str | None,
    typer.Option(
        "--bootstrap-servers",
        envvar="TWINSTREAM_BOOTSTRAP_SERVERS",
        show_default="the local stack's",
        help="Kafka, as host:port.",
    ),
]
Prefix = Annotated[str, typer.Option("--topic-prefix", envvar="TWINSTREAM_TOPIC_PREFIX", help="Put before each topic.")]


def kafka_address(home: Path | None, bootstrap_servers: str | None) -> str:
    """The broker named, else that of the local stack.

    Raises
    ------
    StackError
        If none is named and there is no local stack.
    """
    return bootstrap_servers or Stack(home).bootstrap_servers
