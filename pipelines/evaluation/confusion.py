"""Rows in alarm against rows that are anomalous, as the Skoltech Anomaly Benchmark counts them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of rows.

    Source: Katser and Kozitsin 2020, "Skoltech Anomaly Benchmark (SKAB)", doi:10.34740/KAGGLE/DSV/1693952.

    >>> found = Confusion.of([(True, True), (True, False), (False, False), (False, True)])
    >>> found.f1, found.false_alarm_rate, found.missed_alarm_rate
    (0.5, 0.5, 0.5)
    """

    hits: int = 0
    false_alarms: int = 0
    misses: int = 0
    quiet: int = 0

    @classmethod
    def of(cls, rows: Iterable[tuple[bool, bool]]) -> "Confusion":
        """Counts of (in alarm, anomalous)."""
        counts = {(alarm, anomalous): 0 for alarm in (True, False) for anomalous in (True, False)}
        for row in rows:
            counts[row] += 1
        return cls(counts[True, True], counts[True, False], counts[False, True], counts[False, False])

    def __add__(self, other: "Confusion") -> "Confusion":
        return Confusion(
            self.hits + other.hits,
            self.false_alarms + other.false_alarms,
            self.misses + other.misses,
            self.quiet + other.quiet,
        )

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 without a hit."""
        return 2 * self.hits / (2 * self.hits + self.false_alarms + self.misses) if self.hits else 0.0

    @property
    def false_alarm_rate(self) -> float:
        """Share of the normal rows that are in alarm (FAR)."""
        normal = self.false_alarms + self.quiet
        return self.false_alarms / normal if normal else 0.0

    @property
    def missed_alarm_rate(self) -> float:
        """Share of the anomalous rows that are not in alarm (MAR)."""
        anomalous = self.hits + self.misses
        return self.misses / anomalous if anomalous else 0.0
