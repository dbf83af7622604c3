"""From bytes to readings: both shapes, and every kind of broken message by its name (field cases C09, C10)."""

import pytest

from pipelines.testing.builders import definition
from pipelines.twin.admission import admit
from pipelines.twin.compiled import compile_definition
from pipelines.twin.ledger import Ledger, Note
from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.telemetry import MAX_DEPTH, Head, parse_head, parse_object, readings
from schemas.quality import Flaw

TS = 1_700_000_000
TS_NS = TS * 10**9
SENSORS = compile_definition(
    definition(
        flow={"unit": "m3/h"},
        pressure={"unit": "kPa"},
        t1={"unit": "degC"},
        t2={"unit": "bar"},
        valve={"role": "binary"},
    )
).sensors

Admitted = tuple[float, Flaw | None] | Rejected


def decoded(value: bytes | None, ledger: Ledger | None = None) -> tuple[Head, dict[str, Admitted]] | Rejected:
    """The head of a message and what became of each reading, or why it can't be taken apart."""
    body = parse_object(value)
    if isinstance(body, Rejected):
        return body
    head = parse_head(body)
    if isinstance(head, Rejected):
        return head
    found = readings(body)
    if isinstance(found, Rejected):
        return found
    ledger = ledger or Ledger()
    return head, {name: admit(SENSORS[name], raw, ledger) for name, raw in found.items()}


def readings_of(body: dict[str, object]) -> dict[str, Admitted]:
    found = readings({"ts": TS, **body})
    assert not isinstance(found, Rejected)
    return {name: admit(SENSORS[name], raw, Ledger()) for name, raw in found.items()}


def reason_of(result: object) -> Reason:
    assert isinstance(result, Rejected)
    assert result.remedy
    return result.reason


def test_one_sensor_with_everything_said_of_it():
    found = decoded(
        b'{"twin_id":"pump-1","sensor":"flow","ts":1700000000000,"value":41.2,"unit":"m3/h","quality":"uncertain",'
        b'"seq":17,"source":"gw-1","historical":true}'
    )
    head = Head(TS_NS, seq=17, historical=True, flaw=None)
    assert found == (head, {"flow": (41.2, Flaw.UNCERTAIN_STATUS)})


def test_several_sensors_at_one_time_each_with_or_without_its_own_unit():
    ledger = Ledger()
    found = decoded(
        b'{"ts":"2023-11-14T22:13:20Z","values":{"flow":41.2,"pressure":{"value":"210","unit":"kPa","quality":"bad"}}}',
        ledger,
    )
    head = Head(TS_NS, seq=None, historical=False, flaw=None)
    assert found == (head, {"flow": (41.2, None), "pressure": (210.0, Flaw.BAD_STATUS)})
    assert dict(ledger.notes) == {Note.COERCED: 1}


def test_a_value_in_another_unit_is_taken_in_the_unit_of_its_sensor_and_counted():
    ledger = Ledger()
    body = b'{"ts":1700000000,"values":{"pressure":{"value":2.5,"unit":"bar"},"t1":{"value":"98.6","unit":"[degF]"}}}'
    found = decoded(body, ledger)
    assert not isinstance(found, Rejected)
    assert found[1] == {"pressure": (250.0, None), "t1": (pytest.approx(37.0, abs=1e-12), None)}
    assert dict(ledger.notes) == {Note.CONVERTED: 2, Note.COERCED: 1}


def test_fields_that_a_device_adds_of_its_own_are_ignored():
    assert readings_of({"sensor": "t1", "value": 1, "battery": 88, "nested": {"a": []}}) == {"t1": (1.0, None)}


@pytest.mark.parametrize(("raw", "value"), [(True, 1.0), (False, 0.0), (1, 1.0), (0.0, 0.0), ("On", 1.0), ("off", 0.0)])
def test_a_binary_sensor_is_on_or_off_in_both_shapes(raw, value):
    for body in ({"sensor": "valve", "value": raw}, {"values": {"valve": raw}}, {"values": {"valve": {"value": raw}}}):
        (admitted,) = readings_of(body).values()
        assert admitted == (value, None)
        assert isinstance(admitted[0], float)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.TOMBSTONE),
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
        (b'{"ts":1700000000,"sensor":"t1","value":1,"seq":1.5}', Reason.BAD_SEQ),
        (b'{"ts":1700000000,"sensor":"t1","value":1,"seq":9223372036854775808}', Reason.BAD_SEQ),
        (b'{"ts":1700000000,"sensor":"t1","value":1,"seq":-9223372036854775808}', Reason.BAD_SEQ),
        (b'{"ts":1700000000,"sensor":"t1","value":1,"historical":"yes"}', Reason.BAD_HISTORICAL),
        (b'{"ts":1700000000,"sensor":"t1","value":1,"historical":null}', Reason.BAD_HISTORICAL),
        (b'{"sensor":"t1","value":1}', Reason.MISSING_TS),
        (b'{"ts":"2024-03-31T02:30:00","sensor":"t1","value":1}', Reason.NO_ZONE),
    ],
)
def test_a_broken_message_is_refused_with_its_reason(value, reason):
    assert reason_of(decoded(value)) is reason


@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_message_may_be_nested_so_deep_and_no_deeper(opened, closed):
    def nested(levels: int) -> bytes:
        inner = opened * (levels - 1) + b"1" + closed * (levels - 1)
        return b'{"ts":1700000000,"sensor":"t1","value":1,"note":' + inner + b"}"

    assert not isinstance(decoded(nested(MAX_DEPTH)), Rejected)
    assert reason_of(decoded(nested(MAX_DEPTH + 1))) is Reason.TOO_DEEP


def test_of_a_key_that_stands_twice_the_last_one_counts():
    found = decoded(b'{"ts":1700000000,"sensor":"t1","value":1,"value":2}')
    assert found == (Head(TS_NS, seq=None, historical=False, flaw=None), {"t1": (2.0, None)})


@pytest.mark.parametrize("token", [b"NaN", b"-Infinity", b"Infinity", b"1e999", b'"NaN"'])
def test_tokens_that_are_no_json_are_refused_as_values_and_not_as_a_message(token):
    found = decoded(b'{"ts":1700000000,"values":{"t1":' + token + b',"t2":5}}')
    assert not isinstance(found, Rejected)
    assert reason_of(found[1]["t1"]) is Reason.NON_FINITE
    assert found[1]["t2"] == (5.0, None)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, Reason.MISSING_VALUE),
        ({"value": None}, Reason.NULL_VALUE),
        ({"value": True}, Reason.TYPE_BOOL),
        ({"value": "x"}, Reason.NOT_NUMERIC),
        ({"value": 1, "unit": 5}, Reason.UNKNOWN_UNIT),
        ({"value": 1, "unit": "parsnip"}, Reason.UNKNOWN_UNIT),
        ({"value": 1, "unit": "bar"}, Reason.UNIT_MISMATCH),
        ({"value": 1, "quality": "excellent"}, Reason.BAD_QUALITY),
        ({"value": 1, "quality": 192}, Reason.BAD_QUALITY),
    ],
)
def test_a_bad_reading_is_refused_alike_in_both_shapes(fields, reason):
    for body in ({"sensor": "t1", **fields}, {"values": {"t1": fields}}):
        found = readings_of(body)
        assert list(found) == ["t1"]
        assert reason_of(found["t1"]) is reason


def test_a_bad_reading_leaves_the_others_of_its_message_alone():
    found = readings_of({"values": {"t1": None, "t2": 2}})
    assert reason_of(found["t1"]) is Reason.NULL_VALUE
    assert found["t2"] == (2.0, None)
