"""How much of what each source sends is rejected, and when that is too much."""

from dataclasses import dataclass, field

from pipelines.twin.alert_message import SourceEpisode, announce_source
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.outputs import Outputs
from schemas.alert import Transition

WINDOW = 200
"""Observations over which a source is judged: at this many, both counts are halved."""

LEAST = 50
"""Observations before a source is judged."""

DEGRADED = 0.2
"""Share of rejected observations from which on a source is degraded."""

RECOVERED = 0.05
"""Share of rejected observations below which it no longer is."""

UNNAMED = "unnamed"
"""Stands for all messages that name no source, or can't be read."""

OTHERS = "others"
"""Stands for the sources beyond the first `MOST`."""

MOST = 1_000


@dataclass(slots=True)
class SourceTally:
    """One source's recent observations, and its condition; `raised_ms` is 0 while it is well."""

    seen: int = 0
    rejected: int = 0
    raised_ms: int = 0
    sequence: int = 0

    def count(self, seen: int, rejected: int) -> None:
        """Add observations; old ones weigh half from time to time."""
        self.seen += seen
        self.rejected += rejected
        while self.seen >= WINDOW:
            self.seen, self.rejected = self.seen // 2, self.rejected // 2

    @property
    def share(self) -> float:
        """The share of rejected observations."""
        return self.rejected / self.seen if self.seen else 0.0


@dataclass(slots=True)
class Sources:
    """Every source that a bucket has heard of.

    >>> sources, outputs = Sources("0"), Outputs()
    >>> for _ in range(100):
    ...     sources.count("gw-1", 1, 1, 1_700_000_000_000, outputs)
    >>> len(outputs.records), sources.tallies["gw-1"].share > 0.5
    (1, True)
    """

    bucket: str
    tallies: dict[str, SourceTally] = field(default_factory=dict)

    def count(self, source: str | None, seen: int, rejected: int, received_ms: int, outputs: Outputs) -> None:
        """Take what became of a message, and raise or clear the condition of its source."""
        name = source or UNNAMED
        tally = self.tallies.get(name)
        if tally is None:
            name = name if len(self.tallies) < MOST else OTHERS
            tally = self.tallies.setdefault(name, SourceTally())
        tally.count(seen, rejected)
        if tally.raised_ms:
            if tally.seen >= LEAST and tally.share < RECOVERED:
                self._tell(name, tally, Transition.CLEARED, received_ms, outputs)
                tally.raised_ms = 0
        elif rejected and tally.seen >= LEAST and tally.share >= DEGRADED:
            tally.raised_ms, tally.sequence = received_ms, 0
            self._tell(name, tally, Transition.RAISED, received_ms, outputs)

    def _tell(self, name: str, tally: SourceTally, transition: Transition, received_ms: int, outputs: Outputs) -> None:
        tally.sequence += 1
        episode = SourceEpisode(name, tally.raised_ms * NS_PER_MS, tally.sequence)
        share = f"{tally.share:.0%} of what {name} sends"
        summary = (
            f"{share} is rejected; see: twinstream dlq list"
            if transition is Transition.RAISED
            else f"{share} is rejected now"
        )
        announce_source(episode, self.bucket, transition, received_ms * NS_PER_MS, summary, outputs)
