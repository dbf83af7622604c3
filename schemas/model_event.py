"""What happened to a twin's models, on `twin.models`: the audit trail."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from schemas.base import Identifier, WireModel
from schemas.command import Label

RULE = "rule"
"""Stands in `by` where no person or program gave a command: a rule of the twin job did it."""


class ModelChange(StrEnum):
    """The kinds of change."""

    WARM = "warm"
    """The detector has learned enough to judge."""
    DRIFT = "drift"
    LABEL = "label"
    """An operator said what an alert was."""
    THRESHOLD = "threshold"
    """A boundary moved: by the label of an alert, by a weak alert, or by the budget of false alarms."""
    RELEARN = "relearn"
    """What was learned, of all sensors or of some, is forgotten and learned anew."""
    RESET = "reset"
    """The stored twin could not be read, or another detector had learned it: it begins anew."""


class ModelEvent(WireModel):
    """One change of one model: what, why, by whom, and in which version of what was learned."""

    twin_id: Identifier
    model: Identifier
    change: ModelChange
    reason: str
    ts: AwareDatetime | None = None
    version: int = Field(default=1, ge=1, description="of what the twin has learned, after the change")
    by: str = Field(default=RULE, description=f"who gave the command; `{RULE}` if nobody did")
    sensor: Identifier | None = Field(default=None, description="the sensor concerned, if it is one")
    samples: int | None = Field(default=None, ge=0, description="learned by then")
    boundary: float | None = Field(
        default=None,
        gt=0,
        description="standard deviations at which the score of the sensor, or of all, is 0.5, after the change",
    )
    alert_id: str | None = Field(default=None, description="the alert that was labelled")
    label: Label | None = None
