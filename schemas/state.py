"""A twin as it stands now, on `twin.state`."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from schemas.accounting import Counts
from schemas.base import Identifier, WireModel
from schemas.quality import Quality


class TwinCondition(StrEnum):
    """What the twin's observations say of it."""

    NEVER_SEEN = "never_seen"
    WARMING = "warming"
    NORMAL = "normal"
    ANOMALOUS = "anomalous"


class SensorState(WireModel):
    """The newest value of a sensor, with the event time that it belongs to."""

    value: float
    ts: AwareDatetime
    unit: str
    quality: Quality = Quality.GOOD


class Warming(WireModel):
    """How far a detector has got in learning what is normal."""

    samples: int = Field(ge=0)
    needed: int = Field(ge=1)


class TwinState(WireModel):
    """One twin now; the topic is compacted, so the newest message is the twin."""

    twin_id: Identifier
    twin_type: Identifier
    state: TwinCondition
    counts: Counts
    ts: AwareDatetime | None = Field(default=None, description="the twin's newest event time")
    score: float | None = Field(default=None, ge=0, le=1, description="0.5 is the decision boundary")
    warming: Warming | None = None
    alert_id: str | None = Field(default=None, description="the alert that is active, if any")
    sensors: dict[Identifier, SensorState] = Field(default_factory=dict)
