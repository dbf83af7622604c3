"""dlq: what was rejected, why, and how to send it again."""

import json
from collections import deque
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from pipelines.cli.console import console, error_console, errors_told, tell
from pipelines.cli.dlq_options import OfReason, OfSource, OfTopic, OfTwin, Since, Until
from pipelines.cli.dlq_tables import group_table, letter_fields, letter_table, obstacle_lines, resend_table
from pipelines.cli.foreign_text import foreign, plain
from pipelines.cli.options import Bootstrap, Home, Prefix, kafka_address
from pipelines.cli.raw_view import raw_view
from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.dead_letters import read_dead_letters
from pipelines.feed.letter_filter import LetterFilter
from pipelines.feed.letter_groups import Grouping, grouped
from pipelines.feed.letter_name import LetterNameError, letter_named, letters_of_message
from pipelines.feed.letter_replay import ReplayPlan, plan_replay, send_again
from pipelines.feed.stored_letter import StoredLetter

DEFAULT_LIMIT = 50

app = typer.Typer(
    help="What was rejected: list it, show one letter, send messages again.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@app.command("list")
def list_letters(
    *,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    reason: OfReason = None,
    twin: OfTwin = None,
    source: OfSource = None,
    topic: OfTopic = None,
    since: Since = None,
    until: Until = None,
    beginning: Annotated[str | None, typer.Option("--id", help="Only ids that begin so.")] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, show_default=f"{DEFAULT_LIMIT}; all with --json", help="Only the newest."),
    ] = None,
    by: Annotated[Grouping, typer.Option("--by", help="What to group by.")] = Grouping.REASON,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each letter, no tables.")] = False,
) -> None:
    """Show dead letters: groups first, the largest on top; then the letters, the newest last.

    Times are those at which the broker took the messages. A letter stays in the list for 30 days, also when its
    message was sent again.

    Examples:

        twinstream dlq list

        twinstream dlq list --twin pump-1 --since 2h --by source

        twinstream dlq list --reason unknown_sensor --json | jq -r .id
    """
    ids = () if beginning is None else (beginning,)
    wanted = LetterFilter(reason, twin, source, topic, since, until, ids)
    with errors_told():
        letters = _read(kafka_address(home, bootstrap_servers), topic_prefix, wanted)
    if as_json:
        for stored in deque(letters, limit):
            typer.echo(_json(stored))
        return
    if not letters:
        tell("no dead letters fit; leave options out to see more" if wanted.asks else "no dead letters")
        return
    if groups := grouped(letters, by):
        console.print(group_table(groups, by))
    console.print(letter_table(letters[-(limit or DEFAULT_LIMIT) :], len(letters)))


@app.command("show")
def show_letter(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="The letter's id, or as much of it as is unique.")],
    *,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
) -> None:
    """Show one dead letter with the message in it: JSON indented, other text as it is, else a hex dump.

    Examples:

        twinstream dlq show twin.telemetry-2-17-unknown_sensor

        twinstream dlq show twin.telemetry-2-17
    """
    with errors_told():
        letters = _read(kafka_address(home, bootstrap_servers), topic_prefix, LetterFilter(ids=(letter_id,)))
    try:
        stored = letter_named(letters, letter_id)
    except LetterNameError as error:
        raise _bad_id(error) from error
    console.print(letter_fields(stored))
    console.print()
    for line in raw_view(stored.raw, truncated=stored.truncated):
        console.print(Text(line), soft_wrap=True)
    if stored.truncated:
        tell(f"… cut here: {len(stored.raw)} of {stored.letter.raw_bytes} bytes are kept")


@app.command("replay")
def replay_letters(
    letter_ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Ids, or as much of each as names one message.")
    ] = None,
    *,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    reason: OfReason = None,
    twin: OfTwin = None,
    source: OfSource = None,
    topic: OfTopic = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="All messages that have a letter.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Send rejected messages again, as they were, to the topic that they came from.

    Do this when the cause is gone: a definition was mended, a twin was defined. Each message goes once, however many
    letters or copies it has, in the order of topic, partition and offset. It is judged anew as a whole: readings of
    it that were applied before become duplicates, and what is still wrong comes back as a new letter.

    Only messages of twin.telemetry, twin.definitions and twin.commands that were kept whole can be sent again.
    Exit code 1 if there are messages and none of them can be.

    Examples:

        twinstream dlq replay twin.telemetry-2-17-unknown_sensor

        twinstream dlq replay --twin pump-1 --reason unknown_sensor --since 2h --dry-run

        twinstream dlq replay --all --yes
    """
    wanted = LetterFilter(reason, twin, source, topic, since, until)
    _check_choice(letter_ids or [], wanted, everything=everything)
    with errors_told():
        address = kafka_address(home, bootstrap_servers)
        plan = plan_replay(_chosen(address, topic_prefix, letter_ids or [], wanted))
        for line in obstacle_lines(plan):
            console.print(line, soft_wrap=True)
        if not plan.messages:
            tell("nothing was sent again")
            raise typer.Exit(1 if plan.obstacles else 0)
        if dry_run:
            console.print(resend_table(plan.messages[:DEFAULT_LIMIT], len(plan.messages)))
        _tell_plan(plan)
        if dry_run:
            tell("nothing was sent: this was a dry run")
            return
        if not yes:
            typer.confirm("Send them again?", abort=True)
        with KafkaPublisher(address) as publisher:
            send_again(publisher, plan, topic_prefix)
        tell(f"sent {len(plan.messages)} messages again; what becomes of them: twinstream dlq list --since 1min")


def _read(address: str, prefix: str, wanted: LetterFilter) -> Sequence[StoredLetter]:
    """The letters wanted. What else there is to say goes to stderr, so that stdout holds letters only."""
    with error_console.status("reading twin.deadletter"):
        found = read_dead_letters(address, prefix, wanted)
    if found.unreadable:
        error_console.print(
            f"note: {found.unreadable} messages on twin.deadletter are no dead letters that this version can read",
            highlight=False,
            soft_wrap=True,
        )
    return found.letters


def _chosen(address: str, prefix: str, letter_ids: Sequence[str], wanted: LetterFilter) -> Sequence[StoredLetter]:
    if not letter_ids:
        return _read(address, prefix, wanted)
    letters = _read(address, prefix, LetterFilter(ids=tuple(letter_ids)))
    try:
        return [stored for beginning in letter_ids for stored in letters_of_message(letters, beginning)]
    except LetterNameError as error:
        raise _bad_id(error) from error


def _check_choice(letter_ids: Sequence[str], wanted: LetterFilter, *, everything: bool) -> None:
    """One way of choosing must be taken, so that nothing is sent by mistake."""
    ways = bool(letter_ids) + wanted.asks + everything
    if not ways:
        raise typer.BadParameter("say which messages: ids, options such as --reason or --twin, or --all")
    if ways > 1:
        raise typer.BadParameter("choose by ids, by options such as --reason, or by --all: one of these only")


def _tell_plan(plan: ReplayPlan) -> None:
    tell(f"{len(plan.messages)} messages to send again, by reason:")
    for reason, count in plan.reasons.most_common():
        console.print(Text(f"  {count:6}  ").append_text(foreign(reason)), soft_wrap=True)
    if plan.copies:
        tell(f"{plan.copies} earlier copies of them, equal to the last byte, are left out")
    if plan.definitions:
        tell(f"{plan.definitions} of them are definitions: what is accepted replaces the definition its twin has now")
    tell("each is judged anew: what was applied of it becomes a duplicate, what is still wrong a new letter")


def _bad_id(error: LetterNameError) -> typer.BadParameter:
    lines = (plain(line) for line in str(error).split("\n"))
    return typer.BadParameter("\n".join(lines), param_hint="ID")


def _json(stored: StoredLetter) -> str:
    # In ASCII alone: a terminal would act on some of the characters that JSON need not escape.
    return json.dumps({"id": stored.id, **stored.letter.model_dump(mode="json")}, ensure_ascii=True)
