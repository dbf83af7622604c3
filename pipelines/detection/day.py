"""Where in the week a moment lies, as far as habits go: working day or weekend, and the time of the day (UTC)."""

from typing import NamedTuple

DAY_S = 86_400
_THURSDAY, _SATURDAY = 3, 5
"""Epoch day 0 was a Thursday, counted from Monday."""


class DayTime(NamedTuple):
    """The kind of day, 0 for a working day and 1 for one at the weekend, and the seconds since midnight."""

    kind: int
    second: float


def day_time(ts_s: float) -> DayTime:
    """Where an event time, in epoch seconds, lies.

    >>> day_time(3_600.0), day_time(2 * DAY_S + 7.5)
    (DayTime(kind=0, second=3600.0), DayTime(kind=1, second=7.5))
    """
    day, second = divmod(ts_s, DAY_S)
    return DayTime(1 if (day + _THURSDAY) % 7 >= _SATURDAY else 0, second)
