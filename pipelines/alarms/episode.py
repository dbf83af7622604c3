"""One condition's alert: raised when the twin has been beyond the boundary long enough, cleared when it is back."""

from dataclasses import dataclass

from schemas.alert import Transition


@dataclass(frozen=True, slots=True)
class EpisodeRule:
    """Hysteresis in height and in time, so that a distance that wobbles round the boundary does not flap.

    Attributes
    ----------
    raise_after
        Distances at or beyond the boundary, that many in a row, raise the alert.
    clear_below, clear_share
        It is quiet where its own source is below `clear_below` boundaries, or below that share of the furthest that it
        has been: what was far away is on its way back when it has come most of the way.
    clear_after
        Quiet ones in a row that clear it.
    adopt_after
        Distances within the alert after which its level counts as lasting (field case C32).
    """

    raise_after: int = 3
    clear_below: float = 0.6
    clear_share: float = 0.2
    clear_after: int = 30
    adopt_after: int = 500


@dataclass(slots=True)
class Episode:
    """Where one condition stands.

    Attributes
    ----------
    since_ns
        Event time of the first of the distances in a row beyond the boundary that raised it.
    age
        Distances seen since it was raised.
    live
        Whether it was told as news: not if it was only found in historical data so far.
    peak
        The furthest that it has been, in boundaries.
    kind, sensor
        The source of that.
    lasting
        Whether it has stood so long that its level counts as lasting.

    >>> episode, rule = Episode(), EpisodeRule(raise_after=2, clear_after=1)
    >>> pump = ("level", "flow")
    >>> [episode.observe(ts, distance, pump, distance, rule) for ts, distance in enumerate((1.5, 1.2, 0.9, 0.1))]
    [None, <Transition.RAISED: 'raised'>, None, <Transition.CLEARED: 'cleared'>]
    """

    active: bool = False
    raised_ns: int = 0
    sequence: int = 0
    streak: int = 0
    age: int = 0
    live: bool = True
    since_ns: int = 0
    peak: float = 0.0
    kind: str = ""
    sensor: str = ""
    lasting: bool = False

    @property
    def source(self) -> tuple[str, str]:
        """What the alert is about: the kind of detector and the sensor."""
        return self.kind, self.sensor

    def observe(
        self,
        ts_ns: int,
        distance: float,
        worst: tuple[str, str],
        own: float,
        rule: EpisodeRule,
        *,
        historical: bool = False,
    ) -> Transition | None:
        """Take the next distance in event-time order, in boundaries; the transition that it causes, if any.

        Parameters
        ----------
        worst
            The source of the distance.
        own
            The distance of the alert's own source, of which it is cleared.
        """
        if not self.active:
            if distance < 1.0:
                self.streak = 0
                return None
            if not self.streak:
                self.since_ns, self.peak = ts_ns, 0.0
            self.streak += 1
            self._follow(distance, worst)
            return self._raise(ts_ns, live=not historical) if self.streak >= rule.raise_after else None
        self.age += 1
        self._follow(distance, worst)
        self.streak = self.streak + 1 if own < max(rule.clear_below, rule.clear_share * self.peak) else 0
        if self.streak >= rule.clear_after:
            return self.clear()
        # Not while it is on its way back: what it shows then is no level.
        self.lasting = self.lasting or (self.age >= rule.adopt_after and not self.streak)
        return None

    def clear(self) -> Transition:
        """End the alert."""
        self.active, self.streak, self.sequence, self.lasting = False, 0, self.sequence + 1, False
        return Transition.CLEARED

    def go_on(self) -> Transition:
        """Become news: the alert stands in live data, too."""
        self.live, self.sequence = True, self.sequence + 1
        return Transition.CONTINUES

    def _follow(self, distance: float, worst: tuple[str, str]) -> None:
        if distance > self.peak:
            self.peak, (self.kind, self.sensor) = distance, worst

    def _raise(self, ts_ns: int, *, live: bool) -> Transition:
        self.active, self.streak, self.age, self.live = True, 0, 0, live
        self.raised_ns, self.sequence = ts_ns, 1
        return Transition.RAISED
