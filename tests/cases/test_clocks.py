"""Clocks that are wrong: a fast one must not carry the twin into the future, a slow one is told (C19, C20)."""

import pytest

from pipelines.testing.builders import START_S, noise
from pipelines.testing.readers import alerts
from pipelines.twin.rejection import Reason
from tests.cases.room import Job, twin

MINUTE = 60.0
DAY = 86_400.0


def ahead(job: Job, seconds: float, value: object = 21.5) -> None:
    job.send(at=job.second + seconds, t1=value)


@pytest.mark.parametrize("off", [DAY, 2 * 3600.0, 301.0, 365 * DAY])
@pytest.mark.parametrize("window", ["0s", "1min"])
def test_one_fast_device_makes_no_honest_value_late(off, window):
    job = Job(twin(timing={"reorder_window": window}))
    for _ in range(3):
        job.send(t1=21.5)
        job.wait(MINUTE)
    ahead(job, off)
    for number in range(10):
        job.send(t1=21.5 + number / 10)
        job.wait(MINUTE)
    job.wait(2 * MINUTE)
    assert job.reasons == [Reason.TS_FUTURE]
    assert (job.counts.applied, job.counts.amended, job.counts.waiting) == (13, 0, 0)
    assert job.state.ts.timestamp() == START_S + 12 * MINUTE


@pytest.mark.parametrize("seconds", [0.5, 2, 10, 29])
def test_a_clock_that_is_a_little_fast_is_good(seconds):
    job = Job(twin())
    ahead(job, seconds)
    assert job.reasons == []
    assert job.sensor().flaw is None


@pytest.mark.parametrize("seconds", [31, 120, 299])
def test_a_clock_that_is_rather_fast_is_flagged_and_told_once(seconds):
    job = Job(twin())
    for _ in range(5):
        ahead(job, seconds)
        job.wait(10)
    assert job.sensor().flaw == "clock-skew"
    assert job.told() == ["clock-skew raised"]
    assert job.counts.applied == 5


def test_a_clock_that_is_set_right_ends_its_condition():
    job = Job(twin())
    for seconds in (120, 120, 120, 0, 0, 0):
        job.wait(130)
        ahead(job, seconds)
    assert job.told() == ["clock-skew raised", "clock-skew cleared"]
    assert job.state.health == ()


def test_what_a_fast_clock_says_is_never_seen_later_than_now():
    """A value two minutes ahead must not keep a silent sensor online two minutes longer."""
    job = Job(twin({"t1": {"period": "10s"}}))
    for _ in range(12):
        ahead(job, 120)
        job.wait(10)
    last = job.second - 10
    job.wait(60)
    (offline,) = [alert for alert in alerts(job.outputs) if alert.condition == "offline"]
    assert offline.ts.timestamp() - START_S == pytest.approx(last + 30, abs=1)


@pytest.mark.parametrize(
    ("max_future", "tolerance", "seconds", "reasons"),
    [("1h", "30s", 600, []), ("10s", "1s", 11, [Reason.TS_FUTURE]), ("2s", "1s", 1.5, [])],
)
def test_the_limits_are_those_of_the_type(max_future, tolerance, seconds, reasons):
    job = Job(twin(timing={"max_future": max_future, "clock_tolerance": tolerance}))
    ahead(job, seconds)
    assert job.reasons == reasons


@pytest.mark.parametrize("lag", [3600.0, 7200.0, 900.0])
def test_a_clock_that_is_slow_for_good_is_told_as_such_and_its_twin_counts_as_live(lag):
    """Daylight saving set wrongly: an hour behind, for ever."""
    job = Job(twin({"t1": {"period": "30s"}}))
    for value in noise(60):
        ahead(job, -lag, value)
        job.wait(30)
    assert "clock-skew raised" in job.told()
    assert job.told("clock-skew") == ["raised"]
    assert job.state.presence == "online"
    for _ in range(5):
        ahead(job, -lag, 95.0)
        job.wait(30)
    (anomaly,) = [alert for alert in job.alerts if alert.condition == "anomaly"]
    assert not anomaly.historical


def test_a_slow_clock_that_is_set_right_ends_its_condition():
    job = Job(twin())
    for value in noise(40):
        ahead(job, -3600, value)
        job.wait(30)
    for value in noise(5):
        ahead(job, 0, value)
        job.wait(30)
    assert job.told("clock-skew") == ["raised", "cleared"]


def test_a_backlog_that_shrinks_is_no_slow_clock():
    job = Job(twin())
    for number, value in enumerate(noise(600)):
        job.send(at=number * 10 - 6000, t1=value)
        job.now_ms += 1000
    assert job.told() == []
