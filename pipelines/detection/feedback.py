"""How far the labels of a sensor's alerts move its boundary."""

from typing import NamedTuple

WIDER = 1.25
"""A false alarm sets the boundary this many times as far away."""
NARROWER = 1.1
"""A confirmed alert brings the boundary nearer by this factor."""
LEAST, MOST = 0.5, 8.0
"""No number of labels moves the boundary further than this, so that no detector is silenced or set off for good."""


class Feedback(NamedTuple):
    """Labels of one sensor's alerts that stand.

    Counts, not a factor: what a label did can be taken back exactly, and the order of labels does not matter.

    >>> Feedback(false_alarms=1).factor, Feedback(confirmed=50).factor, Feedback(false_alarms=50).factor
    (1.25, 0.5, 8.0)
    """

    confirmed: int = 0
    false_alarms: int = 0

    @property
    def factor(self) -> float:
        """How many times as far away the boundary is as without labels."""
        # Beyond some hundreds the power would overflow, and has been at its bound for long.
        net = min(self.false_alarms, 1_000), min(self.confirmed, 1_000)
        return float(min(MOST, max(LEAST, WIDER ** net[0] / NARROWER ** net[1])))

    def counted(self, *, false_alarm: bool, by: int) -> "Feedback":
        """With one label more or less; no count falls below 0."""
        if false_alarm:
            return self._replace(false_alarms=max(0, self.false_alarms + by))
        return self._replace(confirmed=max(0, self.confirmed + by))
