"""A twin as it stands now, on `twin.state`."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from schemas.accounting import Counts
from schemas.base import Identifier, WireModel
from schemas.definition import Place
from schemas.explanation import Contribution
from schemas.quality import Flaw, Quality


class TwinCondition(StrEnum):
    """What the twin's observations say of it."""

    NEVER_SEEN = "never_seen"
    WARMING = "warming"
    NORMAL = "normal"
    ANOMALOUS = "anomalous"


class Presence(StrEnum):
    """Whether values still come; a twin is as present as its most present sensor."""

    NEVER_SEEN = "never_seen"
    ONLINE = "online"
    STALE = "stale"
    """The last value is older than it should be."""
    OFFLINE = "offline"


class SensorState(WireModel):
    """The newest value of a sensor, with the event time that it belongs to."""

    value: float
    ts: AwareDatetime
    unit: str
    quality: Quality = Quality.GOOD
    flaw: Flaw | None = Field(default=None, description="why the value is not good")
    presence: Presence = Presence.ONLINE
    rate: float | None = Field(default=None, description="of a counter: growth per second")


class Warming(WireModel):
    """How far a detector has got in learning what is normal."""

    samples: int = Field(ge=0)
    needed: int = Field(ge=1)
    remaining_s: float | None = Field(
        default=None, ge=0, description="event time that the rest will take at the usual pace of messages, s"
    )


class Training(WireModel):
    """What the detector's present knowledge rests on."""

    samples: int = Field(ge=0, description="learned by the sensor that has learned most")
    since: AwareDatetime | None = Field(
        default=None, description="event time of the first value learned; none if an earlier release learned it"
    )
    deviations: dict[Identifier, float] = Field(
        default_factory=dict,
        description="of each sensor's short mean from its long one, in its unit: what a new twin of the type may start "
        "with as detect.priors",
    )


class Feedback(WireModel):
    """What operators found the twin's anomaly alerts to be, since it was defined."""

    confirmed: int = Field(ge=0)
    false_alarms: int = Field(ge=0)
    precision: float | None = Field(default=None, ge=0, le=1, description="share of confirmed ones in those labelled")


class SensorHealth(WireModel):
    """What is wrong with the data of a sensor, or with all of the twin's."""

    sensor: Identifier | None = None
    condition: str
    alert_id: str


class TwinState(WireModel):
    """One twin now; the topic is compacted, so the newest message is the twin."""

    twin_id: Identifier
    twin_type: Identifier
    state: TwinCondition
    counts: Counts
    presence: Presence = Presence.NEVER_SEEN
    place: Place = Place()
    ts: AwareDatetime | None = Field(default=None, description="the twin's newest event time")
    score: float | None = Field(default=None, ge=0, le=1, description="0.5 is the decision boundary")
    warming: Warming | None = None
    model_version: int = Field(default=1, ge=1, description="raised whenever something that was learned is forgotten")
    training: Training | None = Field(default=None, description="none while nothing is learned")
    feedback: Feedback | None = Field(default=None, description="none while no alert is labelled")
    alert_id: str | None = Field(default=None, description="the anomaly alert that is active, if any")
    since: AwareDatetime | None = Field(default=None, description="event time from which on it has been so")
    contributions: tuple[Contribution, ...] = Field(
        default=(), description="what is further from the usual than half of its boundary, the furthest first"
    )
    health: tuple[SensorHealth, ...] = Field(default=(), description="what is wrong with the data now")
    missing: tuple[Identifier, ...] = Field(default=(), description="sensors of the type that have no recent value")
    sensors: dict[Identifier, SensorState] = Field(default_factory=dict)
