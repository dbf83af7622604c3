"""A twin type for data of which nothing is known but its columns."""

from collections.abc import Sequence

from pipelines.twin.policy import AUTO_TYPE
from schemas.definition import SensorDefinition, TwinType


def inferred_type(sensors: Sequence[str]) -> TwinType:
    """A type with one sensor a column, without units, ranges or resolutions.

    >>> list(inferred_type(["flow", "pressure"]).sensors)
    ['flow', 'pressure']
    """
    return TwinType(type=AUTO_TYPE, sensors={name: SensorDefinition() for name in sensors})
