"""Options of commands that read a CSV file."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pipelines.catalog.catalog import load_type
from pipelines.replay.inferred_type import inferred_type
from pipelines.replay.recording import Recording, RecordingOptions
from pipelines.twin.policy import AUTO_TYPE
from schemas.definition import TwinType

Timestamp = Annotated[str | None, typer.Option("--timestamp", help="Column of event time. [default: found by name]")]
Separator = Annotated[str | None, typer.Option("--sep", help="Column separator. [default: found in the header]")]
Columns = Annotated[str | None, typer.Option("--columns", help="Columns to take, as A,B. [default: all numeric]")]
TimestampFormat = Annotated[
    str | None, typer.Option("--timestamp-format", help="strptime format, for times that are neither ISO nor epoch.")
]
Zone = Annotated[str, typer.Option("--timezone", help="Zone of times that name none, as Europe/Berlin.")]


def recording_options(
    timestamp: str | None, sep: str | None, columns: str | None, timestamp_format: str | None, timezone: str
) -> RecordingOptions:
    """The options of a CSV file, as given on the command line."""
    try:
        zone = ZoneInfo(timezone)
    except (ValueError, OSError) as error:
        raise typer.BadParameter(f"no time zone {timezone!r}; write one like Europe/Berlin") from error
    names = None if columns is None else tuple(name for name in columns.split(",") if name.strip())
    return RecordingOptions(timestamp, sep, names, timestamp_format, zone)


def type_of(name_or_file: str, recording: Recording) -> TwinType:
    """The type named; `auto` is inferred from the recording's columns."""
    return inferred_type(recording.sensors) if name_or_file == AUTO_TYPE else load_type(name_or_file)
