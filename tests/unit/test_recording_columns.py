"""Which columns of a CSV file are the time and the sensors."""

from pathlib import Path

import pytest

from pipelines.replay.inferred_type import inferred_type
from pipelines.replay.recording import Recording, RecordingError, RecordingOptions


def recording(tmp_path: Path, text: str, **options: object) -> Recording:
    file = tmp_path / "data.csv"
    file.write_text(text, encoding="utf-8")
    return Recording(file, RecordingOptions(**options))


@pytest.mark.parametrize("name", ["timestamp", "ts", "Time", "DATETIME", "date_time", "Date"])
def test_a_column_with_a_usual_name_is_the_time_wherever_it_stands(tmp_path, name):
    found = recording(tmp_path, f"a,{name},b\n1,1700000000,2\n")
    assert found.sensors == ("a", "b")
    assert next(found.rows()).ts_text == "1700000000"


def test_the_first_column_is_the_time_if_none_has_a_usual_name(tmp_path):
    found = recording(tmp_path, "when,a\n1700000000,1\n")
    assert next(found.rows()).ts_ns == 1_700_000_000 * 10**9


def test_a_time_column_that_is_given_is_used(tmp_path):
    found = recording(tmp_path, "ts,a,measured\n5,1,1700000000\n", timestamp="measured")
    assert next(found.rows()).ts_text == "1700000000"
    assert found.sensors == ("ts", "a")


def test_columns_of_numbers_are_the_sensors(tmp_path):
    text = "ts,a,name,empty,b,flag\n1700000000,1,x,,,true\n1700000001,,y,, 2.5 ,false\n1700000002,-1e3,3,,7,true\n"
    assert recording(tmp_path, text).sensors == ("a", "b")


def test_one_text_among_the_numbers_makes_a_column_none_of_numbers(tmp_path):
    text = "ts,a,b\n" + "1700000000,1,1\n" * 500 + "1700000000,broken,1\n"
    assert recording(tmp_path, text).sensors == ("b",)


def test_columns_that_are_asked_for_are_the_sensors_in_that_order(tmp_path):
    found = recording(tmp_path, "ts,a,name,b\n1700000000,1,x,2\n", columns=("b", "name"))
    assert next(found.rows()).cells == (("b", "2"), ("name", "x"))


@pytest.mark.parametrize("options", [{"timestamp": "when"}, {"columns": ("when",)}])
def test_a_column_that_is_missing_is_named_with_those_that_there_are(tmp_path, options):
    with pytest.raises(RecordingError, match=r"data\.csv: no column 'when'; the header has ts, a, b"):
        recording(tmp_path, "ts,a,b\n1,2,3\n", **options)


@pytest.mark.parametrize("text", ["ts,a\n", "ts,a\n1700000000,x\n", "ts\n1700000000\n"])
def test_a_file_without_a_column_of_numbers_is_refused_with_the_remedy(tmp_path, text):
    with pytest.raises(RecordingError, match=r"no column is numeric; name the columns with --columns"):
        recording(tmp_path, text)


def test_an_index_column_without_a_name_is_no_sensor(tmp_path):
    """A data frame that is written as it is has one."""
    found = recording(tmp_path, ",timestamp,flow\n0,2023-11-14 22:13:20,1.5\n1,2023-11-14 22:13:21,1.6\n")
    assert found.sensors == ("flow",)
    assert list(inferred_type(found.sensors).sensors) == ["flow"]


def test_a_type_is_inferred_from_the_columns(tmp_path):
    twin_type = inferred_type(recording(tmp_path, "ts,a,b\n1700000000,1,2\n").sensors)
    assert (twin_type.type, list(twin_type.sensors)) == ("auto", ["a", "b"])
    assert twin_type.sensors["a"].range is None
