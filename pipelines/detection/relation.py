"""How the sensors of a twin hang together: what each should show, by all others."""

from array import array
from collections.abc import Mapping, Sequence
from itertools import chain
from math import sqrt
from operator import mul, sub
from struct import Struct
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pipelines.detection.finite import INFINITE, unfinite

MOST_SENSORS = 32
"""A message costs as many operations as sensors squared: with more, the first by name take part."""

MEMORY = 2_000.0
"""Messages over which means and covariances are averaged."""

SOLVE_EVERY = 64
"""Messages between two solutions."""

RIDGE = 0.05
"""Added to the correlation of each sensor with itself, so that two that always agree do not divide by 0."""

LEAST = 1e-9
"""A standard deviation below this share of the mean is rounding: the sensor tells nothing of others."""

LEAST_TOLD = 0.2
"""A sensor explains another only if it does so at least this well against the one that does best."""

Numbers = NDArray[np.float64]
_COUNT = Struct("<d")


class Relation:
    """Each sensor predicted from the others by linear regression, all in one.

    With P the inverse of the sensors' covariance, the regression of sensor i on all others leaves the residual
    (P (x - mean))_i / P_ii (Lauritzen, Graphical Models, 1996, proposition 5.2); it is the part of the residual space
    (the Q or SPE statistic of multivariate process control, Jackson and Mudholkar 1979) that is the sensor's own.
    Covariances are followed with exponential weights (West 1979, doi:10.1145/359146.359153), and only by what is calm.

    Parameters
    ----------
    sensors
        Who takes part; a residual needs a value of each.

    >>> relation = Relation(["flow", "power"])
    >>> for i in range(400):
    ...     seen = {"flow": 40.0 + i % 9, "power": 2 * (40.0 + i % 9)}
    ...     residuals = relation.observe(seen)
    ...     relation.learn()
    >>> [round(residual) for residual in relation.observe({"flow": 44.0, "power": 98.0})]
    [-5, 10]
    """

    __slots__ = (
        "_centre",
        "_covariance",
        "_half",
        "_mean",
        "_precision",
        "_row",
        "samples",
        "sensors",
        "settled",
    )

    def __init__(self, sensors: Sequence[str]) -> None:
        self.sensors = tuple(sorted(sensors)[:MOST_SENSORS])
        size = len(self.sensors)
        self._half = np.tril_indices(size)
        self.samples = 0.0
        self._mean: Numbers = np.zeros(size)
        self._covariance: Numbers = np.zeros((size, size))
        self._precision: list[list[float]] | None = None
        self._centre = [0.0] * size
        self._row: Numbers = np.zeros(size)
        self.settled = False

    def observe(self, values: Mapping[str, float]) -> list[float] | None:
        """What each sensor shows beyond what the others explain, in its unit; None while that is not known.

        `values` has a finite value for each of `sensors`.
        """
        newest = [values[name] for name in self.sensors]
        if not -INFINITE < (total := sum(newest)) < INFINITE:
            raise unfinite(total)
        self._row = np.array(newest)
        if self._precision is None:
            return None
        off = list(map(sub, newest, self._centre))
        return [sum(map(mul, row, off)) / row[place] for place, row in enumerate(self._precision)]

    def explaining(self, sensor: str, most: int) -> tuple[str, ...]:
        """The sensors that explain one most, by their partial correlation with it; the most telling first."""
        if self._precision is None or sensor not in self.sensors:
            return ()
        own = self.sensors.index(sensor)
        row = self._precision[own]
        telling = [
            0.0 if place == own else abs(row[place]) / sqrt(each[place]) for place, each in enumerate(self._precision)
        ]
        ranked = sorted(zip(telling, self.sensors, strict=True), reverse=True)
        return tuple(name for weight, name in ranked[:most] if weight >= LEAST_TOLD * ranked[0][0] > 0.0)

    def learn(self) -> None:
        """Let the values observed last teach how the sensors hang together."""
        samples = self.samples = self.samples + 1.0
        off = self._row - self._mean
        weight = 1.0 / (samples if samples < MEMORY else MEMORY)
        self._mean += weight * off
        # Symmetric to the last bit, so that one half of it says all.
        self._covariance += weight * ((1.0 - weight) * np.outer(off, off) - self._covariance)
        if samples % SOLVE_EVERY == 0:
            self._solve()
            self.settled = False

    def _solve(self) -> None:
        variances = self._covariance.diagonal()
        telling = variances > (LEAST * np.abs(self._mean)) ** 2
        deviations = np.where(telling, np.sqrt(variances), 1.0)
        correlations = self._covariance / np.outer(deviations, deviations)
        correlations[~telling, :] = correlations[:, ~telling] = 0.0
        scales = deviations.tolist()
        inverse = inverted((correlations + np.diag(np.where(telling, RIDGE, 1.0))).tolist())
        self._precision = [
            [cell / (scale * other) for cell, other in zip(row, scales, strict=True)]
            for row, scale in zip(inverse, scales, strict=True)
        ]
        self._centre = self._mean.tolist()

    def whole(self) -> tuple[bytes, ...]:
        """The newest solution."""
        precision = b"" if self._precision is None else array("d", chain.from_iterable(self._precision)).tobytes()
        return precision, array("d", self._centre).tobytes()

    def change(self) -> tuple[bytes, ...]:
        """What changes with every message: means, and one half of the covariances."""
        half = self._covariance[self._half]
        return _COUNT.pack(self.samples), self._mean.tobytes(), half.tobytes()

    def restore(self, whole: Sequence[bytes], change: Sequence[bytes]) -> Self:
        """Go on bit for bit where both were taken."""
        size = len(self.sensors)
        precision, centre = whole
        if precision:
            cells = array("d", precision).tolist()
            self._precision = [cells[begin : begin + size] for begin in range(0, size * size, size)]
        self._centre = array("d", centre).tolist()
        (self.samples,) = _COUNT.unpack(change[0])
        self._mean = np.frombuffer(change[1]).copy()
        half = np.zeros((size, size))
        half[self._half] = np.frombuffer(change[2])
        self._covariance = half + np.tril(half, -1).T
        self.settled = True
        return self


def inverted(matrix: list[list[float]]) -> list[list[float]]:
    """The inverse of a symmetric positive definite matrix, by Gauss and Jordan, without pivoting.

    Written out, since what a linear algebra library gives differs in the last bit from process to process: the twin
    job, a restart and a backtest have to agree to that bit.

    >>> inverted([[2.0, 0.0], [0.0, 4.0]])
    [[0.5, 0.0], [0.0, 0.25]]
    """
    size = len(matrix)
    rows = [[*row, *(1.0 if place == other else 0.0 for other in range(size))] for place, row in enumerate(matrix)]
    for pivot in range(size):
        scale = rows[pivot][pivot]
        chosen = rows[pivot] = [cell / scale for cell in rows[pivot]]
        for place, row in enumerate(rows):
            if place != pivot and (factor := row[pivot]):
                rows[place] = [cell - factor * other for cell, other in zip(row, chosen, strict=True)]
    return [row[size:] for row in rows]
