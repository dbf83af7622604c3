"""The detector of one twin: each sensor against its own usual value, the worst of them is the twin's score."""

from collections.abc import Iterable, KeysView, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from pipelines.detection.deviation import DeviationSnapshot, SensorDeviation
from pipelines.detection.feedback import Feedback


@dataclass(frozen=True, slots=True)
class BaselineSettings:
    """What a baseline needs to know beforehand.

    Attributes
    ----------
    boundary
        Standard deviations at which a value is as likely abnormal as normal; the score is 0.5 there.
    warm_up
        Samples that a sensor learns before it is judged.
    floors
        Smallest standard deviation assumed for each sensor, in its unit; 0 for a sensor that is left out.
    """

    boundary: float = 6.0
    warm_up: int = 100
    floors: Mapping[str, float] | None = None

    def floor(self, sensor: str) -> float:
        """The smallest standard deviation assumed for a sensor."""
        return (self.floors or {}).get(sensor, 0.0)


class SensorJudgement(NamedTuple):
    """A value against what was expected of it, before it was learned.

    Attributes
    ----------
    boundary
        Standard deviations on either side within which a value is normal.
    distance
        How far the value is from the expected one, in standard deviations.
    """

    value: float
    expected: float
    deviation: float
    boundary: float
    distance: float


class Judgement(NamedTuple):
    """What the detector says of one set of values; `score` is None while it is still warming."""

    score: float | None
    sensors: Mapping[str, SensorJudgement]


@dataclass(frozen=True, slots=True)
class BaselineSnapshot:
    """All that a `BaselineDetector` has learned."""

    sensors: Mapping[str, DeviationSnapshot]
    latest: Mapping[str, float]
    feedback: Mapping[str, Feedback]


class BaselineDetector:
    """Scores a twin by the sensor that is furthest from its usual value.

    The score is z / (z + boundary), where z is the largest of the sensors' newest distances: 0 at the usual value,
    0.5 at the boundary, monotone, below 1. Values beyond the boundary are not learned, so a fault does not become
    the usual value while it lasts. Labels of a sensor's alerts move its boundary: see `mind`.

    >>> detector = BaselineDetector(BaselineSettings(boundary=6.0, warm_up=50))
    >>> for i in range(50):
    ...     seen = detector.judge({"flow": 40.0 + i % 2})
    ...     detector.learn({"flow": 40.0 + i % 2}, seen)
    >>> seen.score is None, detector.judge({"flow": 0.0}).score > 0.9
    (True, True)
    """

    def __init__(self, settings: BaselineSettings) -> None:
        self.settings = settings
        self._sensors: dict[str, SensorDeviation] = {}
        self._latest: dict[str, float] = {}
        self._samples = 0.0
        self._feedback: dict[str, Feedback] = {}
        self._boundaries: dict[str, float] = {}

    @property
    def samples(self) -> int:
        """Samples learned by the sensor that has learned most."""
        return int(self._samples)

    @property
    def warm(self) -> bool:
        """Whether at least one sensor has learned enough to be judged."""
        return self._samples >= self.settings.warm_up

    def judge(self, values: Mapping[str, float]) -> Judgement:
        """Score finite values against what was learned so far, without learning them."""
        usual, warm_up = self.settings.boundary, self.settings.warm_up
        sensors, latest, boundaries = self._sensors, self._latest, self._boundaries
        judged: dict[str, SensorJudgement] = {}
        for name, value in values.items():
            sensor = sensors.get(name)
            if sensor is None or sensor.samples < warm_up:
                continue
            expected, deviation = sensor.mean, sensor.deviation
            distance = latest[name] = abs(value - expected) / deviation
            boundary = boundaries.get(name, usual) if boundaries else usual
            judged[name] = SensorJudgement(value, expected, deviation, boundary, distance)
        if not latest:
            return Judgement(None, judged)
        if boundaries:
            return Judgement(max(d / (d + boundaries.get(n, usual)) for n, d in latest.items()), judged)
        distance = max(latest.values())
        return Judgement(distance / (distance + usual), judged)

    def learn(self, values: Mapping[str, float], judgement: Judgement) -> None:
        """Learn finite values, except those that the judgement puts beyond the boundary."""
        for name, value in values.items():
            judged = judgement.sensors.get(name)
            if judged is not None and judged.distance >= judged.boundary:
                continue
            sensor = self._sensors.get(name)
            if sensor is None:
                sensor = self._sensors[name] = SensorDeviation(self.settings.floor(name))
            sensor.learn_one(None, value)
            self._samples = max(self._samples, sensor.samples)

    @property
    def latest(self) -> Mapping[str, float]:
        """The newest distance of each sensor that has a part in the score."""
        return self._latest

    def set_aside(self, sensors: Iterable[str]) -> None:
        """Leave the sensors named out of the score until their next value; what they taught stays."""
        for name in list(sensors):
            self._latest.pop(name, None)

    def forget(self, sensors: Iterable[str] | None = None) -> None:
        """Unlearn the sensors named, or all: they start warming anew. What labels said of them stays."""
        for name in list(self._sensors) if sensors is None else sensors:
            self._sensors.pop(name, None)
            self._latest.pop(name, None)
        self._count()

    @property
    def learned(self) -> KeysView[str]:
        """The sensors of which something was learned."""
        return self._sensors.keys()

    @property
    def worst(self) -> str | None:
        """The sensor that contributes most to the score; None while nothing is judged."""
        return max(self._latest, key=lambda name: self._latest[name] / self.boundary(name), default=None)

    def boundary(self, sensor: str) -> float:
        """Standard deviations at which a sensor's score is 0.5."""
        return self._boundaries.get(sensor, self.settings.boundary)

    def mind(self, sensor: str, *, false_alarm: bool) -> None:
        """Take a label of an alert to which a sensor contributed most: false alarms move its boundary away."""
        self._mind(sensor, false_alarm=false_alarm, by=1)

    def unmind(self, sensor: str, *, false_alarm: bool) -> None:
        """Take back what such a label did."""
        self._mind(sensor, false_alarm=false_alarm, by=-1)

    def unmind_all(self, sensors: Iterable[str]) -> None:
        """Take back all that labels did to sensors which mean something else now."""
        for name in sensors:
            self._feedback.pop(name, None)
            self._boundaries.pop(name, None)

    def _mind(self, sensor: str, *, false_alarm: bool, by: int) -> None:
        feedback = self._feedback.get(sensor, Feedback()).counted(false_alarm=false_alarm, by=by)
        self._set_feedback(sensor, feedback)

    def _set_feedback(self, sensor: str, feedback: Feedback) -> None:
        self._feedback[sensor] = feedback
        self._boundaries[sensor] = self.settings.boundary * feedback.factor

    def _count(self) -> None:
        self._samples = max((sensor.samples for sensor in self._sensors.values()), default=0.0)

    def snapshot(self) -> BaselineSnapshot:
        """What was learned, exactly."""
        learned = {name: sensor.snapshot() for name, sensor in self._sensors.items()}
        return BaselineSnapshot(learned, dict(self._latest), dict(self._feedback))

    @classmethod
    def restored(cls, settings: BaselineSettings, snapshot: BaselineSnapshot) -> Self:
        """A detector that goes on bit for bit where the snapshot was taken."""
        detector = cls(settings)
        detector._sensors = {
            name: SensorDeviation.restored(learned, settings.floor(name)) for name, learned in snapshot.sensors.items()
        }
        # A longer warm-up than before: what is not warm by it has no score.
        detector._latest = {
            name: distance
            for name, distance in snapshot.latest.items()
            if name in snapshot.sensors and snapshot.sensors[name].samples >= settings.warm_up
        }
        for name, feedback in snapshot.feedback.items():
            detector._set_feedback(name, feedback)
        detector._count()
        return detector
