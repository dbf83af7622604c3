"""What follows from messages: records for topics, points for InfluxDB, and a verdict for each telemetry message."""

from dataclasses import dataclass, field
from typing import NamedTuple

from pipelines.twin.record import Record
from schemas.accounting import Outcome
from schemas.state import TwinCondition


class Verdict(NamedTuple):
    """The twin as it is judged after one telemetry message.

    Attributes
    ----------
    ts_ns
        The message's event time; None if it had none that can be read.
    outcome
        What became of its observations: applied if any was, else the best of the others.
    score
        None where this message was not scored: still warming, late, duplicate or rejected.
    """

    twin_id: str | None
    ts_ns: int | None
    outcome: Outcome
    score: float | None
    condition: TwinCondition
    alert: bool
    drift: bool


@dataclass(slots=True)
class Outputs:
    """Collected in the order in which they came about."""

    records: list[Record] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def point(self, line: str | None) -> None:
        """Add a line of line protocol, if there is one."""
        if line is not None:
            self.points.append(line)
