"""The commands diff, apply and retire, without a broker."""

import pytest
import typer
from typer.testing import CliRunner

from pipelines.cli import apply_command, diff_command, retire_command
from pipelines.cli.definition_lines import shown_value
from pipelines.connectors.kafka_tail import BrokerError
from pipelines.feed.definitions import StandingDefinitions
from pipelines.feed.twin_watch import Progress
from pipelines.testing.builders import definition
from schemas.definition import TwinDefinition
from schemas.topics import Topic
from tests.unit.letters import HOSTILE, Broker

TYPE = "type: tank\nsensors: {level: {unit: m, range: [0, 5]}}\n"
PLANT = f"{TYPE}---\ntwin: tank-1\ntype: tank\n---\ntwin: tank-2\ntype: tank\nsite: harbour\n"
MODULES = (diff_command, apply_command, retire_command)


class Watch:
    """Tells that every twin has taken four definitions."""

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None: ...

    def progress(self, twin_id: str) -> Progress:
        return Progress(0, 4)


class Command:
    """Runs a command on a topic that holds definitions; keeps what was sent and awaited."""

    def __init__(self, monkeypatch, tmp_path):
        self.broker = Broker()
        self.awaited = None
        self.standing = StandingDefinitions({}, {})
        self.file = tmp_path / "plant.yaml"
        self.file.write_text(PLANT, encoding="utf-8")
        self.app = typer.Typer()
        for command in (diff_command.diff, apply_command.apply, retire_command.retire):
            self.app.command()(command)
        for module in MODULES:
            monkeypatch.setattr(module, "standing_definitions", lambda address, prefix: self.standing)
            monkeypatch.setattr(module.console, "_width", 160)
        for module in (apply_command, retire_command):
            monkeypatch.setattr(module, "KafkaPublisher", lambda address: self.broker)
        monkeypatch.setattr(apply_command, "TwinWatch", lambda address, prefix: Watch())
        monkeypatch.setattr(apply_command, "await_taken", lambda watch, before, timeout_s: self._await(before))
        monkeypatch.setattr(retire_command, "await_retired", lambda address, ids, timeout_s, prefix: self._await(ids))

    def _await(self, twins):
        self.awaited = twins

    def stands(self, *definitions: TwinDefinition, **unusable: str) -> None:
        self.standing = StandingDefinitions({one.twin_id: one for one in definitions}, unusable)

    def __call__(self, *arguments: str, code: int = 0, answer: str = "") -> str:
        done = CliRunner().invoke(
            self.app, [*arguments, "--bootstrap-servers", "broker:9092"], input=answer, env={"COLUMNS": "160"}
        )
        assert done.exit_code == code, done.output
        return done.output

    def applied(self) -> list[TwinDefinition]:
        """What `apply` sends of the file as it is."""
        self("apply", str(self.file), "--all", "--no-wait")
        return [TwinDefinition.model_validate_json(value) for _, _, value in self.broker.sent]

    @property
    def sent(self) -> list[str]:
        return [key.decode() for _, key, _ in self.broker.sent]


@pytest.fixture
def command(monkeypatch, tmp_path):
    return Command(monkeypatch, tmp_path)


@pytest.fixture
def plant(command):
    """The twins of the file, which stand on the topic."""
    one, two = command.applied()
    command.broker = Broker()
    command.stands(one, two)
    return one, two


def test_diff_shows_every_change_a_line(command, plant) -> None:
    one, _ = plant
    command.stands(one, definition("tank-9"))
    command.file.write_text(PLANT.replace("[0, 5]", "[0, 5.5]"), encoding="utf-8")
    assert command("diff", str(command.file)).splitlines() == [
        "+ tank-2 (tank)",
        "~ tank-1: sensors.level.range [0, 5] → [0, 5.5]",
        "? tank-9 is defined but not in these files; twinstream retire tank-9",
    ]
    assert command.sent == []


@pytest.mark.parametrize("arguments", [(), ("--exit-code",)])
def test_diff_says_that_nothing_would_change(command, plant, arguments) -> None:
    assert command("diff", str(command.file), *arguments).splitlines() == ["= 2 unchanged", "nothing would change"]


def test_diff_tells_of_differences_by_its_exit_code_if_asked(command) -> None:
    command("diff", str(command.file))
    command("diff", str(command.file), "--exit-code", code=1)


def test_diff_reports_what_stands_and_is_no_definition(command, plant) -> None:
    command.stands(plant[0], **{"tank-2": "mend type: Field required", "tank-7": "mend [bold]it"})
    shown = command("diff", str(command.file))
    assert "+ tank-2 (tank)" in shown
    assert "! tank-2: what stands on the topic is no definition: mend type: Field required; apply replaces it" in shown
    assert "! tank-7: what stands on the topic is no definition: mend [bold]it; apply it from a file, or" in shown


def test_diff_does_not_obey_what_stands_on_the_topic(command, plant) -> None:
    one = plant[0].model_copy(update={"site": HOSTILE})
    command.stands(one)
    shown = command("diff", str(command.file))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold red]x[/]" in shown


def test_apply_sends_only_what_is_new_or_changed(command, plant) -> None:
    one, two = plant
    command.stands(one.model_copy(update={"line": "l-1"}))
    told = command("apply", str(command.file))
    assert "1 new, 1 changed, 0 unchanged" in told
    assert "2 twins defined" in told
    assert sorted(command.sent) == ["tank-1", "tank-2"]

    command.broker = Broker()
    command.stands(one, two.model_copy(update={"site": "north"}))
    told = command("apply", str(command.file))
    assert "0 new, 1 changed, 1 unchanged" in told
    assert command.sent == ["tank-2"]
    assert command.awaited == {"tank-1": Progress(), "tank-2": Progress(0, 4)}, "one definition more than before"


def test_apply_of_what_stands_sends_nothing_and_says_so(command, plant) -> None:
    told = command("apply", str(command.file))
    assert "0 new, 0 changed, 2 unchanged" in told
    assert "nothing to send: all 2 twins are defined just so" in told
    assert command.sent == []
    assert set(command.awaited) == {"tank-1", "tank-2"}, "they stand, but the job must have taken them"


def test_apply_sends_all_if_asked_and_does_not_wait_if_asked(command, plant) -> None:
    assert "2 twins sent" in command("apply", str(command.file), "--all", "--no-wait")
    assert command.sent == ["tank-1", "tank-2"]
    assert command.awaited is None


def test_apply_without_a_twin_says_what_to_add(command) -> None:
    command.file.write_text(TYPE, encoding="utf-8")
    assert "add documents with 'twin: ID'" in command("apply", str(command.file), code=2)


def test_a_broken_file_is_told_with_its_line_and_nothing_is_read_or_sent(command, monkeypatch) -> None:
    monkeypatch.setattr(apply_command, "standing_definitions", None)
    command.file.write_text(PLANT.replace("[0, 5]", "[5, 0]"), encoding="utf-8")
    told = command("apply", str(command.file), code=1)
    assert f"{command.file}:2: sensors.level.range: the first bound must be below the second" in told


def test_retire_asks_first_and_sends_nothing_without_a_yes(command, plant) -> None:
    told = command("retire", "tank-1", answer="n\n", code=1)
    for part in ("1 twins to retire: tank-1", "lost: what they have learned", "kept: their history in InfluxDB"):
        assert part in told
    assert command.sent == []

    assert "1 twins retired" in command("retire", "tank-1", answer="y\n")
    assert command.broker.sent == [(Topic.DEFINITIONS, b"tank-1", None)]
    assert command.awaited == ["tank-1"]


def test_retire_takes_several_twins_once_each(command, plant) -> None:
    told = command("retire", "tank-2", "tank-1", "tank-2", "--yes", "--no-wait")
    assert "2 twins will be retired when the twin job reads it" in told
    assert command.sent == ["tank-2", "tank-1"]
    assert command.awaited is None


def test_retire_refuses_all_if_one_is_not_defined_and_names_what_is_close(command, plant) -> None:
    told = command("retire", "tank-1", "tnak-2", "x", "--yes", code=2)
    assert "no twin 'tnak-2' is defined; did you mean tank-2" in told
    assert "no twin 'x' is defined; twinstream diff PATH shows which twins are defined" in told
    assert "nothing was retired" in told
    assert command.sent == []


def test_retire_ends_a_twin_whose_message_is_no_definition(command) -> None:
    command.stands(**{"tank-7": "mend it"})
    command("retire", "tank-7", "--yes")
    assert command.sent == ["tank-7"]


def test_a_broker_that_does_not_answer_is_told_without_a_trace(command, monkeypatch) -> None:
    def fail(address: str, prefix: str) -> StandingDefinitions:
        raise BrokerError("Kafka does not answer: start it: twinstream up")

    for module in MODULES:
        monkeypatch.setattr(module, "standing_definitions", fail)
    for arguments in (("diff", str(command.file)), ("apply", str(command.file)), ("retire", "tank-1", "--yes")):
        assert "error: Kafka does not answer" in command(*arguments, code=1)


@pytest.mark.parametrize(
    ("name", "example"), [("diff", "--exit-code"), ("apply", "pumps.yaml --no-wait"), ("retire", "pump-8 pump-9 --yes")]
)
def test_commands_explain_themselves_by_example(command, name, example) -> None:
    shown = command(name, "--help")
    assert f"twinstream {name}" in shown
    assert example in shown


def test_values_are_shown_as_files_have_them() -> None:
    shown = shown_value({"unit": "bar", "range": [0.0, 1.5], "allow_constant": True, "site": None})
    assert shown == "{unit: bar, range: [0, 1.5], allow_constant: true, site: (nothing)}"
