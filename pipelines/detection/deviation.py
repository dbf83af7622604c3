"""How far one sensor is from its usual value, in standard deviations."""

from typing import NamedTuple, Self

from river import anomaly

RELATIVE_FLOOR = 1e-9
"""A standard deviation below this share of the mean is rounding, not variation."""

LEAST = 1e-12
"""No standard deviation is below this, so that nothing is divided by 0."""


class DeviationSnapshot(NamedTuple):
    """All that a `SensorDeviation` has learned: count, mean, and sum of squared differences from the mean."""

    samples: float
    mean: float
    squares: float


class SensorDeviation(anomaly.StandardAbsoluteDeviation):  # type: ignore[misc]  # untyped base
    """River's StandardAbsoluteDeviation with a floor under the standard deviation, and without its inner objects.

    River divides by the standard deviation that it has seen. After a constant run that is 0, and the smallest
    jitter would be an anomaly (field case C29). No instrument shows less than its resolution, so a deviation is
    never measured against less than that.

    Mean and variance are followed by the same operations in the same order as in River's Mean and Var (Welford
    1962, doi:10.1080/00401706.1962.10490022), so they are the same to the last bit; without the calls from object to
    object a value costs a quarter. Source of the score: Hochenbaum et al. 2017, arXiv:1704.07706.

    Parameters
    ----------
    floor
        Smallest standard deviation assumed, in the sensor's unit.

    Attributes
    ----------
    samples
        Values learned.
    mean
        The usual value.
    squares
        Sum of squared differences from the mean.
    deviation
        The standard deviation, not below the floor.

    >>> sensor = SensorDeviation(floor=0.1)
    >>> for _ in range(50):
    ...     sensor.learn_one(None, 21.5)
    >>> round(sensor.score_one(None, 21.6), 3), round(sensor.score_one(None, 80.0))
    (1.0, 585)
    """

    def __init__(self, floor: float = 0.0) -> None:
        # Not the base's: its inner objects are what these numbers stand for.
        self.floor = floor
        self.samples = 0.0
        self.mean = 0.0
        self.squares = 0.0
        self.deviation = max(floor, LEAST)

    def learn_one(self, x: object, y: float) -> None:
        """Learn a finite value; `x` is ignored, as in River."""
        del x
        samples = self.samples = self.samples + 1.0
        before = self.mean
        mean = self.mean = before + 1.0 / samples * (y - before)
        squares = self.squares = self.squares + (y - before) * (y - mean)
        self.deviation = _deviation(samples, mean, squares, self.floor)

    def score_one(self, x: object, y: float) -> float:
        """Distance of `y` from the usual value in standard deviations; `x` is ignored, as in River."""
        del x
        return abs(y - self.mean) / self.deviation

    def snapshot(self) -> DeviationSnapshot:
        """What was learned, exactly."""
        return DeviationSnapshot(self.samples, self.mean, self.squares)

    @classmethod
    def restored(cls, snapshot: DeviationSnapshot, floor: float) -> Self:
        """A detector that goes on bit for bit where the snapshot was taken."""
        sensor = cls(floor)
        sensor.samples, sensor.mean, sensor.squares = snapshot.samples, snapshot.mean, snapshot.squares
        sensor.deviation = _deviation(sensor.samples, sensor.mean, sensor.squares, floor)
        return sensor


def _deviation(samples: float, mean: float, squares: float, floor: float) -> float:
    seen = (squares / (samples - 1.0)) ** 0.5 if samples > 1.0 else 0.0
    return max(seen, floor, RELATIVE_FLOOR * abs(mean), LEAST)
