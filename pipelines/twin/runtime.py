"""All that a twin remembers."""

from dataclasses import dataclass, field

from pipelines.alarms.episode import Episode
from pipelines.alarms.identity import alert_id
from pipelines.detection.baseline import BaselineDetector
from pipelines.detection.drift import ScoreDrift
from pipelines.twin.compiled import CompiledTwin
from pipelines.twin.event_time import to_datetime
from pipelines.twin.ledger import Ledger
from schemas.definition import SensorDefinition
from schemas.quality import Quality
from schemas.state import SensorState, TwinCondition, TwinState, Warming

ANOMALY = "anomaly"
"""The condition that a detector's verdict raises."""


RECENT = 16
"""Values before the newest that a sensor remembers, to know a message that is sent once more."""


@dataclass(slots=True)
class LastValue:
    """The newest value of a sensor, and event time and value of a few before it."""

    ts_ns: int
    value: float
    quality: Quality
    recent: list[tuple[int, float]] = field(default_factory=list)

    def advance(self, ts_ns: int, value: float, quality: Quality) -> None:
        """Take a newer value."""
        self.recent.append((self.ts_ns, self.value))
        del self.recent[:-RECENT]
        self.ts_ns, self.value, self.quality = ts_ns, value, quality

    def remembered(self, ts_ns: int) -> float | None:
        """The value that stood at an earlier event time, as far as it is remembered."""
        return next((value for ts, value in reversed(self.recent) if ts == ts_ns), None)


@dataclass(slots=True)
class Runtime:
    """One twin in memory. Mutable: `step` is its only author."""

    twin: CompiledTwin
    detector: BaselineDetector
    drift: ScoreDrift = field(default_factory=ScoreDrift)
    episode: Episode = field(default_factory=Episode)
    ledger: Ledger = field(default_factory=Ledger)
    sensors: dict[str, LastValue] = field(default_factory=dict)
    newest_ns: int | None = None
    received_ms: int = 0
    score: float | None = None

    @classmethod
    def fresh(cls, twin: CompiledTwin) -> "Runtime":
        """A twin that has seen nothing yet."""
        return cls(twin=twin, detector=BaselineDetector(twin.baseline))

    @property
    def condition(self) -> TwinCondition:
        """What the observations so far say of the twin."""
        if self.newest_ns is None:
            return TwinCondition.NEVER_SEEN
        if self.episode.active:
            return TwinCondition.ANOMALOUS
        return TwinCondition.NORMAL if self.detector.warm else TwinCondition.WARMING

    @property
    def alert_id(self) -> str | None:
        """The id of the alert that is active."""
        return self.episode_id if self.episode.active else None

    @property
    def episode_id(self) -> str:
        """The id of the newest alert, active or not."""
        return alert_id(self.twin.twin_id, ANOMALY, self.episode.raised_ns)

    def redefine(self, twin: CompiledTwin) -> None:
        """Take a changed definition and keep what was learned of every sensor that is the same as before."""
        before, after = self.twin.definition.type.sensors, twin.definition.type.sensors
        changed = [name for name in before if not _means_the_same(before[name], after.get(name))]
        self.detector.forget(changed)
        self.detector = BaselineDetector.restored(twin.baseline, self.detector.snapshot())
        for name in changed:
            self.sensors.pop(name, None)
        self.twin = twin
        if not self.detector.warm:
            self.score = None

    def state(self) -> TwinState:
        """The twin as it stands now."""
        detector = self.detector
        warming = None
        if not detector.warm:
            warming = Warming(samples=detector.samples, needed=self.twin.baseline.warm_up)
        return TwinState(
            twin_id=self.twin.twin_id,
            twin_type=self.twin.twin_type,
            state=self.condition,
            counts=self.ledger.counts(),
            ts=None if self.newest_ns is None else to_datetime(self.newest_ns),
            score=self.score,
            warming=warming,
            alert_id=self.alert_id,
            sensors={
                name: SensorState(
                    value=last.value,
                    ts=to_datetime(last.ts_ns),
                    unit=self.twin.sensors[name].unit,
                    quality=last.quality,
                )
                for name, last in self.sensors.items()
            },
        )


def _means_the_same(before: SensorDefinition, after: SensorDefinition | None) -> bool:
    """Whether values learned under one definition of a sensor are worth keeping under the other."""
    return after is not None and (before.unit, before.role) == (after.unit, after.role)
