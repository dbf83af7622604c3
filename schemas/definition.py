"""What a twin is: its type (sensors, expectation, detection, alarms, controls) and its place in the plant."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.base import Identifier, WireModel

Duration = Annotated[
    str,
    StringConstraints(pattern=r"^\d+(\.\d+)?(ms|s|min|h|d)$"),
    Field(description="a number with ms, s, min, h or d", examples=["500ms", "1s", "15min"]),
]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Bounds = Annotated[tuple[float, float], Field(description="[low, high]")]


class Severity(StrEnum):
    """How bad it is if nobody acts, in four levels (ISA-18.2 priorities)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class SensorRole(StrEnum):
    """What a sensor's value means to the twin."""

    MEASUREMENT = "measurement"
    SETPOINT = "setpoint"


class SensorDefinition(WireModel):
    """One sensor of a twin type."""

    unit: str = Field(default="1", description="UCUM code; every value is converted to it")
    range: Bounds | None = Field(default=None, description="physically possible values; outside is bad")
    resolution: float | None = Field(default=None, gt=0, description="smallest step that the sensor can show")
    period: Duration | None = Field(default=None, description="how often a value is due")
    max_rate: str | None = Field(default=None, description="fastest possible change, as '20/s'")
    role: SensorRole = SensorRole.MEASUREMENT

    @model_validator(mode="after")
    def _range_is_ordered(self) -> Self:
        if self.range is not None and not self.range[0] < self.range[1]:
            raise ValueError(f"range {list(self.range)}: the first bound must be below the second")
        return self


class Parameter(WireModel):
    """A number in the twin's physics, with what is known of it beforehand."""

    prior: float
    range: Bounds | None = None
    estimate: bool = Field(default=False, description="track it online")


class DetectionProfile(StrEnum):
    """How eager detection is: the score needed, and for how long."""

    SENSITIVE = "sensitive"
    BALANCED = "balanced"
    CALM = "calm"


class Detection(WireModel):
    """How deviations from normal are found."""

    profile: DetectionProfile = DetectionProfile.BALANCED
    warm_up: int = Field(default=100, ge=10, le=1_000_000, description="samples learned before the first score")
    false_alarms_per_week: float | None = Field(default=None, gt=0)


class ValuePrediction(WireModel):
    """A sensor's value, predicted ahead."""

    horizon: Duration


class RulPrediction(WireModel):
    """Remaining useful life: the time until health falls below a level."""

    health_below: float = Field(ge=0, le=100)


class AlarmDefinition(WireModel):
    """A condition that operators want to know of."""

    id: Identifier
    when: Expression
    on_delay: Duration = "0s"
    off_delay: Duration = "0s"
    severity: Severity = Severity.MEDIUM
    response: str = Field(default="", description="what the operator does")


class ControlMode(StrEnum):
    """Who moves the setpoint: nobody, the operator on advice, or the twin."""

    OFF = "off"
    ADVISE = "advise"
    AUTO = "auto"


class ControlDefinition(WireModel):
    """A setpoint that may be moved, and how far."""

    min: float
    max: float
    max_step: float | None = Field(default=None, gt=0)
    interlocks: tuple[Expression, ...] = ()
    mode: ControlMode = ControlMode.ADVISE


class TwinType(WireModel):
    """What all twins of a kind have in common; one YAML file each.

    >>> TwinType(type="tank", sensors={"level": SensorDefinition(unit="m")}).version
    1
    """

    type: Identifier
    sensors: dict[Identifier, SensorDefinition] = Field(min_length=1)
    version: int = Field(default=1, ge=1, le=1_000_000)
    expect: dict[Identifier, Expression] = Field(default_factory=dict)
    parameters: dict[Identifier, Parameter] = Field(default_factory=dict)
    detect: Detection = Detection()
    predict: dict[Identifier, ValuePrediction | RulPrediction] = Field(default_factory=dict)
    alarms: tuple[AlarmDefinition, ...] = ()
    controls: dict[Identifier, ControlDefinition] = Field(default_factory=dict)


class TwinInstance(WireModel):
    """One twin in a definition file: which type it is of and where it stands.

    >>> TwinInstance(twin="pump-1", type="tank", site="harbour").area is None
    True
    """

    twin: Identifier
    type: Identifier
    site: Identifier | None = None
    area: Identifier | None = None
    line: Identifier | None = None


class TwinDefinition(WireModel):
    """The value on `twin.definitions`: an instance with its whole type, so that one message says all."""

    twin_id: Identifier
    type: TwinType
    site: Identifier | None = None
    area: Identifier | None = None
    line: Identifier | None = None
