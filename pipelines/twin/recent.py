"""The last event times of a sensor and what it showed at them: what is new, repeated, corrected or late."""

from bisect import bisect_left
from collections.abc import Sequence
from enum import Enum, auto

REMEMBERED = 32
"""Event times that a sensor remembers at least. Older repeats are written once more as they were."""

MOST = REMEMBERED + 16
"""Cut back to `REMEMBERED` beyond this many, so that not every value moves the others."""

Entry = tuple[int, float, int | None]
"""Event time in ns, value, and the source's running number."""


class Standing(Enum):
    """Where a value stands among those of its sensor that are not older than it."""

    LATE = auto()
    REPEAT = auto()
    CORRECTION = auto()
    SUPERSEDED = auto()


def place(recent: list[Entry], entry: Entry, *, forgotten: bool) -> Standing:
    """Find the place of a value that is not newer than the newest, and remember it there.

    Parameters
    ----------
    forgotten
        Whether there were entries older than the oldest in `recent`.

    >>> recent = [(1, 20.0, None), (3, 21.0, None)]
    >>> [place(recent, entry, forgotten=False).name for entry in ((2, 20.5, None), (3, 21.0, None), (3, 22.0, None))]
    ['LATE', 'REPEAT', 'CORRECTION']
    """
    ts_ns, value, seq = entry
    first = bisect_left(recent, ts_ns, key=_time)
    last = first
    while last < len(recent) and recent[last][0] == ts_ns:
        last += 1
    if first == last:
        if first > 0 or not forgotten:
            recent.insert(first, entry)
        return Standing.LATE
    standing = _standing(recent[first:last], value, seq)
    if standing is Standing.REPEAT and seq is not None and (recent[last - 1][2] or 0) < seq:
        if recent[last - 1][1] == value:
            recent[last - 1] = entry
    elif standing is Standing.CORRECTION:
        recent.insert(last, entry)
    elif standing is Standing.SUPERSEDED:
        recent.insert(first, entry)
    return standing


def _standing(same_time: Sequence[Entry], value: float, seq: int | None) -> Standing:
    """How a value stands to those of its own event time, the last of which is the one that counts."""
    _, winner, winning_seq = same_time[-1]
    if seq is not None and winning_seq is not None and seq > winning_seq:
        return Standing.REPEAT if value == winner else Standing.CORRECTION
    if any(value == other for _, other, _ in same_time):
        return Standing.REPEAT
    if seq is not None and winning_seq is not None and seq < winning_seq:
        return Standing.SUPERSEDED
    return Standing.CORRECTION


def _time(entry: Entry) -> int:
    return entry[0]
