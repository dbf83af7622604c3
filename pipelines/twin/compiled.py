"""A definition, made ready for the hot path."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from pipelines.alarms.episode import EpisodeRule
from pipelines.detection.settings import DetectorSettings
from pipelines.twin.event_time import NS_PER_MS, Clock
from pipelines.twin.line_protocol import tag_set
from pipelines.twin.units import Conversion, conversion
from schemas.definition import (
    DetectionProfile,
    DriftTest,
    SensorDefinition,
    SensorRole,
    Timing,
    TwinDefinition,
    TwinType,
)
from schemas.duration import duration_ns, rate_per_ns
from schemas.influx import NO_TAG_VALUE, Measurement, Tag

BALANCED = 4.25
_BOUNDARIES = {DetectionProfile.SENSITIVE: 3.5, DetectionProfile.BALANCED: BALANCED, DetectionProfile.CALM: 6.0}
"""Standard deviations of the short mean round the long one at which the score is 0.5."""

NARROW = 3.0
"""A range whose ends differ by less than this factor tells a value's unit by itself."""


@dataclass(frozen=True, slots=True)
class CompiledSensor:
    """A sensor's rules, and the head of its lines in InfluxDB.

    Attributes
    ----------
    low, high
        Physically possible values; infinite where none are declared.
    max_rate
        Fastest possible change per ns; infinite where none is declared.
    period_ns
        How often a value is due; 0 where it is learned.
    age_limit_ns
        How long the last value may stand for a missing one; None where it is learned.
    plain
        Whether models see the value as it is.
    in_degrees
        Whether it is in degrees Celsius or Fahrenheit, which are mixed up at times.
    """

    name: str
    unit: str
    role: SensorRole
    low: float
    high: float
    resolution: float
    max_rate: float
    sentinels: frozenset[float]
    stuck_after: int | None
    allow_constant: bool
    modulus: float | None
    period_ns: int
    age_limit_ns: int | None
    in_degrees: bool
    timing: "CompiledTiming"
    point: str
    plain: bool

    @property
    def narrow(self) -> bool:
        """Whether the range is so narrow that a value in another unit can't fall into it."""
        return self.low > 0.0 and self.high < NARROW * self.low


@dataclass(frozen=True, slots=True)
class CompiledTiming:
    """Timing of a twin, in ns; `rewarm` counts values."""

    window_ns: int
    max_future_ns: int
    clock_tolerance_ns: int
    live_within_ns: int
    stale_after: float
    offline_after: float
    rewarm: int


@dataclass(frozen=True, slots=True)
class CompiledTwin:
    """All that `step` needs of a definition.

    Attributes
    ----------
    drift_after
        Samples before drift is looked for.
    """

    definition: TwinDefinition
    encoded: bytes
    sensors: Mapping[str, CompiledSensor]
    timing: CompiledTiming
    clock: Clock
    detecting: bool
    detector: DetectorSettings
    rule: EpisodeRule
    drift_after: int
    tags: Mapping[Tag, str]
    tag_set: str
    point: str
    place: Mapping[str, str]

    @property
    def twin_id(self) -> str:
        """The twin's id."""
        return self.definition.twin_id

    @property
    def twin_type(self) -> str:
        """The name of the twin's type."""
        return self.definition.type.type

    @property
    def drift_test(self) -> DriftTest:
        """The test for drift."""
        return self.definition.type.detect.drift.test

    def with_sensor(self, name: str) -> "CompiledTwin":
        """The twin with one more sensor, of which nothing is known."""
        twin_type = self.definition.type
        sensors = {**twin_type.sensors, name: SensorDefinition()}
        widened = twin_type.model_copy(update={"sensors": sensors})
        compiled = compile_definition(self.definition.model_copy(update={"type": widened}))
        return replace(compiled, sensors={**self.sensors, name: compiled.sensors[name]})


def compile_definition(definition: TwinDefinition) -> CompiledTwin:
    """Work out once what would cost time at every message. The definition is one that `parse_definition` passed."""
    tags = {
        Tag.TWIN_ID: definition.twin_id,
        Tag.TWIN_TYPE: definition.type.type,
        Tag.SITE: definition.site or NO_TAG_VALUE,
        Tag.AREA: definition.area or NO_TAG_VALUE,
        Tag.LINE: definition.line or NO_TAG_VALUE,
    }
    twin_type = definition.type
    timing = _compile_timing(twin_type)
    return CompiledTwin(
        definition=definition,
        encoded=definition.model_dump_json(exclude_defaults=True).encode(),
        sensors={name: _compile_sensor(name, spec, timing, tags) for name, spec in twin_type.sensors.items()},
        timing=timing,
        clock=_clock(twin_type.timing, definition.time_zone),
        detecting=twin_type.detect.profile is not DetectionProfile.OFF,
        detector=_compile_detector(twin_type),
        # What is learned right behind the warm-up still changes by itself.
        drift_after=2 * twin_type.detect.warm_up,
        rule=EpisodeRule(adopt_after=twin_type.detect.drift.lasting),
        tags=tags,
        tag_set=tag_set(tags),
        point=f"{Measurement.TWIN},{tag_set(tags)}",
        place={level: name for level, name in definition.levels().items() if name is not None},
    )


def _compile_detector(twin_type: TwinType) -> DetectorSettings:
    detect, sensors = twin_type.detect, twin_type.sensors
    measured = {name: spec for name, spec in sensors.items() if spec.role is SensorRole.MEASUREMENT}
    return DetectorSettings(
        boundary=_BOUNDARIES.get(detect.profile, BALANCED),
        warm_up=detect.warm_up,
        resolutions={name: spec.resolution for name, spec in measured.items() if spec.resolution is not None},
        priors={name: deviation**2 for name, deviation in detect.priors.items()},
        limits={name: spec.range for name, spec in measured.items() if spec.range is not None},
        inputs=frozenset(name for name, spec in sensors.items() if spec.role is SensorRole.SETPOINT),
        false_alarms_per_week=detect.false_alarms_per_week,
    )


def _clock(timing: Timing, zone: str | None) -> Clock:
    return Clock(timing.epoch_unit, None if zone is None else ZoneInfo(zone))


def _compile_timing(twin_type: TwinType) -> CompiledTiming:
    timing = twin_type.timing
    return CompiledTiming(
        window_ns=duration_ns(timing.reorder_window),
        max_future_ns=duration_ns(timing.max_future),
        clock_tolerance_ns=duration_ns(timing.clock_tolerance),
        live_within_ns=duration_ns(timing.live_within),
        stale_after=timing.stale_after,
        offline_after=timing.offline_after,
        rewarm=twin_type.detect.rewarm,
    )


def _compile_sensor(
    name: str, spec: SensorDefinition, timing: CompiledTiming, tags: Mapping[Tag, str]
) -> CompiledSensor:
    low, high = spec.range or (float("-inf"), float("inf"))
    return CompiledSensor(
        name=name,
        unit=spec.unit,
        role=spec.role,
        low=low,
        high=high,
        resolution=spec.resolution or 0.0,
        max_rate=float("inf") if spec.max_rate is None else rate_per_ns(spec.max_rate),
        sentinels=frozenset(spec.sentinels),
        stuck_after=spec.stuck_after,
        allow_constant=spec.allow_constant,
        modulus=spec.modulus,
        period_ns=0 if spec.period is None else max(duration_ns(spec.period), NS_PER_MS),
        age_limit_ns=None if spec.age_limit is None else duration_ns(spec.age_limit),
        in_degrees=_in_degrees(spec.unit),
        timing=timing,
        point=f"{Measurement.OBSERVATION},{tag_set({**tags, Tag.SENSOR: name})}",
        plain=spec.role in (SensorRole.MEASUREMENT, SensorRole.SETPOINT),
    )


def _in_degrees(unit: str) -> bool:
    """Whether a sensor is in degrees Celsius or Fahrenheit."""
    if unit == "1":  # most sensors without a unit are not worth loading the table of units for
        return False
    into = conversion(unit, "Cel")
    return isinstance(into, Conversion) and any(into == conversion(degree, "Cel") for degree in ("Cel", "[degF]"))
