"""Running totals of what became of every input."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter

from pipelines.twin.rejection import Reason
from schemas.accounting import Counts
from schemas.quality import Flaw


class Note(StrEnum):
    """What else is counted of observations, beside their outcome."""

    LATE = "amended_late"
    """Amended: older than the sensor's newest value."""
    CONFLICT = "amended_conflict"
    """Amended: another value for the same time, and it won."""
    SUPERSEDED = "duplicate_superseded"
    """Dropped: another value for the same time, and it lost, since its seq is lower."""
    COERCED = "repaired_text"
    """A number that was sent as a text."""
    CONVERTED = "repaired_unit"
    """A value that was sent in another unit."""
    HISTORICAL = "historical"
    """Applied from a replay, a backfill or a backlog."""


@dataclass(slots=True)
class Ledger:
    """Counts of one twin, or of messages that no twin owns.

    >>> ledger = Ledger()
    >>> ledger.messages += 1; ledger.applied += 1; ledger.reject(Reason.NULL_VALUE)
    >>> ledger.counts().balanced, ledger.reasons[Reason.NULL_VALUE]
    (True, 1)
    """

    messages: int = 0
    applied: int = 0
    amended: int = 0
    duplicate: int = 0
    rejected: int = 0
    waiting: int = 0
    definitions: int = 0
    definitions_rejected: int = 0
    commands: int = 0
    commands_rejected: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    notes: Counter[Note] = field(default_factory=Counter)
    flaws: Counter[Flaw] = field(default_factory=Counter)
    received_ms: int = 0
    """When the broker took the newest message counted here."""

    def reject(self, reason: Reason) -> None:
        """An observation was read and rejected."""
        self.rejected += 1
        self.reasons[reason] += 1

    def definition(self, received_ms: int, rejected: Reason | None = None) -> None:
        """A definition was read, and rejected if a reason is given."""
        self.received_ms = received_ms
        self.definitions += 1
        if rejected is not None:
            self.definitions_rejected += 1
            self.reasons[rejected] += 1

    def command(self, received_ms: int, rejected: Reason | None = None) -> None:
        """An operator's command was read, and rejected if a reason is given."""
        self.received_ms = received_ms
        self.commands += 1
        if rejected is not None:
            self.commands_rejected += 1
            self.reasons[rejected] += 1

    def add(self, other: "Ledger") -> None:
        """Take over another ledger's totals: those of a twin that is retired."""
        for name in TOTALS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons.update(other.reasons)
        self.notes.update(other.notes)
        self.flaws.update(other.flaws)

    def zeroed(self) -> "Ledger":
        """A ledger that names the same things and has counted nothing."""
        return Ledger(
            reasons=Counter(dict.fromkeys(self.reasons, 0)),
            notes=Counter(dict.fromkeys(self.notes, 0)),
            flaws=Counter(dict.fromkeys(self.flaws, 0)),
        )

    def totals(self) -> dict[str, int]:
        """The totals by their names on the wire and in InfluxDB."""
        totals = dict(zip(TOTALS, _totals(self), strict=True))
        totals["read"] = self.applied + self.amended + self.duplicate + self.rejected + self.waiting
        return totals

    def counts(self) -> Counts:
        """The totals as they go on the wire."""
        return Counts(**self.totals())

    def named(self) -> dict[str, int]:
        """Every count by its name in InfluxDB."""
        counts = self.totals()
        for reason, count in self.reasons.items():
            counts[f"rejected_{reason}"] = count
        for note, count in self.notes.items():
            counts[note] = count
        for flaw, count in self.flaws.items():
            counts[f"flaw_{flaw.replace('-', '_')}"] = count
        return counts


TOTALS = (
    "messages",
    "applied",
    "amended",
    "duplicate",
    "rejected",
    "waiting",
    "definitions",
    "definitions_rejected",
    "commands",
    "commands_rejected",
)
"""The counters of a ledger that are plain numbers."""

_totals = attrgetter(*TOTALS)
