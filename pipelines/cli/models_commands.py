"""models: what twins have learned, and what happened to it."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.catalog.suggestion import close_names, suggestion
from pipelines.cli.console import console, error_console, errors_told, tell
from pipelines.cli.fleet_prior import prior_yaml, usual_deviations
from pipelines.cli.foreign_text import plain
from pipelines.cli.known_twins import MOST_CLOSE
from pipelines.cli.model_card import TwinFacts, model_card
from pipelines.cli.model_tables import model_fields, trail_table
from pipelines.cli.options import Bootstrap, Home, Prefix, kafka_address
from pipelines.feed.definitions import standing_definitions
from pipelines.feed.model_trail import ModelTrail, read_model_trail
from pipelines.feed.twin_watch import TwinWatch
from schemas.definition import TwinDefinition
from schemas.state import TwinState

app = typer.Typer(
    help="What twins have learned: the audit trail of one twin; the model card and the fleet prior of a type.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@app.command("show")
def show(
    twin: Annotated[str, typer.Argument(metavar="TWIN", help="Id of the twin.")],
    *,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, no tables.")] = False,
) -> None:
    """Show what a twin has learned, how its alerts were labelled, and its audit trail, the newest last.

    Of a retired twin only the trail is left; it is kept for 90 days.

    Examples:

        twinstream models show pump-1

        twinstream models show pump-1 --json | jq .trail[-1]
    """
    with errors_told():
        address = kafka_address(home, bootstrap_servers)
        trail = _trail(address, topic_prefix)
        with error_console.status("reading twin.state"), TwinWatch(address, topic_prefix) as watch:
            state, known = watch.state(twin), watch.twin_ids | trail.events.keys()
    if twin not in known:
        raise typer.BadParameter(_why_unknown(twin, known), param_hint="TWIN")
    if as_json:
        typer.echo(_json(twin, state, trail))
        return
    console.print(model_fields(twin, state))
    events = trail.of(twin)
    if events:
        console.print()
        console.print(trail_table(events))
    else:
        tell("nothing has happened to its models yet")


@app.command("card")
def card(
    twin_type: Annotated[str, typer.Argument(metavar="TYPE", help="Name of the type, of which twins are defined.")],
    *,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", show_default="the terminal", help="Write it there.")
    ] = None,
) -> None:
    """Write the model card of a twin type in Markdown: what its detector is for, what it rests on, and its limits.

    All figures are those of the twins as they are told at this moment.

    Examples:

        twinstream models card centrifugal-pump

        twinstream models card centrifugal-pump --out pump-card.md
    """
    with errors_told():
        address = kafka_address(home, bootstrap_servers)
        defined, chosen = _twins_of(twin_type, address, topic_prefix)
        trail = _trail(address, topic_prefix)
        with error_console.status("reading twin.state"), TwinWatch(address, topic_prefix) as watch:
            twins = [TwinFacts(defined[twin_id], watch.state(twin_id), trail.of(twin_id)) for twin_id in chosen]
    written = model_card(twin_type, twins, datetime.now(UTC))
    _write(written, out, f"the card of {len(twins)} twins")


@app.command("prior")
def prior(
    twin_type: Annotated[str, typer.Argument(metavar="TYPE", help="Name of the type, of which twins are defined.")],
    *,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", show_default="the terminal", help="Write it there.")
    ] = None,
) -> None:
    """Write what a new twin of a type may start with in YAML: how far each sensor usually strays.

    Put it into the type's file and apply it: a twin that is defined then is judged after a few samples, by what the
    twins of its type have shown, and learns what is its own while it runs.

    Examples:

        twinstream models prior centrifugal-pump

        twinstream models prior centrifugal-pump --out pump-prior.yaml
    """
    with errors_told():
        address = kafka_address(home, bootstrap_servers)
        _, chosen = _twins_of(twin_type, address, topic_prefix)
        with error_console.status("reading twin.state"), TwinWatch(address, topic_prefix) as watch:
            states = [state for twin_id in chosen if (state := watch.state(twin_id)) is not None]
    deviations = usual_deviations(states)
    if not deviations:
        why = plain(
            f"no twin of {twin_type!r} has learned enough yet; twinstream models card {twin_type} shows how far"
        )
        raise typer.BadParameter(why, param_hint="TYPE")
    _write(prior_yaml(twin_type, len(states), deviations, datetime.now(UTC)), out, f"the prior of {len(states)} twins")


def _twins_of(twin_type: str, address: str, prefix: str) -> tuple[Mapping[str, TwinDefinition], list[str]]:
    """All definitions, and the ids of the twins of a type; there is one at least."""
    with error_console.status("reading twin.definitions"):
        defined = standing_definitions(address, prefix).definitions
    chosen = sorted(twin_id for twin_id, each in defined.items() if each.type.type == twin_type)
    if not chosen:
        types = {each.type.type for each in defined.values()}
        why = plain(f"no twin of a type {twin_type!r} is defined; {suggestion(twin_type, types)}")
        raise typer.BadParameter(why, param_hint="TYPE")
    return defined, chosen


def _write(written: str, out: Path | None, what: str) -> None:
    if out is None:
        typer.echo(written, nl=False)
        return
    try:
        out.write_text(written, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{out} can't be written: {error.strerror}", param_hint="--out") from error
    tell(f"wrote {what} to {out}")


def _trail(address: str, prefix: str) -> ModelTrail:
    """The whole trail. What else there is to say goes to stderr, so that stdout holds what was asked for only."""
    with error_console.status("reading twin.models"):
        trail = read_model_trail(address, prefix)
    if trail.unreadable:
        error_console.print(
            f"note: {trail.unreadable} messages on twin.models are no model events that this version can read",
            highlight=False,
            soft_wrap=True,
        )
    return trail


def _why_unknown(twin: str, known: Collection[str]) -> str:
    close = close_names(twin, known, MOST_CLOSE)
    meant = f"did you mean {', '.join(close)}?" if close else "define it first: twinstream apply FILE"
    return plain(f"nothing is told of a twin {twin!r}; {meant}")


def _json(twin: str, state: TwinState | None, trail: ModelTrail) -> str:
    found = {
        "twin_id": twin,
        "state": None if state is None else state.model_dump(mode="json"),
        "trail": [event.model_dump(mode="json", exclude_none=True) for event in trail.of(twin)],
    }
    # In ASCII alone: a terminal would act on some of the characters that JSON need not escape.
    return json.dumps(found, ensure_ascii=True)
