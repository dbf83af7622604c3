"""The twin's detector as one of River's, for those who evaluate or combine it with River's own tools."""

from collections.abc import Mapping

from river import anomaly

from pipelines.detection.settings import DetectorSettings
from pipelines.detection.twin_detector import TwinDetector

_NS = 1_000_000_000

# River moved the class from anomaly.base to base between the releases that are supported; its trees are of it in all.
_AnomalyDetector = anomaly.HalfSpaceTrees.__bases__[0]


class RowDetector(_AnomalyDetector):  # type: ignore[misc, valid-type]  # untyped base
    """Scores rows at a fixed period, one sensor a feature, with River's interface.

    What the alarm layer does in a twin is done here in the simplest way: beyond the boundary nothing is learned, until
    it has lasted for `lasting` rows.

    Parameters
    ----------
    boundary
        Standard deviations at which the score is 0.5.
    warm_up
        Rows before there is a score; 0 until then, as River has it.
    period_s
        Time between two rows, s.
    lasting
        Rows beyond the boundary after which they are the new normal.

    >>> detector = RowDetector(warm_up=50)
    >>> for i in range(200):
    ...     detector.learn_one({"flow": 40.0 + i % 5})
    >>> detector.score_one({"flow": 41.0}) < 0.5 < detector.score_one({"flow": 90.0})
    True
    """

    def __init__(self, boundary: float = 4.25, warm_up: int = 400, period_s: float = 1.0, lasting: int = 500) -> None:
        self.boundary, self.warm_up, self.period_s, self.lasting = boundary, warm_up, period_s, lasting
        self._detector = TwinDetector(DetectorSettings(boundary=boundary, warm_up=warm_up))
        self._rows = self._beyond = 0

    def learn_one(self, x: Mapping[str, float]) -> None:
        """Take the next row; values are finite."""
        self._rows += 1
        judgement = self._detector.judge(round(self._rows * self.period_s * _NS), x)
        self._beyond = self._beyond + 1 if judgement.distance >= 1.0 else 0
        if self._beyond >= self.lasting:
            self._detector.settle(judgement.worst, judgement.distance, adopted=True)
            self._beyond = 0
        self._detector.learn(judgement, alert=self._beyond > 0)

    def score_one(self, x: Mapping[str, float]) -> float:
        """The score that the row would have if it came next, which changes nothing."""
        other = TwinDetector.restored(self._detector.settings, self._detector.snapshot())
        return other.judge(round((self._rows + 1) * self.period_s * _NS), x).score or 0.0
