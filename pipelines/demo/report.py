"""The account at the end of the demo: do the counts add up, was every fault alerted."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table

from pipelines.demo.observer import Raised, percentile
from pipelines.evaluation.explanation import undetected, unexplained
from schemas.truth import InjectedFault


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted, each by its own witness.

    Of a fault that was cut short by the end of the run nothing is asked, but it explains an alert.

    Attributes
    ----------
    produced
        Telemetry messages in Kafka.
    totals
        The twins' own counters, read from InfluxDB.
    sent
        Observations that the demo's gateway and replay sent in this run.
    read_before
        The counters' `read` before this run.
    dead_letters
        Rejected observations named on `twin.deadletter`, repeats counted once.
    applied, late, points
        Observations of the demo's twins: as they count them, and as a Flux query finds them in InfluxDB.
    """

    produced: int
    totals: dict[str, int]
    sent: int
    read_before: int
    dead_letters: int
    applied: int
    late: int
    points: int
    faults: Sequence[InjectedFault]
    unfinished: Sequence[InjectedFault]
    raised: Sequence[Raised]

    @property
    def missed(self) -> list[InjectedFault]:
        """Faults that were over and had no alert."""
        return undetected(self.faults, [raised.alert for raised in self.raised])

    @property
    def false_alarms(self) -> int:
        """Alerts that no fault explains, be it over or not."""
        return len(unexplained([*self.faults, *self.unfinished], [raised.alert for raised in self.raised]))


@dataclass(frozen=True, slots=True)
class Check:
    """One statement that must hold, with its figures."""

    claim: str
    figures: str
    holds: bool


def checks(figures: Figures) -> list[Check]:
    """Every claim of the demo."""
    totals = figures.totals
    read, messages, rejected = totals.get("read", 0), totals.get("messages", 0), totals.get("rejected", 0)
    outcomes = {name: totals.get(name, 0) for name in ("applied", "amended", "duplicate", "rejected")}
    missed = figures.missed
    gained = read - figures.read_before
    return [
        Check("messages in Kafka = messages read", f"{figures.produced} = {messages}", figures.produced == messages),
        Check(
            "read = applied + amended + duplicate + rejected",
            f"{read} = {' + '.join(str(count) for count in outcomes.values())}",
            read == sum(outcomes.values()),
        ),
        Check("observations sent = read in this run", f"{figures.sent} = {gained}", figures.sent == gained),
        Check("rejected = dead letters", f"{rejected} = {figures.dead_letters}", rejected == figures.dead_letters),
        Check(
            "applied + late = observations found by Flux in InfluxDB",
            f"{figures.applied} + {figures.late} = {figures.points}",
            figures.applied + figures.late == figures.points,
        ),
        Check(
            "every fault injected was alerted",
            f"{len(figures.faults) - len(missed)} of {len(figures.faults)}"
            + "".join(f", missed {fault.fault} of {fault.twin_id}" for fault in missed),
            not missed,
        ),
    ]


def summary(figures: Figures, results: Sequence[Check]) -> RenderableType:
    """The account as tables."""
    account = Table("claim", "figures", "", title="Does it add up?")
    for check in results:
        account.add_row(check.claim, check.figures, "[green]yes[/]" if check.holds else "[bold red]NO[/]")
    return Group(account, _faults(figures), _alerts(figures))


def _faults(figures: Figures) -> Table:
    table = Table("fault", "injected", "alerted", title="Faults")
    missed = figures.missed
    for kind in sorted({fault.fault for fault in figures.faults}):
        injected = sum(fault.fault == kind for fault in figures.faults)
        table.add_row(kind, str(injected), str(injected - sum(fault.fault == kind for fault in missed)))
    return table


def _alerts(figures: Figures) -> Table:
    latencies = [raised.latency_ms for raised in figures.raised]
    table = Table(title="Alerts on Kafka", show_header=False)
    table.add_row("raised", str(len(figures.raised)))
    table.add_row("without a fault", str(figures.false_alarms))
    for share in (0.5, 0.95):
        if (latency := percentile(latencies, share)) is not None:
            table.add_row(f"event to alert p{share * 100:.0f}", f"{latency:.0f} ms")
    return table
