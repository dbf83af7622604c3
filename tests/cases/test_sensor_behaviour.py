"""What a sensor's definition says of its values: range, rate, sentinels, spikes (C30, C31, and the rules)."""

import pytest

from pipelines.testing.builders import Log, definition, feed, noise
from pipelines.testing.readers import alerts, fields, usual
from schemas.topics import Topic
from tests.cases.room import Job, Played, play, twin, warm


def learned(played: Played) -> object:
    return played.roster.runtime("case").detector.snapshot().sensors


def one_bad(value: float, **spec: object) -> tuple[Played, Played]:
    """Sixty values with one other in between, and without it; the others keep their places."""
    head, tail = noise(60), noise(40, seed=3)
    logs = []
    for present in (True, False):
        log = Log(definition(t1={"unit": "degC", **spec}))
        log.observe_all("t1", head)
        if present:
            log.observe(60, t1=value)
        log.observe_all("t1", tail, first=61)
        logs.append(play(log))
    return logs[0], logs[1]


@pytest.mark.parametrize("value", [-51.0, 151.0, 5000.0, -273.15])
def test_a_value_that_can_not_be_is_shown_told_and_not_learned(value):
    with_it, without = one_bad(value, range=[-50, 150])
    assert with_it.flaws()[60] in ("out-of-range", "unit-suspect")
    assert fields(with_it.points()[60])["quality"] == '"bad"'
    assert with_it.told()[0].endswith("raised")
    assert with_it.told()[1].endswith("cleared")
    assert learned(with_it) == learned(without)


@pytest.mark.parametrize("value", [-50.0, 150.0])
def test_the_ends_of_a_range_are_in_it(value):
    assert "out-of-range" not in play(warm([value] * 3, range=[-50, 150])).flaws()


@pytest.mark.parametrize("value", [80.0, 45.0, -10.0])
def test_one_far_value_is_uncertain_is_judged_and_moves_nothing_that_is_usual(value):
    with_it, without = one_bad(value)
    assert with_it.flaws()[60:63] == ["spike", None, None]
    assert fields(with_it.points()[60])["quality"] == '"uncertain"'
    assert with_it.outputs.verdicts[60].score > 0.5
    assert with_it.told() == []
    runtimes = [played.roster.runtime("case") for played in (with_it, without)]
    assert usual(runtimes[0]) == usual(runtimes[1])


def test_one_far_value_is_remembered_so_that_it_is_no_news_again():
    second = warm([*noise(60), 80.0, *noise(400, seed=3), 80.0, *noise(5, seed=4)])
    verdicts = play(second).outputs.verdicts
    assert verdicts[60].score > 0.9
    assert verdicts[461].score < 0.7


def test_two_far_values_in_a_row_are_a_step():
    played = play(warm([*noise(60), *noise(10, 45.0, seed=2)]))
    assert played.flaws()[60:] == ["spike"] + [None] * 9
    assert played.told() == ["anomaly raised"]


def test_a_far_value_and_another_elsewhere_are_two_spikes():
    played = play(warm([*noise(60), 80.0, -40.0, *noise(5, seed=2)]))
    assert played.flaws()[60:] == ["spike", "spike"] + [None] * 5


def test_before_anything_is_known_nothing_is_a_spike():
    assert set(play(warm([0.0, 100.0, -50.0, 3.0, 2000.0, 1.0, 7.0])).flaws()) == {None}


@pytest.mark.parametrize(("step", "flaw"), [(0.5, None), (0.9, None), (1.5, "rate"), (-1.5, "rate"), (40.0, "rate")])
@pytest.mark.parametrize("rate", ["60/min", "1/s", "0.001/ms"])
def test_a_change_that_is_too_fast_is_bad(step, flaw, rate):
    log = warm([20.0, 20.4] * 15, unit="degC", max_rate=rate)
    log.observe(30, t1=20.4 + step)
    played = play(log)
    assert played.flaws()[-1] == flaw
    assert played.told() == ([] if flaw is None else ["rate raised"])


def test_the_way_back_from_an_impossible_value_is_no_fault():
    played = play(warm([20.0] * 30 + [60.0] + [20.0] * 6, max_rate="1/s"))
    assert played.flaws()[30:] == ["rate"] + [None] * 6
    assert played.told() == ["rate raised", "rate cleared"]


def test_a_step_that_is_too_fast_is_believed_once_there_was_time_for_it():
    played = play(warm([20.0] * 30 + [30.0] * 20, max_rate="1/s"))
    assert played.flaws()[30:39] == ["rate"] * 9
    assert played.sensor().quality != "bad"
    assert played.told("rate") == ["raised", "cleared"]


def test_a_step_within_the_resolution_is_never_too_fast():
    log = warm([20.0] * 10, max_rate="0.001/s", resolution=0.1)
    log.observe(10.01, t1=20.1)
    assert play(log).flaws()[-1] is None


@pytest.mark.parametrize("value", [-9999.0, -999.0, 9999.0, 65535.0, 32767.0, -32768.0, 999.9])
def test_a_usual_number_for_no_value_is_known_without_a_word(value):
    with_it, without = one_bad(value)
    assert with_it.flaws()[60] == "sentinel"
    assert with_it.told() == ["sentinel raised", "sentinel cleared"]
    assert learned(with_it) == learned(without)


@pytest.mark.parametrize(("value", "range_"), [(-9999.0, [-50, 150]), (65535.0, [0, 100]), (-999, [-40, 60])])
def test_the_first_value_of_all_may_be_none(value, range_):
    played = play(warm([value], range=range_))
    assert played.flaws() == ["sentinel"]


@pytest.mark.parametrize("value", [0.0, -1.0, 85.0, 20.5])
def test_a_declared_number_for_no_value_is_none_even_within_the_range(value):
    with_it, without = one_bad(value, sentinels=[value, 1234.0], range=[-50, 150])
    assert with_it.flaws()[60] == "sentinel"
    assert learned(with_it) == learned(without)


@pytest.mark.parametrize(
    ("level", "deviation", "value"), [(1000.0, 20.0, 999.0), (9900.0, 100.0, 9999.0), (-100.0, 3.0, -99.0)]
)
def test_such_a_number_among_its_like_is_a_value(level, deviation, value):
    played = play(warm([*noise(60, level, deviation), value]))
    assert played.flaws()[-1] is None


@pytest.mark.parametrize(
    ("claim", "flaw", "quality"),
    [("good", None, "good"), ("uncertain", "uncertain-status", "uncertain"), ("bad", "bad-status", "bad")],
)
def test_what_the_sender_says_of_its_value_is_kept(claim, flaw, quality):
    log = warm(noise(30))
    log.observe(30, t1={"value": 20.0, "quality": claim})
    played = play(log)
    assert (played.sensor().flaw, played.sensor().quality) == (flaw, quality)


@pytest.mark.parametrize("claim", ["best", "GOOD", 0, 192, [], ""])
def test_a_quality_that_is_none_is_refused(claim):
    log = warm(noise(3))
    log.observe(30, t1={"value": 20.0, "quality": claim})
    assert play(log).reasons == ["bad_quality"]


def test_a_bad_value_raises_once_and_is_cleared_after_five_good_ones():
    log = warm([*noise(30), *[500.0] * 7, *noise(4, seed=2), 500.0, *noise(6, seed=3)], range=[-50, 150])
    raised, cleared = alerts(feed(log))
    assert (raised.transition, cleared.transition) == ("raised", "cleared")
    assert raised.alert_id == cleared.alert_id
    assert (raised.sequence, cleared.sequence) == (1, 2)


def test_a_definition_that_changes_a_limit_keeps_what_was_learned():
    job = Job(twin({"t1": {"unit": "degC", "range": [-50, 150]}}))
    for value in noise(60):
        job.send(t1=value)
        job.wait(1)
    before = learned(job)
    job.deliver(Topic.DEFINITIONS, twin({"t1": {"unit": "degC", "range": [-50, 22]}}).model_dump_json().encode())
    assert learned(job) == before
    job.send(t1=23.0)
    assert job.sensor().flaw == "out-of-range"
