"""Where in the week a moment lies, as far as habits go: working day or weekend, and the time of the day (UTC)."""

DAY_S = 86_400
_THURSDAY, _SATURDAY = 3, 5
"""Epoch day 0 was a Thursday, counted from Monday."""


def day_time(ts_s: float) -> tuple[int, float]:
    """The kind of day, 0 for a working day and 1 for one at the weekend, and the seconds since midnight.

    >>> day_time(3_600.0), day_time(2 * DAY_S + 7.5)
    ((0, 3600.0), (1, 7.5))
    """
    day, second = divmod(ts_s, DAY_S)
    return (1 if (day + _THURSDAY) % 7 >= _SATURDAY else 0), second
