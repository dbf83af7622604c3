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
_ON = frozenset({"on", "true", "yes", "open", "active", "1"})
_OFF = frozenset({"off", "false", "no", "closed", "inactive", "0"})
_NULL = Rejected(Reason.NULL_VALUE, "leave the sensor out while it has no value")


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
    return _NULL if value is None else Rejected(Reason.NOT_NUMERIC, "send a number")


def parse_binary(value: object) -> float | Rejected:
    """1.0 or 0.0 of a boolean, of 1 or 0, or of a word such as "on".

    >>> [parse_binary(value) for value in (True, "on", 0, "OFF")], parse_binary(2).reason.value
    ([1.0, 1.0, 0.0, 0.0], 'not_binary')
    """
    if value is None:
        return _NULL
    if isinstance(value, bool | int | float) and value in (0, 1):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return _bounded(value)
    word = value.strip().lower() if isinstance(value, str) and len(value) <= MAX_TEXT_LENGTH else None
    if word in _ON:
        return 1.0
    if word in _OFF:
        return 0.0
    return Rejected(Reason.NOT_BINARY, f"send true or false, 1 or 0, or one of {', '.join(sorted(_ON | _OFF))}")


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
