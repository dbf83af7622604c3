"""What version 4 stored of a runtime, and how it is read now."""

import msgspec

from pipelines.detection.deviation import DeviationSnapshot
from pipelines.detection.drift import DriftSnapshot
from pipelines.twin.ledger import Note
from pipelines.twin.rejection import Reason
from pipelines.twin.runtime_state import (
    ArrivalStored,
    EpisodeStored,
    HealthStored,
    LabelsStored,
    LagStored,
    LedgerStored,
    RuntimeState,
    SensorStored,
    Stored,
)
from schemas.quality import Flaw


class LedgerStored4(Stored, frozen=True):
    """A `Ledger` that counted no commands."""

    messages: int
    applied: int
    amended: int
    duplicate: int
    rejected: int
    waiting: int
    definitions: int
    definitions_rejected: int
    received_ms: int
    reasons: dict[Reason, int]
    notes: dict[Note, int]
    flaws: dict[Flaw, int]


class RuntimeState4(Stored, frozen=True):
    """A `Runtime` without labels, versions of its model, and feedback on its alerts."""

    ledger: LedgerStored4
    sensors: dict[str, SensorStored]
    held: list[ArrivalStored]
    held_newest_ns: int
    health: dict[str, HealthStored]
    lag: LagStored
    newest_ns: int | None
    score: float | None
    untold: bool
    deadline_ms: int
    delay_ms: int
    episode: EpisodeStored
    baseline: dict[str, DeviationSnapshot]
    latest: dict[str, float]
    drift: DriftSnapshot

    def upgraded(self) -> RuntimeState:
        """The same as the present version stores it: its newest alert can be labelled, its model is the first."""
        ledger = msgspec.structs.asdict(self.ledger) | {"commands": 0, "commands_rejected": 0}
        raised_ns = self.episode.raised_ns
        fields = msgspec.structs.asdict(self) | {
            "ledger": LedgerStored(**ledger),
            "labels": LabelsStored([(raised_ns, None, None)] if raised_ns else [], 0, 0),
            "model_version": 1,
            "learning_since_ns": None,
            "feedback": {},
        }
        return RuntimeState(**fields)
