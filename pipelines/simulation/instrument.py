"""What an instrument shows of a physical value: with noise, in steps, and never beyond its range."""

import math
from dataclasses import dataclass
from random import Random

from pipelines.simulation.randomness import bounded_noise


@dataclass(frozen=True, slots=True)
class Instrument:
    """A sensor with its unit (UCUM), range and resolution; `noise` is a standard deviation in the same unit.

    >>> gauge = Instrument("bar", 0.0, 16.0, resolution=0.01, noise=0.0)
    >>> gauge.shown(5.1234), gauge.shown(17.0), gauge.shown(-0.001)
    (5.12, 16.0, 0.0)
    """

    unit: str
    low: float
    high: float
    resolution: float
    noise: float

    def shown(self, value: float) -> float:
        """The value as displayed: to the nearest step, at the end of the range when it lies beyond."""
        within = min(max(value, self.low), self.high)
        decimals = max(0, math.ceil(-math.log10(self.resolution)))
        # Adding 0.0 turns a negative zero into zero.
        return round(round(within / self.resolution) * self.resolution, decimals) + 0.0

    def read(self, value: float, rng: Random) -> float:
        """One reading of the value, with noise."""
        return self.shown(value + bounded_noise(rng, self.noise))
