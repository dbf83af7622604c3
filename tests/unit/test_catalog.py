"""Definition files: types and twins become definitions."""

from pathlib import Path

import pytest

from pipelines.catalog.catalog import load_catalog, load_type, not_evaluated
from pipelines.catalog.errors import CatalogError
from schemas.definition import Place

TANK = "type: tank\nsensors:\n  level: {unit: m, range: [0, 5]}\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_types_and_twins_of_a_directory_and_below_become_definitions(tmp_path):
    write(tmp_path / "types" / "tank.yaml", TANK)
    write(
        tmp_path / "twins.yml",
        "twin: tank-1\ntype: tank\nsite: harbour\n---\ntwin: pump-1\ntype: centrifugal-pump\n---\n",
    )
    write(tmp_path / "notes.txt", "no YAML: {")
    definitions = {definition.twin_id: definition for definition in load_catalog([tmp_path]).definitions()}
    assert sorted(definitions) == ["pump-1", "tank-1"]
    assert definitions["tank-1"].site == "harbour"
    assert definitions["tank-1"].type.sensors["level"].range == (0, 5)
    assert definitions["pump-1"].type.type == "centrifugal-pump"


def test_a_type_of_the_users_replaces_the_librarys_of_that_name(tmp_path):
    file = write(tmp_path / "pump.yaml", "type: centrifugal-pump\nversion: 7\nsensors: {flow: {}}\n")
    assert load_catalog([file]).type_named("centrifugal-pump").version == 7


def test_the_whole_place_of_a_twin_goes_into_its_definition(tmp_path):
    place = {
        "enterprise": "water works",
        "site": "harbour",
        "area": "intake",
        "line": "line-1",
        "cell": "cell-2",
        "equipment": "P-101",
        "time_zone": "Europe/Berlin",
    }
    text = "".join(f"{level}: {name}\n" for level, name in place.items())
    file = write(tmp_path / "twin.yaml", f"twin: pump-1\ntype: centrifugal-pump\n{text}")
    (definition,) = load_catalog([file]).definitions()
    assert {level: getattr(definition, level) for level in Place.model_fields} == place


def test_levels_of_the_place_may_be_left_out(tmp_path):
    file = write(tmp_path / "twin.yaml", "twin: pump-1\ntype: centrifugal-pump\ncell: cell-2\n")
    (definition,) = load_catalog([file]).definitions()
    assert (definition.cell, definition.site, definition.time_zone) == ("cell-2", None, None)


def test_a_file_that_is_named_twice_is_read_once(tmp_path):
    file = write(tmp_path / "plant" / "twin.yaml", "twin: x-1\ntype: gearbox\n")
    assert list(load_catalog([tmp_path, file, file.parent / ".." / "plant"]).twins) == ["x-1"]


def test_a_place_without_a_yaml_file_is_named_with_what_to_do(tmp_path):
    for path in (tmp_path, tmp_path / "missing.yaml"):
        with pytest.raises(CatalogError, match=r"no YAML file.*\*\.yaml") as caught:
            load_catalog([path])
        assert str(path) in str(caught.value)


def test_a_twin_of_an_unknown_type_is_told_which_types_there_are(tmp_path):
    file = write(tmp_path / "twin.yaml", "twin: x-1\ntype: tnak\n")
    with pytest.raises(CatalogError, match=r"twin\.yaml:2: type: no twin type 'tnak'.*centrifugal-pump.*Add a file"):
        load_catalog([file])


def test_a_twin_in_a_file_does_not_matter_where_a_type_is_wanted(tmp_path):
    file = write(tmp_path / "tank.yaml", f"{TANK}---\ntwin: x-1\ntype: elsewhere\n")
    assert load_type(str(file)).type == "tank"


def test_a_twin_that_is_defined_twice_is_named(tmp_path):
    file = write(tmp_path / "twin.yaml", "twin: x-1\ntype: gearbox\n---\ntwin: x-1\ntype: gearbox\n")
    with pytest.raises(CatalogError) as caught:
        load_catalog([file])
    assert str(caught.value) == f"{file}:4: twin: twin 'x-1' is defined twice, first in {file}:1; keep one"


def test_a_type_that_is_defined_twice_is_named_whatever_the_order_of_files(tmp_path):
    write(tmp_path / "a.yaml", TANK)
    write(tmp_path / "b.yaml", TANK)
    with pytest.raises(CatalogError, match=r"b\.yaml:1: type: type 'tank' is defined twice, first in .*a\.yaml:1"):
        load_catalog([tmp_path])


def test_a_type_is_found_by_its_name_or_in_a_file(tmp_path):
    assert load_type("gearbox").type == "gearbox"
    assert load_type(str(write(tmp_path / "tank.yaml", TANK))).type == "tank"


@pytest.mark.parametrize("text", ["twin: x-1\ntype: gearbox\n", f"{TANK}---\n{TANK}"])
def test_a_file_that_holds_none_or_several_types_is_refused_where_one_is_wanted(tmp_path, text):
    file = write(tmp_path / "types.yaml", text)
    with pytest.raises(CatalogError, match="exactly one"):
        load_type(str(file))


def test_a_name_that_is_neither_type_nor_file_is_told_which_types_there_are():
    with pytest.raises(CatalogError, match=r"no twin type 'nope'; there are .*gearbox"):
        load_type("nope")


def test_parts_that_this_version_does_not_act_on_are_named(tmp_path):
    file = write(tmp_path / "tank.yaml", TANK + "expect: {level: '1'}\nalarms: [{id: low, when: 'level < 1'}]\n")
    assert not_evaluated(load_type(str(file))) == ["expect", "alarms"]
    assert not_evaluated(load_type("gearbox")) == []


def test_every_type_of_the_library_can_be_a_twin():
    for name in load_catalog().types:
        assert load_type(name).sensors
