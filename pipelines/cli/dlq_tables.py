"""Dead letters as tables; what senders wrote is shown and never obeyed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.cli.foreign_text import foreign, plain
from pipelines.feed.letter_groups import Grouping, LetterGroup
from pipelines.feed.letter_replay import ReplayPlan, Resend
from pipelines.feed.stored_letter import StoredLetter

NAME_LIMIT = 60
REMEDY_LIMIT = 160
ID_WIDTH = 42
FEW = 3


def group_table(groups: Sequence[LetterGroup], by: Grouping) -> Table:
    """How many letters of each reason, twin or source there are, since when, and what helps."""
    others = "reasons" if by is Grouping.TWIN else "twins"
    table = _table(f"Dead letters by {by}")
    table.add_column(f"{by}\nremedy, of the newest", overflow="fold")
    table.add_column("letters\nobservations", justify="right", no_wrap=True)
    table.add_column(others, overflow="fold")
    table.add_column("first seen\nlast seen", no_wrap=True)
    for group in groups:
        table.add_row(
            _stacked(foreign(group.name, NAME_LIMIT), foreign(group.remedy, REMEDY_LIMIT)),
            f"{len(group.letters)}\n{group.observations}",
            few(group.reasons if by is Grouping.TWIN else group.twins),
            f"{when(group.first_seen_at)}\n{when(group.last_seen_at)}",
        )
    return table


def letter_table(letters: Sequence[StoredLetter], total: int) -> Table:
    """One letter a row, newest last: nearest to the prompt."""
    count = f"The newest {len(letters)} of {total} letters" if len(letters) < total else f"{total} letters"
    table = _table(f"{count}, newest last")
    # An id is there to be copied: as long as it is of a usual length, it keeps its line on a narrow terminal.
    longest = max((len(plain(stored.id)) for stored in letters), default=0)
    table.add_column("id\nfirst seen", overflow="fold", no_wrap=longest <= ID_WIDTH)
    table.add_column("twin\nsensors", overflow="fold")
    table.add_column("reason\nremedy", overflow="fold")
    for stored in letters:
        letter = stored.letter
        table.add_row(
            _stacked(foreign(stored.id), Text(when(letter.first_seen_at))),
            _stacked(foreign(letter.twin_id, NAME_LIMIT), few(letter.sensors)),
            _stacked(foreign(letter.reason, NAME_LIMIT), foreign(letter.remedy, REMEDY_LIMIT)),
        )
    return table


def letter_fields(stored: StoredLetter) -> Table:
    """All that a letter says, but for the bytes."""
    letter = stored.letter
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _fields(stored):
        table.add_row(name, value)
    kept = f", of which the first {len(stored.raw)} are kept" if stored.truncated else ""
    table.add_row("message", f"{letter.raw_bytes} bytes{kept}")
    table.add_row("SHA-256", foreign(letter.raw_sha256))
    return table


def resend_table(messages: Sequence[Resend], total: int) -> Table:
    """Messages in the order in which they are sent."""
    count = f"The first {len(messages)} of {total} messages" if len(messages) < total else f"{total} messages"
    table = _table(f"{count}, in the order of sending")
    table.add_column("message", no_wrap=True)  # to be copied, as ids are
    for name in ("key", "bytes", "reasons", "sensors"):
        table.add_column(name, justify="right" if name == "bytes" else "left", overflow="fold")
    for message in messages:
        sensors = dict.fromkeys(sensor for stored in message.letters for sensor in stored.letter.sensors)
        table.add_row(
            foreign(str(message.origin)),
            foreign(None if message.key is None else message.key.decode(), NAME_LIMIT),
            str(len(message.value)),
            few(message.reasons),
            few(tuple(sensors)),
        )
    return table


def obstacle_lines(plan: ReplayPlan, shown: int = 10) -> Iterator[Text]:
    """Which messages can't be sent again, and why."""
    for obstacle, origins in plan.obstacles.items():
        more = f" and {len(origins) - shown} more" if len(origins) > shown else ""
        yield Text(f"{len(origins)} can't be sent again: {obstacle}", style="yellow")
        yield Text("  ").append_text(foreign(", ".join(str(origin) for origin in origins[:shown]))).append(more)


def when(moment: datetime) -> str:
    """A moment in UTC to the second, in a form that `--since` takes.

    >>> when(datetime(2024, 5, 1, 6, tzinfo=UTC))
    '2024-05-01 06:00:00Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def few(names: Sequence[str]) -> Text:
    """The first names and how many more there are.

    >>> few(["a", "b", "c", "d", "e"]).plain, few([]).plain
    ('a, b, c and 2 more', '-')
    """
    if not names:
        return foreign(None)
    listed = Text(", ").join(foreign(name, NAME_LIMIT) for name in names[:FEW])
    return listed if len(names) <= FEW else listed.append(f" and {len(names) - FEW} more")


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", show_lines=True)


def _stacked(above: Text, below: Text) -> Text:
    """What a row is called, and beneath it what else is to say: side by side it would not fit a terminal."""
    return Text("\n").join((Text(style="bold").append_text(above), below))


def _fields(stored: StoredLetter) -> Iterator[tuple[str, RenderableType]]:
    letter = stored.letter
    yield "id", foreign(stored.id)
    yield "reason", foreign(letter.reason)
    yield "remedy", foreign(letter.remedy)
    yield "first seen", when(letter.first_seen_at)
    yield "source", foreign(letter.source)
    yield "topic", foreign(letter.topic)
    yield "partition", str(letter.partition)
    yield "offset", str(letter.offset)
    yield "key", foreign(letter.key)
    yield "twin", foreign(letter.twin_id)
    yield "sensors", Text(", ").join(foreign(sensor) for sensor in letter.sensors) if letter.sensors else foreign(None)
