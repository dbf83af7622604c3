"""Our detectors are River's where they don't say otherwise."""

import msgspec
import pytest
from river import anomaly, drift, stats

from pipelines.detection.baseline import BaselineDetector, BaselineSettings
from pipelines.detection.deviation import DeviationSnapshot, SensorDeviation
from pipelines.detection.drift import MIN_SAMPLES, THRESHOLD, TOLERANCE, DriftSnapshot, ScoreDrift
from pipelines.simulation.randomness import random_stream

stored = pytest.mark.parametrize("every", [20_000, 100], ids=["unbroken", "stored every 100 values"])
"""10,000 values in one go, and through bytes again and again."""


def varying(count: int = 10_000) -> list[float]:
    """Values whose deviation is large against the 1e-10 that River adds to it."""
    rng = random_stream(1)
    return [rng.gauss(1e6 * (number // 1_000), 1e6) for number in range(count)]


def through_bytes(snapshot: DeviationSnapshot | DriftSnapshot) -> DeviationSnapshot | DriftSnapshot:
    """What is read of a snapshot that was stored."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(snapshot), type=type(snapshot))


@stored
def test_without_a_floor_the_deviation_is_rivers(every):
    ours, stock = SensorDeviation(floor=0.0), anomaly.StandardAbsoluteDeviation(sub_stat=stats.Mean())
    for number, value in enumerate(varying()):
        if number > 1:
            assert ours.score_one(None, value) == pytest.approx(stock.score_one(None, value), abs=1e-12, rel=0)
        ours.learn_one(None, value)
        stock.learn_one(None, value)
        if number % every == every - 1:
            ours = SensorDeviation.restored(through_bytes(ours.snapshot()), floor=0.0)
    assert ours.mean == stock.sub_stat.get()
    assert ours.deviation == stock.variance.get() ** 0.5


def test_a_floor_is_all_that_differs():
    ours, stock = SensorDeviation(floor=8e6), anomaly.StandardAbsoluteDeviation(sub_stat=stats.Mean())
    for value in varying(1_000):
        ours.learn_one(None, value)
        stock.learn_one(None, value)
    assert ours.score_one(None, 1e8) == abs(1e8 - stock.sub_stat.get()) / 8e6


@stored
def test_drift_is_rivers_page_hinkley(every):
    ours = ScoreDrift()
    stock = drift.PageHinkley(min_instances=MIN_SAMPLES, delta=TOLERANCE, threshold=THRESHOLD)
    rng = random_stream(3)
    found = []
    for number in range(10_000):
        score = min(1.0, max(0.0, rng.gauss(0.2 + 0.6 * (number // 700 % 2), 0.1)))
        stock.update(score)
        found.append(stock.drift_detected)
        assert ours.update(score) == stock.drift_detected
        if number % every == every - 1:
            ours = ScoreDrift.restored(through_bytes(ours.snapshot()))
    assert sum(found) > 5


def test_the_baselines_score_is_half_at_the_boundary_and_grows_with_the_distance():
    detector = BaselineDetector(BaselineSettings(boundary=6.0, warm_up=50))
    rng = random_stream(4)
    for value in (rng.gauss(20.0, 0.5) for _ in range(200)):
        detector.learn({"t1": value}, detector.judge({"t1": value}))
    sensor = detector.snapshot().sensors["t1"]
    deviation = (sensor.squares / (sensor.samples - 1)) ** 0.5
    scores = [detector.judge({"t1": sensor.mean + distance * deviation}).score for distance in range(40)]
    assert scores == sorted(scores)
    assert scores[0] == pytest.approx(0.0, abs=1e-12)
    assert scores[6] == pytest.approx(0.5)
    assert scores[-1] < 1.0
    below = detector.judge({"t1": sensor.mean - 12 * deviation}).score
    assert below == pytest.approx(scores[12])


def test_the_baselines_score_is_that_of_the_sensor_that_is_furthest_off():
    detector = BaselineDetector(BaselineSettings(boundary=6.0, warm_up=50))
    rng = random_stream(5)
    for _ in range(200):
        values = {"a": rng.gauss(20.0, 0.5), "b": rng.gauss(3.0, 0.1)}
        detector.learn(values, detector.judge(values))
    alone = detector.judge({"b": 9.0})
    together = detector.judge({"a": 20.0, "b": 9.0})
    assert together.score == alone.score > 0.5
    assert together.sensors["a"].distance < 1
