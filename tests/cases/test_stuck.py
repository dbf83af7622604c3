"""A sensor that stands still though it never does, and one that rightly stands still (C25, C29)."""

import math

import pytest

from pipelines.testing.builders import noise
from tests.cases.room import Job, Played, play, twin, warm

NOISY = noise(80, 21.4, 0.2)


def still(job: Job, value: float, times: int, every: float = 60) -> None:
    for _ in range(times):
        job.send(t1=value)
        job.wait(every)


def moving(**spec: object) -> Job:
    job = Job(twin({"t1": {"unit": "degC", **spec}}))
    for value in NOISY:
        job.send(t1=value)
        job.wait(60)
    return job


@pytest.mark.parametrize("after", [2, 5, 30, 60])
def test_a_stuck_sensor_is_told_once_when_the_run_is_reached_and_cleared_at_the_first_move(after):
    job = moving(stuck_after=after)
    still(job, 21.437, 60)
    assert job.told() == ["stuck raised"]
    assert job.flaws()[-60:] == [None] * (after - 1) + ["stuck"] * (61 - after)
    job.send(t1=21.44)
    assert job.told() == ["stuck raised", "stuck cleared"]
    assert job.sensor().flaw is None


def test_without_a_setting_it_is_learned_from_how_the_sensor_moves():
    job = moving()
    still(job, 21.437, 60)
    assert job.told() == ["stuck raised"]
    job.send(t1=21.44)
    assert job.told() == ["stuck raised", "stuck cleared"]


def test_stuck_and_silent_are_two_things():
    job = moving(stuck_after=5, period="1min")
    still(job, 21.437, 10)
    assert (job.state.presence, job.sensor().flaw) == ("online", "stuck")
    job.wait(300)
    assert (job.state.presence, job.sensor().flaw) == ("offline", "stuck")
    assert job.told() == ["stuck raised", "offline raised"]


@pytest.mark.parametrize("spec", [{"allow_constant": True}, {"allow_constant": True, "stuck_after": 5}])
@pytest.mark.parametrize("value", [0.0, 21.437])
def test_a_value_that_may_stand_still_is_never_stuck(spec, value):
    job = moving(**spec)
    still(job, value, 180)
    assert job.told("stuck") == []
    assert "stuck" not in job.flaws()


@pytest.mark.parametrize(
    ("role", "values"),
    [("setpoint", [20.0, 25.0] * 50), ("binary", [0, 1] * 50), ("counter", [float(n // 3) for n in range(100)])],
)
def test_setpoints_switches_and_totals_stand_still_for_hours(role, values):
    job = Job(twin({"t1": {"role": role}}))
    for value in values:
        job.send(t1=value)
        job.wait(1)
    still(job, values[-1], 300, every=1)
    assert job.told("stuck") == []
    assert set(job.flaws()) == {None}
    # Nobody sets a total: that it stands still from now on is no flaw of its data, and yet unusual.
    assert job.told() == (["anomaly raised"] if role == "counter" else [])


@pytest.mark.parametrize("value", [45.0, 0.0, -9.5])
def test_a_line_that_was_always_flat_is_no_fault(value):
    """As NAB art_flatline: 4,032 equal values without an anomaly."""
    played = play(warm([value] * 4032))
    assert played.told() == []
    assert set(played.flaws()) == {None}


@pytest.mark.parametrize(
    "values",
    [
        [float(number // 20 % 3) for number in range(600)],
        [0.0 if number % 100 < 60 else 5.0 + math.sin(number) for number in range(900)],
        [round(20 + 5 * math.sin(number / 200)) for number in range(3000)],
    ],
    ids=["a level in whole steps", "a charger that pauses", "a slow curve in whole degrees"],
)
def test_a_sensor_that_usually_pauses_is_not_stuck_in_a_usual_pause(values):
    assert "stuck" not in play(warm(values)).flaws()


def test_stuck_values_are_not_learned():
    job = moving(stuck_after=5)
    learned = job.roster.runtime("case").detector.samples
    still(job, 21.437, 50)
    assert job.roster.runtime("case").detector.samples == learned + 4


def constant(values: list[float], **spec: object) -> Played:
    return play(warm(values, unit="degC", **spec))


@pytest.mark.parametrize("spec", [{}, {"resolution": 0.1}])
@pytest.mark.parametrize("level", [21.5, 0.0, 1013.25, -273.15])
def test_a_jump_after_a_constant_run_is_told_and_the_run_is_not(level, spec):
    played = constant([level] * 500 + [level + 58.5] * 3, **spec)
    scores = [verdict.score for verdict in played.outputs.verdicts]
    assert all(score is None or (math.isfinite(score) and score < 0.5) for score in scores[:500])
    assert played.told() == ["anomaly raised"]


@pytest.mark.parametrize("step", [0.1, -0.1])
@pytest.mark.parametrize("level", [21.5, 0.3, 20.0, 1013.2])
def test_one_step_of_the_last_digit_after_a_rest_is_no_spike(level, step):
    """21.6 - 21.5 is a little more than 0.1 to a computer."""
    assert set(constant([level] * 100 + [round(level + step, 1)] * 2, resolution=0.1).flaws()) == {None}


@pytest.mark.parametrize("last", [0.31, 0.2, 0.4])
def test_jitter_in_the_last_digit_is_no_alarm_on_a_sensor_of_that_resolution(last):
    played = constant([0.3, 0.1 + 0.2] * 250 + [last] * 10, resolution=0.1)
    assert played.told() == []
    assert max(verdict.score or 0 for verdict in played.outputs.verdicts) < 0.5
    assert set(played.flaws()) == {None}
