"""What an operator tells a twin, on `twin.commands`: one JSON object, told apart by its field `command`."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from schemas.base import MAX_ID_LENGTH, Identifier, WireModel

MAX_TEXT_LENGTH = 1_000
"""Characters of a note or a reason."""

MAX_SENSORS = 1_000
"""Sensors that a command may name: as many as a type may have."""

Author = Annotated[Identifier, Field(description="who gave the command: a person or a program")]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT_LENGTH)]


class Label(StrEnum):
    """What an operator found an alert to be."""

    CONFIRMED = "confirmed"
    """Something was wrong with the plant."""
    FALSE_ALARM = "false_alarm"
    """Nothing was wrong with the plant."""


class LabelCommand(WireModel):
    """Says what an anomaly alert was; the newest label of an alert is the one that counts."""

    command: Literal["label"] = "label"
    twin_id: Identifier
    alert_id: Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_LENGTH)]
    label: Label
    by: Author
    note: Text | None = None


class RelearnCommand(WireModel):
    """Has a twin forget what is normal, and learn it anew from what comes."""

    command: Literal["relearn"] = "relearn"
    twin_id: Identifier
    sensors: tuple[Identifier, ...] = Field(
        default=(), max_length=MAX_SENSORS, description="only these sensors; none means all"
    )
    by: Author
    reason: Text | None = None


Command = Annotated[LabelCommand | RelearnCommand, Field(discriminator="command")]
"""Any command. A new kind is a model of its own, a member of this union, and a case in `pipelines.twin.command`."""

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
"""Reads and writes any command.

>>> COMMAND.validate_python({"command": "relearn", "twin_id": "pump-1", "by": "ada"}).sensors
()
"""
