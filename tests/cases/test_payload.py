"""What is no number, no object or no JSON: refused with its reason, never dropped (C01, C03, C04, C09)."""

import json

import pytest

from pipelines.testing.builders import START_S, Log, definition, noise
from pipelines.testing.readers import dead_letters, fields
from pipelines.twin.rejection import Reason
from schemas.topics import Topic
from tests.cases.room import play, twin


def log_of(token: str, sensor: dict[str, object] | None = None) -> Log:
    """Two good values round one whose JSON is `token`."""
    log = Log(twin({"t1": sensor or {"unit": "degC"}}))
    log.observe(0, t1=True if sensor else 21.5)
    log.raw(b'{"sensor":"t1","ts":%d,"value":%s}' % (START_S + 1, token.encode()))
    log.observe(2, t1=False if sensor else 21.6)
    return log


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("NaN", Reason.NON_FINITE),
        ("Infinity", Reason.NON_FINITE),
        ("-Infinity", Reason.NON_FINITE),
        ("1e999", Reason.NON_FINITE),
        ("-1e999", Reason.NON_FINITE),
        ('"NaN"', Reason.NON_FINITE),
        ('"nan"', Reason.NON_FINITE),
        ('" -inf "', Reason.NON_FINITE),
        ('"Infinity"', Reason.NON_FINITE),
        ('"1e999"', Reason.NON_FINITE),
        ("1e300", Reason.OUT_OF_LIMITS),
        ("1" + "0" * 400, Reason.OUT_OF_LIMITS),
        ("null", Reason.NULL_VALUE),
        ("[]", Reason.NOT_NUMERIC),
        ("[21.5]", Reason.NOT_NUMERIC),
        ('{"value":21.5}', Reason.NOT_NUMERIC),
        ('"null"', Reason.NOT_NUMERIC),
        ('"21.5 21.6"', Reason.NOT_NUMERIC),
        ('"23,5"', Reason.NOT_NUMERIC),
        ('"1_000"', Reason.NOT_NUMERIC),
        ('"1,000.5"', Reason.NOT_NUMERIC),
        ('"317.N988"', Reason.NOT_NUMERIC),
        ('""', Reason.NOT_NUMERIC),
        ('"   "', Reason.NOT_NUMERIC),
        ('"19.8\u00b0C"', Reason.NOT_NUMERIC),
        ('"0x1F"', Reason.NOT_NUMERIC),
        ('"\u0661\u0662"', Reason.NOT_NUMERIC),
        ('"--5"', Reason.NOT_NUMERIC),
        ('"true"', Reason.NOT_NUMERIC),
        ("true", Reason.TYPE_BOOL),
        ("false", Reason.TYPE_BOOL),
    ],
)
def test_what_is_no_number_costs_one_dead_letter_and_the_next_value_is_taken(token, reason):
    played = play(log_of(token))
    assert played.reasons == [reason]
    assert played.values() == [21.5, 21.6]
    assert (played.counts.applied, played.counts.rejected) == (2, 1)
    assert played.notes()[f"rejected_{reason}"] == 1


@pytest.mark.parametrize("body", ['{"sensor":"t1","ts":1700000001}', '{"ts":1700000001,"values":{"t1":{"unit":"K"}}}'])
def test_a_reading_without_a_value_is_missing_and_not_null(body):
    log = log_of("22")
    log.raw(body.encode())
    assert play(log).reasons == [Reason.MISSING_VALUE]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("23.5", 23.5),
        (" 23.5 ", 23.5),
        ("00317.3988", 317.3988),
        ("+5", 5.0),
        ("-0.5", -0.5),
        (".5", 0.5),
        ("2.1e1", 21),
    ],
)
def test_a_number_in_quotes_is_taken_and_counted_as_repaired(text, value):
    log = Log(definition())
    log.observe(0, t1=text)
    log.observe(1, t1={"value": text})
    played = play(log)
    assert played.values() == [value, value]
    assert played.notes()["repaired_text"] == 2
    assert played.reasons == []


def test_all_four_values_of_a_boiler_that_quotes_arrive():
    log = Log(definition(a={}, b={}, c={}, d={}))
    log.observe(0, a="23.5", b=" 48 ", c=1.5, d="0")
    assert play(log).counts.applied == 4


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("true", 1.0),
        ('"on"', 1.0),
        ("0", 0.0),
        ('"OFF"', 0.0),
        ('" Yes "', 1.0),
        ("1.0", 1.0),
        ('"0"', 0.0),
        ("0.0", 0.0),
    ],
)
def test_a_binary_sensor_is_a_float_whatever_its_sender_writes(token, value):
    played = play(log_of(token, {"role": "binary"}))
    assert played.values() == [1.0, value, 0.0]
    assert {fields(line)["value"] for line in played.points()} <= {"1.0", "0.0"}


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("2", Reason.NOT_BINARY),
        ("0.5", Reason.NOT_BINARY),
        ('"maybe"', Reason.NOT_BINARY),
        ('""', Reason.NOT_BINARY),
        ("[]", Reason.NOT_BINARY),
        ("null", Reason.NULL_VALUE),
        ("NaN", Reason.NON_FINITE),
        ('"NaN"', Reason.NON_FINITE),
    ],
)
def test_what_is_neither_on_nor_off_is_refused(token, reason):
    played = play(log_of(token, {"role": "binary"}))
    assert played.reasons in ([reason], [Reason.NOT_BINARY])
    assert played.values() == [1.0, 0.0]


def test_a_truth_value_among_whole_numbers_is_not_learned_as_one():
    log = Log(definition())
    log.observe_all("t1", [1, 1, 0, 1])
    log.observe(4, t1=True)
    played = play(log)
    assert played.reasons == [Reason.TYPE_BOOL]
    assert played.values() == [1.0, 1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.TOMBSTONE),
        (b"", Reason.EMPTY),
        (b"  ", Reason.EMPTY),
        (b"\n\t", Reason.EMPTY),
        (b"null", Reason.NOT_OBJECT),
        (b"[]", Reason.NOT_OBJECT),
        (b'[{"sensor":"t1","ts":1700000000,"value":1}]', Reason.NOT_OBJECT),
        (b"42", Reason.NOT_OBJECT),
        (b"true", Reason.NOT_OBJECT),
        (b'"x"', Reason.NOT_OBJECT),
        (b"NaN", Reason.NOT_OBJECT),
        (b"\x00", Reason.NOT_JSON),
        (b"\xff\xfe{}", Reason.NOT_JSON),
        (b"<xml/>", Reason.NOT_JSON),
        (b'{"ts":1700000000,"sensor":"t1","value":1', Reason.NOT_JSON),
        (b'{"ts":1700000000,"sensor":"t1","value":1}{', Reason.NOT_JSON),
        (b'{"ts":1700000000}', Reason.MISSING_SENSOR),
        (b'{"ts":1700000000,"sensor":"","value":1}', Reason.MISSING_SENSOR),
        (b'{"ts":1700000000,"sensor":7,"value":1}', Reason.MISSING_SENSOR),
        (b'{"ts":1700000000,"values":{}}', Reason.MISSING_VALUE),
        (b'{"ts":1700000000,"values":[1,2]}', Reason.MISSING_VALUE),
        (b'{"ts":1700000000,"values":null}', Reason.MISSING_VALUE),
    ],
)
def test_a_message_that_is_no_observation_is_counted_and_the_next_one_is_taken(value, reason):
    log = Log(definition())
    log.observe(0, t1=21.5)
    log.raw(value)
    log.observe(1, t1=21.6)
    played = play(log)
    assert played.reasons == [reason]
    assert played.outcomes == ["applied", "rejected", "applied"]
    assert (played.counts.messages, played.counts.read) == (3, 3)


@pytest.mark.parametrize("body", [b"{}", b'{"sensor":"t1"}', b'{"sensor":"t1","value":1}'])
def test_an_object_without_time_or_sensor_is_refused_for_what_it_lacks(body):
    log = Log(definition())
    log.raw(body)
    assert play(log).reasons in ([Reason.MISSING_TS], [Reason.MISSING_SENSOR])


def test_nine_kinds_of_nothing_in_a_row_do_not_stop_the_twin():
    nothing = [None, b"", b"  ", b"null", b"{}", b"[]", b'[{"sensor":"t1"}]', b"42", b'"x"']
    log = Log(definition())
    for value in nothing:
        log.raw(value)
    log.observe(0, t1=21.5)
    played = play(log)
    assert (played.counts.rejected, played.counts.applied) == (9, 1)
    assert played.sensor().value == 21.5


def test_no_json_that_goes_out_holds_nan_or_infinity():
    log = Log(definition())
    log.observe_all("t1", noise(60))
    for token in (b"NaN", b"-Infinity", b"1e999"):
        log.raw(b'{"sensor":"t1","ts":%d,"value":%s}' % (START_S + 60, token))
    played = play(log)
    for record in [*played.outputs.records, *played.roster.publish().records]:
        json.loads(record.value or b"null", parse_constant=pytest.fail)
    assert not any("nan" in line.lower() or "inf" in line.lower() for line in played.outputs.points)


def test_a_dead_letter_names_its_place_and_holds_the_bytes():
    log = Log(definition())
    message = log.raw(b'{"sensor":"t1","ts":1700000000000,"value":NaN}')
    (letter,) = dead_letters(play(log).outputs)
    assert (letter.topic, letter.partition, letter.offset) == (Topic.TELEMETRY, 0, message.offset)
    assert letter.raw_bytes == len(message.value)
    assert letter.remedy
