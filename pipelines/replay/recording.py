"""A CSV file as telemetry: one message a row."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import orjson

from pipelines.twin.event_time import NS_PER_MS, parse_event_time
from pipelines.twin.number import parse_number
from pipelines.twin.rejection import Rejected

TIMESTAMP_NAMES = ("timestamp", "ts", "time", "datetime", "date_time", "date")
SEPARATORS = ",;\t|"
SAMPLE_ROWS = 1_000


class RecordingError(ValueError):
    """A file that can't be replayed; the message names the file, the place and the remedy."""


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """How to read a CSV file. What is None is found out from the header.

    Attributes
    ----------
    timestamp
        Column of event time; the first with a usual name, else the first column.
    separator
        The one of comma, semicolon, tab and bar that stands most often in the header.
    columns
        Columns to replay, which become the sensors; all that are numeric.
    timestamp_format
        A strptime format for times that are neither ISO 8601 nor an epoch.
    zone
        Zone of times that name none.
    """

    timestamp: str | None = None
    separator: str | None = None
    columns: tuple[str, ...] | None = None
    timestamp_format: str | None = None
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file.

    Attributes
    ----------
    number
        1 for the first row below the header.
    ts_text
        The time as the file has it.
    ts_ns
        Event time, None if the text holds none.
    """

    number: int
    ts_text: str
    ts_ns: int | None
    cells: tuple[tuple[str, str], ...]

    def message(self, twin_id: str, ts_ns: int | None) -> bytes:
        """The row as a telemetry message at an event time, its own or a shifted one. An empty cell sends nothing.

        At its own time it is history, which nobody is to be called for.
        """
        ts: int | str | None = self.ts_text
        if ts_ns is not None:
            ts = ts_ns // NS_PER_MS if ts_ns % NS_PER_MS == 0 else ts_ns
        return orjson.dumps(
            {
                "twin_id": twin_id,
                "ts": ts,
                "values": {name: _cell(text) for name, text in self.cells if text},
                "seq": self.number,
                "historical": ts_ns is not None and ts_ns == self.ts_ns,
            }
        )


class Recording:
    """A CSV file opened for replay; its rows can be read any number of times.

    Raises
    ------
    RecordingError
        If the file is missing or empty, or a column that was asked for is not in its header.
    """

    def __init__(self, path: Path, options: RecordingOptions) -> None:
        self.path = path
        self._options = options
        self._header, self._separator = self._read_header()
        self._timestamp = self._column(options.timestamp) if options.timestamp else self._usual_timestamp()
        wanted = options.columns if options.columns is not None else self._numeric_columns()
        self.sensors = tuple(name.strip() for name in wanted)
        self._indices = tuple(self._column(name) for name in self.sensors)
        if not self.sensors:
            raise RecordingError(f"{path}: no column is numeric; name the columns with --columns")

    def rows(self) -> Iterator[Row]:
        """Every row in file order."""
        for number, cells in enumerate(self._cells(), start=1):
            ts_text = cells[self._timestamp].strip() if self._timestamp < len(cells) else ""
            named = tuple(
                (name, cells[index].strip())
                for name, index in zip(self.sensors, self._indices, strict=True)
                if index < len(cells)
            )
            yield Row(number, ts_text, self._event_time(ts_text), named)

    def row_count(self) -> int:
        """How many rows there are."""
        return sum(1 for _ in self._cells())

    def _read_header(self) -> tuple[Sequence[str], str]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                first = file.readline()
        except OSError as error:
            raise RecordingError(f"{self.path}: {error.strerror}; name a readable CSV file") from error
        except UnicodeDecodeError as error:
            raise self._not_utf8(error) from error
        if not first.strip():
            raise RecordingError(f"{self.path}: the file is empty; it needs a header line")
        separator = self._options.separator or max(SEPARATORS, key=first.count)
        return [name.strip() for name in next(csv.reader([first], delimiter=separator))], separator

    def _cells(self) -> Iterator[list[str]]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self._separator)
            try:
                next(reader)
                yield from (cells for cells in reader if cells)
            except UnicodeDecodeError as error:
                raise self._not_utf8(error) from error

    def _not_utf8(self, error: UnicodeDecodeError) -> RecordingError:
        return RecordingError(f"{self.path}: not UTF-8 ({error.reason}); save the file as UTF-8")

    def _column(self, name: str) -> int:
        if name.strip() not in self._header:
            raise RecordingError(f"{self.path}: no column {name.strip()!r}; the header has {', '.join(self._header)}")
        return self._header.index(name.strip())

    def _usual_timestamp(self) -> int:
        lowered = [name.lower() for name in self._header]
        return next((lowered.index(name) for name in TIMESTAMP_NAMES if name in lowered), 0)

    def _numeric_columns(self) -> tuple[str, ...]:
        """Columns whose filled cells are all numbers, as far as a sample tells."""
        numeric = {index: False for index, name in enumerate(self._header) if name and index != self._timestamp}
        for _, cells in zip(range(SAMPLE_ROWS), self._cells(), strict=False):
            for index in list(numeric):
                text = cells[index].strip() if index < len(cells) else ""
                if not text:
                    continue
                if isinstance(parse_number(text), Rejected):
                    del numeric[index]
                else:
                    numeric[index] = True
        return tuple(self._header[index] for index, seen in numeric.items() if seen)

    def _event_time(self, text: str) -> int | None:
        if self._options.timestamp_format:
            try:
                moment = datetime.strptime(text, self._options.timestamp_format)  # noqa: DTZ007 - zoned below
            except ValueError:
                return None
            return self._zoned(moment)
        parsed = parse_event_time(text)
        if isinstance(parsed, int):
            return parsed
        try:
            return self._zoned(datetime.fromisoformat(text))
        except ValueError:
            return None

    def _zoned(self, moment: datetime) -> int | None:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._options.zone)
        parsed = parse_event_time(moment.isoformat())
        return parsed if isinstance(parsed, int) else None


def _cell(text: str) -> float | str:
    """A number where the cell holds one, else its text, so that the twin rejects it by name."""
    number = parse_number(text)
    return text if isinstance(number, Rejected) else number
