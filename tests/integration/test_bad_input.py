"""What comes wrong is set aside with its bytes, and the good events behind it flow."""

import base64

import orjson
import pytest

from schemas.deadletter import DeadLetter
from schemas.definition import SensorDefinition, TwinDefinition, TwinType
from schemas.state import TwinState
from schemas.topics import Topic

pytestmark = pytest.mark.stack

TYPE = TwinType(type="probe", sensors={"t1": SensorDefinition(unit="Cel")})
GOOD_MS = 1_700_000_000_000

BAD = {
    b"\xff\xfe\x00": "not_json",
    b'{"sensor":"t1","value":': "not_json",
    b'{"sensor":"t1","ts":1700000000000,"value":NaN}': "non_finite",
    b'{"sensor":"t1","ts":1700000000000,"value":-Infinity}': "non_finite",
    b'{"sensor":"t1","ts":1700000000000,"value":1e999}': "non_finite",
    b'{"sensor":"t1","ts":1700000000000,"value":null}': "null_value",
    b'{"sensor":"t1","ts":1700000000000}': "missing_value",
    b"[]": "not_object",
    b"42": "not_object",
    b"{}": "missing_ts",
    b"": "empty",
    b'{"note":"' + b"x" * 300_000 + b'"}': "too_large",
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000: "too_deep",
}


def good(number: int) -> bytes:
    return orjson.dumps({"sensor": "t1", "ts": GOOD_MS + number, "value": 20.0 + number % 3})


def letters(pipeline, key: str | None) -> list[DeadLetter]:
    found = {
        dict(message.headers)["ce_id"]: DeadLetter.model_validate_json(message.value)
        for message in pipeline.read(Topic.DEADLETTER)
    }
    return [letter for letter in found.values() if letter.key == key]


def test_every_kind_of_junk_is_dead_lettered_with_its_bytes(pipeline) -> None:
    pipeline.define([TwinDefinition(twin_id="poisoned", type=TYPE)])
    messages: list[bytes | None] = []
    for number, junk in enumerate([*BAD, None]):
        messages += [good(number), junk]
    messages.append(good(1_000))

    pipeline.send(b"poisoned", messages)
    pipeline.witness.await_drained()

    assert pipeline.stack.status().healthy, "a job stopped"
    found = letters(pipeline, "poisoned")
    assert {letter.reason for letter in found} == {*BAD.values(), "tombstone"}
    by_hash = {(letter.raw_bytes, letter.raw[:64]): letter for letter in found if letter.reason != "tombstone"}
    for junk, reason in BAD.items():
        letter = by_hash[len(junk), base64.b64encode(junk).decode()[:64]]
        assert letter.reason == reason
        assert base64.b64decode(letter.raw) == junk[: len(base64.b64decode(letter.raw))]
        assert letter.remedy
    assert sum(letter.raw_bytes == 0 for letter in found) == 2, "the empty value and the null value"

    states = pipeline.read(Topic.STATE, "poisoned")
    state = TwinState.model_validate_json(states[-1].value)
    assert state.counts.messages == len(messages)
    assert state.counts.applied == len(BAD) + 2
    assert state.counts.rejected == len(BAD) + 1
    assert state.sensors["t1"].value == 20.0 + 1_000 % 3, "the last good event did not come through"


def test_messages_of_nobody_are_counted_and_kept(pipeline) -> None:
    before = pipeline.witness.totals()

    pipeline.send(None, [b'{"twin_id":"stranger","sensor":"t1","ts":1700000000000,"value":1}', b"\x00"])
    pipeline.send(b"stranger-2", [good(1)])
    pipeline.witness.await_drained()

    after = pipeline.witness.totals()
    assert after["rejected"] - before.get("rejected", 0) == 3
    reasons = {letter.reason for key in (None, "stranger-2") for letter in letters(pipeline, key)}
    assert reasons == {"unknown_twin", "not_json"}


def test_a_broken_definition_is_dead_lettered_and_the_twin_goes_on(pipeline) -> None:
    pipeline.define([TwinDefinition(twin_id="redefined", type=TYPE)])
    with pipeline.publisher() as publisher:
        publisher.send(Topic.DEFINITIONS, b"redefined", b'{"twin_id":"redefined","type":{"type":"probe","sensors":{}}}')

    pipeline.send(b"redefined", [good(1)])
    pipeline.witness.await_drained()

    [letter] = letters(pipeline, "redefined")
    assert letter.reason == "bad_definition"
    assert "sensors" in letter.remedy
    state = TwinState.model_validate_json(pipeline.read(Topic.STATE, "redefined")[-1].value)
    assert state.counts.applied == 1
