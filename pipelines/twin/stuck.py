"""When a value that does not move is a fault: told by the type, or by how often the sensor repeats itself."""

import math

from pipelines.twin.compiled import CompiledSensor

CHANCE = 1e-12
"""Equal values in a row are stuck where chance would give as many this seldom."""

LEAST = 30
"""Fewer equal values in a row are never stuck, unless the type says so."""

RESTLESS = 0.9
"""A sensor that repeats itself more often than this is not known to ever move."""

LONGER = 3
"""A run is stuck only when it is this many times as long as the longest that turned out well."""


def longest_credible(rules: CompiledSensor, repetition: float, longest: int, *, known: bool) -> int | None:
    """Equal values in a row from which on a sensor is stuck; None where it may stand still.

    Parameters
    ----------
    repetition
        How often a value repeats the one before.
    longest
        Repetitions in the longest run that was no fault.
    known
        Whether enough was seen of the sensor to judge by that.
    """
    if rules.allow_constant:
        return None
    if rules.stuck_after is not None:
        return rules.stuck_after
    if not known or repetition > RESTLESS:
        return None
    by_chance = math.log(CHANCE) / math.log(max(repetition, 1e-3))
    return max(LEAST, math.ceil(by_chance), LONGER * (longest + 1))
