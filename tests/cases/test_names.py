"""Names that are hard to write, and places that are left out (C05, C06, C07)."""

import json
import re

import pytest

from pipelines.testing.builders import START_S, Log, definition
from pipelines.testing.readers import fields
from pipelines.twin.rejection import Reason
from schemas.base import MAX_ID_LENGTH
from schemas.topics import Topic
from tests.cases.room import Played, play, twin

ODD = [
    "a b,c=d",
    "Kühler °C/1",
    '"q"',
    "温度1",
    "n/a",
    "xe-0/0/1",
    "Wait_(ms)",
    "a\\b",
    "50%",
    "$x",
    "#1",
    "🌡",
    " lead",
]
BROKEN = [
    "l1\nl2",
    "a\rb",
    "a\tb",
    "a\0b",
    "C:\\",
    "t1 ",
    "t1\u00a0",
    "",
    "x" * 300,
    "x v=9 1\nm,s=y",
    "a\x7f",
    "\x1b[2J",
]


def tags_of(line: str) -> dict[str, str]:
    """The tags of a line as InfluxDB reads them."""
    head = re.split(r"(?<!\\) ", line, maxsplit=1)[0]
    pairs = [re.split(r"(?<!\\)=", pair, maxsplit=1) for pair in re.split(r"(?<!\\),", head)[1:]]
    return {key: re.sub(r"\\([,= ])", r"\1", value) for key, value in pairs}


@pytest.mark.parametrize("name", ODD)
def test_a_sensor_name_comes_back_from_influx_as_it_was_sent(name):
    log = Log(definition(**{name: {}}))
    log.observe(0, **{name: 1.5})
    played = play(log)
    (line,) = [line for line in played.outputs.points if line.startswith("observation")]
    assert tags_of(line)["sensor"] == name
    assert "\n" not in line
    assert played.sensor(name).value == 1.5


@pytest.mark.parametrize("name", ODD)
def test_the_names_of_twin_type_and_place_come_back_too(name):
    odd = twin(place={"site": name, "line": name}).model_copy(update={"twin_id": name})
    odd = odd.model_copy(update={"type": odd.type.model_copy(update={"type": name})})
    log = Log(odd)
    log.observe(0, t1=1.5)
    (line, *_) = play(log).outputs.points
    tags = tags_of(line)
    assert (tags["twin_id"], tags["twin_type"], tags["site"], tags["line"]) == (name, name, name, name)


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("unknown", ["reject", "create"])
def test_a_sensor_name_that_no_tag_can_hold_is_refused_and_makes_no_point(name, unknown):
    log = Log(twin(unknown_sensors=unknown))
    log.observe(0, **{"t1": 1.5, name: 9.0})
    played = play(log)
    assert played.reasons == [Reason.BAD_ID if unknown == "create" else Reason.UNKNOWN_SENSOR]
    assert sum(line.startswith("observation") for line in played.outputs.points) == len(played.points()) == 1
    assert set(played.state.sensors) == {"t1"}


@pytest.mark.parametrize("name", [name for name in BROKEN if name])
def test_a_twin_whose_id_no_tag_can_hold_is_refused_in_key_and_body(name):
    log = Log()
    log.raw(b'{"ts":1700000000,"values":{"t1":1}}', key=name.encode())
    log.raw(b'{"ts":1700000000,"values":{"t1":1}}', key=name.encode(), topic=Topic.DEFINITIONS)
    played = play(log)
    assert played.reasons == [Reason.BAD_ID, Reason.BAD_ID]
    assert played.outputs.points == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_definition_with_a_name_that_no_tag_can_hold_is_refused_as_a_whole(name):
    body = definition().model_dump(mode="json")
    body["type"]["sensors"] = {"good": {}, name: {}}
    log = Log()
    log.raw(json.dumps(body).encode(), topic=Topic.DEFINITIONS)
    played = play(log)
    assert played.reasons == [Reason.BAD_DEFINITION]
    assert played.roster.runtime("case") is None


def test_the_longest_name_is_taken_and_one_more_character_is_not():
    log = Log(twin(unknown_sensors="create"))
    log.observe(0, **{"x" * MAX_ID_LENGTH: 1.0, "y" * (MAX_ID_LENGTH + 1): 1.0})
    played = play(log)
    assert played.reasons == [Reason.BAD_ID]
    assert list(played.state.sensors) == ["x" * MAX_ID_LENGTH]


@pytest.mark.parametrize("place", [{}, {"site": None, "line": None}, {"site": "", "line": None}])
def test_a_place_that_is_empty_or_null_is_one_placeholder_or_refused_and_never_an_empty_tag(place):
    body = {"twin_id": "case", "type": definition().type.model_dump(mode="json"), **place}
    log = Log()
    log.raw(json.dumps(body).encode(), topic=Topic.DEFINITIONS)
    log.observe(0, t1=1.0)
    played = play(log)
    assert not any(re.search(r"=(,| )", line) for line in played.outputs.points)
    if place.get("site") == "":
        assert played.reasons == [Reason.BAD_DEFINITION, Reason.UNKNOWN_TWIN]
    else:
        tags = tags_of(played.points()[0])
        assert (tags["site"], tags["line"]) == ("unknown", "unknown")


@pytest.mark.parametrize("zero", ["0", "False", "00"])
def test_a_place_named_zero_is_kept(zero):
    log = Log(twin(place={"site": zero}))
    log.observe(0, t1=1.0)
    assert tags_of(play(log).points()[0])["site"] == zero


def written(values: list[object]) -> Played:
    log = Log(definition())
    for second, value in enumerate(values):
        log.observe(second, t1=value)
    return play(log)


@pytest.mark.parametrize(
    "values",
    [[25, 25.5, 537, 537.0], [0, -0.0, 0.5], ["25", 25], [2**53, 2**53 + 2.0], [1e20, 10**20 + 10**5], [1e-7, 3]],
)
def test_whole_numbers_and_fractions_are_one_type_on_both_sides_of_a_shard(values):
    week = 7 * 24 * 3600
    log = Log(definition())
    for number, value in enumerate(values):
        log.observe(number * week, t1=value)
    played = play(log)
    texts = [fields(line)["value"] for line in played.points()]
    assert [float(text) for text in texts] == [float(value) for value in values]
    assert all(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", text) and ("." in text or "e" in text) for text in texts)


def test_the_mean_of_whole_and_broken_numbers_is_that_of_floats():
    values = written([25, 25.5, 537, 537.0]).values()
    assert sum(values) / len(values) == 281.125


def test_a_text_from_a_message_never_opens_a_second_line():
    log = Log(definition())
    log.raw(
        b'{"ts":%d,"values":{"t1":1},"source":"gw\\nobservation,sensor=t9 value=9 1","note":"\\nm v=1 1"}' % START_S
    )
    for line in play(log).outputs.points:
        assert "\n" not in line
