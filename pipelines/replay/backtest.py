"""A recording through `step` without Kafka or Flink: one verdict a row."""

import csv
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.replay.recording import Recording, Row
from pipelines.twin.event_time import to_datetime
from pipelines.twin.ledger import Ledger
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs, Verdict
from pipelines.twin.roster import Roster
from pipelines.twin.runtime import Runtime
from pipelines.twin.store import MemoryStore
from schemas.accounting import Counts
from schemas.definition import TwinDefinition, TwinType
from schemas.topics import Topic

COLUMNS = ("ts", "twin_id", "score", "state", "alert", "drift", "outcome")


@dataclass(frozen=True, slots=True)
class BacktestRow:
    """A row of the recording with what the twin said of it."""

    row: Row
    verdict: Verdict
    outputs: Outputs


class Backtest:
    """One twin, fed with a recording.

    Parameters
    ----------
    twin_type, twin_id
        What the recording is a recording of.
    now_ms
        The time at which a broker would take the rows: times of the file beyond it are in the future.
    """

    def __init__(self, twin_type: TwinType, twin_id: str, now_ms: int) -> None:
        self._twin_id = twin_id
        self._now_ms = now_ms
        self._waiting: defaultdict[int | None, deque[Row]] = defaultdict(deque)
        self._roster = Roster(MemoryStore(), bucket="backtest")
        definition = TwinDefinition(twin_id=twin_id, type=twin_type)
        self._feed(Topic.DEFINITIONS, definition.model_dump_json(exclude_defaults=True).encode(), 0)

    def run(self, recording: Recording) -> Iterator[BacktestRow]:
        """Feed every row in file order; where the type has a reorder window, results come in the order of time."""
        for row in recording.rows():
            self._waiting[row.ts_ns].append(row)
            yield from self._results(
                row, self._feed(Topic.TELEMETRY, row.message(self._twin_id, row.ts_ns), row.number)
            )
        yield from self._results(None, self._roster.flush())

    def _results(self, row: Row | None, outputs: Outputs) -> Iterator[BacktestRow]:
        """Each verdict with its row: a verdict without a time is that of the row that was just fed."""
        for number, verdict in enumerate(outputs.verdicts):
            waiting = self._waiting[row.ts_ns if verdict.ts_ns is None and row is not None else verdict.ts_ns]
            judged = waiting.pop() if verdict.ts_ns is None else waiting.popleft()
            yield BacktestRow(judged, verdict, outputs if number == 0 else Outputs())

    def counts(self) -> Counts:
        """What became of the rows so far."""
        return self._ledger.counts()

    def details(self) -> dict[str, int]:
        """Why observations were rejected, amended or repaired, and what was wrong with those applied, by name."""
        totals = self._ledger.counts().model_dump().keys()
        return {name: count for name, count in self._ledger.named().items() if count and name not in totals}

    @property
    def runtime(self) -> Runtime:
        """The twin as it stands."""
        runtime = self._roster.runtime(self._twin_id)
        if runtime is None:
            raise RuntimeError(f"twin {self._twin_id} was lost; this is a bug")
        return runtime

    @property
    def _ledger(self) -> Ledger:
        return self.runtime.ledger

    def _feed(self, topic: Topic, value: bytes, offset: int) -> Outputs:
        message = Message(topic, self._twin_id.encode(), value, partition=0, offset=offset, received_ms=self._now_ms)
        return self._roster.handle([message])


def csv_row(result: BacktestRow, twin_id: str) -> tuple[str, ...]:
    """The cells under `COLUMNS`. The score is empty where the row was not scored; a float is written exactly."""
    row, verdict = result.row, result.verdict
    ts = row.ts_text if row.ts_ns is None else to_datetime(row.ts_ns).isoformat().replace("+00:00", "Z")
    score = "" if verdict.score is None else repr(verdict.score)
    alert, drift = str(int(verdict.alert)), str(int(verdict.drift))
    return ts, twin_id, score, verdict.condition.value, alert, drift, verdict.outcome.value


def write_csv(results: Iterator[BacktestRow], twin_id: str, out: Path) -> Iterator[BacktestRow]:
    """Write each result as a row while passing it on."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for result in results:
            writer.writerow(csv_row(result, twin_id))
            yield result
