"""Which twin a message speaks of: its key or its body, never two of them, and no id that can't be a tag (C06)."""

import pytest

from pipelines.testing.builders import START_S, Log, definition, feed
from pipelines.testing.readers import dead_letters
from pipelines.twin.identifiers import parse_twin_id
from pipelines.twin.rejection import Reason, Rejected
from schemas.base import MAX_ID_LENGTH
from schemas.topics import Topic


def reason_of(key: bytes | None, claimed: object = None) -> Reason:
    rejected = parse_twin_id(key, claimed)
    assert isinstance(rejected, Rejected)
    assert rejected.remedy
    return rejected.reason


@pytest.mark.parametrize(
    "name",
    [
        "pump-1",
        "a b,c=d",
        "Kühler °C/1",
        '"q"',
        "温度1",
        "a\\b",
        "$x",
        "50%",
        "x" * MAX_ID_LENGTH,
        "温" * MAX_ID_LENGTH,
        " a",
    ],
)
def test_a_name_that_people_give_is_taken_as_it_is_from_key_or_body(name):
    assert parse_twin_id(name.encode(), None) == name
    assert parse_twin_id(None, name) == name
    assert parse_twin_id(name.encode(), name) == name


@pytest.mark.parametrize(
    "name",
    [
        "l1\nl2",
        "l1\n",
        "\n",
        "l1\r",
        "l1\t",
        "l\x00",
        "l\x7f",
        "C:\\",
        "l1 ",
        "l1\u00a0",
        "",
        "x" * (MAX_ID_LENGTH + 1),
    ],
)
def test_a_name_that_could_not_be_a_tag_is_refused_from_key_and_body(name):
    assert reason_of(name.encode()) is Reason.BAD_ID
    assert reason_of(None, name) is Reason.BAD_ID


@pytest.mark.parametrize("claimed", [5, True, [], {}, ["pump-1"]])
def test_a_name_that_is_no_text_is_refused(claimed):
    assert reason_of(None, claimed) is Reason.BAD_ID


def test_a_key_that_is_no_utf_8_is_refused():
    assert reason_of(b"\xff\xfe") is Reason.BAD_ID


def test_key_and_body_must_name_the_same_twin():
    assert reason_of(b"pump-1", "pump-2") is Reason.KEY_MISMATCH
    assert reason_of(b"pump-1", "PUMP-1") is Reason.KEY_MISMATCH


def test_a_message_that_names_no_twin_is_refused():
    assert reason_of(None) is Reason.MISSING_TWIN_ID


@pytest.mark.parametrize("other", [b"CASE", b"Case", b"other", b" case"])
def test_a_name_that_only_looks_alike_is_another_twin(other):
    log = Log(definition())
    log.raw(f'{{"ts":{START_S},"values":{{"t1":1}}}}'.encode(), key=other)
    outputs = feed(log)
    assert [letter.reason for letter in dead_letters(outputs)] == [Reason.UNKNOWN_TWIN]
    assert outputs.points == []


def test_a_name_can_not_bring_a_second_line_into_influxdb():
    log = Log()
    injected = "x v=9 1\nm,s=y"
    log.raw(
        b'{"twin_id":"x v=9 1\\nm,s=y","type":{"type":"t","sensors":{"t1":{}}}}', Topic.DEFINITIONS, injected.encode()
    )
    log.raw(f'{{"ts":{START_S},"values":{{"t1":1}}}}'.encode(), key=injected.encode())
    outputs = feed(log)
    assert outputs.points == []
