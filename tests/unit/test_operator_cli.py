"""label and relearn, without a broker: what is sent, what is awaited, and what is told."""

import getpass
from collections.abc import Sequence

import pytest
import typer
from typer.testing import CliRunner

from pipelines.cli import command_sending, known_twins, label_command, relearn_command
from pipelines.connectors.kafka_tail import BrokerError
from pipelines.feed import commands
from pipelines.feed.dead_letters import DeadLetters
from pipelines.feed.definitions import StandingDefinitions
from pipelines.feed.stored_letter import StoredLetter
from pipelines.testing.builders import definition
from schemas.accounting import Counts
from schemas.command import COMMAND, Command, LabelCommand, RelearnCommand
from schemas.state import Feedback, TwinCondition, TwinState
from schemas.topics import Topic
from tests.unit.letters import HOSTILE, Broker, letter

ALERT = "5d41402abc4b2a76b9719d911017c592"


def told(read: int, rejected: int = 0, **fields: object) -> TwinState:
    counts = Counts(commands=read, commands_rejected=rejected)
    return TwinState(twin_id="tank-1", twin_type="tank", state=TwinCondition.NORMAL, counts=counts, **fields)


class Job:
    """Runs the commands beside a twin job that tells the states given, one a poll."""

    def __init__(self, monkeypatch):
        self.broker = Broker()
        self.states: list[TwinState] = [told(3)]
        self.letters: list[StoredLetter] = []
        self.app = typer.Typer()
        for command in (label_command.label, relearn_command.relearn):
            self.app.command()(command)
        job = self

        class Watch:
            def __init__(self, address: str, prefix: str) -> None: ...

            def __enter__(self) -> "Watch":
                return self

            def __exit__(self, *_: object) -> None: ...

            def state(self, twin_id: str) -> TwinState:
                assert twin_id == "tank-1"
                return job.states[0]

            def poll(self, timeout_s: float) -> None:
                assert job.broker.flushed, "it waits for what was not sent"
                if len(job.states) > 1:
                    del job.states[0]

        def read_letters(address: str, prefix: str, wanted) -> DeadLetters:
            return DeadLetters(tuple(stored for stored in job.letters if wanted.matches(stored)))

        standing = StandingDefinitions({"tank-1": definition("tank-1")}, {})
        monkeypatch.setattr(known_twins, "standing_definitions", lambda address, prefix: standing)
        monkeypatch.setattr(known_twins.console, "_width", 160)
        monkeypatch.setattr(commands, "KafkaPublisher", lambda address: self.broker)
        monkeypatch.setattr(commands, "TwinWatch", Watch)
        monkeypatch.setattr(commands, "read_dead_letters", read_letters)
        monkeypatch.setattr(command_sending, "WAIT_S", 30.0)

    def tells(self, *states: TwinState) -> None:
        self.states = list(states)

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(
            self.app, [*arguments, "--bootstrap-servers", "broker:9092"], env={"COLUMNS": "160", "LOGNAME": "olga"}
        )
        assert done.exit_code == code, done.output
        return done.output

    @property
    def sent(self) -> Sequence[Command]:
        assert all((topic, key) == (Topic.COMMANDS, b"tank-1") for topic, key, _ in self.broker.sent)
        return [COMMAND.validate_json(value) for _, _, value in self.broker.sent]


@pytest.fixture
def job(monkeypatch):
    return Job(monkeypatch)


def test_label_sends_what_was_found_and_tells_how_the_twin_stands_then(job) -> None:
    feedback = Feedback(confirmed=3, false_alarms=1, precision=0.75)
    job.tells(told(3), told(3), told(4, feedback=feedback))
    shown = job("label", ALERT, "false_alarm", "--twin", "tank-1", "--by", "ada", "--note", "valve serviced")
    (command,) = job.sent
    assert command == LabelCommand(
        twin_id="tank-1", alert_id=ALERT, label="false_alarm", by="ada", note="valve serviced"
    )
    assert "tank-1 has taken it: false alarm" in shown
    assert "3 alerts confirmed, 1 false alarms" in shown


def test_relearn_names_each_sensor_once_and_tells_the_new_version(job) -> None:
    job.tells(told(3), told(4, model_version=7))
    shown = job("relearn", "tank-1", "--sensor", "t1", "--sensor", "t2", "--sensor", "t1", "--reason", "new impeller")
    (command,) = job.sent
    assert (command.sensors, command.reason) == (("t1", "t2"), "new impeller")
    assert "version 7 of its model" in shown


def test_the_name_on_record_is_that_of_the_user_if_none_is_given(job) -> None:
    job("relearn", "tank-1", "--no-wait")
    assert job.sent[0].by == "olga"


def test_whom_the_machine_does_not_know_has_to_say_who_he_is(job, monkeypatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert "say who you are" in job("relearn", "tank-1", code=2)
    assert job.broker.sent == []


@pytest.mark.parametrize(
    "arguments", [("label", ALERT, "confirmed", "--twin", "tank-1"), ("relearn", "tank-1")], ids=["label", "relearn"]
)
def test_without_waiting_the_command_is_sent_and_nothing_is_said_to_be_done(job, arguments) -> None:
    assert "when the twin job reads it" in job(*arguments, "--by", "ada", "--no-wait")
    assert len(job.sent) == 1


@pytest.mark.parametrize(
    "arguments", [("label", ALERT, "confirmed", "--twin", "tnak-1"), ("relearn", "tnak-1")], ids=["label", "relearn"]
)
def test_a_twin_that_is_not_defined_is_told_with_close_names_and_nothing_is_sent(job, arguments) -> None:
    assert "no twin 'tnak-1' is defined; did you mean tank-1?" in job(*arguments, "--by", "ada", code=2)
    assert job.broker.sent == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("label", ALERT, "maybe", "--twin", "tank-1"), "confirmed"),
        (("label", ALERT, "confirmed", "--twin", "tank-1", "--by", ""), "by"),
        (("label", ALERT, "confirmed", "--twin", "tank-1", "--by", HOSTILE), "by"),
        (("relearn", "tank-1", "--by", "ada", "--reason", "x" * 1_001), "reason"),
        (("relearn", "tank-1", "--by", "ada", "--sensor", ""), "sensors.0"),
    ],
)
def test_what_the_topic_would_not_take_is_told_and_not_sent(job, arguments, named) -> None:
    shown = job(*arguments, code=2)
    assert named in shown
    assert "\x1b]0" not in shown
    assert job.broker.sent == []


def test_a_command_that_the_job_rejects_is_an_error_with_the_remedy(job) -> None:
    job.tells(told(3), told(4, rejected=1))
    command = RelearnCommand(twin_id="tank-1", sensors=("t9",), by="ada")
    job.letters = [
        letter(1, b"other", topic=Topic.COMMANDS, twin_id="tank-1", reason="bad_command"),
        letter(
            2,
            commands.encode_command(command),
            topic=Topic.COMMANDS,
            twin_id="tank-1",
            reason="unknown_sensor",
            remedy="tank-1 has no sensor t9; did you mean t1?",
        ),
    ]
    shown = job("relearn", "tank-1", "--sensor", "t9", "--by", "ada", code=1)
    assert "error: the twin job rejected it: unknown_sensor: tank-1 has no sensor t9; did you mean t1?" in shown


def test_a_command_of_somebody_else_that_is_rejected_meanwhile_is_not_taken_for_ones_own(job) -> None:
    job.tells(told(3), told(4, rejected=1), told(5, rejected=1))
    job.letters = [letter(1, b"other", topic=Topic.COMMANDS, twin_id="tank-1", reason="bad_command")]
    assert "learns anew" in job("relearn", "tank-1", "--by", "ada")
    assert job.states == [told(5, rejected=1)]


def test_a_job_that_does_not_run_is_told_with_what_to_do(job, monkeypatch) -> None:
    monkeypatch.setattr(command_sending, "WAIT_S", 0.0)
    shown = job("relearn", "tank-1", "--by", "ada", code=1)
    assert "tank-1 has not obeyed after 0 s" in shown
    assert "twinstream run twin" in shown


def test_a_broker_that_does_not_answer_is_told_without_a_trace(job, monkeypatch) -> None:
    def fail(address: str, prefix: str) -> StandingDefinitions:
        raise BrokerError("Kafka does not answer: start it: twinstream up")

    monkeypatch.setattr(known_twins, "standing_definitions", fail)
    assert "error: Kafka does not answer" in job("relearn", "tank-1", "--by", "ada", code=1)


@pytest.mark.parametrize(("name", "example"), [("label", "--note"), ("relearn", "--sensor flow --sensor power")])
def test_commands_explain_themselves_by_example(job, name, example) -> None:
    shown = job(name, "--help")
    assert f"twinstream {name}" in shown
    assert example in shown
