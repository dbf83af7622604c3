"""Totals that wrap round, begin again or glitch; switches; and channels that are missing (C04, C27, the rules)."""

import pytest

from pipelines.testing.builders import noise
from pipelines.testing.readers import fields, models
from tests.cases.room import Job, Played, play, twin, warm


def counted(values: list[float], **spec: object) -> Played:
    return play(warm(values, role="counter", **spec))


def rates(played: Played) -> list[float | None]:
    found = [fields(line).get("rate") for line in played.points()]
    return [None if text is None else float(text) for text in found]


def test_a_total_is_judged_by_how_fast_it_grows():
    played = counted([100.0, 102.0, 104.0, 104.0, 109.0])
    assert rates(played) == [None, 2.0, 2.0, 0.0, 5.0]
    assert played.sensor().rate == 5.0
    assert played.values()[-1] == 109.0


@pytest.mark.parametrize("modulus", [65536.0, 1000.0, 4294967296.0])
def test_a_counter_that_wraps_round_goes_on_at_its_rate(modulus):
    played = counted([modulus - 6, modulus - 2, 2.0, 6.0], modulus=modulus)
    assert rates(played) == [None, 4.0, 4.0, 4.0]
    assert played.told() == []
    assert set(played.flaws()) == {None}


@pytest.mark.parametrize("spec", [{}, {"modulus": 65536.0}, {"max_rate": "10/s"}])
@pytest.mark.parametrize("restart", [0.0, 3.0])
def test_a_meter_that_begins_again_is_one_uncertain_value_and_no_flood_of_negative_rates(restart, spec):
    played = counted([100.0, 102.0, 104.0, restart, restart + 2, restart + 4, restart + 6], **spec)
    assert played.flaws()[3:] == ["counter-reset", None, None, None]
    assert rates(played)[-2:] == [2.0, 2.0]
    assert all(rate is None or rate >= 0 for rate in rates(played))
    assert played.told() == []


@pytest.mark.parametrize("glitch", [0.0, 50.0])
def test_one_total_that_is_too_low_is_forgotten_when_the_count_goes_on(glitch):
    played = counted([100.0, 102.0, 104.0, glitch, 108.0, 110.0])
    assert played.flaws()[3:] == ["counter-reset", None, None]
    assert rates(played)[-1] == 2.0
    assert max(rate or 0 for rate in rates(played)) == 2.0
    assert played.sensor().value == 110.0


def test_one_total_that_is_too_high_for_its_rate_is_bad_and_forgotten():
    played = counted([100.0, 102.0, 104.0, 9_999_000.0, 108.0, 110.0], max_rate="10/s")
    assert played.flaws()[3:] == ["counter-glitch", None, None]
    assert rates(played)[-1] == 2.0
    assert played.told()[0] == "counter-glitch raised"


def test_without_a_limit_one_total_that_is_too_high_spoils_no_later_rate():
    played = counted([100.0, 102.0, 104.0, 90_000.0, 108.0, 110.0, 112.0])
    assert rates(played)[-2:] == [2.0, 2.0]
    assert all(rate is None or rate >= 0 for rate in rates(played))


def test_a_counter_that_is_replaced_by_another_goes_on_from_there():
    played = counted([100.0, 102.0, 104.0, 70_000.0, 70_002.0, 70_004.0, 70_006.0], max_rate="10/s")
    assert rates(played)[-1] == 2.0
    assert played.flaws()[-1] is None


def test_a_total_may_rest():
    assert rates(counted([7.0] * 50))[1:] == [0.0] * 49


def test_a_reset_is_not_learned_as_a_rate():
    steady = [float(2 * number) for number in range(60)]
    played = counted([*steady, *steady])
    learned = models(played.roster.runtime("case"))["t1"]
    assert learned.level.fast == learned.level.slow == pytest.approx(2.0)
    assert (learned.novelty.lowest, learned.novelty.highest) == (2.0, 2.0)
    assert played.told() == []


def test_a_rate_that_is_unusual_is_an_anomaly():
    totals = [sum(noise(number, 2.0, 0.05)) for number in range(80)]
    played = counted([*totals, *[totals[-1] + 40.0 * number for number in range(1, 6)]])
    assert played.told() == ["anomaly raised"]


def test_a_counters_rate_survives_a_restart():
    job = Job(twin({"t1": {"role": "counter"}}))
    job.send(t1=100.0)
    job.wait(10)
    job.restart(after=10)
    job.send(t1=140.0)
    assert job.sensor().rate == 2.0


def test_a_late_total_changes_no_rate():
    log = warm([100.0, 102.0, 104.0], role="counter")
    log.observe(1.5, t1=103.0)
    log.observe(3, t1=106.0)
    played = play(log)
    assert played.sensor().rate == 2.0
    assert played.counts.amended == 1


def test_a_switch_that_toggles_is_neither_spike_nor_anomaly():
    played = play(warm([float(number % 60 == 59) for number in range(600)], role="binary"))
    assert played.told() == []
    assert set(played.flaws()) == {None}
    assert all(verdict.score is None for verdict in played.outputs.verdicts)


def pair(every: float = 1.0, **t2: object) -> Job:
    """Two sensors that have sent together for a while, the second of which is far off at the end."""
    job = Job(twin({"t1": {"unit": "degC"}, "t2": {"unit": "bar", **t2}}))
    for one, two in zip(noise(60), noise(60, 3.0, 0.1, seed=2), strict=True):
        job.send(t1=one, t2=two)
        job.wait(every)
    return job


def test_a_channel_that_stops_is_named_and_no_longer_counts():
    job = pair()
    for value in [9.0, 9.0, 9.0]:
        job.send(t1=20.0, t2=value)
        job.wait(1)
    assert job.state.score > 0.5
    for value in noise(20, seed=5):
        job.send(t1=value)
        job.wait(1)
    assert job.state.missing == ("t2",)
    assert job.state.score < 0.5


@pytest.mark.parametrize(("limit", "missing"), [("5s", True), ("1min", False), ("10s", True)])
def test_how_long_an_old_value_stands_for_a_new_one_is_the_types_choice(limit, missing):
    job = pair(age_limit=limit)
    for value in noise(20, seed=5):
        job.send(t1=value)
        job.wait(1)
    assert (job.state.missing == ("t2",)) is missing


def test_a_channel_that_was_never_seen_is_missing():
    job = Job(twin({"t1": {}, "t9": {}}))
    job.send(t1=1.0)
    assert job.state.missing == ("t9",)
    assert set(job.state.sensors) == {"t1"}


def test_a_channel_that_sends_only_bad_values_is_missing():
    job = pair(range=[0, 10])
    for value in noise(20, seed=5):
        job.send(t1=value, t2=-5.0)
        job.wait(1)
    assert job.state.missing == ("t2",)
    assert job.sensor("t2").quality == "bad"


def test_a_channel_that_comes_back_counts_again():
    job = pair()
    for value in noise(20, seed=5):
        job.send(t1=value)
        job.wait(1)
    for value in noise(10, 3.0, 0.1, seed=6):
        job.send(t1=20.0, t2=value)
        job.wait(1)
    assert job.state.missing == ()
    assert job.told() == []
