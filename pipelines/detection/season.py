"""The daily cycle: what a sensor usually shows at this time of the day, as far as it differs from the day's mean."""

from array import array
from math import isnan

from pipelines.detection.day import DayTime
from pipelines.detection.finite import INFINITE, unfinite
from pipelines.detection.scalars import Scalars

HOURS = 24
FOLLOW = 0.3
"""Weight of a day in the profile: a new habit is the usual one after a week."""

ROUNDING = 1e-6
"""A cycle below this share of the mean is rounding: the profile is kept in single precision."""

_HOUR_S = 3_600
_UNKNOWN = float("nan")

SCALARS = Scalars("hour", "source", "total", "count")
"""What changes with every value."""


class Season:
    """Profile of the hours of working days and of weekends (UTC), each the mean of whole hours of former days.

    An hour counts when it has ended, so that a shift is never mistaken for a habit while it happens; what an alert is
    about is not to be learned. Until a whole day is known the cycle is 0. A kind of day that is not known yet is taken
    for like the other.

    Source: seasonal indices of additive decomposition, averaged exponentially as in Holt-Winters (Hyndman and
    Athanasopoulos, Forecasting: Principles and Practice, chapters 3 and 8).

    Attributes
    ----------
    hour, total, count
        The hour that is being averaged, of the profile; sum and number of its values.
    source
        The kind of day whose profile counts: 0 working day, 1 weekend, -1 none yet.
    turned
        Whether another profile counts from the newest value on.
    jump
        What the newest cycle differs by only because of that.

    >>> from pipelines.detection.day import day_time
    >>> season = Season()
    >>> for hour in range(48):
    ...     cycle = season.cycle(day_time(3600.0 * hour + 1800))
    ...     season.learn(20.0 + 5.0 * (hour % 24 >= 12))
    >>> season.cycle(day_time(3600.0 * 54)), season.cycle(day_time(3600.0 * 66))
    (-2.5, 2.5)
    """

    __slots__ = ("_means", "_profile", "count", "hour", "jump", "settled", "source", "total", "turned")

    def __init__(self) -> None:
        self._profile = array("f", [_UNKNOWN]) * (2 * HOURS)
        self._means = [_UNKNOWN, _UNKNOWN]
        self.hour, self.source = -1.0, -1.0
        self.total = self.count = self.jump = 0.0
        self.settled = self.turned = False

    @property
    def known(self) -> bool:
        """Whether a whole day has been seen."""
        return self.source >= 0

    def cycle(self, at: DayTime) -> float:
        """The cycle at a time of the day, in the sensor's unit; 0 while it is not known."""
        kind, second = at
        hour, past = divmod(second, _HOUR_S)
        place = int(hour) + HOURS * kind
        if place != self.hour:
            self._turn_to(place, kind, past)
        elif self.turned:
            self.turned, self.jump = False, 0.0
        return 0.0 if self.source < 0 else self._cycle(int(self.source), int(hour), past)

    def learn(self, value: float) -> None:
        """Count a finite value to the hour for which the cycle was asked last."""
        if not -INFINITE < value < INFINITE:
            raise unfinite(value)
        self.total += value
        self.count += 1.0

    def _cycle(self, source: int, hour: int, past: float) -> float:
        """Between the middles of two hours in a straight line, so that the cycle has no steps."""
        share = past / _HOUR_S - 0.5
        other = (hour + (1 if share >= 0 else -1)) % HOURS
        share = abs(share)
        here, there = self._profile[HOURS * source + hour], self._profile[HOURS * source + other]
        mean = self._means[source]
        cycle = (1.0 - share) * here + share * there - mean
        return cycle if abs(cycle) > ROUNDING * abs(mean) else 0.0

    def _turn_to(self, at: int, kind: int, past: float) -> None:
        if self.hour >= 0 and self.count:
            done, mean = int(self.hour), self.total / self.count
            before = self._profile[done]
            self._profile[done] = mean if isnan(before) else before + FOLLOW * (mean - before)
        self.hour, self.total, self.count = float(at), 0.0, 0.0
        self.settled = False
        self._average()
        source = next((one for one in (kind, 1 - kind) if not isnan(self._means[one])), -1)
        self.turned, self.jump = source != self.source, 0.0
        if self.turned:
            hour = at % HOURS
            before_turn = 0.0 if self.source < 0 else self._cycle(int(self.source), hour, past)
            self.jump = self._cycle(source, hour, past) - before_turn
            self.source = float(source)

    def _average(self) -> None:
        for kind in (0, 1):
            self._means[kind] = sum(self._profile[HOURS * kind : HOURS * (kind + 1)]) / HOURS

    def whole(self) -> bytes:
        """What changes once an hour."""
        return self._profile.tobytes()

    def restored(self, whole: bytes) -> None:
        """Go on bit for bit with the profile that `whole` was, and the numbers that were set."""
        self._profile = array("f", whole)
        self._average()
        self.settled = True
