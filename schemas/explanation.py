"""Why a twin is judged as it is."""

from pydantic import AwareDatetime, Field

from schemas.base import Identifier, WireModel


class Contribution(WireModel):
    """What one sensor has to do with it, or the twin as a whole."""

    sensor: Identifier | None = Field(default=None, description="none where it is the twin as a whole")
    detector: str = Field(description="which part of the detector says so: level, spread, relation, isolation, arrival")
    share: float = Field(ge=0, le=1, description="of all that contributes")
    value: float = Field(description="what is seen")
    expected: float = Field(description="what would be seen if nothing were unusual")
    deviations: float = Field(description="distance of the two in standard deviations")
    words: str = Field(description="the same for people")


class Basis(WireModel):
    """What a judgement rests on."""

    since: AwareDatetime | None = Field(default=None, description="event time from which on it has been so")
    model_version: int = Field(ge=1)
    samples: int = Field(ge=0, description="that the detector has seen")
    limits: str = Field(description="what the part of the detector that says most is known not to tell")
