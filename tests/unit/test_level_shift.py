"""A lasting step is one alert that ends and one drift, by rule or by response (field cases C32, C34)."""

import math

import pytest

from pipelines.testing.builders import START_S, Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, model_events, scores, states
from pipelines.twin.outputs import Outputs
from schemas.definition import DriftHandling, TwinDefinition
from schemas.model_event import ModelEvent

BEFORE, LASTING = 400, 500


def twin(**drift: object) -> TwinDefinition:
    base = definition(warm_up=100)
    detect = base.type.detect.model_copy(update={"drift": DriftHandling.model_validate(drift)})
    return base.model_copy(update={"type": base.type.model_copy(update={"detect": detect})})


def shifted(back: int = 0, **drift: object) -> Log:
    log = Log(twin(**drift))
    log.observe_all("t1", noise(BEFORE))
    log.observe_all("t1", noise(800, 30.0, seed=2), first=BEFORE)
    log.observe_all("t1", noise(back, seed=3), first=BEFORE + 800)
    return log


def changes(outputs: Outputs, *kinds: str) -> list[ModelEvent]:
    return [event for event in model_events(outputs) if event.change in (kinds or ("drift", "relearn", "reset"))]


def test_a_lasting_step_is_one_alert_that_ends_when_its_level_is_taken_for_normal():
    raised, cleared = alerts(feed(shifted()))
    assert raised.ts.timestamp() - START_S == BEFORE + 2
    assert (cleared.transition, cleared.sequence) == ("cleared", 2)
    assert cleared.ts.timestamp() - raised.ts.timestamp() == LASTING
    assert "taken for normal" in cleared.summary


@pytest.mark.parametrize("lasting", [50, 300])
def test_after_how_long_is_the_types_to_say(lasting):
    raised, cleared = alerts(feed(shifted(lasting=lasting)))
    assert cleared.ts.timestamp() - raised.ts.timestamp() == lasting


def test_the_step_is_one_drift_with_its_reason():
    outputs = feed(shifted())
    (drift,) = changes(outputs)
    assert drift.change == "drift"
    assert str(LASTING) in drift.reason
    assert "adapt" in drift.reason
    assert drift.ts == alerts(outputs)[1].ts
    assert sum(verdict.drift for verdict in outputs.verdicts) == 1


def test_the_new_level_is_normal_at_once_and_nothing_else_is_forgotten():
    outputs = feed(shifted())
    end = BEFORE + 2 + LASTING
    assert all(score < 0.5 for score in scores(outputs)[end + 1 :])
    assert {verdict.condition for verdict in outputs.verdicts[end + 1 :]} == {"normal"}


def test_the_old_level_is_still_known_and_its_return_is_no_alert():
    outputs = feed(shifted(back=300))
    assert [alert.transition for alert in alerts(outputs)] == ["raised", "cleared"]
    assert all(score < 0.5 for score in scores(outputs)[-290:])


def test_a_twin_that_is_to_relearn_forgets_all_and_warms_anew():
    outputs = feed(shifted(response="relearn"))
    assert [event.change for event in changes(outputs)] == ["drift", "relearn"]
    relearned = changes(outputs)[1]
    assert (relearned.version, relearned.by) == (2, "rule")
    end = BEFORE + 2 + LASTING
    assert scores(outputs)[end + 1 : end + 101] == [None] * 100
    assert outputs.verdicts[end + 1].condition == "warming"
    assert outputs.verdicts[-1].condition == "normal"
    assert len(alerts(outputs)) == 2


def test_a_twin_that_learns_its_new_level_shows_no_score():
    log, roster = shifted(response="relearn"), new_roster()
    feed(log.messages[: 1 + BEFORE + 3 + LASTING], roster)
    state = states(roster.publish())["case"]
    assert (state.state, state.score, state.alert_id) == ("warming", None, None)


def test_a_twin_that_is_frozen_stays_in_alert_with_one_drift():
    outputs = feed(shifted(response="freeze"))
    assert [alert.transition for alert in alerts(outputs)] == ["raised"]
    assert [event.change for event in changes(outputs)] == ["drift"]
    assert outputs.verdicts[-1].condition == "anomalous"


def test_what_is_on_its_way_back_when_time_is_up_is_not_taken_for_a_new_level():
    log = Log(twin())
    log.observe_all("t1", noise(BEFORE))
    log.observe_all("t1", noise(LASTING - 10, 30.0, seed=2), first=BEFORE)
    log.observe_all("t1", noise(300, seed=3), first=BEFORE + LASTING - 10)
    outputs = feed(log)
    assert changes(outputs) == []
    assert [alert.transition for alert in alerts(outputs)] == ["raised", "cleared"]


@pytest.mark.parametrize("test", ["page_hinkley", "adwin", "kswin"])
def test_a_level_that_moves_too_slowly_for_an_alert_is_a_drift_after_the_first_day(test):
    log = Log(twin(test=test))
    still, moving = noise(2_000, deviation=1.0), noise(8_000, deviation=1.0, seed=2)
    values = [*still, *(value + step / 2_000 for step, value in enumerate(moving))]
    for step, value in enumerate(values):
        log.observe(60 * step, t1=value)
    outputs = feed(log)
    drifts = changes(outputs, "drift")
    assert 1 <= len(drifts) <= 4
    assert "too slowly" in drifts[0].reason
    assert alerts(outputs) == []


def cycle(samples: int, per_day: int, weekend: float = 1.0) -> list[float]:
    """20 + 5 sin over the day, by a part of it at the weekend."""
    swings = [5 * math.sin(2 * math.pi * i / per_day) for i in range(samples)]
    share = [weekend if (i // per_day) % 7 >= 5 else 1.0 for i in range(samples)]
    return [20 + a * b + c for a, b, c in zip(swings, share, noise(samples, 0.0, 0.2), strict=True)]


@pytest.mark.parametrize("per_day", [48, 144, 1440])
@pytest.mark.parametrize("weekend", [1.0, 0.3])
@pytest.mark.parametrize("test", ["page_hinkley", "adwin", "kswin"])
def test_daily_and_weekly_cycles_raise_nothing_and_are_one_drift_at_most(per_day, weekend, test):
    log = Log(twin(test=test))
    for step, value in enumerate(cycle(5_000, per_day, weekend)):
        log.observe(86_400 / per_day * step, t1=value)
    outputs = feed(log)
    assert alerts(outputs) == []
    two_cycles = START_S + 2 * 86_400
    assert len([event for event in changes(outputs) if event.ts.timestamp() > two_cycles]) <= 1


def test_a_constant_stream_is_no_drift():
    log = Log(twin())
    log.observe_all("t1", [21.5] * 5_000)
    assert changes(feed(log)) == []


def days(hours: list[float], per_hour: int = 20) -> Log:
    """Levels of whole hours, the first at a midnight, with noise; one value every three minutes."""
    log, start = Log(twin()), 86_400 - START_S % 86_400
    for number, wobble in enumerate(noise(len(hours) * per_hour, 0.0, 0.5)):
        log.observe(start + 3_600 / per_hour * number, t1=hours[number // per_hour] + wobble)
    return log


def test_a_fault_of_some_hours_is_no_part_of_the_days_that_follow():
    fault = [20.0] * 34 + [60.0] * 5 + [20.0] * 57
    outputs = feed(days(fault))
    assert [alert.transition for alert in alerts(outputs)] == ["raised", "cleared"]


def test_a_level_that_is_adopted_in_the_middle_of_a_day_is_no_part_of_the_day():
    outputs = feed(days([20.0] * 34 + [60.0] * 110))
    assert [alert.transition for alert in alerts(outputs)] == ["raised", "cleared"]
    assert all(score < 0.5 for score in scores(outputs)[-1_000:] if score is not None)
