"""Which alert is whose: a fault explains those of its twin and its time, and of nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.evaluation.explanation import GRACE, first_alert, undetected, unexplained
from schemas.alert import AlertTransition, Transition
from schemas.definition import Severity
from schemas.truth import InjectedFault

T0 = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def fault(twin_id: str = "pump-1", start: float = 10, end: float = 20) -> InjectedFault:
    return InjectedFault(
        twin_id=twin_id,
        fault="clogging",
        start=T0 + timedelta(seconds=start),
        end=T0 + timedelta(seconds=end),
        run_id="run",
    )


def raised(twin_id: str = "pump-1", second: float = 12) -> AlertTransition:
    at = T0 + timedelta(seconds=second)
    return AlertTransition(
        alert_id=f"{twin_id}-{second}", twin_id=twin_id, twin_type="pump", condition="anomaly",
        transition=Transition.RAISED, sequence=1, ts=at, raised_at=at, severity=Severity.HIGH, score=0.9, summary="x",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("second", "explained"),
    [
        (9.999, False),
        (10, True),
        (20, True),
        (20 + GRACE.total_seconds(), True),
        (20.001 + GRACE.total_seconds(), False),
    ],
)
def test_an_alert_is_the_faults_from_its_start_until_a_little_after_its_end(second, explained):
    alert = raised(second=second)
    assert undetected([fault()], [alert]) == ([] if explained else [fault()])
    assert unexplained([fault()], [alert]) == ([] if explained else [alert])


def test_an_alert_of_another_twin_explains_nothing():
    alert = raised("pump-2")
    assert undetected([fault("pump-1")], [alert]) == [fault("pump-1")]
    assert unexplained([fault("pump-1")], [alert]) == [alert]


def test_each_fault_needs_an_alert_of_its_own_time():
    first, second = fault(), fault(start=40, end=50)
    assert undetected([first, second], [raised(second=12)]) == [second]


def test_the_first_alert_of_several_is_the_one_that_found_the_fault():
    alerts = [raised(second=9), raised("pump-2", second=11), raised(second=13), raised(second=18)]
    assert first_alert(fault(), alerts) == alerts[2]
    assert first_alert(fault(), alerts[:2]) is None
