"""replay: a CSV file into Kafka."""

import time
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.csv_options import Columns, Separator, Timestamp, TimestampFormat, Zone, recording_options, type_of
from pipelines.cli.options import WAIT_S, Bootstrap, Home, Prefix, kafka_address
from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.definitions import await_defined, publish_definitions
from pipelines.feed.recording_feed import RecordingFeed, RecordingPlan
from pipelines.replay.recording import Recording
from pipelines.twin.policy import AUTO_TYPE
from schemas.definition import TwinDefinition

REPORT_EVERY = 1_000


def replay(
    csv: Annotated[Path, typer.Argument(help="CSV file with a header line.")],
    *,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    twin_id: Annotated[str | None, typer.Option("--twin-id", help="[default: the file's name]")] = None,
    type_name: Annotated[str, typer.Option("--type", help="Twin type: a name, a YAML file, or auto.")] = AUTO_TYPE,
    timestamp: Timestamp = None,
    sep: Separator = None,
    columns: Columns = None,
    timestamp_format: TimestampFormat = None,
    timezone: Zone = "UTC",
    speed: Annotated[float, typer.Option(min=0, help="1 = as it happened, 60 = a minute a second, 0 = at once.")] = 0.0,
    loop: Annotated[bool, typer.Option("--loop", help="Begin again at the end, until Ctrl-C.")] = False,
    now: Annotated[bool, typer.Option("--now", help="Shift event times so that the first row happens now.")] = False,
) -> None:
    """Send a CSV file to Kafka, one observation message a row, as the twin named.

    Examples:

        twinstream replay machine.csv

        twinstream replay water-loop.csv --sep ';' --timestamp datetime --columns Current,Pressure --speed 60
    """
    with errors_told():
        recording = Recording(csv, recording_options(timestamp, sep, columns, timestamp_format, timezone))
        twin = twin_id or csv.stem
        twin_type = type_of(type_name, recording)
        address = kafka_address(home, bootstrap_servers)
        with KafkaPublisher(address) as publisher:
            publish_definitions(publisher, [TwinDefinition(twin_id=twin, type=twin_type)], topic_prefix)
            with console.status("waiting for the twin job"):
                await_defined(address, [twin], WAIT_S, topic_prefix)
            plan = RecordingPlan(twin, speed, loop, time.time_ns() if now else None)
            feed = RecordingFeed(recording, plan, publisher, topic_prefix)
            try:
                with console.status("replaying; Ctrl-C ends it") as status:
                    for number in feed.run(Event()):
                        if number % REPORT_EVERY == 0:
                            status.update(f"replaying {csv.name} as {twin}: {number} rows; Ctrl-C ends it")
            except KeyboardInterrupt:
                tell("stopped")
        tell(f"sent {feed.sent} rows of {csv} as {twin}")
