"""What goes out is JSON that every reader takes, and is what the committed schema says."""

import json
import re
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import schemas
from pipelines.testing.builders import Log, definition, feed, new_roster, noise
from pipelines.testing.strategies import mixed_log, profile
from pipelines.twin.record import Record
from schemas.events import DATA_SCHEMA
from schemas.topics import Topic

ROOT = Path(schemas.__file__).parent.parent
FIELD = re.compile(r'[a-z_]+=(-?\d+(\.\d+)?([eE][+-]?\d+)?|"([^"\\]|\\.)*")')


@cache
def validator(file: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((ROOT / file).read_text(encoding="utf-8")))


def refuse(token: str) -> None:
    raise AssertionError(f"{token} is no JSON")


def check(record: Record) -> None:
    if record.value is not None:
        validator(DATA_SCHEMA[record.type]).validate(json.loads(record.value.decode(), parse_constant=refuse))


def check_point(point: str) -> None:
    assert "\n" not in point
    head, rest = re.split(r"(?<!\\) ", point, maxsplit=1)
    assert head.split(",")[0] in {"observation", "twin", "alert", "model", "pipeline"}
    written, ts = rest.rsplit(" ", 1)
    assert re.fullmatch(rf"{FIELD.pattern}(,{FIELD.pattern})*", written)
    assert re.fullmatch(r"-?\d+", ts)


@profile(150)
@given(st.data())
def test_every_record_and_point_is_well_formed(data):
    roster = new_roster()
    log = mixed_log(data.draw, size=30)
    half = len(log.messages) // 2
    for outputs in (
        roster.handle(log.messages[:half]),
        roster.publish(),
        roster.handle(log.messages[half:]),
        roster.publish(),
    ):
        for record in outputs.records:
            check(record)
        for point in outputs.points:
            check_point(point)


def test_every_kind_of_record_is_among_those_that_are_checked():
    log = Log(definition())
    log.observe_all("t1", [*noise(200), *noise(700, 60.0, seed=2)])
    log.raw(b"{")
    roster = new_roster()
    records = feed(log, roster).records + roster.publish().records
    assert {record.topic for record in records} == {Topic.ALERTS, Topic.MODELS, Topic.DEADLETTER, Topic.STATE}
    for record in records:
        check(record)
