"""The public benchmarks' files as they are distributed, with what is true of each row."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.evaluation.nab_score import Window
from pipelines.replay.recording import Recording, RecordingOptions

NAB_DATA, NAB_WINDOWS = Path("data"), Path("labels/combined_windows.json")
SKAB_FAULT_FREE = "anomaly-free"
SKAB_TRUTH = ("anomaly", "changepoint")
SKAB_WARM_UP = 400
"""Rows at the begin of each file that are fault-free and not counted."""


class CorpusError(ValueError):
    """A folder that does not hold the benchmark; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class NabFile:
    """A file of the Numenta Anomaly Benchmark."""

    name: str
    recording: Recording
    windows: Sequence[Window]


@dataclass(frozen=True, slots=True)
class SkabFile:
    """A file of the Skoltech Anomaly Benchmark; `anomalous` says of each row whether the fault is on."""

    name: str
    recording: Recording
    anomalous: Sequence[bool]

    @property
    def fault_free(self) -> bool:
        """Whether it is the long file without a fault, which has no truth column."""
        return self.name.startswith(SKAB_FAULT_FREE)


def nab_files(folder: Path) -> list[NabFile]:
    """The files of a folder with `data/` and `labels/combined_windows.json`, as its repository has them.

    Files that are labelled but not there are left out: a part of the benchmark can be scored, too.

    Raises
    ------
    CorpusError
        If the labels or all of the files are missing.
    """
    try:
        labels: dict[str, list[list[str]]] = json.loads((folder / NAB_WINDOWS).read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(
            f"{folder / NAB_WINDOWS}: {error.strerror}; name the folder that holds data/ and labels/"
        ) from error
    found = [
        _nab_file(name, folder / NAB_DATA / name, windows)
        for name, windows in sorted(labels.items())
        if (folder / NAB_DATA / name).is_file()
    ]
    if not found:
        raise CorpusError(f"{folder / NAB_DATA} has none of the files that {NAB_WINDOWS} labels")
    return found


def skab_files(folder: Path) -> list[SkabFile]:
    """Every CSV file below a folder's `data/`, or below the folder itself.

    Raises
    ------
    CorpusError
        If there is none.
    """
    root = folder / "data" if (folder / "data").is_dir() else folder
    found = [_skab_file(str(path.relative_to(root)), path) for path in sorted(root.rglob("*.csv"))]
    if not found:
        raise CorpusError(f"no CSV file below {root}; name the folder that holds valve1/ and anomaly-free/")
    return found


def _nab_file(name: str, path: Path, windows: list[list[str]]) -> NabFile:
    recording = Recording(path, RecordingOptions(columns=("value",)))
    times = [row.ts_text for row in recording.rows()]
    return NabFile(
        name, recording, [(_row_of(name, times, begin), _row_of(name, times, end)) for begin, end in windows]
    )


def _row_of(name: str, times: list[str], label: str) -> int:
    """The first row with a label's time, which is written with a fraction there and without one in the data."""
    text = label.split(".", maxsplit=1)[0]
    if text not in times:
        raise CorpusError(f"{name} has no row at {text}, where {NAB_WINDOWS} has the edge of a window")
    return times.index(text)


def _skab_file(name: str, path: Path) -> SkabFile:
    everything = Recording(path, RecordingOptions(separator=";"))
    sensors = tuple(sensor for sensor in everything.sensors if sensor not in SKAB_TRUTH)
    recording = Recording(path, RecordingOptions(separator=";", columns=sensors))
    return SkabFile(name, recording, list(_truth(path)))


def _truth(path: Path) -> Iterator[bool]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield float(row.get(SKAB_TRUTH[0]) or 0.0) > 0.5
