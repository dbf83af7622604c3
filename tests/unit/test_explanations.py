"""Why a twin is judged as it is, in numbers and in words that an operator reads."""

import pytest

from pipelines.detection.finding import Finding, words
from pipelines.detection.judgement import Kind, Source
from pipelines.simulation.randomness import random_stream
from pipelines.testing.builders import START_S, Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, states
from schemas.alert import AlertTransition
from schemas.definition import TwinDefinition

UNITS = {"flow": {"unit": "m3/h"}, "pressure": {"unit": "bar"}, "power": {"unit": "kW"}}


def plant(count: int, seed: int = 1) -> list[dict[str, float]]:
    """Flow and pressure vary by themselves; power follows both."""
    rng, rows, flow, pressure = random_stream(seed), [], 0.0, 0.0
    for _ in range(count):
        flow, pressure = 0.9 * flow + rng.gauss(0.0, 2.0), 0.9 * pressure + rng.gauss(0.0, 0.3)
        rows.append({"flow": 60 + flow, "pressure": 5 + pressure})
        rows[-1]["power"] = 0.2 * rows[-1]["flow"] + 3 * rows[-1]["pressure"] + rng.gauss(0.0, 0.05)
    return rows


def pump(**units: object) -> TwinDefinition:
    return definition(warm_up=200, **(units or UNITS))


def raised(log: Log) -> AlertTransition:
    found = [alert for alert in alerts(feed(log)) if alert.condition == "anomaly" and alert.transition == "raised"]
    return found[0]


def efficiency_lost() -> Log:
    """Power 14 % above what flow and pressure explain, but not above what power has shown before."""
    log = Log(pump())
    for second, row in enumerate(plant(1_500)):
        if second >= 1_200:
            row["power"] *= 1.14
        log.observe(second, **row)
    return log


def test_a_sensor_that_leaves_the_others_is_told_by_what_they_explain():
    alert = raised(efficiency_lost())
    told = next(one for one in alert.contributions if one.detector == "relation" and one.sensor == "power")
    assert told.value / told.expected == pytest.approx(1.14, abs=0.06)
    assert "% above the" in told.words
    assert "kW that" in told.words
    assert {"flow", "pressure"} & set(told.words.replace(",", "").split())


def test_shares_are_parts_of_the_whole_the_largest_first():
    shares = [one.share for one in raised(efficiency_lost()).contributions]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1 + 1e-9


def test_an_alert_says_since_when_on_what_it_rests_and_what_it_does_not_tell():
    log = Log(definition(warm_up=100))
    log.observe_all("t1", [*noise(300), *noise(10, 60.0, seed=2)])
    basis = raised(log).basis
    assert basis.since.timestamp() - START_S == 300
    assert (basis.model_version, basis.samples) == (1, 302)
    assert "not why" in basis.limits


def test_the_state_tells_the_same_while_it_lasts_and_for_how_long():
    log, roster = Log(definition(warm_up=100)), new_roster()
    log.observe_all("t1", [*noise(300), *noise(121, 60.0, seed=2)])
    feed(log, roster)
    state = states(roster.publish())["case"]
    assert state.since.timestamp() - START_S == 300
    assert state.contributions[0].sensor == "t1"
    assert state.contributions[0].expected == pytest.approx(20.0, abs=0.5)
    assert state.contributions[0].words.endswith("for 2 min")


def test_a_healthy_twin_has_nothing_to_explain():
    log, roster = Log(definition(warm_up=100)), new_roster()
    log.observe_all("t1", noise(300))
    feed(log, roster)
    state = states(roster.publish())["case"]
    assert (state.contributions, state.since) == ((), None)


def test_a_sensor_that_hardly_moves_any_more_is_told_so():
    log = Log(definition(warm_up=200))
    log.observe_all("t1", [*noise(600), *noise(200, 20.0, 0.02, seed=2)])
    told = raised(log).contributions[0]
    assert (told.detector, told.sensor) == ("spread", "t1")
    assert "hardly moves" in told.words


def test_messages_that_come_at_another_pace_are_told_so():
    log = Log(definition(warm_up=100))
    for number, value in enumerate(noise(500)):
        log.observe(number if number < 300 else 300 + (number - 300) / 20, t1=value)
    alert = raised(log)
    told = next(one for one in alert.contributions if one.detector == "arrival")
    assert told.sensor is None
    assert told.expected == pytest.approx(1.0, rel=0.05)
    assert "instead of every" in told.words


def test_a_combination_that_was_never_seen_is_told_with_its_sensors():
    sensors = {name: {"range": [0, 100]} for name in ("a", "b")}
    log, rng = Log(definition(warm_up=200, **sensors)), random_stream(5)
    for second in range(2_600):
        mode = 20.0 if rng.random() < 0.5 else 80.0
        other = 100.0 - mode if second >= 2_500 else mode
        log.observe(second, a=mode + rng.gauss(0.0, 1.0), b=other + rng.gauss(0.0, 1.0))
    outputs = feed(log)
    told = [one for alert in alerts(outputs) for one in alert.contributions]
    assert any(one.detector in ("isolation", "relation") for one in told)


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (Finding(Source(Kind.LEVEL, "t"), 2, 1, 80.0, 20.0, 0.5), "t is 80 Cel, 300 % above its usual 20 Cel"),
        (Finding(Source(Kind.LEVEL, "t"), 2, 1, 3.0, 0.01, 0.5), "t is 3 Cel, 6.0 standard deviations above its usual"),
        (Finding(Source(Kind.LEVEL, "t"), 2, 1, -5.0, 20.0, 0.5), "t is -5 Cel, 125 % below its usual 20 Cel"),
        (Finding(Source(Kind.ARRIVAL), 2, 1, 0.2, 60.0, 1.0), "messages come every 0.2 s instead of every 1 min"),
        (Finding(Source(Kind.SPREAD, "t"), 2, 1, 12.0, 1.0, 1.0), "its steps are 12 times larger than usual"),
        (Finding(Source(Kind.ISOLATION), 2, 1, 5, 1, 1, ("a", "b")), "a and b have hardly ever been seen in this"),
    ],
)
def test_words(finding, said):
    assert said in words(finding, {"t": "Cel"})


def test_a_moment_unlike_anything_before_is_told_by_its_sensor():
    log, roster = Log(definition(warm_up=100, t1={}, t2={})), new_roster()
    for second, (one, two) in enumerate(zip(noise(300), noise(300, 5.0, seed=2), strict=True)):
        log.observe(second, t1=one, t2=two)
    log.observe(300, t1=20.0, t2=45.0)
    outputs = feed(log, roster)
    state = states(roster.publish())["case"]
    assert state.score > 0.6
    told = next(one for one in state.contributions if one.detector == "novelty")
    assert (told.sensor, told.value) == ("t2", 45.0)
    assert "never did before" in told.words
    assert alerts(outputs) == []
    (point,) = [point for point in outputs.points if point.startswith("twin,") and point.endswith("300000000000")]
    assert 'source="novelty/t2"' in point
