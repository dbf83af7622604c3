"""A recorded gearbox: normal until its bearing fails, and the file says when."""

import csv
import statistics
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pipelines.simulation.gearbox import GEARBOX_INSTRUMENTS, FailureRows, recording, write_csv

START = datetime(2024, 1, 1, tzinfo=UTC)


def written(path: Path, rows: int = 600, seed: int = 1) -> tuple[list[dict[str, str]], FailureRows]:
    failure = write_csv(path, rows, seed, start=START, period_s=0.5)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), failure


def test_the_file_has_the_sensors_of_its_twin_type_at_a_steady_period(tmp_path: Path) -> None:
    lines, _ = written(tmp_path / "gearbox.csv")
    assert list(lines[0]) == ["timestamp", *GEARBOX_INSTRUMENTS]
    assert [datetime.fromisoformat(line["timestamp"]) for line in lines] == [
        START + timedelta(seconds=0.5) * index for index in range(600)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_bearing_fails_in_the_rows_named_and_nowhere_else(tmp_path: Path, seed: int) -> None:
    lines, failure = written(tmp_path / "gearbox.csv", seed=seed)
    assert failure == FailureRows(360, 420, "bearing-failure")
    for sensor, meter in GEARBOX_INSTRUMENTS.items():
        values = [float(line[sensor]) for line in lines]
        mean, deviation = statistics.mean(values[:80]), statistics.stdev(values[:80])
        deviations = [(value - mean) / deviation for value in values]
        assert all(meter.low <= value <= meter.high for value in values)
        assert max(map(abs, deviations[: failure.first])) < 5.5
        assert max(map(abs, deviations[failure.end + 15 :])) < 5.5
        failed = deviations[failure.first + 15 : failure.end]
        assert max(map(abs, failed)) < 5.5 if sensor == "torque" else min(failed) > 10


def test_the_rise_takes_some_rows() -> None:
    rows = list(recording(200, 1, start=START, failure=FailureRows(100, 150)))
    assert rows[100].vibration < 0.6 * rows[115].vibration
    assert rows[103].bearing_temperature < rows[108].bearing_temperature < rows[120].bearing_temperature


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("one.csv", "two.csv", "three.csv"))
    for path, seed in ((one, 1), (two, 1), (three, 2)):
        write_csv(path, 50, seed, start=START)
    assert one.read_bytes() == two.read_bytes() != three.read_bytes()


def test_timestamps_are_utc_whatever_zone_the_start_is_in(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", 20, 1, start=START.astimezone(timezone(timedelta(hours=5))))
    assert "\n2024-01-01T00:00:00.000+00:00," in (tmp_path / "a.csv").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="time zone"):
        write_csv(tmp_path / "b.csv", 20, 1, start=datetime(2024, 1, 1))  # noqa: DTZ001  # the mistake itself


@pytest.mark.parametrize("failure", [FailureRows(5, 5), FailureRows(-1, 5), FailureRows(5, 21)])
def test_a_failure_outside_the_recording_is_refused(failure: FailureRows) -> None:
    with pytest.raises(ValueError, match="within the 20 rows"):
        list(recording(20, 1, start=START, failure=failure))
