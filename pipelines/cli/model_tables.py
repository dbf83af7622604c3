"""What a twin has learned, and its audit trail, as tables; what others wrote is shown and never obeyed."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table

from pipelines.cli.dlq_tables import when
from pipelines.cli.foreign_text import foreign
from schemas.model_event import ModelEvent
from schemas.state import Feedback, TwinState

NAME_LIMIT = 60
REASON_LIMIT = 240


def model_fields(twin_id: str, state: TwinState | None) -> Table:
    """The twin and its model as they stand; of a twin that the job does not tell of, only its name."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("twin", foreign(twin_id))
    if state is None:
        table.add_row("state", "not told: retired, or the twin job has not run since it was upgraded")
        return table
    for name, value in _fields(state):
        table.add_row(name, value)
    return table


def trail_table(events: Sequence[ModelEvent]) -> Table:
    """One event a row, in the order in which they came about."""
    table = Table(title=f"Audit trail, {len(events)} events, newest last", title_justify="left")
    table.add_column("when", no_wrap=True)
    table.add_column("change", no_wrap=True)
    table.add_column("version", justify="right")
    table.add_column("by", overflow="fold")
    table.add_column("reason", overflow="fold")
    for event in events:
        table.add_row(
            "-" if event.ts is None else when(event.ts),
            _change(event),
            str(event.version),
            foreign(event.by, NAME_LIMIT),
            foreign(event.reason, REASON_LIMIT),
        )
    return table


def feedback_text(feedback: Feedback | None) -> str:
    """How alerts were labelled, in words.

    >>> feedback_text(Feedback(confirmed=3, false_alarms=1, precision=0.75)), feedback_text(None)
    ('0.75: 3 of 4 labelled alerts were confirmed', 'not known: no alert is labelled')
    """
    if feedback is None or feedback.precision is None:
        return "not known: no alert is labelled"
    labelled = feedback.confirmed + feedback.false_alarms
    return f"{feedback.precision:.2f}: {feedback.confirmed} of {labelled} labelled alerts were confirmed"


def _change(event: ModelEvent) -> str:
    return event.change.value if event.label is None else f"{event.change.value} {event.label.value}"


def _fields(state: TwinState) -> Iterator[tuple[str, RenderableType]]:
    yield "type", foreign(state.twin_type)
    yield "state", f"{state.state.value}, {state.presence.value}"
    yield "newest value", "-" if state.ts is None else when(state.ts)
    yield "model version", str(state.model_version)
    yield "learned", _learned(state)
    yield "precision", feedback_text(state.feedback)


def _learned(state: TwinState) -> str:
    samples = 0 if state.training is None else state.training.samples
    since = "" if state.training is None or state.training.since is None else f" since {when(state.training.since)}"
    if state.warming is None:
        return f"{samples} samples{since}"
    return f"{samples} of {state.warming.needed} samples{since}: warming, nothing is judged yet"
