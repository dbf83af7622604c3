"""Points: floats only, escaped tags, and nothing at all for what can't be written (field cases C02, C05, C06, C07)."""

import math

import pytest

from pipelines.testing.builders import Log, definition, feed, new_roster
from pipelines.testing.readers import fields
from pipelines.twin.line_protocol import line, tag_set
from schemas.influx import NO_TAG_VALUE, Tag


def test_a_field_that_is_not_finite_is_left_out_and_the_others_are_written():
    assert line("m,s=x", {"value": 21.5, "score": math.nan, "upper": math.inf, "none": None}, 7) == "m,s=x value=21.5 7"


@pytest.mark.parametrize("fields_of_it", [{}, {"score": math.nan}, {"score": None, "lower": -math.inf}])
def test_a_point_without_a_field_is_no_line(fields_of_it):
    assert line("m,s=x", fields_of_it, 7) is None


@pytest.mark.parametrize(
    ("value", "text"), [(25, "25.0"), (25.5, "25.5"), (537, "537.0"), (2**63, "9.223372036854775808e+18")]
)
def test_a_whole_number_is_written_as_a_float(value, text):
    written = fields(line("m,s=x", {"v": value}, 1))["v"]
    assert float(written) == float(text)
    assert not written.endswith("i")
    assert "." in written or "e" in written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a b,c=d", r"a\ b\,c\=d"),
        ("Kühler °C/1", r"Kühler\ °C/1"),
        ('"q"', '"q"'),
        ("温度1", "温度1"),
        ("n/a", "n/a"),
        ("a\\b", "a\\b"),
    ],
)
def test_a_tag_is_escaped_where_line_protocol_asks_for_it_and_nowhere_else(name, written):
    assert tag_set({Tag.SENSOR: name}) == f"sensor={written}"


def test_tags_are_sorted_so_that_one_series_has_one_spelling():
    assert (
        tag_set({Tag.TWIN_ID: "b", Tag.AREA: "a"}) == tag_set({Tag.AREA: "a", Tag.TWIN_ID: "b"}) == "area=a,twin_id=b"
    )


def test_an_empty_tag_is_left_out_and_a_zero_is_kept():
    assert tag_set({Tag.SITE: "", Tag.LINE: "0"}) == "line=0"


def test_a_text_field_keeps_to_its_line():
    assert line("m", {"t": 'say "no"\\\r\nm v=1 1'}, 1) == 'm t="say \\"no\\"\\\\  m v=1 1" 1'


def test_a_place_that_the_definition_leaves_out_keeps_its_tag():
    log = Log(definition())
    log.observe(0, t1=25)
    assert [point.split(" ")[0] for point in feed(log).points] == [
        f"twin,area={NO_TAG_VALUE},line={NO_TAG_VALUE},site={NO_TAG_VALUE},twin_id=case,twin_type=case-type",
        f"observation,area={NO_TAG_VALUE},line={NO_TAG_VALUE},sensor=t1,site={NO_TAG_VALUE},"
        "twin_id=case,twin_type=case-type",
        f"twin,area={NO_TAG_VALUE},line={NO_TAG_VALUE},site={NO_TAG_VALUE},twin_id=case,twin_type=case-type",
    ]


def test_whole_numbers_and_fractions_of_one_sensor_are_of_one_type():
    log = Log(definition())
    for second, value in enumerate([25, 25.5, 537, 537.0]):
        log.observe(second, t1=value)
    values = [fields(point)["value"] for point in feed(log).points if point.startswith("observation")]
    assert [float(value) for value in values] == [25.0, 25.5, 537.0, 537.0]
    assert all("." in value for value in values)


def test_a_message_without_a_usable_value_gives_no_observation():
    log = Log(definition())
    log.observe(0, t1=float("nan"))
    outputs = feed(log)
    assert outputs.points == []


def test_counters_are_floats_too():
    roster = new_roster()
    log = Log(definition())
    log.observe(0, t1=25)
    feed(log, roster)
    for point in roster.publish().points:
        assert all("." in value for value in fields(point).values())
