"""The demo's account: a claim fails as soon as its figure is off, and says by how much."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from pipelines.demo.observer import Raised, percentile
from pipelines.demo.report import Figures, checks, summary
from schemas.alert import AlertTransition, Transition
from schemas.definition import Severity
from schemas.truth import InjectedFault

T0 = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def fault(twin_id: str = "pump-1", start: float = 10, end: float = 20, kind: str = "clogging") -> InjectedFault:
    return InjectedFault(
        twin_id=twin_id, fault=kind, start=T0 + timedelta(seconds=start), end=T0 + timedelta(seconds=end), run_id="run"
    )


def raised(twin_id: str = "pump-1", second: float = 12, latency_ms: float = 50.0) -> Raised:
    at = T0 + timedelta(seconds=second)
    alert = AlertTransition(
        alert_id=f"{twin_id}-{second}", twin_id=twin_id, twin_type="pump", condition="anomaly",
        transition=Transition.RAISED, sequence=1, ts=at, raised_at=at, severity=Severity.HIGH, score=0.9, summary="x",
    )  # fmt: skip
    return Raised(alert, latency_ms)


TOTALS = {"messages": 100, "read": 600, "applied": 560, "amended": 20, "duplicate": 10, "rejected": 10}
RIGHT = Figures(
    produced=100, totals=TOTALS, sent=500, read_before=100, dead_letters=10, applied=540, late=20, points=560,
    faults=[fault()], unfinished=[], raised=[raised()],
)  # fmt: skip


def failing(figures: Figures) -> list[str]:
    return [check.claim for check in checks(figures) if not check.holds]


def test_every_claim_holds_when_all_figures_agree():
    assert len(checks(RIGHT)) == 6
    assert failing(RIGHT) == []


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        ({"produced": 101}, "messages in Kafka = messages read"),
        ({"totals": {**TOTALS, "messages": 99}}, "messages in Kafka = messages read"),
        ({"totals": {**TOTALS, "duplicate": 9}}, "read = applied + amended + duplicate + rejected"),
        ({"totals": {**TOTALS, "amended": 21}}, "read = applied + amended + duplicate + rejected"),
        ({"sent": 501}, "observations sent = read in this run"),
        ({"read_before": 99}, "observations sent = read in this run"),
        ({"dead_letters": 9}, "rejected = dead letters"),
        ({"dead_letters": 11}, "rejected = dead letters"),
        ({"points": 559}, "applied + late = observations found by Flux in InfluxDB"),
        ({"points": 561}, "applied + late = observations found by Flux in InfluxDB"),
        ({"raised": []}, "every fault injected was alerted"),
    ],
)
def test_a_claim_fails_alone_when_its_figure_is_off_by_one(change, claim):
    assert failing(replace(RIGHT, **change)) == [claim]


def test_counters_that_are_not_there_yet_are_no_success():
    assert "messages in Kafka = messages read" in failing(replace(RIGHT, totals={}))


def test_a_claim_shows_its_figures_and_the_faults_that_were_missed():
    shown = {
        check.claim: check.figures for check in checks(replace(RIGHT, raised=[], faults=[fault(), fault("pump-2")]))
    }
    assert shown["messages in Kafka = messages read"] == "100 = 100"
    assert shown["read = applied + amended + duplicate + rejected"] == "600 = 560 + 20 + 10 + 10"
    missed = shown["every fault injected was alerted"]
    assert "0 of 2" in missed
    assert "clogging of pump-1" in missed
    assert "clogging of pump-2" in missed


def test_the_summary_shows_what_holds_what_was_missed_and_false_alarms():
    figures = replace(
        RIGHT, points=1, faults=[fault(), fault("pump-2", kind="wear")], raised=[raised(), raised("pump-9")]
    )
    out = StringIO()
    Console(file=out, width=160).print(summary(figures, checks(figures)))
    text = out.getvalue()
    assert text.count("NO") == 2
    for kind, detected in (("clogging", "1"), ("wear", "0")):
        (line,) = [line for line in text.splitlines() if kind in line and "missed" not in line]
        assert line.split()[-2] == detected
    (line,) = [line for line in text.splitlines() if "without a fault" in line]
    assert "1" in line


@pytest.mark.parametrize(
    ("values", "share", "value"),
    [
        ([], 0.5, None),
        ([7.0], 0.5, 7.0),
        ([7.0], 0.95, 7.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([float(number) for number in range(1, 101)], 0.95, 95.0),
        ([float(number) for number in range(1, 101)], 1.0, 100.0),
        ([float(number) for number in range(1, 22)], 0.95, 20.0),
    ],
)
def test_a_percentile_is_the_smallest_value_that_the_share_does_not_exceed(values, share, value):
    assert percentile(values, share) == value
