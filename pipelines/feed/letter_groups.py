"""Dead letters that have something in common."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipelines.feed.stored_letter import StoredLetter


class Grouping(StrEnum):
    """What the letters of a group have in common."""

    REASON = "reason"
    TWIN = "twin"
    SOURCE = "source"
    NONE = "none"
    """No groups."""


@dataclass(frozen=True, slots=True)
class LetterGroup:
    """Letters in the order in which their messages came; never empty."""

    name: str | None
    letters: tuple[StoredLetter, ...]

    @property
    def observations(self) -> int:
        """Rejected observations in all letters together."""
        return sum(stored.observations for stored in self.letters)

    @property
    def twins(self) -> list[str]:
        """Twins that the letters name."""
        return sorted({stored.letter.twin_id for stored in self.letters if stored.letter.twin_id is not None})

    @property
    def reasons(self) -> list[str]:
        """Reasons that occur."""
        return sorted({stored.letter.reason for stored in self.letters})

    @property
    def first_seen_at(self) -> datetime:
        """When the earliest of their messages came."""
        return self.letters[0].letter.first_seen_at

    @property
    def last_seen_at(self) -> datetime:
        """When the latest of their messages came."""
        return self.letters[-1].letter.first_seen_at

    @property
    def remedy(self) -> str:
        """What the newest letter advises."""
        return self.letters[-1].letter.remedy


_NAMES: dict[Grouping, Callable[[StoredLetter], str | None]] = {
    Grouping.REASON: lambda stored: stored.letter.reason,
    Grouping.TWIN: lambda stored: stored.letter.twin_id,
    Grouping.SOURCE: lambda stored: stored.letter.source,
}


def grouped(letters: Iterable[StoredLetter], by: Grouping) -> Sequence[LetterGroup]:
    """The groups, largest first; none for `Grouping.NONE`.

    >>> grouped([], Grouping.REASON)
    []
    """
    name_of = _NAMES.get(by)
    if name_of is None:
        return []
    members: defaultdict[str | None, list[StoredLetter]] = defaultdict(list)
    for stored in letters:
        members[name_of(stored)].append(stored)
    groups = [LetterGroup(name, tuple(own)) for name, own in members.items()]
    return sorted(groups, key=lambda group: (-len(group.letters), group.name or ""))
