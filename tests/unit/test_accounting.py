"""Every reading has one outcome, every refusal a dead letter, and the totals add up."""

from base64 import b64decode

import pytest

from pipelines.testing.builders import START_S, Log, definition, feed, new_roster
from pipelines.testing.readers import dead_letters, fields, states
from pipelines.twin.rejection import Reason

EIGHT = {f"s{number}": {"unit": "bar"} for number in range(8)}


def test_one_bad_value_of_eight_costs_one_reading():
    log = Log(definition(**EIGHT))
    message = log.observe(0, **{name: (None if name == "s3" else 1.0) for name in EIGHT})
    roster = new_roster()
    outputs = feed(log, roster)
    (letter,) = dead_letters(outputs)
    assert (letter.reason, letter.sensors, letter.twin_id) == (Reason.NULL_VALUE, ("s3",), "case")
    assert b64decode(letter.raw) == message.value
    counts = states(roster.publish())["case"].counts
    assert (counts.messages, counts.read, counts.applied, counts.rejected) == (1, 8, 7, 1)
    assert sum(point.startswith("observation") for point in outputs.points) == 7
    assert outputs.verdicts[0].outcome == "applied"


def test_a_message_has_one_dead_letter_for_each_reason_that_names_its_sensors():
    log = Log(definition(**EIGHT))
    values = {"s0": None, "s1": "x", "s2": None, "s3": float("nan"), "s4": 1.0, "nobody": 1.0, "nothing": 2.0}
    message = log.observe(0, **values)
    letters = dead_letters(feed(log))
    assert {letter.reason: letter.sensors for letter in letters} == {
        Reason.NULL_VALUE: ("s0", "s2"),
        Reason.NOT_NUMERIC: ("s1",),
        Reason.NON_FINITE: ("s3",),
        Reason.UNKNOWN_SENSOR: ("nobody", "nothing"),
    }
    assert len(letters) == 4
    assert all(letter.remedy for letter in letters)
    assert {(letter.topic, letter.partition, letter.offset) for letter in letters} == {
        ("twin.telemetry", 0, message.offset)
    }


def test_dead_letters_of_one_message_have_ids_of_their_own():
    log = Log(definition(t1={"unit": "degC"}, t2={"unit": "bar"}))
    log.observe(0, t1={"value": 1, "unit": "kPa"}, t2={"value": 1, "unit": "K"}, t3=None)
    outputs = feed(log)
    assert len(dead_letters(outputs)) == len(outputs.records) == 2
    named = [sensor for letter in dead_letters(outputs) for sensor in letter.sensors]
    assert sorted(named) == ["t1", "t2", "t3"]
    ids = [record.id for record in outputs.records]
    assert len(set(ids)) == len(ids)


def test_dead_letters_have_the_same_ids_on_every_replay():
    log = Log(definition())
    log.observe(0, t1=None, t2=1.0)
    log.raw(b"{")
    first, second = feed(log), feed(log)
    assert len(first.records) == 3
    assert first.records == second.records


def test_a_broken_message_counts_as_one_reading_of_the_twin_that_its_key_names():
    log = Log(definition())
    log.raw(b'{"sensor":"t1","value":')
    roster = new_roster()
    outputs = feed(log, roster)
    counts = states(roster.publish())["case"].counts
    assert (counts.messages, counts.read, counts.rejected) == (1, 1, 1)
    assert dead_letters(outputs)[0].key == "case"
    assert roster.ledger.messages == 0


def test_what_no_twin_owns_stands_in_the_rosters_own_books():
    log = Log(definition())
    good = f'{{"ts":{START_S},"values":{{"t1":1}}}}'.encode()
    log.raw(good, key=None)
    log.raw(good, key=b"nobody")
    log.raw(b"{", key=b"nobody")
    log.raw(good, key=b"\xff")
    roster = new_roster()
    outputs = feed(log, roster)
    reasons = [Reason.MISSING_TWIN_ID, Reason.UNKNOWN_TWIN, Reason.NOT_JSON, Reason.BAD_ID]
    assert [letter.reason for letter in dead_letters(outputs)] == reasons
    assert roster.ledger.counts().rejected == roster.ledger.counts().messages == 4
    assert dict(roster.ledger.reasons) == dict.fromkeys(reasons, 1)
    (own,) = [point for point in roster.publish().points if point.startswith("pipeline,bucket=0")]
    assert "rejected_unknown_twin=1.0" in own


@pytest.mark.parametrize(
    ("unit", "reason", "named"),
    [("bar", Reason.UNIT_MISMATCH, "degC"), ("parsnip", Reason.UNKNOWN_UNIT, "parsnip")],
)
def test_a_wrong_unit_is_refused_and_never_taken_for_a_value(unit, reason, named):
    log = Log(definition(t1={"unit": "degC"}))
    log.observe(0, t1={"value": 37.0, "unit": "degC"})
    log.observe(1, t1={"value": 98.6, "unit": unit})
    roster = new_roster()
    outputs = feed(log, roster)
    (letter,) = dead_letters(outputs)
    assert (letter.reason, letter.sensors) == (reason, ("t1",))
    assert named in letter.remedy
    state = states(roster.publish())["case"]
    assert state.sensors["t1"].value == 37.0
    assert (state.counts.applied, state.counts.rejected) == (1, 1)
    assert not any("98.6" in point for point in outputs.points)


def test_a_value_in_another_unit_of_its_dimension_is_converted_and_counted_as_repaired():
    log = Log(definition(t1={"unit": "degC"}))
    log.observe(0, t1={"value": 98.6, "unit": "degF"})
    log.observe(1, t1={"value": 37.0, "unit": "degC"})
    roster = new_roster()
    outputs = feed(log, roster)
    assert dead_letters(outputs) == []
    values = [float(fields(point)["value"]) for point in outputs.points if point.startswith("observation")]
    assert values == pytest.approx([37.0, 37.0])
    (counters,) = [point for point in roster.publish().points if point.startswith("pipeline,area")]
    assert fields(counters)["repaired_unit"] == "1.0"


def test_counters_in_influxdb_say_what_the_state_says():
    log = Log(definition())
    log.observe(0, t1=1.0)
    log.observe(0, t1=1.0)
    log.observe(0, t1=2.0)
    log.observe(1, t1=None)
    roster = new_roster()
    feed(log, roster)
    published = roster.publish()
    (counters,) = [point for point in published.points if point.startswith("pipeline,area")]
    counts = states(published)["case"].counts.model_dump()
    assert counts == {
        "messages": 4, "read": 4, "applied": 1, "amended": 1, "duplicate": 1, "rejected": 1, "waiting": 0,
        "definitions": 1, "definitions_rejected": 0, "commands": 0, "commands_rejected": 0,
    }  # fmt: skip
    for name, count in counts.items():
        assert f"{name}={float(count)}" in counters
    assert "rejected_null_value=1.0" in counters
    assert "amended_conflict=1.0" in counters
