"""What version 4 stored of a runtime, and how it is read now."""

import msgspec

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


class EpisodeStored4(Stored, frozen=True):
    """An `Episode` that did not keep what it was about."""

    active: bool
    raised_ns: int
    sequence: int
    streak: int
    age: int
    live: bool


class RuntimeState4(Stored, frozen=True):
    """A `Runtime` without labels and versions of its model; its detector was another one."""

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
    episode: EpisodeStored4
    baseline: msgspec.Raw
    latest: msgspec.Raw
    drift: msgspec.Raw

    def upgraded(self) -> RuntimeState:
        """The same as the present version stores it: its newest alert can be labelled, and its detector begins anew."""
        ledger = msgspec.structs.asdict(self.ledger) | {"commands": 0, "commands_rejected": 0}
        episode = msgspec.structs.asdict(self.episode)
        raised_ns = self.episode.raised_ns
        kept = {name: getattr(self, name) for name in self.__struct_fields__ if name not in _LEARNED}
        fields = kept | {
            "ledger": LedgerStored(**ledger),
            "episode": EpisodeStored(**episode, since_ns=raised_ns, peak=0.0, kind="", sensor="", lasting=False),
            "labels": LabelsStored([(raised_ns, None, None)] if raised_ns else [], 0, 0),
            "score": None,
            "surprise": 0.0,
            "surprised": "",
            "model_version": 2,
            "learning_since_ns": None,
            "drift": None,
            "detector": None,
        }
        return RuntimeState(**fields)


_LEARNED = ("baseline", "latest", "drift")
