"""How far one sensor is from its usual value, in standard deviations."""

from dataclasses import dataclass
from typing import Self

from river import anomaly, stats

RELATIVE_FLOOR = 1e-9
"""A standard deviation below this share of the mean is rounding, not variation."""


@dataclass(frozen=True, slots=True)
class DeviationSnapshot:
    """All that a `SensorDeviation` has learned: count, mean, and sum of squared differences from the mean."""

    samples: float
    mean: float
    squares: float


class SensorDeviation(anomaly.StandardAbsoluteDeviation):  # type: ignore[misc]  # untyped base
    """River's StandardAbsoluteDeviation with a floor under the standard deviation.

    River divides by the standard deviation that it has seen. After a constant run that is 0, and the smallest
    jitter would be an anomaly (field case C29). No instrument shows less than its resolution, so a deviation is
    never measured against less than that.

    Source of the score: Hochenbaum et al. 2017, arXiv:1704.07706.

    Parameters
    ----------
    floor
        Smallest standard deviation assumed, in the sensor's unit.

    >>> sensor = SensorDeviation(floor=0.1)
    >>> for _ in range(50):
    ...     sensor.learn_one(None, 21.5)
    >>> round(sensor.score_one(None, 21.6), 3), round(sensor.score_one(None, 80.0))
    (1.0, 585)
    """

    def __init__(self, floor: float = 0.0) -> None:
        super().__init__(sub_stat=stats.Mean())
        self.floor = floor

    @property
    def mean(self) -> float:
        """The usual value."""
        return float(self.sub_stat.get())

    @property
    def deviation(self) -> float:
        """The standard deviation, not below the floor."""
        seen: float = self.variance.get() ** 0.5
        return max(seen, self.floor, RELATIVE_FLOOR * abs(self.mean), 1e-12)

    def score_one(self, x: object, y: float) -> float:
        """Distance of `y` from the usual value in standard deviations; `x` is ignored, as in River."""
        del x
        return abs(y - self.mean) / self.deviation

    def snapshot(self) -> DeviationSnapshot:
        """What was learned, exactly."""
        return DeviationSnapshot(self.variance.n, self.variance.mean.get(), self.variance._S)

    @classmethod
    def restored(cls, snapshot: DeviationSnapshot, floor: float) -> Self:
        """A detector that goes on bit for bit where the snapshot was taken."""
        sensor = cls(floor)
        for mean in (sensor.sub_stat, sensor.variance.mean):
            mean.n, mean._mean = snapshot.samples, snapshot.mean
        sensor.variance._S = snapshot.squares
        return sensor
