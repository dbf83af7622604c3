"""The committed JSON Schemas are those of the models, and any difference is found."""

import json

import pytest
from jsonschema import Draft202012Validator

from schemas.generate import DIRECTORY, rendered, stale
from schemas.generated import write_files


def test_the_committed_schemas_are_current():
    assert stale() == []


@pytest.fixture
def directory(tmp_path):
    write_files(rendered(), tmp_path / "json")
    return tmp_path / "json"


def test_a_directory_that_was_just_written_is_current(directory):
    assert stale(directory) == []
    assert sorted(path.name for path in directory.iterdir()) == sorted(rendered())


def test_a_file_that_was_changed_is_named(directory):
    file = directory / "Observation.json"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert stale(directory) == ["Observation.json"]


def test_a_file_that_is_missing_is_named(directory):
    (directory / "TwinState.json").unlink()
    assert stale(directory) == ["TwinState.json"]


def test_a_file_that_is_left_over_is_named_and_removed(directory):
    (directory / "Gone.json").write_text("{}", encoding="utf-8")
    assert stale(directory) == ["Gone.json"]
    write_files(rendered(), directory)
    assert stale(directory) == []


def test_every_schema_is_a_valid_schema():
    for name in rendered():
        schema = json.loads((DIRECTORY / name).read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
