"""A lasting step is one alert that ends, not an alarm for ever (field cases C32, C34)."""

import math

from pipelines.testing.builders import START_S, Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, model_events, scores, states
from pipelines.twin.judge import RELEARN_AFTER

BEFORE = 400


def shifted() -> Log:
    log = Log(definition(warm_up=100))
    log.observe_all("t1", noise(BEFORE))
    log.observe_all("t1", noise(800, 30.0, seed=2), first=BEFORE)
    return log


def test_a_lasting_step_is_one_alert_that_is_cleared_when_its_level_is_taken_as_normal():
    outputs = feed(shifted())
    raised, cleared = alerts(outputs)
    assert raised.ts.timestamp() - START_S == BEFORE + 2
    assert (cleared.transition, cleared.sequence) == ("cleared", 2)
    assert cleared.ts.timestamp() - raised.ts.timestamp() == RELEARN_AFTER


def test_the_relearning_is_on_record_with_its_reason():
    relearned = [event for event in model_events(feed(shifted())) if event.change == "relearn"]
    assert len(relearned) == 1
    assert str(RELEARN_AFTER) in relearned[0].reason
    assert relearned[0].ts == alerts(feed(shifted()))[1].ts


def test_the_step_is_one_drift():
    outputs = feed(shifted())
    drifts = [event for event in model_events(outputs) if event.change == "drift"]
    assert len(drifts) == sum(verdict.drift for verdict in outputs.verdicts) == 1


def test_the_new_level_is_normal_after_it_was_learned():
    outputs = feed(shifted())
    end = BEFORE + 2 + RELEARN_AFTER
    assert scores(outputs)[end + 1 : end + 101] == [None] * 100
    assert all(score < 0.5 for score in scores(outputs)[end + 101 :])
    assert outputs.verdicts[end + 1].condition == "warming"
    assert outputs.verdicts[-1].condition == "normal"


def test_a_twin_that_learns_its_new_level_shows_no_score():
    log, roster = shifted(), new_roster()
    feed(log.messages[: 1 + BEFORE + 3 + RELEARN_AFTER], roster)
    state = states(roster.publish())["case"]
    assert (state.state, state.score, state.alert_id) == ("warming", None, None)


def test_a_plain_daily_cycle_raises_nothing_and_is_no_drift():
    log = Log(definition(warm_up=288))
    cycle = [20 + 5 * math.sin(2 * math.pi * i / 144) + wobble for i, wobble in enumerate(noise(2_000, 0.0, 0.2))]
    log.observe_all("t1", cycle)
    outputs = feed(log)
    assert alerts(outputs) == []
    assert [event.change for event in model_events(outputs)] == ["warm"]
