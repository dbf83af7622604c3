"""A definition, made ready for the hot path."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.alarms.episode import EpisodeRule
from pipelines.detection.baseline import BaselineSettings
from pipelines.twin.line_protocol import tag_set
from schemas.definition import DetectionProfile, SensorDefinition, TwinDefinition
from schemas.influx import NO_TAG_VALUE, Measurement, Tag

_BOUNDARIES = {DetectionProfile.SENSITIVE: 5.0, DetectionProfile.BALANCED: 6.0, DetectionProfile.CALM: 8.0}
"""Standard deviations at which the score is 0.5. A normal value passes 5 once in 1.7 million."""


@dataclass(frozen=True, slots=True)
class CompiledSensor:
    """A sensor's rules, and the head of its lines in InfluxDB."""

    unit: str
    low: float
    high: float
    point: str

    def in_range(self, value: float) -> bool:
        """Whether the value is physically possible."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class CompiledTwin:
    """All that `step` needs of a definition."""

    definition: TwinDefinition
    encoded: str
    sensors: Mapping[str, CompiledSensor]
    baseline: BaselineSettings
    rule: EpisodeRule
    tags: Mapping[Tag, str]
    point: str

    @property
    def twin_id(self) -> str:
        """The twin's id."""
        return self.definition.twin_id

    @property
    def twin_type(self) -> str:
        """The name of the twin's type."""
        return self.definition.type.type


def compile_definition(definition: TwinDefinition) -> CompiledTwin:
    """Work out once what would cost time at every message."""
    tags = {
        Tag.TWIN_ID: definition.twin_id,
        Tag.TWIN_TYPE: definition.type.type,
        Tag.SITE: definition.site or NO_TAG_VALUE,
        Tag.AREA: definition.area or NO_TAG_VALUE,
        Tag.LINE: definition.line or NO_TAG_VALUE,
    }
    specs = definition.type.sensors
    return CompiledTwin(
        definition=definition,
        encoded=definition.model_dump_json(exclude_defaults=True),
        sensors={name: _compile_sensor(name, spec, tags) for name, spec in specs.items()},
        baseline=BaselineSettings(
            boundary=_BOUNDARIES[definition.type.detect.profile],
            warm_up=definition.type.detect.warm_up,
            floors={name: spec.resolution for name, spec in specs.items() if spec.resolution is not None},
        ),
        rule=EpisodeRule(),
        tags=tags,
        point=f"{Measurement.TWIN},{tag_set(tags)}",
    )


def _compile_sensor(name: str, spec: SensorDefinition, tags: Mapping[Tag, str]) -> CompiledSensor:
    low, high = spec.range or (float("-inf"), float("inf"))
    return CompiledSensor(
        unit=spec.unit,
        low=low,
        high=high,
        point=f"{Measurement.OBSERVATION},{tag_set({**tags, Tag.SENSOR: name})}",
    )
