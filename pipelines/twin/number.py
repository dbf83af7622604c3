"""Values: what counts as a number, and what does not."""

import math
import re

from pipelines.twin.rejection import Reason, Rejected

MAX_MAGNITUDE = 1e30
"""Beyond this, squares and their sums would overflow in the models."""

MAX_TEXT_LENGTH = 64

# Python's float() takes more than a meter means: 1_000, infinity, digits of other scripts.
_DECIMAL = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\s*", re.ASCII)
_NON_FINITE = frozenset({"nan", "inf", "infinity"})


def parse_number(value: object) -> float | Rejected:
    """A finite float of a JSON number or of its decimal text.

    >>> parse_number(" 23.5 "), parse_number("00317.3988"), parse_number("1_000").reason.value
    (23.5, 317.3988, 'not_numeric')
    """
    if isinstance(value, bool):
        return Rejected(Reason.TYPE_BOOL, "send 0 or 1, or declare the sensor as binary")
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, int | float):
        return _bounded(value)
    if value is None:
        return Rejected(Reason.NULL_VALUE, "leave the sensor out while it has no value")
    return Rejected(Reason.NOT_NUMERIC, "send a number")


def _of_text(text: str) -> float | Rejected:
    if text.strip().lstrip("+-").lower() in _NON_FINITE:
        return _bounded(math.nan)
    if len(text) > MAX_TEXT_LENGTH or not _DECIMAL.fullmatch(text):
        return Rejected(Reason.NOT_NUMERIC, "send a plain decimal number, without unit or thousands separator")
    return _bounded(float(text))


def _bounded(number: int | float) -> float | Rejected:
    if -MAX_MAGNITUDE <= number <= MAX_MAGNITUDE:
        return float(number)
    if isinstance(number, float) and not math.isfinite(number):
        return Rejected(Reason.NON_FINITE, "leave the sensor out while it has no finite value")
    return Rejected(Reason.OUT_OF_LIMITS, f"values beyond ±{MAX_MAGNITUDE:g} are not taken")
