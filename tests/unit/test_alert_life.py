"""An alert from its first high score to its end: once each, the same on every replay."""

from pipelines.testing.builders import START_S, Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, fields, states
from schemas.alert import AlertTransition

CALM, FAULT, AFTER = 60, 20, 60


def faulty(**sensors: object) -> Log:
    log = Log(definition(**(sensors or {"t1": {"unit": "degC"}})))
    log.observe_all("t1", noise(CALM))
    log.observe_all("t1", noise(FAULT, 60.0, seed=2), first=CALM)
    log.observe_all("t1", noise(AFTER, seed=3), first=CALM + FAULT)
    return log


def second_of(alert: AlertTransition) -> float:
    return alert.ts.timestamp() - START_S


def test_a_fault_is_raised_once_after_three_high_scores_and_cleared_once_after_five_low_ones():
    raised, cleared = alerts(feed(faulty()))
    assert (raised.transition, cleared.transition) == ("raised", "cleared")
    assert second_of(raised) == CALM + 2
    assert second_of(cleared) == CALM + FAULT + 4


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
    assert raised.score > 0.5
    assert raised.severity == "high"
    assert "t1 of case" in raised.summary
    assert "degC" in raised.summary
    assert "above" in raised.summary
    assert "back" in cleared.summary


def test_the_sensor_that_is_furthest_off_is_named_first():
    log = Log(definition(t1={}, t2={}, t3={}))
    for second in range(60):
        log.observe(second, t1=noise(60)[second], t2=noise(60, seed=2)[second], t3=noise(60, seed=3)[second])
    for second in range(60, 65):
        log.observe(second, t1=24.5, t2=0.0, t3=20.0)
    (raised,) = alerts(feed(log))
    assert [contribution.sensor for contribution in raised.contributions] == ["t2", "t1", "t3"]
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


def test_one_or_two_high_scores_raise_nothing():
    log = Log(definition())
    log.observe_all("t1", [*noise(CALM), 60.0, 60.0, *noise(30, seed=2), 60.0, 20.0, 60.0, 20.0, 60.0])
    assert alerts(feed(log)) == []


def test_a_value_that_wobbles_round_the_boundary_is_one_alert_and_not_a_storm():
    log = Log(definition())
    log.observe_all("t1", noise(400))
    roster = new_roster()
    feed(log, roster)
    sensor = roster.runtime("case").detector.snapshot().sensors["t1"]
    deviation = (sensor.squares / (sensor.samples - 1)) ** 0.5
    distances = [6.2] * 3 + [5.8, 6.2] * 180
    values = [sensor.mean + deviation * distance for distance in distances]
    wobble = Log(twin_id="case")
    wobble.observe_all("t1", values, first=400)
    assert [alert.transition for alert in alerts(feed(wobble, roster))] == ["raised"]


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
    assert in_alert == list(range(CALM + 2, CALM + FAULT + 4))
    assert all((verdict.condition == "anomalous") == verdict.alert for verdict in verdicts)


def test_the_score_goes_to_influxdb_with_the_state_of_the_twin():
    twin = [point for point in feed(faulty()).points if point.startswith("twin,")]
    points = [point for point in twin if "state" in fields(point)]
    assert len(points) == CALM + FAULT + AFTER
    assert fields(points[0]) == {"state": '"warming"', "held": "0.0"}
    assert fields(points[CALM + 5])["state"] == '"anomalous"'
    assert float(fields(points[CALM + 5])["score"]) > 0.5
