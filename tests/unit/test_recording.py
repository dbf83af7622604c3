"""CSV files of every make: separators, quotes, marks, empty cells, times with and without zone."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.replay.recording import Recording, RecordingError, RecordingOptions, Row

T0 = 1_700_000_000 * 10**9


def recording(tmp_path: Path, text: str | bytes, **options: object) -> Recording:
    file = tmp_path / "data.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Recording(file, RecordingOptions(**options))


def rows(tmp_path: Path, text: str | bytes, **options: object) -> list[Row]:
    return list(recording(tmp_path, text, **options).rows())


def body(row: Row) -> dict[str, object]:
    return json.loads(row.message("p", row.ts_ns))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_in_the_header(tmp_path, separator):
    text = "ts,flow,level\n1700000000,1.5,2\n".replace(",", separator)
    (row,) = rows(tmp_path, text)
    assert (row.ts_ns, row.cells) == (T0, (("flow", "1.5"), ("level", "2")))


def test_a_separator_that_is_given_is_used(tmp_path):
    (row,) = rows(tmp_path, "ts:a,b,c:d\n1700000000:1:2\n", separator=":")
    assert row.cells == (("a,b,c", "1"), ("d", "2"))


def test_quoted_names_may_hold_the_separator_and_quotes(tmp_path):
    (row,) = rows(tmp_path, '"ts","flow, main","say ""x"""\r\n"1700000000","1.5","2"\r\n')
    assert row.cells == (("flow, main", "1.5"), ('say "x"', "2"))


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    (row,) = rows(tmp_path, b"\xef\xbb\xbfflow,ts\n1,1700000000\n")
    assert (row.ts_ns, row.cells) == (T0, (("flow", "1"),))


def test_blanks_round_names_and_cells_are_no_part_of_them(tmp_path):
    (row,) = rows(tmp_path, "ts , flow\n1700000000 , 1.5 \n")
    assert row.cells == (("flow", "1.5"),)


def test_an_empty_cell_sends_nothing_and_the_others_are_sent(tmp_path):
    first, second = rows(tmp_path, "ts,a,b\n1700000000,,2\n1700000001,1\n")
    assert body(first)["values"] == {"b": 2.0}
    assert body(second)["values"] == {"a": 1.0}


def test_a_row_is_a_message_with_its_time_its_number_and_its_values(tmp_path):
    (row,) = rows(tmp_path, "ts,a,b\n2023-11-14T22:13:20.250Z,1.5,x\n", columns=("a", "b"))
    sent = {"twin_id": "p", "ts": T0 // 10**6 + 250, "values": {"a": 1.5, "b": "x"}, "seq": 1}
    assert body(row) == {**sent, "historical": True}
    shifted = json.loads(row.message("p", row.ts_ns + 10**9))
    assert shifted == {**sent, "ts": sent["ts"] + 1_000, "historical": False}


def test_a_row_keeps_its_nanoseconds(tmp_path):
    (row,) = rows(tmp_path, "ts,a\n1700000000123456789,1\n")
    assert body(row)["ts"] == 1_700_000_000_123_456_789


def test_a_row_without_a_readable_time_is_sent_with_the_text_that_it_has(tmp_path):
    (row,) = rows(tmp_path, "ts,a\nyesterday,1\n")
    assert row.ts_ns is None
    assert body(row)["ts"] == "yesterday"


def test_blank_lines_are_no_rows(tmp_path):
    found = recording(tmp_path, "ts,a\n1700000000,1\n\n1700000001,2\n\n")
    assert [row.number for row in found.rows()] == [1, 2]
    assert found.row_count() == 2


def test_rows_can_be_read_any_number_of_times(tmp_path):
    found = recording(tmp_path, "ts,a\n1700000000,1\n1700000001,2\n")
    assert list(found.rows()) == list(found.rows())


@pytest.mark.parametrize(
    ("zone", "wanted_ns"),
    [("UTC", T0), ("Europe/Berlin", T0 - 3_600 * 10**9), ("Australia/Melbourne", T0 - 11 * 3_600 * 10**9)],
)
def test_a_time_without_zone_is_of_the_zone_that_is_given(tmp_path, zone, wanted_ns):
    (row,) = rows(tmp_path, "ts,a\n2023-11-14 22:13:20,1\n", zone=ZoneInfo(zone))
    assert row.ts_ns == wanted_ns


def test_a_time_with_a_zone_keeps_its_own(tmp_path):
    (row,) = rows(tmp_path, "ts,a\n2023-11-14T22:13:20Z,1\n", zone=ZoneInfo("Australia/Melbourne"))
    assert row.ts_ns == T0


def test_a_date_alone_is_its_midnight(tmp_path):
    (row,) = rows(tmp_path, "date,a\n2023-11-14,1\n")
    assert row.ts_ns == T0 - (22 * 3_600 + 13 * 60 + 20) * 10**9


def test_a_format_that_is_given_reads_times_of_any_style(tmp_path):
    text = "ts,a\n14.11.2023 22:13,1\n2023-11-14T22:13:20Z,2\n"
    first, second = rows(tmp_path, text, timestamp_format="%d.%m.%Y %H:%M")
    assert first.ts_ns == T0 - 20 * 10**9
    assert second.ts_ns is None


def test_a_format_with_a_zone_is_of_that_zone(tmp_path):
    options = {"timestamp_format": "%d/%m/%Y %H:%M:%S %z", "zone": ZoneInfo("Asia/Tokyo")}
    (row,) = rows(tmp_path, "ts,a\n14/11/2023 23:13:20 +0100,1\n", **options)
    assert row.ts_ns == T0


@pytest.mark.parametrize("text", ["", "\n", "   \n"])
def test_an_empty_file_is_named(tmp_path, text):
    with pytest.raises(RecordingError, match=r"data\.csv: the file is empty; it needs a header"):
        recording(tmp_path, text)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"none\.csv: No such file.*name a readable CSV"):
        Recording(tmp_path / "none.csv", RecordingOptions())


def test_a_file_of_another_encoding_is_named(tmp_path):
    text = "Zeit;Temperatur °C\n2023-11-14 22:13:20;21.5\n".encode("cp1252")
    with pytest.raises(RecordingError, match=r"data\.csv.*UTF-8"):
        recording(tmp_path, text)


def test_a_file_that_turns_to_another_encoding_further_down_is_named(tmp_path):
    text = b"ts,a,note\n" + b"1700000000,1,x\n" * 3_000 + b"1700000000,1,\xb0C\n"
    with pytest.raises(RecordingError, match=r"data\.csv.*UTF-8"):
        rows(tmp_path, text)
