"""Values that make sense only in another unit than the sensor's: what they really are."""

import math

from pipelines.twin.compiled import CompiledSensor

FACTORS = (10.0, 100.0, 1000.0, 0.1, 0.01, 0.001)
"""Units that are mixed up differ by these: bar and kPa, Pa and hPa, m and mm."""

LEVEL = 0.03
"""Share of the level within which it is recognised in another unit."""

STEADY = 0.1
"""A sensor that usually changes by more than this share of its level can't show a wrong unit by it."""


def by_range(value: float, rules: CompiledSensor) -> float | None:
    """The value in the sensor's unit, told by a range so narrow that no other unit fits into it."""
    if not rules.narrow:
        return None
    candidates = (value / factor for factor in FACTORS)
    return next((candidate for candidate in candidates if rules.low <= candidate <= rules.high), None)


def by_level(value: float, level: float, usual: float, rules: CompiledSensor, *, out_of_range: bool) -> float | None:
    """The value in the sensor's unit, told by its usual level.

    Parameters
    ----------
    level
        What the sensor showed last that can be trusted.
    usual
        Square of the changes that are usual.
    """
    near = max(usual, (LEVEL * level) ** 2)
    if near > (STEADY * level) ** 2:
        return None
    candidates = [value / factor for factor in FACTORS]
    if not out_of_range and math.isfinite(rules.low) and math.isfinite(rules.high):
        # A fall to a hundredth within the range is more often a plant that stopped than a unit.
        candidates = [candidate for candidate in candidates if abs(candidate) < abs(value)]
    if rules.in_degrees:
        candidates += [(value - 32.0) / 1.8, value * 1.8 + 32.0]
    return next((candidate for candidate in candidates if (candidate - level) ** 2 <= near), None)
