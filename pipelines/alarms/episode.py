"""One condition's alert: raised after enough high scores, cleared after enough low ones."""

from dataclasses import dataclass

from schemas.alert import Transition


@dataclass(frozen=True, slots=True)
class EpisodeRule:
    """Hysteresis in height and in time, so that a score that wobbles round the boundary does not flap.

    Attributes
    ----------
    raise_score, raise_after
        Scores at or above `raise_score`, that many in a row, raise the alert.
    clear_score, clear_after
        Scores below `clear_score`, that many in a row, clear it.
    """

    raise_score: float = 0.5
    raise_after: int = 3
    clear_score: float = 0.4
    clear_after: int = 5


@dataclass(slots=True)
class Episode:
    """Where one condition stands.

    >>> episode, rule = Episode(), EpisodeRule(raise_after=2, clear_after=1)
    >>> [episode.observe(score, ts, rule) for ts, score in enumerate((0.9, 0.9, 0.45, 0.1))]
    [None, <Transition.RAISED: 'raised'>, None, <Transition.CLEARED: 'cleared'>]
    """

    active: bool = False
    raised_ns: int = 0
    sequence: int = 0
    streak: int = 0
    age: int = 0
    """Scores seen since the alert was raised."""
    live: bool = True
    """Whether it was told as news: not if it was only found in historical data so far."""

    def observe(self, score: float, ts_ns: int, rule: EpisodeRule, *, historical: bool = False) -> Transition | None:
        """Take the next score in event-time order; the transition that it causes, if any."""
        if self.active:
            self.age += 1
            self.streak = self.streak + 1 if score < rule.clear_score else 0
            return self.clear() if self.streak >= rule.clear_after else None
        self.streak = self.streak + 1 if score >= rule.raise_score else 0
        return self._raise(ts_ns, live=not historical) if self.streak >= rule.raise_after else None

    def clear(self) -> Transition:
        """End the alert."""
        self.active, self.streak, self.sequence = False, 0, self.sequence + 1
        return Transition.CLEARED

    def go_on(self) -> Transition:
        """Become news: the alert stands in live data, too."""
        self.live, self.sequence = True, self.sequence + 1
        return Transition.CONTINUES

    def _raise(self, ts_ns: int, *, live: bool) -> Transition:
        self.active, self.streak, self.age, self.live = True, 0, 0, live
        self.raised_ns, self.sequence = ts_ns, 1
        return Transition.RAISED
