"""What a twin is: its type (sensors, expectation, detection, alarms, controls) and its place in the plant."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.base import Identifier, WireModel
from schemas.duration import Duration, Rate

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
    COUNTER = "counter"
    """A total that only grows, until it wraps round at its modulus or is reset; models see its rate."""
    BINARY = "binary"
    """On or off; models do not judge it."""


class SensorDefinition(WireModel):
    """One sensor of a twin type."""

    unit: str = Field(default="1", max_length=64, description="UCUM code or a known alias; values are converted to it")
    range: Bounds | None = Field(default=None, description="physically possible values; outside is bad")
    resolution: float | None = Field(default=None, gt=0, description="smallest step that the sensor can show")
    period: Duration | None = Field(default=None, description="how often a value is due; silence is judged by it")
    max_rate: Rate | None = Field(default=None, description="fastest possible change; a faster one is bad")
    role: SensorRole = SensorRole.MEASUREMENT
    sentinels: tuple[float, ...] = Field(
        default=(), max_length=32, description="values by which the device says that it has none"
    )
    stuck_after: int | None = Field(
        default=None, ge=2, le=1_000_000, description="equal values in a row that are too many; learned if left out"
    )
    allow_constant: bool = Field(default=False, description="the value may rightly stand still")
    modulus: float | None = Field(default=None, gt=0, description="where a counter begins again at 0")
    age_limit: Duration | None = Field(
        default=None, description="how old the last value may be to stand for a missing one; 3 periods if left out"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.range is not None and not self.range[0] < self.range[1]:
            raise ValueError(f"range {list(self.range)}: the first bound must be below the second")
        if self.modulus is not None and self.role is not SensorRole.COUNTER:
            raise ValueError(f"modulus {self.modulus:g}: only a counter has one; add role: counter, or leave it out")
        return self


class EpochUnit(StrEnum):
    """The unit of epoch numbers in `ts`."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"


class Timing(WireModel):
    """How the twins of a type deal with event time."""

    reorder_window: Duration = Field(default="0s", description="how long a message waits for earlier ones, event time")
    max_future: Duration = Field(default="5min", description="a time further ahead of the broker's is rejected")
    clock_tolerance: Duration = Field(default="30s", description="a time further ahead of the broker's is flagged")
    live_within: Duration = Field(default="5min", description="older data is historical: it is not alerted as live")
    epoch_unit: EpochUnit | None = Field(default=None, description="of numbers in ts; told by size if left out")
    stale_after: float = Field(default=2.0, ge=1, le=1_000, description="periods without a value")
    offline_after: float = Field(default=3.0, ge=1, le=1_000, description="periods without a value")

    @model_validator(mode="after")
    def _stale_before_offline(self) -> Self:
        if self.stale_after > self.offline_after:
            raise ValueError(f"stale_after {self.stale_after:g} must not be above offline_after {self.offline_after:g}")
        return self


class UnknownSensors(StrEnum):
    """What becomes of a sensor that the type does not name."""

    REJECT = "reject"
    CREATE = "create"


class Parameter(WireModel):
    """A number in the twin's physics, with what is known of it beforehand."""

    prior: float
    range: Bounds | None = None
    estimate: bool = Field(default=False, description="track it online")


class DetectionProfile(StrEnum):
    """How eager detection is: how far off its boundaries are."""

    SENSITIVE = "sensitive"
    BALANCED = "balanced"
    CALM = "calm"
    OFF = "off"
    """Values are checked and kept, nothing is learned."""


class DriftTest(StrEnum):
    """River's tests for a change of a stream."""

    PAGE_HINKLEY = "page_hinkley"
    """Cumulative excess over the mean (Page 1954, doi:10.1093/biomet/41.1-2.100): soon sees a lasting rise."""
    ADWIN = "adwin"
    """Two parts of a window that differ in mean (Bifet and Gavaldà 2007, doi:10.1137/1.9781611972771.42): needs more
    to see one."""
    KSWIN = "kswin"
    """Two parts of a window that differ in distribution (Raab et al. 2020, doi:10.1016/j.neucom.2019.11.111): sees
    most, and errs most."""


class DriftResponse(StrEnum):
    """What a twin does where its normal has changed for good."""

    ADAPT = "adapt"
    """It takes what it shows now for normal, and keeps the rest of what it has learned."""
    RELEARN = "relearn"
    """It forgets all that it has learned, and warms anew."""
    FREEZE = "freeze"
    """It keeps what it has learned, and an alert stands, until an operator has it relearn."""


class DriftHandling(WireModel):
    """How a change of what is normal is found, and what follows from it."""

    test: DriftTest = DriftTest.PAGE_HINKLEY
    response: DriftResponse = DriftResponse.ADAPT
    lasting: int = Field(
        default=500, ge=10, le=1_000_000, description="samples in alert after which its level counts as lasting"
    )


Deviation = Annotated[float, Field(gt=0)]


class Detection(WireModel):
    """How deviations from normal are found."""

    profile: DetectionProfile = DetectionProfile.BALANCED
    warm_up: int = Field(default=400, ge=10, le=1_000_000, description="samples learned before the first score")
    rewarm: int = Field(default=5, ge=0, le=10_000, description="values after a drop-out that are not learned")
    false_alarms_per_week: float | None = Field(
        default=None, gt=0, description="sets the boundary by what the twin has shown; that of the profile if left out"
    )
    drift: DriftHandling = DriftHandling()
    priors: dict[Identifier, Deviation] = Field(
        default_factory=dict,
        description="usual deviation of each sensor's short mean from its long one, in its unit, as other twins of the "
        "type have it: a new one starts warm with it (twinstream models prior)",
    )


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


MAX_SENSORS = 1_000


class TwinType(WireModel):
    """What all twins of a kind have in common; one YAML file each.

    >>> TwinType(type="tank", sensors={"level": SensorDefinition(unit="m")}).version
    1
    """

    type: Identifier
    extends: Identifier | None = Field(default=None, description="the type that it builds on, whose parts it replaces")
    sensors: dict[Identifier, SensorDefinition] = Field(default_factory=dict, max_length=MAX_SENSORS)
    version: int = Field(default=1, ge=1, le=1_000_000)
    timing: Timing = Timing()
    unknown_sensors: UnknownSensors = UnknownSensors.REJECT
    max_sensors: int = Field(default=100, ge=1, le=MAX_SENSORS, description="how many may be, with those created")
    expect: dict[Identifier, Expression] = Field(default_factory=dict)
    parameters: dict[Identifier, Parameter] = Field(default_factory=dict)
    detect: Detection = Detection()
    predict: dict[Identifier, ValuePrediction | RulPrediction] = Field(default_factory=dict)
    alarms: tuple[AlarmDefinition, ...] = ()
    controls: dict[Identifier, ControlDefinition] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_sensors(self) -> Self:
        if not self.sensors and self.unknown_sensors is UnknownSensors.REJECT:
            raise ValueError("a type names its sensors, or has unknown_sensors: create")
        return self


class Place(WireModel):
    """Where a twin stands in the plant (the role-based equipment hierarchy of ISA-95, IEC 62264-1), and its clock."""

    enterprise: Identifier | None = None
    site: Identifier | None = None
    area: Identifier | None = None
    line: Identifier | None = None
    cell: Identifier | None = None
    equipment: Identifier | None = None
    time_zone: str | None = Field(
        default=None, max_length=64, description="of times that name no zone", examples=["Europe/Berlin"]
    )

    def levels(self) -> dict[str, str | None]:
        """Every part of the place by its name, whatever else this says.

        >>> TwinInstance(twin="pump-1", type="tank", site="harbour").levels()["site"]
        'harbour'
        """
        return {name: getattr(self, name) for name in Place.model_fields}


class TwinInstance(Place):
    """One twin in a definition file: which type it is of and where it stands.

    >>> TwinInstance(twin="pump-1", type="tank", site="harbour").area is None
    True
    """

    twin: Identifier
    type: Identifier


class TwinDefinition(Place):
    """The value on `twin.definitions`: an instance with its whole type, so that one message says all."""

    twin_id: Identifier
    type: TwinType
