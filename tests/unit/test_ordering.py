"""Each sensor's own time: new, repeated, corrected, late (field cases C20, C21)."""

import pytest

from pipelines.testing.builders import START_NS, START_S, Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, fields, scores, states
from pipelines.twin.ledger import Note


def outcomes(log: Log) -> list[str]:
    return [verdict.outcome.value for verdict in feed(log).verdicts]


def test_a_late_value_is_kept_in_history_and_never_rolls_the_twin_back():
    log = Log(definition())
    log.observe(5, t1=2.0)
    log.observe(3, t1=1.0)
    roster = new_roster()
    outputs = feed(log, roster)
    assert [verdict.outcome for verdict in outputs.verdicts] == ["applied", "amended"]
    state = states(roster.publish())["case"]
    assert (state.sensors["t1"].value, state.ts.timestamp()) == (2.0, START_S + 5)
    late = [point for point in outputs.points if point.endswith(str(START_NS + 3 * 10**9))]
    assert [fields(point) for point in late] == [{"value": "1.0"}]
    assert state.counts.amended == 1
    assert dict(roster.runtime("case").ledger.notes) == {Note.LATE: 1}


@pytest.mark.parametrize(
    ("late", "shown"),
    [
        (150.0, {"value": "150.0", "quality": '"bad"', "flaw": '"out-of-range"'}),
        (-99.5, {"value": "-99.5", "quality": '"bad"', "flaw": '"sentinel"'}),
        ({"value": 20, "quality": "bad"}, {"value": "20.0", "quality": '"bad"', "flaw": '"bad-status"'}),
        (
            {"value": 20, "quality": "uncertain"},
            {"value": "20.0", "quality": '"uncertain"', "flaw": '"uncertain-status"'},
        ),
    ],
)
def test_a_late_value_shows_what_is_wrong_with_it_by_itself(late, shown):
    log = Log(definition(t1={"range": [0, 100], "sentinels": [-99.5]}))
    log.observe(5, t1=2.0)
    log.observe(3, t1=late)
    roster = new_roster()
    outputs = feed(log, roster)
    at_3 = [point for point in outputs.points if point.endswith(str(START_NS + 3 * 10**9))]
    assert [fields(point) for point in at_3] == [shown]
    state = states(roster.publish())["case"]
    assert (state.sensors["t1"].value, state.sensors["t1"].quality) == (2.0, "good")
    assert alerts(outputs) == []


def test_a_repeat_is_learned_once_and_written_once():
    log = Log(definition())
    first = log.observe(0, t1=21.5)
    log.raw(first.value)
    roster = new_roster()
    outputs = feed(log, roster)
    assert [verdict.outcome for verdict in outputs.verdicts] == ["applied", "duplicate"]
    assert sum(point.startswith("observation") for point in outputs.points) == 1
    state = states(roster.publish())["case"]
    assert (state.counts.duplicate, state.warming.samples) == (1, 1)


def test_of_two_values_at_one_time_the_last_wins_and_the_first_was_learned():
    log = Log(definition())
    log.observe(0, t1=21.5)
    log.observe(0, t1=22.0)
    log.observe(0, t1=22.0)
    roster = new_roster()
    outputs = feed(log, roster)
    assert [verdict.outcome for verdict in outputs.verdicts] == ["applied", "amended", "duplicate"]
    observations = [point for point in outputs.points if point.startswith("observation")]
    assert [fields(point)["value"] for point in observations] == ["21.5", "22.0"]
    assert len({point.split(" ")[0] + point.split(" ")[-1] for point in observations}) == 1
    state = states(roster.publish())["case"]
    assert (state.sensors["t1"].value, state.warming.samples) == (22.0, 1)
    # What stood there before may have had a flaw: a correction overwrites it.
    assert fields(observations[1]) == {"value": "22.0", "quality": '"good"', "flaw": '"none"'}
    assert dict(roster.runtime("case").ledger.notes) == {Note.CONFLICT: 1}


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((150.0, 50.0), {"value": "50.0", "quality": '"good"', "flaw": '"none"'}),
        ((50.0, 150.0), {"value": "150.0", "quality": '"bad"', "flaw": '"out-of-range"'}),
    ],
)
def test_a_correction_rewrites_the_quality_too(values, shown):
    log = Log(definition(t1={"range": [0, 100]}))
    for value in values:
        log.observe(0, t1=value)
    roster = new_roster()
    observations = [point for point in feed(log, roster).points if point.startswith("observation")]
    assert len(observations) == 2
    assert fields(observations[1]) == shown
    sensor = states(roster.publish())["case"].sensors["t1"]
    assert (sensor.value, f'"{sensor.quality}"') == (values[1], shown["quality"])


def test_two_sensors_at_one_time_are_both_kept():
    log = Log(definition(t1={}, t2={}))
    log.observe(0, t1=1.0)
    log.observe(0, t2=2.0)
    assert outcomes(log) == ["applied", "applied"]


def test_a_sensor_that_lags_behind_another_is_not_late():
    log = Log(definition(t1={}, t2={}))
    log.observe(10, t1=1.0)
    log.observe(4, t2=2.0)
    roster = new_roster()
    outputs = feed(log, roster)
    assert [verdict.outcome for verdict in outputs.verdicts] == ["applied", "applied"]
    assert states(roster.publish())["case"].ts.timestamp() == START_S + 10


def test_late_values_are_neither_scored_nor_learned():
    log = Log(definition())
    log.observe_all("t1", noise(30), first=100)
    for second in range(50):
        log.observe(second, t1=500.0)
    log.observe(130, t1=20.0)
    without = Log(definition())
    without.observe_all("t1", noise(30), first=100)
    without.observe(130, t1=20.0)
    outputs = feed(log)
    assert scores(outputs)[30:80] == [None] * 50
    assert alerts(outputs) == []
    assert scores(outputs)[-1] == scores(feed(without))[-1]


def test_a_late_part_of_a_message_does_not_make_the_rest_late():
    log = Log(definition(t1={}, t2={}))
    log.observe(5, t1=1.0)
    log.observe(3, t1=0.5, t2=2.0)
    roster = new_roster()
    outputs = feed(log, roster)
    assert outputs.verdicts[-1].outcome == "applied"
    assert {name: sensor.value for name, sensor in states(roster.publish())["case"].sensors.items()} == {
        "t1": 1.0,
        "t2": 2.0,
    }


def test_an_old_message_that_comes_once_more_does_not_mark_its_point_as_late():
    """A gateway that sends its last minute again must not turn history into late history."""
    log = Log(definition())
    first = log.observe(0, t1=1.0)
    log.observe(1, t1=2.0)
    log.raw(first.value)
    roster = new_roster()
    outputs = feed(log, roster)
    assert [verdict.outcome for verdict in outputs.verdicts] == ["applied", "applied", "duplicate"]
    (once,) = [point for point in outputs.points if point.startswith("observation") and point.endswith(str(START_NS))]
    assert fields(once) == {"value": "1.0", "quality": '"good"'}
    assert roster.runtime("case").ledger.notes[Note.LATE] == 0


def test_a_value_out_of_its_range_is_shown_as_bad_and_not_learned():
    log = Log(definition(t1={"range": [0, 100]}))
    log.observe_all("t1", noise(30))
    log.observe(30, t1=150.0)
    roster = new_roster()
    outputs = feed(log, roster)
    assert outputs.verdicts[-1].score is None
    state = states(roster.publish())["case"]
    assert (state.sensors["t1"].value, state.sensors["t1"].quality) == (150.0, "bad")
    observation = [point for point in outputs.points if point.startswith("observation")][-1]
    assert fields(observation) == {"value": "150.0", "quality": '"bad"', "flaw": '"out-of-range"'}
    (alert,) = alerts(outputs)
    assert (alert.condition, alert.sensor, alert.transition, alert.score) == ("out-of-range", "t1", "raised", None)


def test_a_value_that_its_sender_calls_bad_is_shown_and_not_learned():
    log = Log(definition())
    log.observe(0, t1={"value": 500.0, "quality": "bad"})
    log.observe(1, t1={"value": 20.0, "quality": "uncertain"})
    roster = new_roster()
    feed(log, roster)
    state = states(roster.publish())["case"]
    assert (state.warming.samples, state.sensors["t1"].quality, state.counts.applied) == (1, "uncertain", 2)
