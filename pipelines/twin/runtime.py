"""All that a twin remembers."""

from collections.abc import Collection
from dataclasses import dataclass, field

from pipelines.alarms.episode import Episode
from pipelines.alarms.identity import alert_id
from pipelines.alarms.labels import Labels
from pipelines.detection.drift import DriftMonitor
from pipelines.detection.twin_detector import TwinDetector
from pipelines.twin.compiled import CompiledTwin
from pipelines.twin.health import HealthEpisode
from pipelines.twin.holding import Holding
from pipelines.twin.lag import LagWatch
from pipelines.twin.ledger import Ledger
from pipelines.twin.sensor import Sensor
from schemas.definition import SensorDefinition, UnknownSensors
from schemas.state import Presence, TwinCondition

ANOMALY = "anomaly"
"""The condition that a detector's verdict raises."""

NEVER_MS = 2**62
"""A deadline that does not come."""

_MOST_PRESENT_FIRST = (Presence.ONLINE, Presence.STALE, Presence.OFFLINE)


@dataclass(slots=True)
class Runtime:
    """One twin in memory. Mutable: `step` is its only author.

    Attributes
    ----------
    newest_ns
        The newest event time that was applied.
    health
        Conditions of the twin's data as a whole.
    surprise, surprised
        How new the newest values are, and the sensor of which that is said.
    untold
        Whether a condition was raised on historical data only, and is to be told when live data still show it.
    deadline_ms
        No sensor falls silent before this processing time.
    delay_ms
        How long live observations take from their event time to the broker, rather too long than too short.
    labels
        The twin's newest anomaly alerts and what operators found them to be.
    warm
        Whether the detector judges, as `TwinDetector.warm` says.
    model_reset
        Whether what an earlier release had learned could not be kept, which is to be told.
    model_version
        Raised whenever something that was learned is forgotten.
    learning_since_ns
        Event time of the first value that the detector has learned; None if it has learned none, or an earlier
        release did not keep it.
    settled
        The definition that stands in the stored whole: between two of them only what changes with every message is
        stored.
    whole
        CRC-32 of the stored whole.
    """

    twin: CompiledTwin
    detector: TwinDetector
    drift: DriftMonitor
    episode: Episode = field(default_factory=Episode)
    ledger: Ledger = field(default_factory=Ledger)
    sensors: dict[str, Sensor] = field(default_factory=dict)
    holding: Holding = field(default_factory=Holding)
    health: dict[str, HealthEpisode] = field(default_factory=dict)
    lag: LagWatch = field(default_factory=LagWatch)
    newest_ns: int | None = None
    score: float | None = None
    surprise: float = 0.0
    surprised: str = ""
    untold: bool = False
    deadline_ms: int = NEVER_MS
    delay_ms: int = 0
    labels: Labels = field(default_factory=Labels)
    model_version: int = 1
    learning_since_ns: int | None = None
    warm: bool = False
    model_reset: bool = False
    settled: CompiledTwin | None = None
    whole: int = 0

    @classmethod
    def fresh(cls, twin: CompiledTwin) -> "Runtime":
        """A twin that has seen nothing yet."""
        sensors = {name: Sensor(rules) for name, rules in twin.sensors.items()}
        return cls(twin, TwinDetector(twin.detector), DriftMonitor(twin.drift_test), sensors=sensors)

    @property
    def condition(self) -> TwinCondition:
        """What the observations so far say of the twin."""
        if self.newest_ns is None:
            return TwinCondition.NEVER_SEEN
        if self.episode.active:
            return TwinCondition.ANOMALOUS
        if self.warm or not self.twin.detecting:
            return TwinCondition.NORMAL
        return TwinCondition.WARMING

    @property
    def newest_arrived_ns(self) -> int:
        """The newest event time that has come, whether it was applied or waits in the reorder window."""
        return max(self.newest_ns or 0, self.holding.newest_ns)

    @property
    def presence(self) -> Presence:
        """Whether values still come: as present as the most present sensor."""
        seen = {sensor.presence for sensor in self.sensors.values()}
        return next((presence for presence in _MOST_PRESENT_FIRST if presence in seen), Presence.NEVER_SEEN)

    @property
    def alert_id(self) -> str | None:
        """The id of the anomaly alert that is active."""
        return self.episode_id if self.episode.active else None

    @property
    def episode_id(self) -> str:
        """The id of the newest anomaly alert, active or not."""
        return self.anomaly_id(self.episode.raised_ns)

    def anomaly_id(self, raised_ns: int) -> str:
        """The id of the anomaly alert that was raised at an event time."""
        return alert_id(self.twin.twin_id, ANOMALY, raised_ns)

    def health_id(self, condition: str, sensor: str | None, raised_ns: int) -> str:
        """The id of an alert about the twin's data."""
        return alert_id(self.twin.twin_id, condition if sensor is None else f"{condition}/{sensor}", raised_ns)

    def changed_by(self, twin: CompiledTwin) -> list[str]:
        """The sensors of which a changed definition leaves nothing: they are gone, or mean something else."""
        before, after = self.twin.definition.type.sensors, twin.definition.type.sensors
        return [name for name in before if not _means_the_same(before[name], after.get(name))]

    def with_created(self, twin: CompiledTwin) -> CompiledTwin:
        """A changed definition with the sensors that were created because they sent, as long as its type allows it."""
        twin_type = twin.definition.type
        if twin_type.unknown_sensors is UnknownSensors.CREATE:
            for name in self.sensors:
                if name not in twin.sensors and len(twin.sensors) < twin_type.max_sensors:
                    twin = twin.with_sensor(name)
        return twin

    def forget(self, sensors: Collection[str] | None = None) -> None:
        """Unlearn what is normal for the sensors named, or for all: the next version of the model begins."""
        self.model_version += 1
        self.detector.forget(sensors)
        # What the scores were says nothing of what they will be.
        self.drift = DriftMonitor(self.twin.drift_test)
        self._forgotten()

    def _forgotten(self) -> None:
        self.warm = self.detector.warm
        if not self.warm:
            self.score = None
            self.surprise = 0.0
        if not self.detector.samples:
            self.learning_since_ns = None

    def redefine(self, twin: CompiledTwin) -> list[str]:
        """Take a changed definition and keep what was learned of every sensor that is the same as before.

        Returns the sensors of which something was learned that is forgotten now: then the model has a new version.
        """
        changed = self.changed_by(twin)
        forgotten = [name for name in changed if name in self.detector.learned]
        self.model_version += bool(forgotten)
        self.labels.detach(changed)
        self.detector.unmind_all(changed)
        if changed or twin.detector.limits != self.twin.detector.limits:  # combinations are counted by ranges
            self.detector.forget(changed)
        self.detector = TwinDetector.restored(twin.detector, self.detector.snapshot())
        if twin.drift_test is not self.twin.drift_test:
            self.drift = DriftMonitor(twin.drift_test)
        kept = {name: sensor for name, sensor in self.sensors.items() if name not in changed}
        self.sensors = {name: kept.get(name) or Sensor(rules) for name, rules in twin.sensors.items()}
        for name, rules in twin.sensors.items():
            self.sensors[name].rules = rules
        self.twin = twin
        # Periods may be others: look at all of them the next time.
        self.deadline_ms = 0
        self._forgotten()
        return forgotten

    @property
    def unsettled(self) -> bool:
        """Whether the twin has to be stored as a whole, since more has changed than changes with every message."""
        return (
            self.settled is not self.twin
            or self.detector.unsettled
            or not self.drift.settled
            or any(sensor.recent.settled < 0 for sensor in self.sensors.values())
        )

    def unsettle(self) -> None:
        """Something has changed that is stored with the whole only: the labels."""
        self.settled = None

    def settle(self, whole: int) -> None:
        """The twin was stored as a whole, of which this is the CRC-32."""
        self.settled, self.whole = self.twin, whole
        self.detector.stored()
        self.drift.stored()
        for sensor in self.sensors.values():
            sensor.recent.settle()

    def missing(self) -> tuple[str, ...]:
        """The sensors that have no value recent enough to stand for the present one."""
        newest = self.newest_ns
        if newest is None:
            return ()
        return tuple(name for name, sensor in self.sensors.items() if is_missing(sensor, newest))


def is_missing(sensor: Sensor, now_ns: int) -> bool:
    """Whether a sensor has no good value young enough to stand for the present one."""
    limit = sensor.age_limit_ns
    return not sensor.good_ns or (limit > 0 and now_ns - sensor.good_ns > limit)


def _means_the_same(before: SensorDefinition, after: SensorDefinition | None) -> bool:
    """Whether values learned under one definition of a sensor are worth keeping under the other."""
    return after is not None and (before.unit, before.role) == (after.unit, after.role)
