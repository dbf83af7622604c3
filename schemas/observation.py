"""What a plant sends: one observation of one sensor, or several sensors observed at one time."""

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from schemas.base import Identifier, WireModel
from schemas.quality import Quality

EventTime = Annotated[
    AwareDatetime | int | float | str,
    Field(
        description="ISO 8601 with zone, or an epoch in s, ms, µs or ns, told apart by its size",
        examples=["2023-11-14T22:13:20Z", 1700000000000],
    ),
]
Value = Annotated[
    float | bool | str,
    Field(
        description="a finite number or its decimal text; of a binary sensor also a boolean or a word",
        examples=[41.2, "41.2"],
    ),
]

SEQ_LIMIT = 2**63
"""Running numbers are signed 64-bit numbers."""

Sequence = Annotated[
    int | None, Field(gt=-SEQ_LIMIT, lt=SEQ_LIMIT, description="the source's running number, as a signed 64-bit number")
]

Source = Annotated[str | None, Field(description="gateway or device that sent it")]
Historical = Annotated[bool, Field(description="a replay or a backfill: it is not alerted as if it were live")]


class IncomingModel(WireModel):
    """What a device sends: fields that it adds of its own are ignored, not refused."""

    model_config = ConfigDict(extra="ignore")


class Observation(IncomingModel):
    """One value of one sensor; `twin_id` may be left out when the Kafka key holds it.

    >>> Observation(sensor="flow", ts=1700000000000, value=41.2, unit="m3/h").value
    41.2
    """

    sensor: Identifier
    ts: EventTime
    value: Value
    twin_id: Identifier | None = None
    unit: str | None = Field(default=None, description="UCUM code; the sensor's own unit when left out")
    quality: Quality = Quality.GOOD
    seq: Sequence = None
    source: Source = None
    historical: Historical = False


class Reading(IncomingModel):
    """A sensor's value with its own unit and quality, inside a `JointObservation`."""

    value: Value
    unit: str | None = None
    quality: Quality = Quality.GOOD


class JointObservation(IncomingModel):
    """Several sensors of one twin, observed at one time.

    >>> JointObservation(ts="2023-11-14T22:13:20Z", values={"flow": 41.2}).values
    {'flow': 41.2}
    """

    ts: EventTime
    values: dict[Identifier, Value | Reading] = Field(min_length=1)
    twin_id: Identifier | None = None
    seq: Sequence = None
    source: Source = None
    historical: Historical = False
