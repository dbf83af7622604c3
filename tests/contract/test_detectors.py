"""What every detector of a twin promises, whatever it learns from."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import pytest

from pipelines.detection.baseline import BaselineDetector, BaselineSettings
from pipelines.detection.deviation import SensorDeviation
from pipelines.detection.drift import ScoreDrift
from pipelines.simulation.randomness import random_stream

SENSORS = ("flow", "pressure", "power")
Values = dict[str, float]


class Baseline:
    """The twin's detector: judged, then learned."""

    def __init__(self) -> None:
        settings = BaselineSettings(warm_up=50, floors={"flow": 0.1})
        self.detector = BaselineDetector(settings)

    def take(self, values: Mapping[str, float]) -> object:
        judgement = self.detector.judge(values)
        self.detector.learn(values, judgement)
        return judgement.score, dict(judgement.sensors)

    def restored(self) -> "Baseline":
        other = Baseline()
        other.detector = BaselineDetector.restored(self.detector.settings, self.detector.snapshot())
        return other

    def snapshot(self) -> object:
        return self.detector.snapshot()


class Deviation:
    """One `SensorDeviation` for each feature."""

    def __init__(self) -> None:
        self.sensors: dict[str, SensorDeviation] = {}

    def take(self, values: Mapping[str, float]) -> object:
        result = {}
        for name, value in values.items():
            sensor = self.sensors.setdefault(name, SensorDeviation(floor=0.1))
            result[name] = sensor.score_one(None, value), sensor.mean, sensor.deviation
            sensor.learn_one(None, value)
        return result

    def restored(self) -> "Deviation":
        other = Deviation()
        other.sensors = {n: SensorDeviation.restored(s.snapshot(), s.floor) for n, s in self.sensors.items()}
        return other

    def snapshot(self) -> object:
        return {name: sensor.snapshot() for name, sensor in self.sensors.items()}


class Drift:
    """One `ScoreDrift` for each feature, fed with scores."""

    def __init__(self) -> None:
        self.watches: dict[str, ScoreDrift] = {}

    def take(self, values: Mapping[str, float]) -> object:
        return {
            name: self.watches.setdefault(name, ScoreDrift()).update(value / (value + 40))
            for name, value in values.items()
        }

    def restored(self) -> "Drift":
        other = Drift()
        other.watches = {name: ScoreDrift.restored(watch.snapshot()) for name, watch in self.watches.items()}
        return other

    def snapshot(self) -> object:
        return {name: watch.snapshot() for name, watch in self.watches.items()}


Detector = Baseline | Deviation | Drift
every_detector = pytest.mark.parametrize("kind", [Baseline, Deviation, Drift])


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


@every_detector
def test_a_feature_that_is_missing_for_a_while_goes_on_where_it_stopped(kind):
    """Each feature learns from its own values alone."""
    whole, alone = kind(), kind()
    taken(whole, stream())
    taken(alone, [{"pressure": values["pressure"]} for values in stream() if "pressure" in values])
    assert learned(whole, "pressure") == learned(alone, "pressure")


def learned(detector: Detector, name: str) -> object:
    snapshot = detector.snapshot()
    return snapshot[name] if isinstance(snapshot, dict) else snapshot.sensors[name]


@every_detector
def test_a_feature_that_joins_late_does_not_disturb_the_others(kind):
    joined, without = kind(), kind()
    taken(joined, stream())
    taken(without, ({name: value for name, value in one.items() if name != "temperature"} for one in stream()))
    assert learned(joined, "flow") == learned(without, "flow")


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
