"""A type that extends another has all of it, but for what it says itself."""

from pathlib import Path

import pytest

from pipelines.catalog.catalog import load_catalog, load_type
from pipelines.catalog.errors import CatalogError
from schemas.definition import TwinType

BASE = """
type: base
version: 4
sensors:
  flow: {unit: m3/h, range: [0, 120], resolution: 0.1, sentinels: [-1, -2]}
  pressure: {unit: bar}
timing: {stale_after: 2, offline_after: 5}
expect: {flow: "2 * pressure"}
alarms:
  - {id: low, when: flow < 1, severity: low}
  - {id: high, when: flow > 100}
"""


def types_of(tmp_path: Path, *files: str) -> dict[str, TwinType]:
    for number, text in enumerate(files):
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    return load_catalog([tmp_path]).types


def problems_of(tmp_path: Path, *files: str) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        types_of(tmp_path, *files)
    return str(caught.value).replace(f"{tmp_path}/", "").split("\n")


def test_one_changed_value_leaves_all_else_as_it_was(tmp_path):
    types = types_of(tmp_path, BASE, "type: small\nextends: base\nsensors: {flow: {range: [0, 60]}}\n")
    flow = types["base"].sensors["flow"].model_copy(update={"range": (0, 60)})
    sensors = {**types["base"].sensors, "flow": flow}
    expected = types["base"].model_copy(update={"type": "small", "version": 1, "extends": "base", "sensors": sensors})
    assert types["small"] == expected


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_chain_of_types_is_resolved_in_any_order_of_files(tmp_path, order):
    files = [
        BASE,
        "type: middle\nextends: base\nsensors: {flow: {range: [0, 60]}}\ndetect: {warm_up: 30}\n",
        "type: last\nextends: middle\nversion: 2\nsensors: {flow: {unit: L/s}}\n",
    ]
    last = types_of(tmp_path, *(files[number] for number in order))["last"]
    assert (last.sensors["flow"].unit, last.sensors["flow"].range, last.sensors["flow"].resolution) == (
        "L/s",
        (0, 60),
        0.1,
    )
    assert (last.extends, last.version, last.detect.warm_up, last.timing.offline_after) == ("middle", 2, 30, 5)


def test_null_removes_what_is_inherited(tmp_path):
    child = "type: child\nextends: base\nsensors: {flow: {range: null}, pressure: null}\nexpect:\ntiming: null\n"
    found = types_of(tmp_path, BASE, child)["child"]
    assert list(found.sensors) == ["flow"]
    assert (found.sensors["flow"].range, found.sensors["flow"].resolution) == (None, 0.1)
    assert (found.expect, found.timing.offline_after) == ({}, 3)


def test_what_was_removed_can_be_added_anew_further_down(tmp_path):
    files = ["type: a\nextends: base\nsensors: {flow: null}\n", "type: b\nextends: a\nsensors: {flow: {unit: L/s}}\n"]
    flow = types_of(tmp_path, BASE, *files)["b"].sensors["flow"]
    assert (flow.unit, flow.range) == ("L/s", None)


def test_a_list_replaces_the_inherited_one(tmp_path):
    found = types_of(tmp_path, BASE, "type: child\nextends: base\nsensors: {flow: {sentinels: [9]}}\n")["child"]
    assert found.sensors["flow"].sentinels == (9,)


def test_alarms_are_replaced_by_their_id_and_others_added(tmp_path):
    child = "type: child\nextends: base\nalarms: [{id: new, when: flow > 5}, {id: low, when: flow < 2}]\n"
    alarms = types_of(tmp_path, BASE, child)["child"].alarms
    assert [(alarm.id, alarm.when) for alarm in alarms] == [
        ("low", "flow < 2"),
        ("high", "flow > 100"),
        ("new", "flow > 5"),
    ]
    assert alarms[0].severity == "medium", "a replaced alarm keeps nothing of the one before"


def test_all_inherited_alarms_can_be_removed(tmp_path):
    assert types_of(tmp_path, BASE, "type: child\nextends: base\nalarms: null\n")["child"].alarms == ()


def test_a_type_of_the_library_can_be_extended_also_under_its_own_name(tmp_path):
    library = load_type("centrifugal-pump")
    types = types_of(
        tmp_path,
        "type: booster\nextends: centrifugal-pump\n",
        "type: centrifugal-pump\nextends: centrifugal-pump\nsensors: {flow: {range: [0, 60]}}\n",
    )
    assert types["centrifugal-pump"].sensors["flow"].range == (0, 60)
    assert types["centrifugal-pump"].sensors.keys() == library.sensors.keys()
    assert types["booster"].sensors == types["centrifugal-pump"].sensors, "it builds on the user's, not the library's"
    assert load_catalog().types["centrifugal-pump"] == library


def test_one_file_is_enough_where_a_type_extends_one_of_the_library(tmp_path):
    file = tmp_path / "pump.yaml"
    file.write_text("type: my-pump\nextends: centrifugal-pump\nsensors: {seal: {unit: bar}}\n", encoding="utf-8")
    found = load_type(str(file))
    assert found.sensors.keys() == {*load_type("centrifugal-pump").sensors, "seal"}
    assert (found.extends, found.version) == ("centrifugal-pump", 1)


def test_a_circle_is_told_once_by_all_its_names(tmp_path):
    files = ["type: c\nextends: a\n", "type: a\nextends: b\n", "type: b\nextends: c\n", "type: d\nextends: b\n"]
    (told,) = problems_of(tmp_path, *files)
    assert told == "1.yaml:2: extends: a → b → c → a is a circle; let one of them extend no other of these"


def test_a_type_that_extends_itself_without_one_in_the_library_is_a_circle(tmp_path):
    (told,) = problems_of(tmp_path, "type: tank\nextends: tank\n")
    assert told.startswith("0.yaml:2: extends: tank → tank is a circle")


def test_an_unknown_parent_is_told_with_what_there_is_and_what_is_close(tmp_path):
    (told,) = problems_of(tmp_path, BASE, "type: child\nextends: centrifugal_pump\n")
    assert told.startswith("1.yaml:2: extends: no twin type 'centrifugal_pump'; did you mean centrifugal-pump?")
    assert "base, centrifugal-pump, child, gearbox" in told


def test_removing_what_is_not_there_is_a_slip(tmp_path):
    told = problems_of(tmp_path, BASE, "type: child\nextends: base\nsensors:\n  flwo: null\n")
    assert told[0].startswith("1.yaml:4: sensors.flwo: null removes what is inherited, and nothing of this name is")
    assert "did you mean flow?" in told[0]


def test_what_is_wrong_is_told_where_it_was_written_and_once(tmp_path):
    base = "type: base\nsensors:\n  flow:\n    unit: m3/hh\n    modulus: 5\n"
    told = problems_of(tmp_path, "type: a\nextends: base\n", base, "type: b\nextends: a\nsensors: {flow: {role: x}}\n")
    assert told[0] == "1.yaml:5: sensors.flow.modulus: only a counter has one; add role: counter, or leave it out"
    assert told[1].startswith("2.yaml:3: sensors.flow.role: there is no 'x'")
    assert len(told) == 3


def test_two_parts_that_do_not_fit_are_told_at_the_one_that_the_check_is_about(tmp_path):
    told = problems_of(tmp_path, BASE, "type: child\nextends: base\ntiming:\n  offline_after: 1\n")
    assert told[0] == "0.yaml:7: timing.stale_after: stale_after 2 must not be above offline_after 1"
