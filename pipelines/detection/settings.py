"""What a twin's detector is told beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.detection.isolation import Limits
from pipelines.detection.sensor_model import SensorSettings


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """What a detector needs to know beforehand.

    Attributes
    ----------
    boundary
        Standard deviations at which a sensor's level is as likely abnormal as normal.
    warm_up
        Samples that a sensor learns before it is judged.
    resolutions
        Smallest step of each sensor that has one, in its unit.
    priors
        Variance of a sensor's short mean round its long one, as others of the type have it.
    limits
        Range of each sensor that has one.
    inputs
        Sensors that somebody sets, as setpoints: they explain others and are not judged themselves.
    false_alarms_per_week
        See `AlarmBudget`.
    """

    boundary: float = 4.25
    warm_up: int = 400
    resolutions: Mapping[str, float] = field(default_factory=dict)
    priors: Mapping[str, float] = field(default_factory=dict)
    limits: Limits = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
    false_alarms_per_week: float | None = None

    def sensor(self, name: str) -> SensorSettings:
        """What is known of one sensor."""
        return SensorSettings(self.boundary, self.warm_up, self.resolutions.get(name, 0.0), self.priors.get(name))
