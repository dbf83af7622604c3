"""A change in an alert's life, on `twin.alerts`."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from schemas.base import Identifier, WireModel
from schemas.definition import Severity
from schemas.explanation import Basis, Contribution


class Transition(StrEnum):
    """What happened to the alert."""

    RAISED = "raised"
    CLEARED = "cleared"
    CONTINUES = "continues"
    """It was raised on historical data and still stands in live data: the first time that it is news."""


class AlertTransition(WireModel):
    """One transition of one alert: the same input gives the same message on every replay."""

    alert_id: str
    twin_id: Identifier | None = Field(default=None, description="none for a condition of a source")
    twin_type: Identifier | None = None
    condition: Identifier
    sensor: Identifier | None = Field(default=None, description="the sensor concerned, if it is one")
    source: str | None = Field(default=None, description="the gateway or device concerned, if it is one")
    transition: Transition
    sequence: int = Field(ge=1, description="1, 2, … within the alert")
    ts: AwareDatetime = Field(description="event time of the observation that caused the transition")
    raised_at: AwareDatetime
    severity: Severity
    historical: bool = Field(default=False, description="found in a replay, a backfill or a backlog: not news")
    score: float | None = Field(default=None, ge=0, le=1)
    summary: str
    contributions: tuple[Contribution, ...] = Field(default=(), description="the largest first")
    basis: Basis | None = Field(default=None, description="of an anomaly")
