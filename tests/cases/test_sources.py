"""A source of which too much is refused is told once, under a name that can be written (C06, C10)."""

import pytest

from tests.cases.room import Job, twin


def feed_source(job: Job, good: int, bad: int, source: object = "gw-1") -> None:
    for number in range(good + bad):
        is_bad = number * bad // (good + bad) != (number + 1) * bad // (good + bad)
        job.say({"ts": job.now_ms, "source": source, "values": {"t1": None if is_bad else 20.0}})
        job.now_ms += 1


@pytest.mark.parametrize(("good", "bad", "raised"), [(150, 0, 0), (190, 10, 0), (120, 80, 1), (0, 60, 1), (0, 40, 0)])
def test_a_source_of_which_too_much_is_refused_is_told_once(good, bad, raised):
    job = Job(twin({"t1": {"allow_constant": True}}))
    feed_source(job, good, bad)
    assert job.told("source-degraded") == ["raised"] * raised
    if raised:
        (alert,) = [alert for alert in job.alerts if alert.condition == "source-degraded"]
        assert (alert.source, alert.twin_id) == ("gw-1", None)


def test_a_source_that_is_mended_is_told_once():
    job = Job(twin({"t1": {"allow_constant": True}}))
    feed_source(job, 0, 100)
    feed_source(job, 1200, 0)
    assert job.told("source-degraded") == ["raised", "cleared"]
    first, second = [alert for alert in job.alerts if alert.condition == "source-degraded"]
    assert first.alert_id == second.alert_id
    assert (first.sequence, second.sequence) == (1, 2)


def test_a_source_is_watched_across_a_restart_and_told_once():
    job = Job(twin())
    feed_source(job, 0, 40)
    job.restart()
    feed_source(job, 0, 40)
    assert job.told("source-degraded") == ["raised"]


def test_one_bad_source_does_not_blame_another():
    job = Job(twin({"t1": {"allow_constant": True}}))
    for _ in range(10):
        feed_source(job, 10, 0, "good")
        feed_source(job, 0, 10, "bad")
    assert {alert.source for alert in job.alerts} == {"bad"}


@pytest.mark.parametrize("source", [None, "", 7, ["x"], "x" * 5_000])
def test_a_source_that_has_no_usable_name_is_watched_as_unnamed(source):
    job = Job(twin())
    feed_source(job, 0, 100, source)
    assert [alert.source for alert in job.alerts] == ["unnamed"]


@pytest.mark.parametrize("source", ["gw 1", "a b,c=d", "Kühler °C/1", '"q"', "a\\b"])
def test_a_source_with_an_odd_name_comes_back_from_influx_as_it_was_sent(source):
    job = Job(twin())
    feed_source(job, 0, 100, source)
    (line,) = [line for line in job.outputs.points if "condition=source-degraded" in line]
    escaped = source.replace(" ", "\\ ").replace(",", "\\,").replace("=", "\\=")
    assert f",source={escaped} active=" in line


@pytest.mark.parametrize("source", ["gw\n1", "x v=9 1\nm,s=y", "gw\\", "gw\t1", "\x00", "gw\r"])
def test_a_source_whose_name_no_tag_can_hold_opens_no_second_line(source):
    job = Job(twin())
    feed_source(job, 0, 100, source)
    assert len(job.alerts) == 1
    for line in job.outputs.points:
        assert not set(line) & set("\n\r\t\0")
        assert "\\ active" not in line
