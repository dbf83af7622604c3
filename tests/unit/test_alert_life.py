"""An alert from the first distance beyond its boundary to its end: once each, the same on every replay."""

from itertools import pairwise

import pytest

from pipelines.testing.builders import START_S, Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, fields, models, scores, states
from schemas.alert import AlertTransition

CALM, FAULT, AFTER = 60, 20, 60
BACK, QUIET = 12, 30
"""The first value on the way back is a spike until the second confirms it; with the 12th the short mean has come most
of the way; 30 quiet ones clear the alert."""
LAST = CALM + FAULT + BACK + QUIET - 2
"""The second that clears it."""


def faulty(**sensors: object) -> Log:
    log = Log(definition(**(sensors or {"t1": {"unit": "degC"}})))
    log.observe_all("t1", noise(CALM))
    log.observe_all("t1", noise(FAULT, 60.0, seed=2), first=CALM)
    log.observe_all("t1", noise(AFTER, seed=3), first=CALM + FAULT)
    return log


def second_of(alert: AlertTransition) -> float:
    return alert.ts.timestamp() - START_S


def test_a_fault_is_raised_once_after_three_distances_beyond_the_boundary_and_cleared_once_after_thirty_quiet_ones():
    raised, cleared = alerts(feed(faulty()))
    assert (raised.transition, cleared.transition) == ("raised", "cleared")
    assert second_of(raised) == CALM + 2
    assert second_of(cleared) == LAST
    assert raised.basis.since.timestamp() - START_S == CALM


def test_both_transitions_are_of_one_alert_and_numbered():
    raised, cleared = alerts(feed(faulty()))
    assert raised.alert_id == cleared.alert_id
    assert (raised.sequence, cleared.sequence) == (1, 2)
    assert raised.raised_at == cleared.raised_at == raised.ts


def test_an_alert_says_what_is_wrong_and_by_how_much():
    raised, cleared = alerts(feed(faulty()))
    (contribution,) = raised.contributions
    assert contribution.sensor == "t1"
    assert abs(contribution.value - 60) < 3
    assert abs(contribution.expected - 20) < 1
    assert contribution.deviations > 6
    assert (contribution.detector, contribution.share) == ("level", 1.0)
    assert raised.score > 0.5
    assert raised.severity == "high"
    assert raised.summary == "case: t1 is 60.197 degC, 200 % above its usual 20.09 degC, for 2 s"
    assert raised.summary == f"case: {contribution.words}"
    assert raised.basis.samples == CALM + 2
    assert "not why" in raised.basis.limits
    assert "back" in cleared.summary


def test_the_sensor_that_is_furthest_off_is_named_first_and_one_that_is_usual_is_not_named():
    log = Log(definition(t1={}, t2={}, t3={}))
    for second in range(60):
        log.observe(second, t1=noise(60)[second], t2=noise(60, seed=2)[second], t3=noise(60, seed=3)[second])
    for second in range(60, 65):
        log.observe(second, t1=24.5, t2=0.0, t3=20.0)
    (raised,) = alerts(feed(log))
    assert [contribution.sensor for contribution in raised.contributions] == ["t2", "t1"]
    first, second = (contribution.share for contribution in raised.contributions)
    assert first > second > 0
    assert first + second == pytest.approx(1.0)
    assert raised.contributions[0].deviations < 0
    assert "below" in raised.summary


def test_a_replay_gives_the_same_messages_with_the_same_ids():
    first, second = feed(faulty()), feed(faulty())
    assert len(alerts(first)) == 2
    assert first.records == second.records


def test_two_faults_are_two_alerts():
    log = faulty()
    start = CALM + FAULT + AFTER
    log.observe_all("t1", noise(10, 60.0, seed=4), first=start)
    first, _, second = alerts(feed(log))
    assert first.alert_id != second.alert_id
    assert second.sequence == 1


@pytest.mark.parametrize("far", [[60.0], [60.0, 20.0, 60.0, 20.0, 60.0], [24.0, 24.0], [30.0]])
def test_one_or_two_high_scores_raise_nothing(far):
    log = Log(definition())
    log.observe_all("t1", [*noise(CALM), *far, *noise(30, seed=2)])
    outputs = feed(log)
    assert max(scores(outputs)[CALM : CALM + len(far)]) > 0.5
    assert alerts(outputs) == []


@pytest.mark.parametrize(("beyond", "told"), [(1, []), (2, []), (3, ["raised"]), (4, ["raised"])])
def test_a_short_mean_that_is_beyond_the_boundary_for_less_than_three_samples_raises_nothing(beyond, told):
    log = Log(definition())
    log.observe_all("t1", noise(400))
    roster = new_roster()
    feed(log, roster)
    level = models(roster.runtime("case"))["t1"].level
    mean, values = level.fast, []
    for distance in [0.5, *[1.3] * beyond, 0.6, 0.2, 0.1]:
        wanted = level.slow + distance * level.reach * level.scale
        values.append(mean + 7 * (wanted - mean))
        mean = wanted
    after = Log(twin_id="case")
    after.observe_all("t1", values, first=400)
    assert [alert.transition for alert in alerts(feed(after, roster))] == told


def test_a_value_that_wobbles_round_the_boundary_is_one_alert_and_not_a_storm():
    log = Log(definition())
    log.observe_all("t1", noise(400))
    roster = new_roster()
    feed(log, roster)
    level = models(roster.runtime("case"))["t1"].level
    distances = ([3.0] * 10 + [0.4] * 10) * 18
    values = [level.slow + level.reach * level.scale * distance for distance in distances]
    wobble = Log(twin_id="case")
    wobble.observe_all("t1", values, first=400)
    outputs = feed(wobble, roster)
    beyond = [score > 0.5 for score in scores(outputs)]
    assert sum(one != other for one, other in pairwise(beyond)) >= 2 * 18 - 1, "it does wobble"
    assert [alert.transition for alert in alerts(outputs)] == ["raised"]


def test_the_state_names_the_alert_while_it_is_active():
    log = faulty()
    roster = new_roster()
    (raised,) = alerts(feed(log.messages[: CALM + 10], roster))
    state = states(roster.publish())["case"]
    assert (state.state, state.alert_id) == ("anomalous", raised.alert_id)
    feed(log.messages[CALM + 10 :], roster)
    state = states(roster.publish())["case"]
    assert (state.state, state.alert_id) == ("normal", None)


def test_each_transition_is_a_point_that_dashboards_can_mark():
    points = [point for point in feed(faulty()).points if point.startswith("alert,")]
    assert [point.split("active=")[1][:3] for point in points] == ["1.0", "0.0"]
    assert all("condition=anomaly" in point and "alert_id=" in point for point in points)


def test_verdicts_say_when_the_twin_is_in_alert():
    verdicts = feed(faulty()).verdicts
    in_alert = [number for number, verdict in enumerate(verdicts) if verdict.alert]
    assert in_alert == list(range(CALM + 2, LAST))
    assert all((verdict.condition == "anomalous") == verdict.alert for verdict in verdicts)


def test_the_score_goes_to_influxdb_with_the_state_of_the_twin():
    twin = [point for point in feed(faulty()).points if point.startswith("twin,")]
    points = [point for point in twin if "state" in fields(point)]
    assert len(points) == CALM + FAULT + AFTER
    assert fields(points[0]) == {"state": '"warming"', "held": "0.0"}
    assert fields(points[CALM + 5])["state"] == '"anomalous"'
    assert float(fields(points[CALM + 5])["score"]) > 0.5
    assert float(fields(points[CALM + 5])["distance"]) > 1
    assert fields(points[CALM + 5])["source"] == '"level/t1"'


def test_a_fault_that_comes_again_and_again_is_found_each_time():
    """Five samples in every 75: what is beyond the boundary teaches nothing, however often it comes."""
    log = Log(definition(warm_up=100))
    values = noise(1_600)
    for begin in range(200, 1_600, 75):
        values[begin : begin + 5] = [40.0] * 5
    log.observe_all("t1", values)
    told = [alert.transition for alert in alerts(feed(log))]
    assert told.count("raised") == len(range(200, 1_600, 75))


def test_a_new_pace_of_messages_hides_nothing_for_long():
    log = Log(definition(warm_up=100))
    values = noise(900)
    values[700:720] = [60.0] * 20
    for number, value in enumerate(values):
        log.observe(number if number < 500 else 500 + (number - 500) / 20, t1=value)
    raised = [alert for alert in alerts(feed(log)) if alert.transition == "raised"]
    assert [alert.contributions[0].detector for alert in raised] == ["arrival", "level"]
