"""What every detector of a twin promises, whatever it learns from."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Protocol

import pytest

from pipelines.detection.arrival import Arrivals
from pipelines.detection.budget import AlarmBudget
from pipelines.detection.channel import Channel
from pipelines.detection.day import day_time
from pipelines.detection.drift import DriftMonitor
from pipelines.detection.isolation import Isolation
from pipelines.detection.novelty import SCALARS as NOVELTY
from pipelines.detection.novelty import Novelty
from pipelines.detection.relation import Relation
from pipelines.detection.season import SCALARS as SEASON
from pipelines.detection.season import Season
from pipelines.detection.sensor_model import SensorModel, SensorSettings
from pipelines.detection.settings import DetectorSettings
from pipelines.detection.twin_detector import TwinDetector
from pipelines.simulation.randomness import random_stream
from schemas.definition import DriftTest

SENSORS = ("flow", "pressure", "power")
LIMITS = {"flow": (0.0, 500.0), "power": (0.0, 500.0), "pressure": (0.0, 500.0)}
PERIOD_S = 600
Values = dict[str, float]
Part = Any


class Detector(Protocol):
    """A kind of detector as the contract sees it: one set of values after the other."""

    def take(self, values: Mapping[str, float]) -> object: ...

    def restored(self) -> "Detector": ...

    def snapshot(self) -> object: ...


class EachSensor:
    """A detector of single sensors: one part for each feature, made and fed as its kind needs it."""

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {}
        self.seconds: dict[str, float] = {}

    def make(self) -> Part:
        raise NotImplementedError

    def feed(self, part: Part, ts_s: float, value: float) -> object:
        raise NotImplementedError

    def state(self, part: Part) -> object:
        return part.packed()

    def again(self, part: Part) -> Part:
        return self.make().restore(part.packed())

    def take(self, values: Mapping[str, float]) -> object:
        told = {}
        for name, value in values.items():
            ts_s = self.seconds.get(name, 0.0) + PERIOD_S
            told[name] = self.feed(self.parts.setdefault(name, self.make()), ts_s, value)
            self.seconds[name] = ts_s
        return told

    def restored(self) -> "EachSensor":
        other = type(self)()
        other.parts = {name: self.again(part) for name, part in self.parts.items()}
        other.seconds = dict(self.seconds)
        return other

    def snapshot(self) -> object:
        return {name: self.state(part) for name, part in self.parts.items()}


class Channels(EachSensor):
    def make(self) -> Part:
        return Channel(4.5, warm_up=50, floor=0.1)

    def feed(self, part: Part, ts_s: float, value: float) -> object:
        distance = part.observe(value)
        part.learn(calm=distance < 0.6, alert=distance > 3.0)
        return distance, part.slow, part.deviation


class Novelties(EachSensor):
    def make(self) -> Part:
        return Novelty(warm_up=50)

    def feed(self, part: Part, ts_s: float, value: float) -> object:
        return part.observe(day_time(ts_s), value)

    def state(self, part: Part) -> object:
        return part.whole(), NOVELTY.pack(part)

    def again(self, part: Part) -> Part:
        other = self.make()
        NOVELTY.restore(other, NOVELTY.pack(part))
        other.restored(part.whole(), ())
        return other


class Seasons(EachSensor):
    def make(self) -> Part:
        return Season()

    def feed(self, part: Part, ts_s: float, value: float) -> object:
        cycle = part.cycle(day_time(ts_s))
        part.learn(value)
        return cycle, part.jump

    def state(self, part: Part) -> object:
        return part.whole(), SEASON.pack(part)

    def again(self, part: Part) -> Part:
        other = self.make()
        SEASON.restore(other, SEASON.pack(part))
        other.restored(part.whole())
        return other


class Paces(EachSensor):
    """The values as times between messages."""

    def make(self) -> Part:
        return Arrivals(4.5, warm_up=50)

    def feed(self, part: Part, ts_s: float, value: float) -> object:
        part.observe(part._last + value if part.channel.samples else value)
        part.learn(calm=part.channel.distance < 0.6, alert=False)
        return part.channel.distance, part.usual_s

    def state(self, part: Part) -> object:
        return part.snapshot()

    def again(self, part: Part) -> Part:
        return self.make().restore(part.snapshot())


class Budgets(EachSensor):
    def make(self) -> Part:
        return AlarmBudget(per_week=1.0)

    def feed(self, part: Part, ts_s: float, value: float) -> object:
        part.observe(ts_s, value / 400.0)
        return part.stretch, part.moved()


class Sensors(EachSensor):
    def make(self) -> Part:
        return SensorModel("any", SensorSettings(4.5, 50, resolution=0.1))

    def feed(self, part: Part, ts_s: float, value: float) -> object:
        evidence = part.novelty.observe(day_time(ts_s), value)
        part.observe(day_time(ts_s), value)
        part.learn(calm=part.level.distance < 0.6, alert=False)
        return evidence, part.level.distance, part.spread.distance, part.expected, part.wander

    def state(self, part: Part) -> object:
        return part.snapshot(whole=True)

    def again(self, part: Part) -> Part:
        return self.make().restore(part.snapshot(whole=True))


class Drifts(EachSensor):
    """Errors of which the usual level wanders by as much again."""

    test = DriftTest.PAGE_HINKLEY

    def make(self) -> Part:
        return DriftMonitor(self.test)

    def feed(self, part: Part, ts_s: float, value: float) -> object:
        return part.update(value / 40.0, lambda: value / 30.0)

    def state(self, part: Part) -> object:
        return part.snapshot()

    def again(self, part: Part) -> Part:
        return self.make().restore(part.snapshot())


class AdwinDrifts(Drifts):
    test = DriftTest.ADWIN


class KswinDrifts(Drifts):
    test = DriftTest.KSWIN


class Related:
    """The regression of each of three sensors on the others, fed where all three have a value."""

    def __init__(self) -> None:
        self.relation = Relation(SENSORS)

    def take(self, values: Mapping[str, float]) -> object:
        if not values.keys() >= set(SENSORS):
            return None
        residuals = self.relation.observe(values)
        self.relation.learn()
        return residuals

    def restored(self) -> "Related":
        other = Related()
        other.relation.restore(self.relation.whole(), self.relation.change())
        return other

    def snapshot(self) -> object:
        return self.relation.whole(), self.relation.change()


class Isolated:
    """Half-space trees on three sensors, fed where all three have a value."""

    def __init__(self) -> None:
        self.isolation = Isolation(LIMITS)

    def take(self, values: Mapping[str, float]) -> object:
        if not values.keys() >= set(SENSORS):
            return None
        rarity = self.isolation.rarity(values)
        self.isolation.learn(values)
        return rarity

    def restored(self) -> "Isolated":
        other = Isolated()
        other.isolation.restore(self.isolation.whole(), b"")
        return other

    def snapshot(self) -> object:
        return self.isolation.whole()


class Twin:
    """The detector of a twin: judged, then learned, in alert while far beyond the boundary."""

    settings = DetectorSettings(
        warm_up=50, resolutions={"flow": 0.1}, limits=LIMITS, inputs=frozenset({"speed"}), false_alarms_per_week=1.0
    )

    def __init__(self) -> None:
        self.detector = TwinDetector(self.settings)
        self.second = 0

    def take(self, values: Mapping[str, float]) -> object:
        second = self.second + PERIOD_S
        judgement = self.detector.judge(second * 10**9, values)
        self.second = second
        alert = judgement.distance >= 2.0
        if alert and self.second % 50 * PERIOD_S == 0:
            self.detector.settle(judgement.worst, judgement.distance, adopted=True)
        self.detector.learn(judgement, alert=alert)
        return judgement, self.detector.findings(), self.detector.wander()

    def restored(self) -> "Twin":
        other = Twin()
        other.detector, other.second = TwinDetector.restored(self.settings, self.detector.snapshot()), self.second
        return other

    def snapshot(self) -> object:
        return self.detector.snapshot()


KINDS = (
    *(Channels, Novelties, Seasons, Paces, Budgets, Sensors, Drifts, AdwinDrifts, KswinDrifts),
    *(Related, Isolated, Twin),
)
every_detector = pytest.mark.parametrize("kind", KINDS)
every_detector_of_single_sensors = pytest.mark.parametrize(
    "kind", [one for one in KINDS if issubclass(one, EachSensor)]
)


def stream(count: int = 2_000, seed: int = 1) -> Iterator[Values]:
    """Noise with level shifts, spikes, a constant run, missing features, and one that joins late."""
    rng = random_stream(seed)
    for number in range(count):
        level = 20.0 + 200 * (number // 400 % 2)
        values = {name: max(0.0, rng.gauss(level, 1.0)) for name in SENSORS if rng.random() > 0.1}
        if 600 <= number < 700 and "flow" in values:
            values["flow"] = 21.5
        if rng.random() < 0.02 and "power" in values:
            values["power"] *= 50
        if number > 1_000:
            values["temperature"] = rng.gauss(60.0, 0.1)
        yield values


def taken(detector: Detector, values: Iterator[Values] | list[Values]) -> list[object]:
    return [detector.take(one) for one in values]


@every_detector
def test_the_same_input_gives_the_same_result(kind):
    first, second = kind(), kind()
    assert taken(first, stream()) == taken(second, stream())
    assert first.snapshot() == second.snapshot()


@every_detector
def test_the_stream_gives_results_that_differ(kind):
    results = taken(kind(), stream())
    assert sum(one != other for one, other in pairwise(results)) > 5


@every_detector
def test_the_input_is_left_as_it_was(kind):
    detector = kind()
    for values in stream(500):
        before = dict(values)
        detector.take(values)
        assert values == before
        assert list(values) == list(before)


@every_detector
def test_the_order_of_features_does_not_matter(kind):
    def turned() -> Iterator[Values]:
        rng = random_stream(7)
        for values in stream():
            names = list(values)
            rng.shuffle(names)
            yield {name: values[name] for name in names}

    assert taken(kind(), turned()) == taken(kind(), stream())


@every_detector
def test_a_message_without_features_changes_nothing_that_was_learned(kind):
    detector = kind()
    taken(detector, stream(300))
    before = detector.snapshot()
    detector.take({})
    assert detector.snapshot() == before


@every_detector_of_single_sensors
def test_a_feature_that_is_missing_for_a_while_goes_on_where_it_stopped(kind):
    """Each feature learns from its own values alone."""
    whole, alone = kind(), kind()
    taken(whole, stream())
    taken(alone, [{"pressure": values["pressure"]} for values in stream() if "pressure" in values])
    assert whole.snapshot()["pressure"] == alone.snapshot()["pressure"]


def without_temperature() -> Iterator[Values]:
    return ({name: value for name, value in one.items() if name != "temperature"} for one in stream())


@every_detector_of_single_sensors
def test_a_feature_that_joins_late_does_not_disturb_the_others(kind):
    joined, without = kind(), kind()
    taken(joined, stream())
    taken(without, without_temperature())
    assert joined.snapshot()["flow"] == without.snapshot()["flow"]


@pytest.mark.parametrize("kind", [Related, Isolated])
def test_a_feature_that_does_not_take_part_changes_nothing(kind):
    assert taken(kind(), stream()) == taken(kind(), without_temperature())


@every_detector
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_not_finite_is_refused_and_spoils_nothing(kind, value):
    detector, other = kind(), kind()
    taken(detector, stream(300))
    taken(other, stream(300))
    with pytest.raises(ValueError, match="finite"):
        detector.take(dict.fromkeys(SENSORS, value))
    assert taken(detector, stream(50, seed=3)) == taken(other, stream(50, seed=3))


@every_detector
@pytest.mark.parametrize("level", [0.0, 21.5, -40.0 + 1e-9, 1e30, 5e-324])
def test_constant_input_gives_one_finite_result(kind, level):
    detector = kind()
    results = taken(detector, [{"flow": level}] * 300)
    assert results[100:] == [results[100]] * 200
    assert "nan" not in repr(results[100:])
    assert "inf" not in repr(results[100:])


@every_detector
@pytest.mark.parametrize("seed", range(6))
def test_a_restored_detector_goes_on_bit_for_bit_wherever_it_was_cut(kind, seed):
    rng = random_stream(seed)
    whole, cut = kind(), kind()
    places = set(rng.sample(range(2_000), 12))
    for number, values in enumerate(stream(seed=seed)):
        if number in places:
            cut = cut.restored()
        assert cut.take(values) == whole.take(values)
    assert cut.snapshot() == whole.snapshot()


@every_detector
def test_a_detector_that_is_restored_before_every_sample_goes_on_bit_for_bit(kind):
    whole, cut = kind(), kind()
    for values in stream():
        cut = cut.restored()
        assert cut.take(values) == whole.take(values)


@every_detector
def test_a_snapshot_is_not_changed_by_what_is_learned_later(kind):
    detector = kind()
    taken(detector, stream(300))
    snapshot, text = detector.snapshot(), repr(detector.snapshot())
    taken(detector, stream(300, seed=2))
    assert repr(snapshot) == text
