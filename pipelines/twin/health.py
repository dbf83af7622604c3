"""Conditions of the data, not of the plant: one sensor's values can't be trusted, or nothing comes any more."""

from dataclasses import dataclass

from schemas.quality import Flaw

CLEAR_AFTER = 5
"""Values in a row without a flaw after which its condition ends; a stuck sensor's ends when it moves."""

SILENT = "silent"
"""A sensor has not sent for too long, while others of its twin do."""

OFFLINE = "offline"
"""No sensor of a twin has sent for too long."""


@dataclass(slots=True)
class HealthEpisode:
    """A condition of a sensor's or a twin's data, from when it was raised to when it is cleared.

    Attributes
    ----------
    live
        Whether it was told as news: not if it was only found in historical data so far.
    quiet
        Values in a row that do not show it any more.
    """

    raised_ns: int
    live: bool
    sequence: int = 1
    quiet: int = 0


def ended(condition: str, episode: HealthEpisode, flaw: Flaw | None) -> bool:
    """Whether the next value's flaw, or that it has none, ends a condition.

    >>> episode = HealthEpisode(raised_ns=0, live=True)
    >>> [ended("rate", episode, None) for _ in range(5)]
    [False, False, False, False, True]
    """
    if condition == SILENT:
        return False
    if condition == flaw:
        episode.quiet = 0
        return False
    episode.quiet += 1
    return condition == Flaw.STUCK or episode.quiet >= CLEAR_AFTER
