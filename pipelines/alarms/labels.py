"""What operators found the anomaly alerts of one twin to be."""

from collections.abc import Collection
from dataclasses import dataclass, field

from schemas.command import Label

REMEMBERED = 32
"""Newest alerts that can be labelled; the counts of labels outlive them."""


@dataclass(slots=True)
class LabelledAlert:
    """An alert that was raised.

    Attributes
    ----------
    sensor
        The one that contributed most; None if it is not known, or means something else by now.
    label
        None as long as nobody has said what the alert was.
    """

    sensor: str | None
    label: Label | None = None


@dataclass(slots=True)
class Labels:
    """The newest alerts by the event time at which they were raised, oldest first, and counts since the twin began.

    >>> labels = Labels()
    >>> labels.opened(17, "flow")
    >>> labels.label(17, Label.FALSE_ALARM), labels.label(17, Label.CONFIRMED), labels.precision
    (None, <Label.FALSE_ALARM: 'false_alarm'>, 1.0)
    """

    alerts: dict[int, LabelledAlert] = field(default_factory=dict)
    confirmed: int = 0
    false_alarms: int = 0

    def opened(self, raised_ns: int, sensor: str | None) -> None:
        """An alert was raised; the oldest one is forgotten where there are too many."""
        self.alerts.setdefault(raised_ns, LabelledAlert(sensor))
        if len(self.alerts) > REMEMBERED:
            del self.alerts[next(iter(self.alerts))]

    def label(self, raised_ns: int, label: Label) -> Label | None:
        """Say what a remembered alert was; returns what was said of it before.

        Raises
        ------
        KeyError
            If the alert is not remembered.
        """
        alert = self.alerts[raised_ns]
        before, alert.label = alert.label, label
        if before is not label:
            self._count(label, 1)
            if before is not None:
                self._count(before, -1)
        return before

    def detach(self, sensors: Collection[str]) -> None:
        """These sensors mean something else now: labels of their alerts say nothing of them any more."""
        for alert in self.alerts.values():
            if alert.sensor in sensors:
                alert.sensor = None

    @property
    def precision(self) -> float | None:
        """The share of confirmed ones in all that were labelled; None if none was."""
        labelled = self.confirmed + self.false_alarms
        return self.confirmed / labelled if labelled else None

    def _count(self, label: Label, by: int) -> None:
        if label is Label.CONFIRMED:
            self.confirmed += by
        else:
            self.false_alarms += by
