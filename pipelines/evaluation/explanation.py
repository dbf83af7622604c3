"""Which alerts are explained by which faults: a fault without an alert is missed, an alert without a fault is false."""

from collections.abc import Sequence
from datetime import timedelta

from schemas.alert import AlertTransition
from schemas.truth import InjectedFault

GRACE = timedelta(seconds=2)
"""After a fault ends its effect lingers: an alert then is still the fault's."""


def explains(fault: InjectedFault, alert: AlertTransition) -> bool:
    """Whether the alert is of the fault's twin, and of a time from the fault's start to `GRACE` behind its end."""
    return alert.twin_id == fault.twin_id and fault.start <= alert.ts <= fault.end + GRACE


def first_alert(fault: InjectedFault, raised: Sequence[AlertTransition]) -> AlertTransition | None:
    """The first of the alerts, which are in the order in which they were raised, that the fault explains."""
    return next((alert for alert in raised if explains(fault, alert)), None)


def undetected(faults: Sequence[InjectedFault], raised: Sequence[AlertTransition]) -> list[InjectedFault]:
    """Faults without an alert of their twin while they acted.

    >>> from datetime import UTC, datetime
    >>> begin = datetime(2026, 1, 1, tzinfo=UTC)
    >>> fault = InjectedFault(twin_id="pump-1", fault="dry-run", start=begin, end=begin + GRACE, run_id="r")
    >>> undetected([fault], []) == [fault]
    True
    """
    return [fault for fault in faults if first_alert(fault, raised) is None]


def unexplained(faults: Sequence[InjectedFault], raised: Sequence[AlertTransition]) -> list[AlertTransition]:
    """Alerts without a fault: false alarms."""
    return [alert for alert in raised if not any(explains(fault, alert) for fault in faults)]
