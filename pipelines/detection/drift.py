"""Drift: the score's own level has changed, so what was learned no longer fits."""

import math
from typing import NamedTuple, Self

from river import drift

MIN_SAMPLES = 30
THRESHOLD = 30.0
TOLERANCE = 0.02


class DriftSnapshot(NamedTuple):
    """The six numbers of a Page-Hinkley test."""

    samples: float
    mean: float
    sum_increase: float
    sum_decrease: float
    min_increase: float | None
    max_decrease: float


class ScoreDrift:
    """River's Page-Hinkley test on a score between 0 and 1 (Page 1954, doi:10.1093/biomet/41.1-2.100).

    It watches scores rather than raw values: an ordinary cycle of the raw values is not drift (field case C34).

    >>> watch = ScoreDrift()
    >>> any(watch.update(0.2) for _ in range(500)), any(watch.update(0.8) for _ in range(100))
    (False, True)
    """

    def __init__(self) -> None:
        self._test = drift.PageHinkley(min_instances=MIN_SAMPLES, delta=TOLERANCE, threshold=THRESHOLD)

    def update(self, score: float) -> bool:
        """Take the next score; True where drift is found, once for each change."""
        self._test.update(score)
        return bool(self._test.drift_detected)

    def snapshot(self) -> DriftSnapshot:
        """The test as it stands; River resets itself on the sample after a detection, so do we here."""
        test = self._test
        if test.drift_detected:
            return ScoreDrift().snapshot()
        low = test._min_increase
        return DriftSnapshot(
            # River counts in whole numbers up to 0.23, and begins its sums with them.
            float(test._x_mean.n),
            float(test._x_mean.get()),
            float(test._sum_increase),
            float(test._sum_decrease),
            None if math.isinf(low) else float(low),
            float(test._max_decrease),
        )

    @classmethod
    def restored(cls, snapshot: DriftSnapshot) -> Self:
        """A test that goes on bit for bit where the snapshot was taken."""
        watch = cls()
        test = watch._test
        test._x_mean.n, test._x_mean._mean = snapshot.samples, snapshot.mean
        test._sum_increase, test._sum_decrease = snapshot.sum_increase, snapshot.sum_decrease
        test._min_increase = math.inf if snapshot.min_increase is None else snapshot.min_increase
        test._max_decrease = snapshot.max_decrease
        return watch
