"""Random numbers that a seed and a name determine, and noise that has a limit."""

import math
from random import Random

TRIANGULAR_DEVIATION = 1 / math.sqrt(6)
"""Standard deviation of a symmetric triangular distribution on [-1, 1] (GUM, JCGM 100:2008, 4.3.9)."""


def random_stream(seed: int, *names: str) -> Random:
    """A stream of its own for each name, the same in every process, so that a new name changes no other stream.

    >>> random_stream(7, "pump-1").random() == random_stream(7, "pump-1").random()
    True
    >>> random_stream(7, "pump-1").random() == random_stream(7, "pump-2").random()
    False
    """
    # A string seeds by its SHA-512; hash() of a string would differ from process to process.
    return Random("\x1f".join((str(seed), *names)))  # noqa: S311  # a plant, not a secret


def bounded_noise(rng: Random, deviation: float) -> float:
    """Zero-mean triangular noise of this standard deviation, never over 2.45 of it.

    Gaussian noise would pass any limit in a run that is long enough; a healthy plant must not.

    >>> max(abs(bounded_noise(random_stream(1), 2.0)) for _ in range(1_000)) < 2.45 * 2.0
    True
    """
    return rng.triangular(-1.0, 1.0, 0.0) * deviation / TRIANGULAR_DEVIATION
