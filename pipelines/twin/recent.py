"""The last event times of a sensor and what it showed at them: what is new, repeated, corrected or late."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from struct import Struct

from schemas.observation import SEQ_LIMIT

REMEMBERED = 32
"""Event times that a sensor remembers at least. Older repeats are written once more as they were."""

MOST = REMEMBERED + 16
"""Cut back to `REMEMBERED` beyond this many, so that not every value moves the others."""

Entry = tuple[int, float, int | None]
"""Event time in ns, value, and the source's running number."""

NO_SEQ = -SEQ_LIMIT
"""Stands for a running number that is not there; a source can't send it."""

_ENTRY = Struct("<qdq")
_SIZE = _ENTRY.size
_LIMIT = MOST * _SIZE
_pack = _ENTRY.pack


class Standing(Enum):
    """Where a value stands among those of its sensor that are not older than it."""

    LATE = auto()
    REPEAT = auto()
    CORRECTION = auto()
    SUPERSEDED = auto()


class Recent:
    """Entries in the order of event time, side by side in memory, as they are stored.

    As Python objects they were nine tenths of a twin: with 10,000 twins, looking them all up at each encoding cost as
    much as the step.

    Attributes
    ----------
    packed
        The entries, each its event time, value and running number in 24 bytes, little-endian.
    settled
        Bytes of `packed` that stand in the stored whole of the twin; -1 if what stands there is no longer so.
    forgotten
        Whether there were entries older than the oldest one.

    >>> recent = Recent()
    >>> for entry in ((1, 20.0, None), (3, 21.0, None)): recent.append(*entry)
    >>> [recent.place(*entry).name for entry in ((2, 20.5, None), (3, 21.0, None), (3, 22.0, None))]
    ['LATE', 'REPEAT', 'CORRECTION']
    >>> len(recent), recent.entries()[0]
    (4, (1, 20.0, None))
    """

    __slots__ = ("forgotten", "packed", "settled")

    def __init__(self, packed: bytes = b"", *, forgotten: bool = False) -> None:
        self.packed = bytearray(packed)
        self.forgotten = forgotten
        self.settled = -1

    @property
    def fresh(self) -> bytearray:
        """What was appended since the whole was stored."""
        return self.packed[self.settled :]

    def settle(self) -> None:
        """The whole is stored as it is now."""
        self.settled = len(self.packed)

    def append(self, ts_ns: int, value: float, seq: int | None) -> None:
        """Remember a value that is newer than all the others."""
        packed = self.packed
        packed += _pack(ts_ns, value, NO_SEQ if seq is None else seq)
        if len(packed) > _LIMIT:
            del packed[: -REMEMBERED * _SIZE]
            self.forgotten = True
            self.settled = -1

    def place(self, ts_ns: int, value: float, seq: int | None) -> Standing:
        """Find the place of a value that is not newer than the newest, and remember it there."""
        entries = self.entries()
        standing = _place(entries, (ts_ns, value, seq), forgotten=self.forgotten)
        if len(entries) > MOST:  # a long backfill behind the newest value
            del entries[:-REMEMBERED]
            self.forgotten = True
        packed = pack_entries(entries)
        if packed != self.packed:
            self.packed[:] = packed
            self.settled = -1
        return standing

    def entries(self) -> list[Entry]:
        """All entries, oldest first."""
        return [(ts_ns, value, None if seq == NO_SEQ else seq) for ts_ns, value, seq in _ENTRY.iter_unpack(self.packed)]

    def __len__(self) -> int:
        return len(self.packed) // _SIZE


def pack_entries(entries: Iterable[Entry]) -> bytes:
    """Entries as `Recent` keeps them."""
    return b"".join([_pack(ts_ns, value, NO_SEQ if seq is None else seq) for ts_ns, value, seq in entries])


def _place(recent: list[Entry], entry: Entry, *, forgotten: bool) -> Standing:
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
