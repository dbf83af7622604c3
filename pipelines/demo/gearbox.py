"""The demo's replayed machine: a gearbox recording, made once and sent as if it happened now."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.catalog.catalog import load_type
from pipelines.feed.recording_feed import RecordingPlan
from pipelines.replay.recording import Recording, RecordingOptions
from pipelines.simulation.gearbox import FailureRows, write_csv
from pipelines.simulation.schedule import nanoseconds
from pipelines.twin.event_time import to_datetime
from schemas.definition import TwinDefinition
from schemas.truth import InjectedFault

GEARBOX_ID = "gearbox-1"
GEARBOX_TYPE = "gearbox"
PERIOD_S = 0.25
ROUND_S = 600.0
"""Length of the recording in a demo without an end; it is looped."""


@dataclass(frozen=True, slots=True)
class GearboxReplay:
    """The recording, when it begins, and where it fails."""

    recording: Recording
    rows: int
    failure: FailureRows
    start_ns: int

    @property
    def plan(self) -> RecordingPlan:
        """In real time from now on, over and over."""
        return RecordingPlan(GEARBOX_ID, speed=1.0, loop=True, rebase_ns=self.start_ns)

    def faults(self, now_ns: int, run_id: str) -> list[InjectedFault]:
        """The failures that have begun by now, with the times at which they were replayed."""
        found = []
        round_ns = nanoseconds(self.rows * PERIOD_S)
        for begin_ns in range(self.start_ns, now_ns, round_ns):
            start_ns = begin_ns + nanoseconds(self.failure.first * PERIOD_S)
            end_ns = begin_ns + nanoseconds(self.failure.end * PERIOD_S)
            if start_ns <= now_ns:
                found.append(
                    InjectedFault(
                        twin_id=GEARBOX_ID,
                        fault=self.failure.fault,
                        start=to_datetime(start_ns),
                        end=to_datetime(end_ns),
                        run_id=run_id,
                    )
                )
        return found


def gearbox_replay(directory: Path, seconds: float | None, start_ns: int, seed: int) -> GearboxReplay:
    """Record a gearbox into `directory` for a run of that length."""
    rows = int((seconds or ROUND_S) / PERIOD_S)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "gearbox.csv"
    failure = write_csv(path, rows, seed, start=datetime(2024, 1, 1, tzinfo=UTC), period_s=PERIOD_S)
    return GearboxReplay(Recording(path, RecordingOptions()), rows, failure, start_ns)


def gearbox_definition() -> TwinDefinition:
    """The gearbox as a twin."""
    return TwinDefinition(twin_id=GEARBOX_ID, type=load_type(GEARBOX_TYPE), site="harbour", area="crane")
