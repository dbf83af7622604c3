"""How much of what each source sends is rejected, and when that is too much."""

from dataclasses import dataclass, field

from pipelines.twin.alert_message import announce_source
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.health import HealthEpisode
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
    """One source's recent observations, and its condition while it is degraded."""

    seen: int = 0
    rejected: int = 0
    episode: HealthEpisode | None = None

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
        if tally.seen < LEAST:
            return
        episode, ts_ns = tally.episode, received_ms * NS_PER_MS
        if episode is None and rejected and tally.share >= DEGRADED:
            tally.episode = HealthEpisode(ts_ns, live=True)
            summary = f"{tally.share:.0%} of what {name} sends is rejected; see: twinstream dlq list"
            announce_source(name, self.bucket, tally.episode, Transition.RAISED, ts_ns, summary, outputs)
        elif episode is not None and tally.share < RECOVERED:
            tally.episode = None
            episode.sequence += 1
            summary = f"{tally.share:.0%} of what {name} sends is rejected now"
            announce_source(name, self.bucket, episode, Transition.CLEARED, ts_ns, summary, outputs)
