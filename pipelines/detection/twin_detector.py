"""The detector of one twin: its sensors each by itself and all together, put into one score."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Self

from pipelines.detection.arrival import Arrivals
from pipelines.detection.budget import AlarmBudget
from pipelines.detection.channel import CALM
from pipelines.detection.day import day_time
from pipelines.detection.feedback import Feedback
from pipelines.detection.finding import Finding
from pipelines.detection.finding_of import finding_of
from pipelines.detection.judgement import NOBODY, Judgement, Kind, SensorJudgement, Source, score_of
from pipelines.detection.sensor_group import SensorGroup
from pipelines.detection.sensor_model import SensorModel
from pipelines.detection.settings import DetectorSettings
from pipelines.detection.twin_snapshot import TwinSnapshot

WORTH_TELLING = 0.5
"""Share of its boundary from which on a source is told as one that contributes."""

_ARRIVAL = Source(Kind.ARRIVAL)
_GROUP = (Kind.RELATION, Kind.ISOLATION)
_NS = 1e9


class TwinDetector:
    """Scores a twin by the part of it that is furthest from the usual, measured in boundaries.

    Each sensor by itself: level and restlessness (`Channel`), and whether it shows what it never did (`Novelty`). All
    together: what each shows beyond what the others explain (`Relation`), combinations that are rare (`Isolation`,
    where sensors have ranges), and the pace of messages (`Arrivals`). A message is judged first; then it may teach.

    >>> detector = TwinDetector(DetectorSettings(warm_up=100))
    >>> for i in range(200):
    ...     seen = detector.judge(i * 10**9, {"flow": 40.0 + i % 5})
    ...     detector.learn(seen)
    >>> seen.score < 0.5, detector.judge(200 * 10**9, {"flow": 0.0}).score > 0.5
    (True, True)
    """

    def __init__(self, settings: DetectorSettings) -> None:
        self.settings = settings
        self.budget = AlarmBudget(settings.false_alarms_per_week)
        self._models: dict[str, SensorModel] = {}
        self._feedback: dict[str, Feedback] = {}
        self._latest: dict[Source, float] = {}
        self._standing: set[str] = set()
        self._arrivals = Arrivals(settings.boundary, settings.warm_up)
        self._group: SensorGroup | None = None
        self._fresh: list[SensorModel] = []
        self._ts_s = 0.0

    def judge(self, ts_ns: int, values: Mapping[str, float], doubtful: AbstractSet[str] = frozenset()) -> Judgement:
        """Score finite values of one event time against what was learned so far.

        Those that are `doubtful`, as a spike until it is confirmed, are judged as if they moved the level, and do not.
        """
        self._ts_s = ts_ns / _NS
        at = day_time(self._ts_s)
        inputs, latest = self.settings.inputs, self._latest
        fresh = self._fresh = []
        judged: dict[str, SensorJudgement] = {}
        surprise, surprised = 0.0, ""
        doubt, doubted = 0.0, NOBODY
        for name, value in values.items():
            if name in inputs:
                continue
            model = self._models.get(name) or self._begin(name)
            level = model.level
            evidence = model.novelty.observe(at, value)
            if evidence > surprise or (evidence == surprise and name < surprised):
                surprise, surprised = evidence, name
            if name in doubtful:
                doubt, doubted = max((doubt, doubted), (level.would_be(value - model.cycle), model.level_source))
            else:
                model.observe(at, value)
                fresh.append(model)
                if level.samples > level.needed:
                    latest[model.level_source] = level.distance
                    latest[model.spread_source] = model.spread.distance
                    self._standing.add(name)
            if level.warm:
                judged[name] = SensorJudgement(value, model.expected, level.deviation, level.reach)
        if fresh:
            self._judge_together(values, doubtful)
        if not latest or not self._judging:
            return Judgement(None, 0.0, NOBODY, surprise, surprised, judged)
        distance, worst = max(zip(latest.values(), latest, strict=True))
        if doubt > distance:
            distance, worst = doubt, doubted
        distance /= self.budget.stretch
        return Judgement(score_of(distance, surprise), distance, worst, surprise, surprised, judged)

    def _judge_together(self, values: Mapping[str, float], doubtful: AbstractSet[str]) -> None:
        """What the newest values say together, and when they came."""
        self._arrivals.observe(self._ts_s)
        if self._arrivals.channel.warm:
            self._latest[_ARRIVAL] = self._arrivals.channel.distance
        group = self._group
        if group is None or not values.keys() <= group.known:
            group = self._regroup(values)
        if group is not None:
            trusted = {name: value for name, value in values.items() if name not in doubtful} if doubtful else values
            self._latest.update(group.observe(trusted, self._models))

    def _regroup(self, values: Mapping[str, float]) -> SensorGroup | None:
        """The group with the sensors that are new in it, which begins anew, if there are two."""
        known = set() if self._group is None else self._group.known
        names = sorted(known | self._models.keys() | (self.settings.inputs & values.keys()))
        if len(names) < 2:
            return None
        settings = self.settings
        self._group = SensorGroup(names, settings.limits, settings.boundary, settings.warm_up)
        self._drop(source for source in self._latest if source.kind in _GROUP)
        for name, model in self._models.items():
            model.relation = settings.sensor(name).relation()
            model.relation.heed(self._factor(name))
        return self._group

    def _begin(self, name: str) -> SensorModel:
        model = self._models[name] = SensorModel(name, self.settings.sensor(name))
        model.heed(self._factor(name))
        return model

    def learn(self, judgement: Judgement, *, alert: bool = False) -> None:
        """Let the values judged last teach what is usual; what is warm learns nothing while an `alert` stands."""
        if not self._fresh:
            return
        calm = judgement.distance < CALM
        for model in self._fresh:
            model.learn(calm=calm, alert=alert)
        self._arrivals.learn(calm=calm, alert=alert)
        if self._group is not None:
            self._group.learn(calm=calm, alert=alert)
        if not alert and judgement.score is not None:
            self.budget.observe(self._ts_s, judgement.distance * self.budget.stretch)

    def settle(self, source: Source, peak: float, *, adopted: bool) -> None:
        """An alert has ended, at most `peak` boundaries from the usual at its source: go on from where the twin is.

        Parameters
        ----------
        adopted
            Whether that is a new normal, rather than that the old one came back.
        """
        for model in self._models.values():
            model.settle(source, peak, adopted=adopted)
        if self._group is not None:
            self._group.settle(source, peak, adopted=adopted)
        self._arrivals.channel.settle(peak if source == _ARRIVAL else 0.0, adopted=adopted)
        self._latest = dict.fromkeys(self._latest, 0.0)

    def findings(self, most: int = 3, surprise: float = 0.0, surprised: str = "") -> tuple[Finding, ...]:
        """What makes the newest distance, the furthest first; nothing that is within half of its boundary.

        A `surprise` of the sensor `surprised` is told with it, as the judgement had it.
        """
        found = [(d, source) for source, d in self._latest.items() if d >= WORTH_TELLING]
        if surprise >= 1.0:
            found.append((surprise, Source(Kind.NOVELTY, surprised)))
        far = sorted(found, reverse=True)
        total = sum(distance * distance for distance, _ in far)
        pace = self._arrivals.channel
        return tuple(
            finding_of(source, d, d * d / total, self._models.get(source.sensor), self._group, pace)
            for d, source in far[:most]
        )

    def wander(self) -> float:
        """How far the usual level of a sensor has moved since it was last taken for granted, in standard deviations."""
        return max((model.wander for model in self._models.values()), default=0.0)

    def anchor(self) -> None:
        """Take all usual levels for granted as they are now."""
        for model in self._models.values():
            model.anchor()

    def mind(self, sensor: str, *, false_alarm: bool) -> None:
        """Take a label of an alert to which a sensor contributed most: false alarms move its boundaries away."""
        self._mind(sensor, false_alarm=false_alarm, by=1)

    def unmind(self, sensor: str, *, false_alarm: bool) -> None:
        """Take back what such a label did."""
        self._mind(sensor, false_alarm=false_alarm, by=-1)

    def unmind_all(self, sensors: Iterable[str]) -> None:
        """Take back all that labels did to sensors which mean something else now."""
        for name in sensors:
            self._feedback.pop(name, None)
            self._heed(name)

    def boundary(self, sensor: str) -> float:
        """Standard deviations at which a sensor's level is as likely abnormal as normal."""
        model = self._models.get(sensor)
        return self.settings.boundary * self._factor(sensor) if model is None else model.level.reach

    def _mind(self, sensor: str, *, false_alarm: bool, by: int) -> None:
        self._feedback[sensor] = self._feedback.get(sensor, Feedback()).counted(false_alarm=false_alarm, by=by)
        self._heed(sensor)

    def _factor(self, sensor: str) -> float:
        feedback = self._feedback.get(sensor)
        return 1.0 if feedback is None else feedback.factor

    def _heed(self, sensor: str) -> None:
        if (model := self._models.get(sensor)) is not None:
            model.heed(self._factor(sensor))

    @property
    def worst(self) -> Source:
        """The source that is furthest off."""
        return max(zip(self._latest.values(), self._latest, strict=True), default=(0.0, NOBODY))[1]

    def distance(self, source: tuple[str, str]) -> float:
        """The newest distance of a source from the usual, in boundaries; 0 where there is none."""
        return self._latest.get(Source.of(source), 0.0) / self.budget.stretch

    @property
    def learned(self) -> AbstractSet[str]:
        """Sensors of which something was learned."""
        return self._models.keys()

    @property
    def samples(self) -> int:
        """Samples seen of the sensor that has sent most."""
        return int(max((model.level.samples for model in self._models.values()), default=0.0))

    @property
    def needed(self) -> int:
        """Samples of a sensor before it is judged; fewer where others of its type have shown what is usual."""
        return int(min((model.level.needed for model in self._models.values()), default=self.settings.warm_up))

    @property
    def period_s(self) -> float:
        """Usual event time between two messages, s; 0 before the third."""
        return self._arrivals.usual_s

    @property
    def warm(self) -> bool:
        """Whether at least one sensor has sent enough to be judged."""
        return bool(self._standing) or any(model.level.warm for model in self._models.values())

    @property
    def _judging(self) -> bool:
        """Whether a sensor is beyond its warm-up: how often messages come is no judgement of a twin by itself."""
        return bool(self._standing) or any(model.level.samples > model.level.needed for model in self._models.values())

    @property
    def standing(self) -> AbstractSet[str]:
        """Sensors whose newest value has a part in the score."""
        return self._standing

    def deviations(self) -> dict[str, float]:
        """Standard deviation of each sensor's short mean round its long one, once it is warm, in its unit."""
        return {name: model.level.scale for name, model in self._models.items() if model.level.warm}

    def set_aside(self, sensors: Iterable[str]) -> None:
        """Leave the sensors named out of the score until their next value; what they taught stays."""
        names = set(sensors)
        self._standing -= names
        if self._group is not None:
            self._group.told = False
        self._drop(source for source in self._latest if source.sensor in names or source.kind in _GROUP)

    def forget(self, sensors: Iterable[str] | None = None) -> None:
        """Unlearn the sensors named, or all, and what all are together: they warm anew. What labels said stays."""
        names = set(self._models) if sensors is None else set(sensors)
        for name in names:
            self._models.pop(name, None)
        self._drop(source for source in self._latest if source.sensor in names or source.kind in _GROUP)
        self._standing -= names
        self._group = None
        self._fresh = []
        if sensors is None:
            self._arrivals = Arrivals(self.settings.boundary, self.settings.warm_up)
            self._latest.clear()

    def _drop(self, sources: Iterable[Source]) -> None:
        for source in list(sources):
            del self._latest[source]

    @property
    def unsettled(self) -> bool:
        """Whether more has changed than a change between two wholes says."""
        return (self._group is not None and self._group.unsettled) or any(
            model.unsettled for model in self._models.values()
        )

    def stored(self) -> None:
        """It was stored as a whole."""
        for model in self._models.values():
            model.stored()
        if self._group is not None:
            self._group.stored()

    def snapshot(self, *, whole: bool = True) -> TwinSnapshot:
        """What was learned, exactly; or what of it has changed since it was stored as a whole."""
        return TwinSnapshot(
            {name: model.snapshot(whole=whole) for name, model in self._models.items()},
            tuple(sorted(self._standing)),
            self._arrivals.snapshot(),
            None if self._group is None else self._group.snapshot(whole=whole),
            self.budget.packed(),
            dict(self._feedback),
        )

    @classmethod
    def restored(cls, settings: DetectorSettings, snapshot: TwinSnapshot) -> Self:
        """A detector that goes on bit for bit where a whole snapshot was taken."""
        detector = cls(settings)
        detector._feedback = dict(snapshot.feedback)
        for name, learned in snapshot.sensors.items():
            detector._begin(name).restore(learned)
        detector._standing = {name for name in snapshot.standing if detector._models[name].level.warm}
        detector._arrivals.restore(snapshot.arrivals)
        if (group := snapshot.group) is not None:
            detector._group = SensorGroup(group.sensors, settings.limits, settings.boundary, settings.warm_up)
            detector._group.restore(group)
        detector.budget.restore(snapshot.budget)
        detector._look_back()
        return detector

    def _look_back(self) -> None:
        """Find the newest distances in what was restored."""
        for name in self._standing:
            model = self._models[name]
            self._latest[model.level_source] = model.level.distance
            self._latest[model.spread_source] = model.spread.distance
        if self._group is not None:
            self._latest.update(self._group.latest(self._models))
        if self._arrivals.channel.warm:
            self._latest[_ARRIVAL] = self._arrivals.channel.distance
