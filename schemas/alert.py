"""A change in an alert's life, on `twin.alerts`."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from schemas.base import Identifier, WireModel
from schemas.definition import Severity


class Transition(StrEnum):
    """What happened to the alert."""

    RAISED = "raised"
    CLEARED = "cleared"


class Contribution(WireModel):
    """How much a sensor has to do with it."""

    sensor: Identifier
    value: float
    expected: float
    deviations: float = Field(description="distance from the expected value in standard deviations")


class AlertTransition(WireModel):
    """One transition of one alert: the same input gives the same message on every replay."""

    alert_id: str
    twin_id: Identifier
    twin_type: Identifier
    condition: Identifier
    transition: Transition
    sequence: int = Field(ge=1, description="1, 2, … within the alert")
    ts: AwareDatetime = Field(description="event time of the observation that caused the transition")
    raised_at: AwareDatetime
    severity: Severity
    score: float = Field(ge=0, le=1)
    summary: str
    contributions: tuple[Contribution, ...] = ()
