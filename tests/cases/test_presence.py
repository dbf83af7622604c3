"""How old a value may be: slow sensors, irregular ones, and clocks that lag a little (C19, C26, C27)."""

import pytest

from pipelines.testing.builders import noise
from tests.cases.room import Job, twin

DAY = 86_400.0
SETTLE = 6


def test_a_tank_that_sends_every_six_hours_is_not_offline_in_between():
    job = Job(twin({"t1": {"unit": "m", "period": "6h"}}), tick_s=2.0)
    six = 6 * 3600.0
    for _ in range(3):
        job.send(t1=3.2)
        job.wait(six)
    job.wait(2 * six - 60)
    assert job.told() == []
    assert job.sensor().value == 3.2
    job.wait(120)
    assert job.told() == ["offline raised"]


def test_each_sensor_has_its_own_patience():
    job = Job(twin({"slow": {"period": "1h"}, "fast": {"period": "10s"}}))
    job.wait(SETTLE)
    job.send(slow=1.0, fast=1.0)
    job.wait(60)
    assert [(alert.condition, alert.sensor) for alert in job.alerts] == [("silent", "fast")]
    job.wait(3600)
    assert job.state.presence == "online"


def test_an_irregular_sensor_without_a_period_raises_no_alarm_ever():
    job = Job(twin())
    gaps = [2, 1800, 30, 900, 4, 1200, 60, 1700, 10, 600] * 4
    for gap, value in zip(gaps, noise(40), strict=True):
        job.send(t1=value)
        job.wait(gap)
    job.wait(DAY / 4)
    assert job.told() == []
    assert job.state.presence == "offline"


@pytest.mark.parametrize("every", [0.1, 1.0, 30.0, 300.0])
def test_presence_is_learned_where_no_period_is_declared(every):
    """Not only two hours after the first value, for which the unknown period of an hour stands."""
    job = Job(twin(), tick_s=1.0)
    job.wait(SETTLE)
    for value in noise(60):
        job.send(t1=value)
        job.wait(every)
    assert job.state.presence == "online"
    job.wait(max(20.0, 4 * every))
    assert job.state.presence == "offline"
    assert job.told() == []


@pytest.mark.parametrize(("period", "lag"), [("1s", 5), ("1s", 2.5), ("10s", 31), ("1min", 240), ("1min", 100)])
def test_a_sensor_that_sends_in_time_is_online_though_its_clock_or_its_way_is_slow(period, lag):
    """A lag below live_within, which stays as it is, is no silence."""
    every = 60.0 if period.endswith("min") else float(period[:-1])
    job = Job(twin({"t1": {"period": period}}))
    job.wait(SETTLE)
    for value in noise(60):
        job.send(at=job.second - lag, t1=value)
        job.wait(every)
    assert job.told() == []
    assert job.state.presence == "online"


@pytest.mark.parametrize("jitter", [0.5, 1.5])
def test_a_way_of_varying_length_makes_no_alert_flap(jitter):
    job = Job(twin({"t1": {"period": "1s"}}))
    job.wait(SETTLE)
    for number, value in enumerate(noise(200)):
        job.send(at=job.second - jitter * (number % 7) / 6, t1=value)
        job.wait(1)
    assert job.told() == []
