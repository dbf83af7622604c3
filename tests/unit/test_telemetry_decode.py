"""From bytes to readings: both shapes, and every kind of broken message by its name (field cases C09, C10)."""

import pytest

from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.telemetry import Reading, RejectedReading, Telemetry, parse_object, parse_telemetry
from schemas.quality import Quality

TS = 1_700_000_000
TS_NS = TS * 10**9


def decoded(value: bytes | None) -> Telemetry | Rejected:
    body = parse_object(value)
    return body if isinstance(body, Rejected) else parse_telemetry(body)


def reason_of(value: bytes | None) -> Reason:
    rejected = decoded(value)
    assert isinstance(rejected, Rejected)
    assert rejected.remedy
    return rejected.reason


def readings_of(body: dict[str, object]) -> tuple[Reading | RejectedReading, ...]:
    telemetry = parse_telemetry({"ts": TS, **body})
    assert isinstance(telemetry, Telemetry)
    return telemetry.readings


def test_one_sensor_with_everything_said_of_it():
    telemetry = decoded(
        b'{"twin_id":"pump-1","sensor":"flow","ts":1700000000000,"value":41.2,"unit":"m3/h","quality":"uncertain",'
        b'"seq":17,"source":"gw-1"}'
    )
    assert telemetry == Telemetry(TS_NS, (Reading("flow", 41.2, "m3/h", Quality.UNCERTAIN),))


def test_several_sensors_at_one_time_each_with_or_without_its_own_unit():
    telemetry = decoded(
        b'{"ts":"2023-11-14T22:13:20Z","values":{"flow":41.2,"pressure":{"value":"210","unit":"kPa","quality":"bad"}}}'
    )
    assert telemetry == Telemetry(TS_NS, (Reading("flow", 41.2), Reading("pressure", 210.0, "kPa", Quality.BAD)))


def test_fields_that_a_device_adds_of_its_own_are_ignored():
    assert readings_of({"sensor": "t1", "value": 1, "battery": 88, "nested": {"a": []}}) == (Reading("t1", 1.0),)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.EMPTY),
        (b"", Reason.EMPTY),
        (b"  ", Reason.EMPTY),
        (b"null", Reason.NOT_OBJECT),
        (b"{}", Reason.MISSING_TS),
        (b"[]", Reason.NOT_OBJECT),
        (b'[{"sensor":"t1"}]', Reason.NOT_OBJECT),
        (b"42", Reason.NOT_OBJECT),
        (b'"x"', Reason.NOT_OBJECT),
        (b"NaN", Reason.NOT_OBJECT),
        (b'{"sensor":"t1","value":', Reason.NOT_JSON),
        (b"\xff\xfe\x00", Reason.NOT_JSON),
        (b'{"ts":1700000000,"sensor":"\\ud800","value":1}', Reason.NOT_JSON),
        (b'{"ts":1700000000,"value":1}', Reason.MISSING_SENSOR),
        (b'{"ts":1700000000,"sensor":"","value":1}', Reason.MISSING_SENSOR),
        (b'{"ts":1700000000,"sensor":7,"value":1}', Reason.MISSING_SENSOR),
        (b'{"ts":1700000000,"values":{}}', Reason.MISSING_VALUE),
        (b'{"ts":1700000000,"values":null}', Reason.MISSING_VALUE),
        (b'{"ts":1700000000,"values":[1]}', Reason.MISSING_VALUE),
        (b'{"ts":1700000000,"sensor":"t1","value":1,"seq":"x"}', Reason.BAD_SEQ),
        (b'{"ts":1700000000,"sensor":"t1","value":1,"seq":true}', Reason.BAD_SEQ),
        (b'{"sensor":"t1","value":1}', Reason.MISSING_TS),
        (b'{"ts":"2024-03-31T02:30:00","sensor":"t1","value":1}', Reason.NO_ZONE),
    ],
)
def test_a_broken_message_is_refused_with_its_reason(value, reason):
    assert reason_of(value) is reason


def test_of_a_key_that_stands_twice_the_last_one_counts():
    telemetry = decoded(b'{"ts":1700000000,"sensor":"t1","value":1,"value":2}')
    assert telemetry == Telemetry(TS_NS, (Reading("t1", 2.0),))


@pytest.mark.parametrize("token", [b"NaN", b"-Infinity", b"Infinity", b"1e999", b'"NaN"'])
def test_tokens_that_are_no_json_are_refused_as_values_and_not_as_a_message(token):
    telemetry = decoded(b'{"ts":1700000000,"values":{"t1":' + token + b',"t2":5}}')
    assert isinstance(telemetry, Telemetry)
    bad, good = telemetry.readings
    assert isinstance(bad, RejectedReading)
    assert bad.rejected.reason is Reason.NON_FINITE
    assert good == Reading("t2", 5.0)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, Reason.MISSING_VALUE),
        ({"value": None}, Reason.NULL_VALUE),
        ({"value": True}, Reason.TYPE_BOOL),
        ({"value": "x"}, Reason.NOT_NUMERIC),
        ({"value": 1, "unit": 5}, Reason.UNKNOWN_UNIT),
        ({"value": 1, "quality": "excellent"}, Reason.BAD_QUALITY),
        ({"value": 1, "quality": 192}, Reason.BAD_QUALITY),
    ],
)
def test_a_bad_reading_is_refused_alike_in_both_shapes(fields, reason):
    for body in ({"sensor": "t1", **fields}, {"values": {"t1": fields}}):
        (reading,) = readings_of(body)
        assert isinstance(reading, RejectedReading)
        assert (reading.sensor, reading.rejected.reason) == ("t1", reason)


def test_a_bad_reading_leaves_the_others_of_its_message_alone():
    bad, good = readings_of({"values": {"t1": None, "t2": 2}})
    assert isinstance(bad, RejectedReading)
    assert good == Reading("t2", 2.0)
