"""A message that is too large or too deep costs next to nothing, and its dead letter still fits (field case C11)."""

import hashlib
import json
import time
from base64 import b64decode

import pytest

from pipelines.testing.builders import START_S, Log, definition, feed
from pipelines.testing.readers import dead_letters
from pipelines.twin.deadletter import RAW_LIMIT
from pipelines.twin.rejection import Reason
from pipelines.twin.telemetry import MAX_MESSAGE_BYTES, MAX_READINGS
from schemas.topics import Topic

BROKER_LIMIT = 1024 * 1024

HUGE = {
    "a note of 900 KiB": (json.dumps({"ts": START_S, "values": {"t1": 1}, "note": "x" * 900 * 1024}), Reason.TOO_LARGE),
    "20,000 readings": (json.dumps({"ts": START_S, "values": {f"s{n}": 1 for n in range(20_000)}}), Reason.TOO_LARGE),
    "one reading too many": (
        json.dumps({"ts": START_S, "values": {f"s{n}": 1 for n in range(MAX_READINGS + 1)}}),
        Reason.TOO_LARGE,
    ),
    "50,000 samples": (json.dumps([{"sensor": "t1", "value": 1}] * 50_000), Reason.TOO_LARGE),
    "5,000 lists deep": ('{"ts":1,"values":' + "[" * 5_000 + "]" * 5_000 + "}", Reason.TOO_DEEP),
    "5,000 objects deep": ('{"a":' * 5_000 + "1" + "}" * 5_000, Reason.TOO_DEEP),
    "an endless list": ("[" * (MAX_MESSAGE_BYTES - 1), Reason.TOO_DEEP),
    "an endless number": ("1" * (MAX_MESSAGE_BYTES - 1), Reason.NOT_JSON),
}


@pytest.mark.parametrize(("text", "reason"), HUGE.values(), ids=HUGE.keys())
def test_a_huge_message_is_refused_within_a_second_and_the_next_one_is_taken(text, reason):
    log = Log(definition())
    log.raw(text.encode())
    log.observe(1, t1=21.5)
    began = time.perf_counter()
    outputs = feed(log)
    assert time.perf_counter() - began < 1.0
    assert [letter.reason for letter in dead_letters(outputs)] == [reason]
    assert [verdict.outcome for verdict in outputs.verdicts] == ["rejected", "applied"]


def test_a_message_at_the_limit_is_taken():
    log = Log(definition())
    body = json.dumps({"ts": START_S, "values": {"t1": 1}, "note": ""}).encode()
    log.raw(body[:-2] + b"x" * (MAX_MESSAGE_BYTES - len(body)) + body[-2:])
    assert len(log.messages[-1].value) == MAX_MESSAGE_BYTES
    assert feed(log).verdicts[0].outcome == "applied"


def test_a_dead_letter_holds_the_head_of_a_huge_message_and_the_hash_of_all_of_it():
    raw = bytes(range(256)) * 3_600
    log = Log(definition())
    log.raw(raw)
    outputs = feed(log)
    (letter,) = dead_letters(outputs)
    assert b64decode(letter.raw) == raw[:RAW_LIMIT]
    assert (letter.raw_bytes, letter.raw_sha256) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert len(outputs.records[0].value) < BROKER_LIMIT


@pytest.mark.parametrize("key", [b"\x00" * 250_000, b"\xff" * 500_000, b"k" * 1_000_000], ids=["NUL", "not UTF-8", "k"])
def test_a_dead_letter_of_a_huge_key_fits_through_the_broker(key):
    log = Log(definition())
    log.raw(b"{", key=key)
    (record,) = feed(log).records
    assert len(record.value) < BROKER_LIMIT


def test_a_dead_letter_of_a_huge_definition_fits_through_the_broker():
    body = json.dumps({"twin_id": "case", "type": {"type": "t", "sensors": {"x" * 1_000_000: {}}}}).encode()
    log = Log()
    log.raw(body, Topic.DEFINITIONS)
    (record,) = feed(log).records
    assert len(record.value) < BROKER_LIMIT
