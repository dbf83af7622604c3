"""Who sends no more: told once, dated by the deadline, never the reader's own fault (C25, C26, C27)."""

import pytest

from pipelines.testing.builders import START_S, noise
from pipelines.testing.readers import alerts
from tests.cases.room import Job, twin

DAY = 86_400.0
SETTLE = 6


def minutely(**more: object) -> Job:
    """t1 sends every minute, t9 is defined and was never seen."""
    job = Job(twin({"t1": {"unit": "degC", "period": "1min"}, "t9": {"period": "1min"}, **more}))
    job.wait(SETTLE)
    return job


def sends(job: Job, times: int, every: float = 60.0) -> float:
    for value in noise(times):
        job.send(t1=value)
        job.wait(every)
    return job.second - every


def at(job: Job, condition: str) -> list[float]:
    return [alert.ts.timestamp() - START_S for alert in job.alerts if alert.condition == condition]


def test_silence_is_told_once_at_its_deadline_though_no_event_moves_time():
    job = minutely()
    last = sends(job, 10)
    job.wait(3600)
    assert job.told() == ["offline raised"]
    assert at(job, "offline")[0] == pytest.approx(last + 180, abs=1)
    assert (job.state.presence, job.sensor().presence) == ("offline", "offline")


def test_it_is_found_within_a_second():
    job = minutely()
    sends(job, 10)
    job.wait(119)
    assert job.told() == []
    job.wait(3)
    assert job.told() == ["offline raised"]


def test_stale_comes_before_offline_and_is_published():
    job = minutely()
    sends(job, 10)
    job.wait(70)
    assert job.published()["case"].presence == "stale"
    job.wait(60)
    assert job.published()["case"].presence == "offline"


def test_a_sensor_that_was_never_seen_is_called_so_and_not_dead():
    job = minutely()
    sends(job, 10)
    job.wait(3600)
    assert "t9" not in job.published()["case"].sensors
    assert "t9" in job.state.missing
    assert all(alert.sensor != "t9" for alert in job.alerts)


def test_a_twin_that_was_never_seen_raises_nothing():
    job = minutely()
    job.wait(DAY / 24)
    assert job.state.presence == "never_seen"
    assert job.published()["case"].presence == "never_seen"
    assert job.told() == []


@pytest.mark.parametrize("age", [3 * DAY, 3600.0, 181.0])
def test_an_old_event_that_a_broker_kept_brings_nothing_back(age):
    job = minutely()
    last = sends(job, 10)
    job.wait(600)
    job.restart(after=age)
    job.wait(SETTLE)
    job.send(at=last + 30, t1=20.0)
    job.wait(60)
    assert job.told() == ["offline raised"]
    assert job.state.presence == "offline"
    assert job.sensor().ts.timestamp() == START_S + last + 30


@pytest.mark.parametrize("age", [3 * DAY, 3600.0])
def test_an_old_event_is_no_sign_of_life_of_a_twin_that_was_never_seen(age):
    job = minutely()
    job.send(at=job.second - age, t1=20.0)
    job.wait(600)
    assert job.state.presence == "offline"
    assert job.told() == []


def test_the_next_real_event_is_one_recovery():
    job = minutely()
    sends(job, 10)
    job.wait(600)
    sends(job, 5)
    assert job.told() == ["offline raised", "offline cleared"]
    raised, cleared = alerts(job.outputs)
    assert raised.alert_id == cleared.alert_id
    assert job.state.presence == "online"
    assert job.state.health == ()


def test_a_restart_while_a_twin_is_silent_tells_nothing_twice():
    job = minutely()
    sends(job, 10)
    job.wait(600)
    job.restart(after=30)
    job.wait(600)
    assert job.told() == ["offline raised"]
    sends(job, 2)
    assert job.told() == ["offline raised", "offline cleared"]


def test_a_stop_of_the_reader_is_nobodys_silence():
    job = minutely()
    last = sends(job, 10)
    job.restart(after=3600)
    for number in range(1, 62):
        job.send(at=last + 60 * number, t1=20.0)
        job.now_ms += 10
    job.wait(30)
    assert job.told() == []
    assert job.state.presence == "online"


def test_who_is_silent_since_a_stop_is_told_after_it():
    job = minutely()
    last = sends(job, 10)
    job.restart(after=3600)
    job.wait(SETTLE)
    assert job.told() == ["offline raised"]
    assert at(job, "offline")[0] == pytest.approx(last + 180, abs=1)


@pytest.mark.parametrize("tick_s", [0.5, 1.0, 2.5, 5.0, 30.0])
def test_silence_is_found_however_seldom_states_are_published(tick_s):
    job = Job(twin({"t1": {"period": "1min"}}), tick_s=tick_s)
    for value in noise(10):
        job.send(t1=value)
        job.wait(60)
    job.wait(600)
    assert job.told() == ["offline raised"]


def test_one_sensor_that_stops_is_told_by_its_name_while_others_go_on():
    job = minutely(t2={"period": "1min"})
    for value in noise(10):
        job.send(t1=value, t2=3.0)
        job.wait(60)
    sends(job, 10)
    assert job.told() == ["silent raised"]
    assert job.alerts[0].sensor == "t2"
    assert job.state.presence == "online"
    job.send(t1=20.0, t2=3.0)
    assert job.told() == ["silent raised", "silent cleared"]


def test_a_twin_of_many_sensors_that_falls_silent_is_one_alert():
    sensors = {f"s{number}": {"period": "10s"} for number in range(300)}
    job = Job(twin(sensors, max_sensors=300))
    job.wait(SETTLE)
    for _ in range(5):
        job.send(**dict.fromkeys(sensors, 1.0))
        job.wait(10)
    job.wait(120)
    assert job.told() == ["offline raised"]
    job.send(**dict.fromkeys(sensors, 1.0))
    assert job.told() == ["offline raised", "offline cleared"]


def test_a_sensor_that_stays_away_when_its_twin_comes_back_is_told():
    job = minutely(t2={"period": "1min"})
    for value in noise(10):
        job.send(t1=value, t2=3.0)
        job.wait(60)
    job.wait(600)
    sends(job, 10)
    assert job.told() == ["offline raised", "offline cleared", "silent raised"]
    assert job.alerts[-1].sensor == "t2"


def test_a_repeat_of_an_old_value_is_no_sign_of_life():
    job = minutely()
    last = sends(job, 10)
    for _ in range(20):
        job.send(at=last, t1=noise(10)[-1])
        job.wait(60)
    assert job.told() == ["offline raised"]
    assert job.counts.duplicate == 20


def test_values_that_are_refused_are_no_sign_of_life():
    job = minutely()
    sends(job, 10)
    for _ in range(10):
        job.send(t1=None)
        job.wait(60)
    assert job.told() == ["offline raised"]


def windowed(window: str) -> Job:
    job = Job(twin({"t1": {"period": "10s"}}, timing={"reorder_window": window}))
    job.wait(SETTLE)
    for value in noise(20):
        job.send(t1=value)
        job.wait(10)
    return job


@pytest.mark.parametrize("window", ["5s", "30s", "2min"])
def test_what_waits_in_the_reorder_window_is_a_sign_of_life(window):
    """No alert while less than three periods pass between two messages."""
    job = windowed(window)
    job.wait(15)
    for value in noise(5, seed=2):
        job.send(t1=value)
        job.wait(25)
    assert job.told() == []


@pytest.mark.parametrize("window", ["5s", "30s", "2min"])
def test_silence_behind_a_reorder_window_is_told_once(window):
    job = windowed(window)
    job.wait(300)
    assert job.told() == ["offline raised"]


@pytest.mark.parametrize(("gap", "uncertain"), [(170.0, 0), (190.0, 5), (3600.0, 5)])
def test_the_first_values_behind_a_drop_out_are_neither_judged_nor_learned(gap, uncertain):
    job = minutely()
    sends(job, 30)
    job.wait(gap - 60)
    samples = job.roster.runtime("case").detector.samples
    sends(job, 7)
    assert job.flaws()[30:] == ["rewarming"] * uncertain + [None] * (7 - uncertain)
    assert job.roster.runtime("case").detector.samples == samples + 7 - uncertain


@pytest.mark.parametrize("rewarm", [0, 1, 12])
def test_how_many_they_are_is_the_types_choice(rewarm):
    job = Job(twin({"t1": {"period": "1min"}}, detect={"warm_up": 20, "rewarm": rewarm}))
    job.wait(SETTLE)
    sends(job, 30)
    job.wait(600)
    sends(job, 20)
    assert job.flaws()[30:].count("rewarming") == rewarm
