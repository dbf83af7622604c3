"""Before enough is learned: no score, but hard limits hold (C27, C31)."""

import pytest

from pipelines.testing.builders import noise
from schemas.topics import Topic
from tests.cases.room import Job, play, twin, warm


@pytest.mark.parametrize("needed", [10, 20, 100, 250])
def test_how_far_it_has_got_is_visible_all_the_time(needed):
    job = Job(twin(detect={"warm_up": needed}))
    for number, value in enumerate(noise(needed + 5), start=1):
        job.send(t1=value)
        job.wait(1)
        state = job.published()["case"]
        if number < needed:
            assert (state.state, state.warming.samples, state.warming.needed) == ("warming", number, needed)
            assert state.score is None
        else:
            assert (state.state, state.warming) == ("normal", None)


def test_it_goes_on_from_where_it_was_after_a_restart():
    job = Job(twin(detect={"warm_up": 100}))
    for value in noise(60):
        job.send(t1=value)
        job.wait(1)
    job.restart(after=2)
    job.wait(1)
    assert job.published()["case"].warming.samples == 60
    for value in noise(40, seed=2):
        job.send(t1=value)
        job.wait(1)
    assert job.state.warming is None


@pytest.mark.parametrize(
    ("spec", "spike", "condition"),
    [
        ({"range": [0, 60]}, 80.0, "out-of-range"),
        ({"max_rate": "10/s"}, 80.0, "rate"),
        ({}, -9999.0, "sentinel"),
        ({"range": [0, 60]}, -9999.0, "sentinel"),
        ({"sentinels": [85.0]}, 85.0, "sentinel"),
    ],
)
@pytest.mark.parametrize("place", [100, 30])
def test_a_spike_in_the_warm_up_is_caught_by_its_limits_and_by_nothing_learned(spec, spike, condition, place):
    values = noise(300)
    played = play(warm([*values[:place], spike, *values[place:]], unit="degC", **spec))
    assert played.told() == [f"{condition} raised", f"{condition} cleared"]
    assert played.flaws()[place] == condition
    assert [flaw for flaw in played.flaws() if flaw] == [condition]


@pytest.mark.parametrize("spec", [{"range": [0, 60]}, {"max_rate": "10/s"}])
def test_even_the_second_value_of_all_is_held_to_its_limits(spec):
    played = play(warm([20.0, 80.0, 20.1], **spec))
    assert played.flaws()[1] is not None
    assert len(played.alerts) == 1


def test_normal_values_raise_nothing_in_300():
    for seed in range(10):
        played = play(warm(noise(300, seed=seed)))
        assert played.told() == []
        assert set(played.flaws()) == {None}


def test_a_new_sensor_of_a_running_twin_warms_without_stopping_the_others():
    job = Job(twin({"t1": {"unit": "degC"}}))
    for value in noise(60):
        job.send(t1=value)
        job.wait(1)
    wider = twin({"t1": {"unit": "degC"}, "new": {"unit": "bar"}})
    job.deliver(Topic.DEFINITIONS, wider.model_dump_json().encode())
    for value in noise(10, seed=2):
        job.send(t1=value, new=500.0 * value)
        job.wait(1)
        assert job.state.score is not None
    assert job.told() == []


def test_a_slow_sensor_has_limits_from_its_first_value():
    job = Job(twin({"level": {"unit": "m", "period": "6h", "range": [0.5, 5]}}), tick_s=60)
    for _ in range(3):
        job.send(level=0.2)
        job.wait(6 * 3600)
    assert job.told() == ["out-of-range raised"]
    assert job.state.health[0].condition == "out-of-range"
    assert job.published()["case"].warming.samples == 0


def test_a_reset_by_another_unit_warms_anew():
    job = Job(twin({"t1": {"unit": "degC"}}))
    for value in noise(60):
        job.send(t1=value)
        job.wait(1)
    job.deliver(Topic.DEFINITIONS, twin({"t1": {"unit": "K"}}).model_dump_json().encode())
    job.send(t1=293.0)
    assert (job.state.state, job.state.warming.samples) == ("warming", 1)
    assert job.told() == []
