"""Options by which the commands of `dlq` choose letters."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.feed.letter_filter import parse_moment
from pipelines.twin.rejection import Reason
from schemas.topics import Topic

SOURCES = (Topic.TELEMETRY, Topic.DEFINITIONS, Topic.COMMANDS, Topic.POINTS)


def moment(text: str) -> datetime:
    """A moment from an option's text.

    Raises
    ------
    typer.BadParameter
        If it is none.
    """
    try:
        return parse_moment(text, datetime.now(UTC))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def topic_of_letters(text: str) -> Topic:
    """A topic from which messages are dead-lettered.

    Raises
    ------
    typer.BadParameter
        If nothing is dead-lettered from it.
    """
    for topic in SOURCES:
        if text == topic.value:
            return topic
    raise typer.BadParameter(f"nothing is rejected from {text!r}; choose one of {', '.join(SOURCES)}")


OfReason = Annotated[
    Reason | None,
    typer.Option("--reason", metavar="REASON", help="Only letters of this reason, as unknown_sensor; list shows them."),
]
OfTwin = Annotated[str | None, typer.Option("--twin", metavar="ID", help="Only letters of this twin.")]
OfSource = Annotated[str | None, typer.Option("--source", help="Only what this gateway or device sent.")]
OfTopic = Annotated[
    Topic | None,
    typer.Option("--topic", metavar="TOPIC", parser=topic_of_letters, help=f"Only from one of {', '.join(SOURCES)}."),
]
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since", metavar="WHEN", parser=moment, help="First seen from then on: 2h, 7d, or a time with zone."
    ),
]
Until = Annotated[
    datetime | None, typer.Option("--until", metavar="WHEN", parser=moment, help="First seen before then.")
]
