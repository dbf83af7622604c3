"""What of a runtime is stored, as the arrays that MessagePack holds: version 5.

The order of the fields is the format. A change of it, or of what a field means, is a new version: raise
`RUNTIME_VERSION` in the codec, keep a reader of the old one, and store a fixture of the new one with the tests.
"""

import msgspec

from pipelines.detection.drift import DriftSnapshot
from pipelines.detection.twin_snapshot import TwinSnapshot
from pipelines.twin.ledger import Note
from pipelines.twin.rejection import Reason
from schemas.command import Label
from schemas.quality import Flaw
from schemas.state import Presence


class Stored(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An array of exactly its fields."""


class HealthStored(Stored, frozen=True):
    """A `HealthEpisode`."""

    raised_ns: int
    live: bool
    sequence: int
    quiet: int


class LedgerStored(Stored, frozen=True):
    """A `Ledger`."""

    messages: int
    applied: int
    amended: int
    duplicate: int
    rejected: int
    waiting: int
    definitions: int
    definitions_rejected: int
    commands: int
    commands_rejected: int
    received_ms: int
    reasons: dict[Reason, int]
    notes: dict[Note, int]
    flaws: dict[Flaw, int]


class CounterStored(Stored, frozen=True):
    """A `CounterState`."""

    ts_ns: int
    total: float | None
    before: float | None
    reset_ns: int
    reset: float | None
    rate: float | None


class SensorStored(Stored, frozen=True):
    """A `Sensor`, but for its rules, which are the definition's."""

    ts_ns: int
    value: float
    flaw: Flaw | None
    recent: bytes
    """`Recent.packed`."""
    forgotten: bool
    good_ns: int
    good: float
    count: int
    square: float
    repetition: float
    run: int
    longest: int
    due_ns: int
    suspect: float | None
    spike: float | None
    rewarm: int
    seen_ms: int
    presence: Presence
    health: dict[str, HealthStored]
    counter: CounterStored | None


class ArrivalStored(Stored, frozen=True):
    """An `Arrival` in the reorder window."""

    ts_ns: int
    seq: int | None
    readings: list[tuple[str, float, Flaw | None]]
    historical: bool
    declared_historical: bool
    received_ms: int
    delay_ms: int | None


class EpisodeStored(Stored, frozen=True):
    """An `Episode`."""

    active: bool
    raised_ns: int
    sequence: int
    streak: int
    age: int
    live: bool
    since_ns: int
    peak: float
    kind: str
    sensor: str
    lasting: bool


class LagStored(Stored, frozen=True):
    """A `LagWatch`."""

    since_ms: int
    low_ns: int
    high_ns: int


class LabelsStored(Stored, frozen=True):
    """`Labels`, each alert as when it was raised, its sensor and its label."""

    alerts: list[tuple[int, str | None, Label | None]]
    confirmed: int
    false_alarms: int


class RuntimeState(Stored, frozen=True):
    """A `Runtime`, but for its definition; what the detector has learned comes last.

    In a change `recent` holds what came since the whole that it names, what the detector remembers likewise, and there
    are no labels: they are the whole's.
    """

    ledger: LedgerStored
    sensors: dict[str, SensorStored]
    held: list[ArrivalStored]
    held_newest_ns: int
    health: dict[str, HealthStored]
    lag: LagStored
    newest_ns: int | None
    score: float | None
    surprise: float
    surprised: str
    untold: bool
    deadline_ms: int
    delay_ms: int
    episode: EpisodeStored
    labels: LabelsStored | None
    model_version: int
    learning_since_ns: int | None
    drift: DriftSnapshot | None
    detector: TwinSnapshot | None
    """None where it was another detector that had learned."""
