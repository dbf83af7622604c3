"""Online learning as the field knows it: limits of trees, and snapshots that outlive a release (C30, C36, C37)."""

import pytest

from pipelines.detection.isolation import Isolation
from pipelines.simulation.randomness import random_stream
from pipelines.testing.builders import noise
from pipelines.twin.codec import decode_runtime, encode_runtime
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from tests.cases.room import Job, twin

RANGED = {name: {"range": [0, 100]} for name in ("a", "b")}


def seen(low: float, high: float, mean: float = 20.0, deviation: float = 0.5) -> Isolation:
    rng, trees = random_stream(42), Isolation({"t": (low, high)})
    for _ in range(1_000):
        trees.learn({"t": rng.gauss(mean, deviation)})
    return trees


@pytest.mark.parametrize(("low", "high"), [(0.0, 100.0), (-50.0, 150.0), (0.0, 1_000.0)])
def test_trees_with_limits_from_the_range_tell_80_from_20(low, high):
    trees = seen(low, high)
    assert trees.rarity({"t": 80.0}) > trees.rarity({"t": 20.0}) + 1.5


@pytest.mark.parametrize("beyond", [101.0, 1e6, -5.0, -1e300])
def test_a_value_beyond_the_range_is_as_rare_as_its_end(beyond):
    trees = seen(0.0, 100.0)
    assert trees.rarity({"t": beyond}) == trees.rarity({"t": 100.0 if beyond > 100 else 0.0})


@pytest.mark.parametrize("value", [-5.0, 101.0])
def test_and_it_is_flagged_by_its_range_before_any_model_sees_it(value):
    job = Job(twin(RANGED))
    for one in noise(60):
        job.send(a=one, b=one)
        job.wait(1)
    job.send(a=value, b=20.0)
    assert job.sensor("a").flaw == "out-of-range"
    assert job.told() == ["out-of-range raised"]


@pytest.mark.parametrize("sensors", [{"a": {}}, {"a": {}, "b": {}}, RANGED, {**RANGED, "c": {"role": "counter"}}])
@pytest.mark.parametrize("detect", [{"warm_up": 20}, {"warm_up": 300, "drift": {"test": "kswin"}}])
def test_after_1000_samples_a_stored_twin_gives_the_same_next_100_scores(sensors, detect):
    rng, store, definition = random_stream(7), MemoryStore(), twin(sensors, detect=detect)
    rows = [{name: 20 + rng.gauss(0, 1) + (5 if 800 < i < 850 else 0) for name in sensors} for i in range(1_100)]
    for row in rows:
        if "c" in row:
            row["c"] = abs(row["c"]) * 1e6
    before, after = Job(definition), Job(definition, store=store)
    for job in (before, after):
        for row in rows[:1_000]:
            job.send(**row)
            job.now_ms += 1_000
    after.restart()
    for row in rows[1_000:]:
        told = [job.send(**row).verdicts[0] for job in (before, after)]
        assert told[0] == told[1]
        for job in (before, after):
            job.now_ms += 1_000


def test_a_stored_twin_is_data_and_no_program():
    job = Job(twin(RANGED))
    for one in noise(400):
        job.send(a=one, b=one)
        job.now_ms += 1_000
    encoded = encode_runtime(job.roster.runtime("case"))
    # What a pickle of any of our classes would have to name.
    assert b"pipelines" not in encoded
    assert b"river" not in encoded
    assert encode_runtime(decode_runtime(encoded)) == encoded


@pytest.mark.parametrize("cut", [1, 100, 2_000, -1])
def test_a_truncated_snapshot_starts_fresh_and_says_so(cut):
    store = MemoryStore()
    job = Job(twin(RANGED), store=store)
    for one in noise(400):
        job.send(a=one, b=one)
        job.now_ms += 1_000
    whole = store.get("case")
    head = 5 + int.from_bytes(whole[1:5])
    store.put("case", whole[: head + cut] if cut > 0 else whole[:cut])
    store.put("\x01case", b"")
    roster = Roster(store, "0")
    outputs = roster.handle([])
    outputs.records += roster.publish(job.now_ms).records
    (reset,) = [record for record in outputs.records if record.topic == "twin.models"]
    assert b"reset" in reset.value
    assert roster.runtime("case").detector.samples == 0
