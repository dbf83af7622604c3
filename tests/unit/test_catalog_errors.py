"""What is wrong with a definition file is told with file, line, path and remedy."""

from pathlib import Path

import pytest

from pipelines.catalog.catalog import load_catalog
from pipelines.catalog.errors import CatalogError
from pipelines.catalog.yaml_file import MAX_BYTES


def told(tmp_path: Path, text: str | bytes) -> list[str]:
    file = tmp_path / "plant.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CatalogError) as caught:
        load_catalog([file])
    return str(caught.value).replace(f"{tmp_path}/", "").split("\n")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "type: tank\nsensors:\n  level:\n    unit: m\n    range: [5, 0]\n",
            "plant.yaml:5: sensors.level.range: the first bound must be below the second; it is [5, 0]",
        ),
        (
            "type: tank\nsensors:\n  level:\n    unit: m\n    perid: 1s\n",
            "plant.yaml:5: sensors.level.perid: there is no such key; did you mean period?",
        ),
        ("type: tank\ncolour: red\n", "plant.yaml:2: colour: there is no such key; there are alarms, controls"),
        (
            "type: tank\nsensors: {level: {}}\ndetect:\n\n  # long\n  warm_up: 1\n",
            "plant.yaml:6: detect.warm_up: 1 should be greater than or equal to 10; mend it (samples learned",
        ),
        (
            "type: tank\nsensors:\n  level: {period: 5 s}\n",
            "plant.yaml:3: sensors.level.period: '5 s' can't be used; write a number with ms, s, min, h or d, such as",
        ),
        (
            "type: tank\nsensors:\n  level: {role: setpiont}\n",
            "plant.yaml:3: sensors.level.role: there is no 'setpiont'; did you mean setpoint?",
        ),
        (
            "type: tank\nsensors:\n  level:\n    unit: furlong\n",
            "plant.yaml:4: sensors.level.unit: the unit 'furlong' is not known: did you mean",
        ),
        ("type: tank\nsensors:\n  level:\n", "plant.yaml:3: sensors.level: has no content; write {}"),
        ("type: tank\nsensors:\n  level: 5\n", "plant.yaml:3: sensors.level: 5 is no mapping; write 'key: value'"),
        ('type: tank\nsensors:\n  "a\\nb": {}\n', "plant.yaml:3: sensors.'a\\nb': can't be a name; write 1 to 128"),
        (
            "type: tank\nsensors: {level: {}}\npredict:\n  level:\n    health_bellow: 5\n",
            "plant.yaml:5: predict.level.health_bellow: there is no such key; did you mean health_below?",
        ),
        (
            "type: tank\nsensors: {level: {}}\npredict:\n  level:\n    horizon: 5\n",
            "plant.yaml:5: predict.level.horizon: 5 is no text; put it in quotes (a number with ms",
        ),
        (
            "type: tank\nsensors: {level: {}}\nalarms:\n  - {id: low, when: a}\n  - {id: low, when: b}\n",
            "plant.yaml:5: alarms.1.id: 'low' is the id of alarm 0, too; give it another id",
        ),
        (
            "type: tank\nsensors: {level: {}}\nalarms:\n  - id: low\n    severity: high\n",
            "plant.yaml:4: alarms.0.when: is missing; add it",
        ),
        ("# a tank\n\ntype: tank\n", "plant.yaml:3: the document: a type names its sensors, or has unknown_sensors"),
        ("type: 5\nsensors: {level: {}}\n", "plant.yaml:1: type: 5 is no text; put it in quotes"),
        ("twin: tank-1\n", "plant.yaml:1: type: is missing; add it"),
        ("twin: 5\ntype: gearbox\n", "plant.yaml:1: twin: 5 is no text; put it in quotes"),
        ("twin: x\ntype: gearbox\nplace: y\n", "plant.yaml:3: place: there is no such key; there are area, cell"),
        ('twin: "a\\nb"\ntype: gearbox\n', "plant.yaml:1: twin: 'a\\nb' can't be used; write 1 to 128 characters"),
        (
            "twin: x\ntype: gearbox\ntime_zone: Europe/Berln\n",
            "plant.yaml:3: time_zone: twin 'x': there is no time zone 'Europe/Berln'; did you mean Europe/Berlin?",
        ),
        (
            "twin: x\ntype: gearbox\ntime_zone: ../../etc/passwd\n",
            "plant.yaml:3: time_zone: twin 'x': there is no time zone '../../etc/passwd'; write one like Europe/Berlin",
        ),
    ],
)
def test_a_wrong_value_is_told_at_its_line_with_what_helps(tmp_path, text, first):
    found = told(tmp_path, text)
    assert found[0].startswith(first)
    assert len([line for line in found if line.startswith("plant.yaml")]) == 1, found


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_lines(tmp_path):
    text = "type: tank\nsensors:\n  a: {range: [5, 0]}\n  b: {resolution: 0}\n---\ntwin: x\ntype: tnak\n"
    found = told(tmp_path, text)
    assert [line.split(" ")[0] for line in found[:2]] == ["plant.yaml:3:", "plant.yaml:4:"]
    assert found[2].startswith("plant.yaml:7: type: no twin type 'tnak'; did you mean tank?")
    assert found[3:] == ["see schemas/json/TwinType.json"]


def test_several_broken_files_are_told_at_once(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("type: [\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"a\.yaml:2: not YAML.*\n.*b\.yaml:2: not YAML"):
        load_catalog([tmp_path])


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("sensors: {level: {}}\n", "plant.yaml:1: a document needs 'type' with 'sensors', or 'twin' with its 'type'"),
        ("type: a\nunknown_sensors: create\n---\n- 1\n", "plant.yaml:4: a document needs 'type'"),
        ("just words\n", "plant.yaml:1: a document needs 'type'"),
        ("type: tank\nsensors: {}\nsensors: {}\n", "plant.yaml:3: sensors: stands twice, first in line 2; keep one"),
        ("type: a\nsensors:\n  4711: {}\n", 'plant.yaml:3: 4711: a key must be a text; put it in quotes: "4711"'),
        ("type: a\n? [x]\n: y\n", "plant.yaml:2: a key must be a text"),
        ("type: tank\n\tsensors: {}\n", "plant.yaml:2: not YAML:"),
        ("type: *base\n", "plant.yaml:1: not YAML: found undefined alias 'base'"),
        ("type: !!python/object:os.system x\n", "plant.yaml:1: not YAML: could not determine a constructor"),
        ("type: !!python/object:os.system {}\n", "plant.yaml:1: the tag"),
        ("type: 2024-13-45\n", "plant.yaml:1: 2024-13-45: month must be in 1..12; mend it, or put it in quotes"),
        (b"type: tank\nsite: \xff\xfe\n", "plant.yaml:2: not YAML: no UTF-8 text; save it in UTF-8"),
        ("type: a\0b\n", "plant.yaml: not YAML: unacceptable character"),
        ("#" * (MAX_BYTES + 1), "plant.yaml: larger than 1024 KiB; split it into several files"),
    ],
)
def test_what_can_not_be_taken_for_definitions_is_told(tmp_path, text, only):
    (line,) = told(tmp_path, text)
    assert line.startswith(only)


@pytest.mark.parametrize(
    "text",
    [
        "type: a\nx: " + "[" * 50_000,
        "type: a\nx: &x [*x]\n",
        "type: a\nx: {<<: &x {y: *x}}\n",
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 20)),
    ],
    ids=["nested", "endless", "endless-merge", "billion-laughs"],
)
def test_few_lines_that_would_take_all_memory_are_refused(tmp_path, text):
    (line,) = told(tmp_path, text)
    assert "nested more than 32 levels" in line or "more than 200000 values" in line


def test_anchors_share_what_sensors_have_in_common(tmp_path):
    text = "type: tank\nsensors:\n  a: &a {unit: m, range: [0, 5]}\n  b: {<<: *a, range: [0, 9]}\n  c: *a\n"
    (tmp_path / "tank.yaml").write_text(text, encoding="utf-8")
    sensors = load_catalog([tmp_path]).types["tank"].sensors
    assert [(sensor.unit, sensor.range) for sensor in sensors.values()] == [("m", (0, 5)), ("m", (0, 9)), ("m", (0, 5))]


def test_on_and_off_are_texts(tmp_path):
    text = "type: a\nsensors: {on: {allow_constant: yes}, y: {}}\ndetect: {profile: off}\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    found = load_catalog([tmp_path]).types["a"]
    assert (list(found.sensors), found.detect.profile, found.sensors["on"].allow_constant) == (["on", "y"], "off", True)
