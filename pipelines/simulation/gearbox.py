"""A gearbox recorded to CSV, with one bearing failure in it: something to replay."""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.simulation.demand import DemandCycle
from pipelines.simulation.instrument import Instrument
from pipelines.simulation.randomness import random_stream

GEARBOX_INSTRUMENTS: Mapping[str, Instrument] = {
    "bearing_temperature": Instrument("Cel", -20.0, 180.0, resolution=0.1, noise=0.3),
    "vibration": Instrument("mm/s", 0.0, 50.0, resolution=0.01, noise=0.06),
    "torque": Instrument("N.m", 0.0, 2000.0, resolution=0.1, noise=5.0),
}
"""The sensors of `schemas/library/gearbox.yaml`."""

RATED_TORQUE = 1_000.0
ONSET_ROWS = 10
"""Rows from the start of the failure to its full severity."""
THERMAL_ROWS = 3.0
"""Time constant of the bearing's temperature: sped up, like the failure, to be seen in a short recording."""


@dataclass(frozen=True, slots=True)
class GearboxRow:
    """One line of the recording; the fields are its columns. Units as in `GEARBOX_INSTRUMENTS`."""

    timestamp: datetime
    bearing_temperature: float
    vibration: float
    torque: float


@dataclass(frozen=True, slots=True)
class FailureRows:
    """The ground truth: the fault acts from row `first` to before row `end`, counted from 0 without the header.

    >>> FailureRows(first=600, end=660).severity_at(605)
    0.6
    """

    first: int
    end: int
    fault: str = "bearing-failure"

    def severity_at(self, row: int) -> float:
        """How far the bearing has failed, 0 to 1."""
        return min(1.0, (row - self.first + 1) / ONSET_ROWS) if self.first <= row < self.end else 0.0


def recording(
    rows: int, seed: int, *, start: datetime, failure: FailureRows, period_s: float = 1.0
) -> Iterator[GearboxRow]:
    """The rows: a load cycle on a healthy gearbox, except where the bearing fails.

    The failed bearing takes vibration from about 1.5 to 9 mm/s, from zone B into zone D of ISO 10816-1 for machines
    of medium size (class II: D above 7.1), and heats up by 30 K; after `failure.end` it has been replaced.

    >>> begin = datetime(2024, 1, 1, tzinfo=UTC)
    >>> rows = list(recording(200, 1, start=begin, failure=FailureRows(150, 180)))
    >>> rows[100].vibration < 2 < 8 < rows[170].vibration
    True
    """
    if not 0 <= failure.first < failure.end <= rows:
        raise ValueError(f"failure in rows {failure.first} to {failure.end}: must lie within the {rows} rows recorded")
    if start.tzinfo is None:
        raise ValueError(f"start {start.isoformat()}: must have a time zone")
    begin = start.astimezone(UTC)
    rng = random_stream(seed, "gearbox")
    cycle = DemandCycle(mean=0.7, amplitude=0.05, jitter=0.01)
    loads = cycle.values(rng)
    temperature = _steady_temperature(cycle.mean, 0.0)
    for row in range(rows):
        load, severity = next(loads), failure.severity_at(row)
        target = _steady_temperature(load, severity)
        temperature += (target - temperature) * (1 - math.exp(-1 / THERMAL_ROWS))
        physical = {
            "bearing_temperature": temperature,
            "vibration": 0.8 + load + 7.5 * severity,
            "torque": RATED_TORQUE * load,
        }
        shown = {sensor: meter.read(physical[sensor], rng) for sensor, meter in GEARBOX_INSTRUMENTS.items()}
        yield GearboxRow(begin + timedelta(seconds=row * period_s), **shown)


def _steady_temperature(load: float, severity: float) -> float:
    """Ambient, plus friction that grows with load, plus the failed bearing's own heat, Cel."""
    return 25.0 + 45.0 * load + 30.0 * severity


def write_csv(
    path: Path, rows: int, seed: int, *, start: datetime, failure: FailureRows | None = None, period_s: float = 1.0
) -> FailureRows:
    """Write a recording and say where it fails: in the part from 60 to 70 percent of the rows when left out.

    Timestamps are ISO 8601 in UTC; numbers stand as the instruments show them.
    """
    acting = failure or FailureRows(first=rows * 6 // 10, end=rows * 7 // 10)
    lines = recording(rows, seed, start=start, failure=acting, period_s=period_s)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in fields(GearboxRow)])
        for line in lines:
            timestamp = line.timestamp.isoformat(timespec="milliseconds")
            writer.writerow([timestamp, line.bearing_temperature, line.vibration, line.torque])
    return acting
