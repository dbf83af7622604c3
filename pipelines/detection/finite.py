"""Values that would spoil all that was learned are refused: who feeds a detector has checked them before."""

INFINITE = float("inf")


def unfinite(value: float) -> ValueError:
    """The error to raise where a value is not within `INFINITE` on both sides; one that gets so far is a bug.

    >>> value = float("nan")
    >>> -INFINITE < value < INFINITE
    False
    >>> unfinite(value)
    ValueError('a detector was fed nan; only finite values are judged and learned')
    """
    return ValueError(f"a detector was fed {value!r}; only finite values are judged and learned")
