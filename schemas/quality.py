"""How far a value can be trusted."""

from enum import StrEnum


class Quality(StrEnum):
    """The three levels of OPC UA status codes (Part 8, 5.4.1): good, uncertain, bad."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"


class Flaw(StrEnum):
    """Why a value is not good, in one word; the names stand in points, on `twin.state` and as alert conditions."""

    BAD_STATUS = "bad-status"
    """Its sender says so."""
    SENTINEL = "sentinel"
    """The number by which the device says that it has no value."""
    OUT_OF_RANGE = "out-of-range"
    UNIT_SUSPECT = "unit-suspect"
    """It fits its usual level only in another unit."""
    RATE = "rate"
    """It changed faster than it can."""
    STUCK = "stuck"
    """It stands still though it never does."""
    COUNTER_GLITCH = "counter-glitch"
    """A counter that went back and came again."""
    CLOCK_SKEW = "clock-skew"
    """Its time is ahead of the broker's clock."""
    UNCERTAIN_STATUS = "uncertain-status"
    """Its sender is not sure."""
    UNCERTAIN_TIME = "uncertain-time"
    """The hour that daylight saving repeats: its time is the earlier of two."""
    SPIKE = "spike"
    """Far from the values before it, and not yet confirmed by one behind it."""
    COUNTER_RESET = "counter-reset"
    """A counter that began again, not yet confirmed by a second value."""
    REWARMING = "rewarming"
    """One of the first after a drop-out."""

    @property
    def quality(self) -> Quality:
        """How far a value with this flaw can be trusted.

        >>> Flaw.STUCK.quality.value, Flaw.SPIKE.quality.value
        ('bad', 'uncertain')
        """
        return Quality.BAD if self in _BAD else Quality.UNCERTAIN


_BAD = frozenset(
    {
        Flaw.BAD_STATUS,
        Flaw.SENTINEL,
        Flaw.OUT_OF_RANGE,
        Flaw.UNIT_SUSPECT,
        Flaw.RATE,
        Flaw.STUCK,
        Flaw.COUNTER_GLITCH,
    }
)


def quality_of(flaw: Flaw | None) -> Quality:
    """How far a value can be trusted that has this flaw, or none.

    >>> quality_of(None).value, quality_of(Flaw.SPIKE).value
    ('good', 'uncertain')
    """
    return Quality.GOOD if flaw is None else flaw.quality


def is_bad(flaw: Flaw | None) -> bool:
    """Whether a value must be neither judged nor learned.

    >>> is_bad(Flaw.STUCK), is_bad(Flaw.SPIKE), is_bad(None)
    (True, False, False)
    """
    return flaw is not None and flaw.quality is Quality.BAD
