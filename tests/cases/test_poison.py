"""A message that can't be taken must neither stop what is behind it nor come out differently next time (C10, C11)."""

import hashlib
import json
import time
import tracemalloc
from base64 import b64decode

import pytest

from pipelines.testing.builders import START_S, Log, definition
from pipelines.testing.readers import dead_letters
from pipelines.twin.deadletter import RAW_LIMIT
from pipelines.twin.rejection import Reason
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from tests.cases.room import play

POISON = {
    "cut off": (b'{"sensor":"t1","value":', Reason.NOT_JSON),
    "lone surrogate": (b'{"ts":1700000000,"values":{"t1":1,"\\ud800":2}}', Reason.NOT_JSON),
    "not UTF-8": (b'{"ts":1700000000,"sensor":"t\xff","value":1}', Reason.NOT_JSON),
    "endless": (b"[" * 200_000, Reason.TOO_DEEP),
    "binary": (bytes(range(256)), Reason.NOT_JSON),
    "two objects": (b'{"a":1}{"a":1}', Reason.NOT_JSON),
}


@pytest.mark.parametrize(("body", "reason"), POISON.values(), ids=POISON)
def test_a_poison_pill_read_again_after_a_restart_is_the_same_dead_letter_and_blocks_nothing(body, reason):
    log = Log(definition())
    log.observe(0, t1=1.0)
    log.raw(body)
    log.observe(1, t1=2.0)
    log.observe(2, t1=3.0)
    store = MemoryStore()
    first = play(log.messages[:3], Roster(store, "0"))
    again = Roster(store, "0")
    second = play(log.messages[2:], again)
    assert first.reasons == second.reasons == [reason]
    assert [record.id for record in first.outputs.records] == [second.outputs.records[0].id]
    assert second.outcomes == ["rejected", "applied", "applied"]
    assert second.sensor().value == 3.0


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"sensor":"t1","ts":%d,"value":1,"value":2}', 2.0),
        (b'{"sensor":"t1","ts":1,"ts":%d,"value":2}', 2.0),
        (b'{"ts":%d,"values":{"t1":1,"t1":2}}', 2.0),
    ],
)
def test_of_a_key_that_stands_twice_the_last_one_counts(body, value):
    log = Log(definition())
    log.raw(body % START_S)
    assert play(log).sensor().value == value


def test_three_good_ones_round_two_bad_ones_are_taken():
    log = Log(definition())
    log.observe(0, t1=1.0)
    log.raw(b'{"sensor":"t1","value":')
    log.observe(1, t1=2.0)
    log.raw(b'{"sensor":"t1","value":1,"value":2}')
    log.observe(2, t1=3.0)
    played = play(log)
    assert played.reasons == [Reason.NOT_JSON, Reason.MISSING_TS]
    assert played.values() == [1.0, 2.0, 3.0]


def nested(depth: int) -> str:
    opened, closed = '{"a":' * depth, "}" * depth
    return f'{{"ts":{START_S},"values":{{"t1":1}},"note":{opened}1{closed}}}'


HUGE = {
    "note": (json.dumps({"ts": START_S, "sensor": "t1", "value": 1, "note": "x" * 900 * 1024}), Reason.TOO_LARGE),
    "keys": (json.dumps({f"k{n}": n for n in range(20_000)}), Reason.TOO_LARGE),
    "5,000 levels": (nested(5_000), Reason.TOO_DEEP),
    "5,000 lists": ('{"ts":1700000000,"values":{"t1":' + "[" * 5_000 + "]" * 5_000 + "}}", Reason.TOO_DEEP),
    "50,000 samples": (json.dumps([1.5] * 50_000), Reason.NOT_OBJECT),
    "50,000 objects": (json.dumps([{"sensor": "t1", "ts": START_S, "value": 1}] * 50_000), Reason.TOO_LARGE),
    "one long name": (json.dumps({"ts": START_S, "values": {"x" * 200_000: 1}}), Reason.UNKNOWN_SENSOR),
    "one long number": ('{"ts":1700000000,"values":{"t1":%s}}' % ("1" * 200_000), None),
    "one long text": (json.dumps({"ts": START_S, "values": {"t1": "1" * 200_000}}), Reason.NOT_NUMERIC),
    "one long ts": (json.dumps({"ts": "x" * 200_000, "values": {"t1": 1}}), Reason.BAD_TS),
    "one long unit": (
        json.dumps({"ts": START_S, "values": {"t1": {"value": 1, "unit": "m" * 200_000}}}),
        Reason.UNKNOWN_UNIT,
    ),
}


@pytest.mark.parametrize(("text", "reason"), HUGE.values(), ids=HUGE)
def test_a_huge_message_costs_little_and_its_dead_letter_fits_through_a_broker(text, reason):
    log = Log(definition())
    log.raw(text.encode())
    log.observe(1, t1=21.5)
    began = time.process_time()
    played = play(log)
    assert time.process_time() - began < 1.0
    assert len(played.reasons) == 1
    assert reason is None or played.reasons == [reason]
    assert played.outcomes == ["rejected", "applied"]
    for record in played.outputs.records:
        assert len(record.value) + len(record.key or "") < 1024 * 1024
    (letter,) = dead_letters(played.outputs)
    raw = text.encode()
    assert b64decode(letter.raw) == raw[:RAW_LIMIT]
    assert (letter.raw_bytes, letter.raw_sha256) == (len(raw), hashlib.sha256(raw).hexdigest())


def test_huge_messages_leave_no_memory_behind():
    roster = play(Log(definition())).roster
    messages = [Log().raw(text.encode()) for text, _ in HUGE.values()]
    for message in messages:
        roster.handle([message])
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(3):
            for message in messages:
                roster.handle([message])
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 200_000


@pytest.mark.parametrize("depth", [1, 5, 14])
def test_what_a_device_nests_reasonably_is_no_reason_to_refuse_it(depth):
    log = Log(definition())
    log.raw(nested(depth).encode())
    assert play(log).reasons == []


def test_a_thousand_bad_readings_of_one_message_are_one_dead_letter():
    log = Log(definition())
    log.observe(0, **{f"s{number}": None for number in range(999)}, t1=1.0)
    played = play(log)
    assert played.reasons == [Reason.UNKNOWN_SENSOR]
    assert (played.counts.rejected, played.counts.applied) == (999, 1)
    assert len(played.outputs.records[0].value) < 1024 * 1024
