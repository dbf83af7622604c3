"""Running totals of what became of every input."""

from collections import Counter
from dataclasses import dataclass, field

from pipelines.twin.rejection import Reason
from schemas.accounting import Counts, Outcome


@dataclass(slots=True)
class Ledger:
    """Counts of one twin, or of messages that no twin owns.

    >>> ledger = Ledger()
    >>> ledger.message(); ledger.count(Outcome.APPLIED); ledger.reject(Reason.NULL_VALUE)
    >>> ledger.counts().balanced, ledger.reasons[Reason.NULL_VALUE]
    (True, 1)
    """

    messages: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    definitions: int = 0
    definitions_rejected: int = 0

    def message(self) -> None:
        """A telemetry message was read."""
        self.messages += 1

    def count(self, outcome: Outcome) -> None:
        """An observation was read, with this outcome."""
        self.outcomes[outcome] += 1

    def reject(self, reason: Reason) -> None:
        """An observation was read and rejected."""
        self.outcomes[Outcome.REJECTED] += 1
        self.reasons[reason] += 1

    def definition(self, rejected: Reason | None = None) -> None:
        """A definition was read, and rejected if a reason is given."""
        self.definitions += 1
        if rejected is not None:
            self.definitions_rejected += 1
            self.reasons[rejected] += 1

    def add(self, other: "Ledger") -> None:
        """Take over another ledger's totals: those of a twin that is retired."""
        self.messages += other.messages
        self.outcomes.update(other.outcomes)
        self.reasons.update(other.reasons)
        self.definitions += other.definitions
        self.definitions_rejected += other.definitions_rejected

    def zeroed(self) -> "Ledger":
        """A ledger that names the same reasons and has counted nothing."""
        return Ledger(reasons=Counter(dict.fromkeys(self.reasons, 0)))

    def counts(self) -> Counts:
        """The totals as they go on the wire."""
        outcomes = self.outcomes
        return Counts(
            messages=self.messages,
            read=outcomes.total(),
            applied=outcomes[Outcome.APPLIED],
            amended=outcomes[Outcome.AMENDED],
            duplicate=outcomes[Outcome.DUPLICATE],
            rejected=outcomes[Outcome.REJECTED],
            definitions=self.definitions,
            definitions_rejected=self.definitions_rejected,
        )
