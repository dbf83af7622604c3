"""How much a process asks of its machine from sample to sample."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from pipelines.simulation.randomness import bounded_noise


@dataclass(frozen=True, slots=True)
class DemandCycle:
    """A cycle round a mean, as a share of the largest demand: bounded, and forgotten within some tens of samples.

    A detector that learns from 80 samples sees four cycles of 20, hence all that is normal. The cycle's speed
    varies from sample to sample, so that no two pumps stay in step.
    """

    mean: float = 0.8
    amplitude: float = 0.025
    jitter: float = 0.01
    cycle_samples: float = 20.0

    def values(self, rng: Random) -> Iterator[float]:
        """Demands without end, from a random point of the cycle.

        >>> from itertools import islice
        >>> from pipelines.simulation.randomness import random_stream
        >>> demands = list(islice(DemandCycle().values(random_stream(1)), 1_000))
        >>> 0.75 < min(demands) < 0.78 and 0.82 < max(demands) < 0.85
        True
        """
        phase = rng.uniform(0.0, 2 * math.pi)
        while True:
            yield self.mean + self.amplitude * math.sin(phase) + bounded_noise(rng, self.jitter)
            phase += 2 * math.pi / self.cycle_samples * (1 + bounded_noise(rng, 0.15))
