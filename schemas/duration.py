"""Durations and rates as people write them in definitions."""

import re
from typing import Annotated

from pydantic import Field, StringConstraints

_UNITS_NS = {
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
_NUMBER = r"\d{1,12}(\.\d{1,9})?"
_UNIT = r"(ms|s|min|h|d)"

Duration = Annotated[
    str,
    StringConstraints(pattern=rf"^{_NUMBER}{_UNIT}$"),
    Field(description="a number with ms, s, min, h or d", examples=["500ms", "1s", "15min"]),
]
Rate = Annotated[
    str,
    StringConstraints(pattern=rf"^{_NUMBER}/{_UNIT}$"),
    Field(description="a number, in the sensor's unit, per ms, s, min, h or d", examples=["20/s"]),
]


def duration_ns(text: str) -> int:
    """Whole nanoseconds of a `Duration`.

    >>> duration_ns("1.5min") == 90 * 10**9
    True
    """
    number, unit = re.fullmatch(r"([\d.]+)([a-z]+)", text, re.ASCII).groups()  # type: ignore[union-attr]  # validated
    return round(float(number) * _UNITS_NS[unit])


def rate_per_ns(text: str) -> float:
    """Change per nanosecond of a `Rate`.

    >>> rate_per_ns("60/min") * 10**9
    1.0
    """
    number, unit = text.split("/")
    return float(number) / _UNITS_NS[unit]
