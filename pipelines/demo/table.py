"""The live table of the demo."""

from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipelines.demo.observer import Observer, percentile
from schemas.alert import AlertTransition
from schemas.state import TwinCondition, TwinState

STYLES = {
    TwinCondition.NEVER_SEEN: "dim",
    TwinCondition.WARMING: "yellow",
    TwinCondition.NORMAL: "green",
    TwinCondition.ANOMALOUS: "bold red",
}
BAR_WIDTH = 20
STALE_S = 5.0


def live_table(observer: Observer, elapsed_s: float, now: datetime) -> RenderableType:
    """Every twin with its state, score and alert, worst first; below, how the pipeline runs."""
    table = Table(expand=True)
    table.add_column("twin", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("score, 0.5 = boundary", no_wrap=True, min_width=BAR_WIDTH + 5)
    table.add_column("age", justify="right", no_wrap=True)
    table.add_column("alert", ratio=1, no_wrap=True, overflow="ellipsis")
    alerts = {alert.twin_id: alert for alert in observer.open_alerts.values()}
    for state in sorted(observer.states.values(), key=_worst_first):
        table.add_row(*_row(state, alerts.get(state.twin_id), now))
    return Group(table, Text(headline(observer, elapsed_s), style="bold"))


def headline(observer: Observer, elapsed_s: float) -> str:
    """One line: time, load, alerts and their latency."""
    latencies = [raised.latency_ms for raised in observer.raised]
    p50, p95 = percentile(latencies, 0.5), percentile(latencies, 0.95)
    latency = "no alert yet" if p50 is None or p95 is None else f"event to alert p50 {p50:.0f} ms, p95 {p95:.0f} ms"
    return (
        f"{elapsed_s:4.0f} s   {len(observer.states)} twins   {observer.messages_per_second:.0f} messages/s   "
        f"{len(observer.open_alerts)} open of {len(observer.raised)} alerts   {latency}"
    )


def _worst_first(state: TwinState) -> tuple[bool, float, str]:
    return state.state is not TwinCondition.ANOMALOUS, -(state.score or 0.0), state.twin_id


def _row(state: TwinState, alert: AlertTransition | None, now: datetime) -> tuple[RenderableType, ...]:
    condition = Text(state.state.value, style=STYLES[state.state])
    age_s = None if state.ts is None else max(0.0, (now - state.ts.astimezone(UTC)).total_seconds())
    age = Text("-" if age_s is None else f"{age_s:.0f} s", style="red" if (age_s or 0.0) > STALE_S else "")
    return state.twin_id, condition, _score(state), age, escape(alert.summary) if alert else ""


def _score(state: TwinState) -> RenderableType:
    if state.warming is not None:
        return Text(f"warming {state.warming.samples}/{state.warming.needed} samples", style="yellow")
    if state.score is None:
        return Text("-")
    filled = round(state.score * BAR_WIDTH)
    bar = "█" * filled + "░" * (BAR_WIDTH - filled)
    return Text(f"{bar} {state.score:.2f}", style=STYLES[state.state])
