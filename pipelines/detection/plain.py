"""Detectors of River as they come, to compare with: no limits, floors or rules of ours."""

import math
from collections.abc import Callable, Mapping

from river import anomaly, preprocessing

Score = Callable[[Mapping[str, float]], float]


class PlainDetector:
    """One of `PLAIN_DETECTORS`: scores a row, then learns it.

    >>> detector = PlainDetector("HalfSpaceTrees")
    >>> 0.0 <= detector.update({"flow": 40.0}) <= 1.0
    True
    """

    def __init__(self, name: str) -> None:
        self._update = PLAIN_DETECTORS[name]()

    def update(self, values: Mapping[str, float]) -> float:
        """The row's score between 0 and 1, before it is learned."""
        score = self._update(values)
        return score if math.isfinite(score) else 0.0


def _half_space_trees() -> Score:
    scaler, trees = preprocessing.MinMaxScaler(), anomaly.HalfSpaceTrees(seed=1)

    def update(values: Mapping[str, float]) -> float:
        scaler.learn_one(values)
        scaled = scaler.transform_one(values)
        score = float(trees.score_one(scaled))
        trees.learn_one(scaled)
        return score

    return update


def _deviations() -> Score:
    """StandardAbsoluteDeviation of each sensor, the largest counts; 6 standard deviations are a score of 0.5."""
    sensors: dict[str, anomaly.StandardAbsoluteDeviation] = {}

    def update(values: Mapping[str, float]) -> float:
        largest = 0.0
        for name, value in values.items():
            sensor = sensors.get(name)
            if sensor is None:
                sensor = sensors[name] = anomaly.StandardAbsoluteDeviation()
            else:
                largest = max(largest, float(sensor.score_one(None, value)))
            sensor.learn_one(None, value)
        return largest / (largest + 6.0)

    return update


def _gaussians() -> Score:
    sensors: dict[str, anomaly.GaussianScorer] = {}

    def update(values: Mapping[str, float]) -> float:
        largest = 0.0
        for name, value in values.items():
            sensor = sensors.setdefault(name, anomaly.GaussianScorer())
            largest = max(largest, float(sensor.score_one(None, value)))
            sensor.learn_one(None, value)
        return largest

    return update


PLAIN_DETECTORS: dict[str, Callable[[], Score]] = {
    "StandardAbsoluteDeviation": _deviations,
    "GaussianScorer": _gaussians,
    "HalfSpaceTrees": _half_space_trees,
}
"""By the names of River's classes."""
