"""The twin's detector is one of River's to those who use River, and what it takes from River is River's."""

import math
from collections.abc import Callable

import pytest
from river import anomaly, drift, metrics
from river.checks import common

from pipelines.detection.drift import DriftWatch
from pipelines.detection.isolation import FAINTEST, HEIGHT, SEED, TREES, WINDOW, Isolation
from pipelines.detection.row_detector import RowDetector
from pipelines.simulation.randomness import random_stream
from schemas.definition import DriftTest

FEATURES = ("a", "b", "c", "d", "e")


def those(*names: str) -> list[Callable[..., None]]:
    """River's checks of these names; an older River has fewer."""
    return [getattr(common, f"check_{name}") for name in names if hasattr(common, f"check_{name}")]


GENERAL = those(
    *("repr", "str", "tags", "clone_same_class", "clone_is_idempotent", "init_has_default_params_for_tests"),
    *("init_default_params_are_not_mutable", "clone_changes_memory_addresses", "mutate_can_be_idempotent"),
    *("pickling_supports_roundtrip",),
)
ON_DATA = those(
    *("learn_one", "pickling", "shuffle_features_no_impact", "emerging_features", "disappearing_features"),
)
"""River's checks by themselves: `check_estimator` would fetch data from elsewhere."""


def rows(count: int = 400) -> list[tuple[dict[str, float], int]]:
    """Five features that hang together, and a run in which one of them leaves the others, labelled 1."""
    rng = random_stream(3)
    made = []
    for number in range(count):
        base = rng.gauss(20.0, 1.0)
        wrong = 250 <= number < 280
        values = {name: base * (place + 1) + rng.gauss(0.0, 0.1) for place, name in enumerate(FEATURES)}
        if wrong:
            values["c"] += 15.0
        made.append((values, int(wrong)))
    return made


@pytest.mark.parametrize("check", GENERAL, ids=lambda check: check.__name__)
def test_the_detector_passes_rivers_general_checks(check):
    check(RowDetector(warm_up=50))


@pytest.mark.parametrize("check", ON_DATA, ids=lambda check: check.__name__)
def test_the_detector_passes_rivers_checks_on_data(check):
    check(RowDetector(warm_up=50), rows())


def test_the_detector_ranks_faults_above_the_rest_as_river_asks():
    detector, area = RowDetector(warm_up=50), metrics.ROCAUC(n_thresholds=50)
    for values, label in rows():
        area.update(label, detector.score_one(values))
        detector.learn_one(values)
    assert area.get() > 0.9


def test_scoring_changes_nothing():
    detector = RowDetector(warm_up=50)
    for values, _ in rows(200):
        detector.learn_one(values)
    odd = dict.fromkeys(FEATURES, 1_000.0)
    assert detector.score_one(odd) == detector.score_one(odd) > 0.5


def test_the_rarity_is_that_of_rivers_trees():
    limits = {"a": (0.0, 100.0), "b": (0.0, 10.0)}
    stock = anomaly.HalfSpaceTrees(n_trees=TREES, height=HEIGHT, window_size=WINDOW, limits=limits, seed=SEED)
    ours, rng = Isolation(limits), random_stream(4)
    for _ in range(3 * WINDOW):
        values = {"b": rng.gauss(5.0, 0.5), "a": rng.gauss(20.0, 5.0)}
        ours.learn(values)
        stock.learn_one(values)
    odd = {"a": 90.0, "b": 1.0}
    assert math.exp(-ours.rarity(odd)) == pytest.approx(1 - stock.score_one(odd) + FAINTEST)
    assert ours.rarity(odd) > 2
    assert ours.rarity({"a": 20.0, "b": 5.0}) < 1


STOCK = {
    DriftTest.PAGE_HINKLEY: lambda: drift.PageHinkley(min_instances=20, delta=0.1, threshold=5.0, mode="up"),
    DriftTest.ADWIN: lambda: drift.ADWIN(delta=0.002, clock=1, grace_period=10, min_window_length=5),
    DriftTest.KSWIN: lambda: drift.KSWIN(alpha=0.0005, window_size=60, stat_size=20, seed=1),
}


@pytest.mark.parametrize("test", DriftTest)
@pytest.mark.parametrize("every", [1_000, 7], ids=["unbroken", "stored every 7 values"])
def test_a_rise_is_found_where_rivers_test_finds_it(test, every):
    rng, ours, stock = random_stream(5), DriftWatch(test), STOCK[test]()
    found = None
    for number in range(100):
        error = abs(rng.gauss(0.3 if number < 70 else 2.0, 0.1))
        stock.update(error)
        if number % every == every - 1:
            ours = DriftWatch(test).restore(*ours.snapshot())
        if ours.update(error):
            found = number
            break
        assert not stock.drift_detected
    assert stock.drift_detected
    assert found is not None
    assert found >= 70


@pytest.mark.parametrize("test", DriftTest)
def test_one_change_is_one_drift_and_a_fall_is_none(test):
    rng, watch = random_stream(6), DriftWatch(test)
    rises = [watch.update(abs(rng.gauss(0.3 if number < 70 else 2.0, 0.1))) for number in range(160)]
    assert sum(rises) == 1
    falls = [watch.update(abs(rng.gauss(0.1, 0.02))) for _ in range(100)]
    assert not any(falls)
