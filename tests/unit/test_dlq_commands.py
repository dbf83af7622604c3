"""The commands of `dlq`, without a broker."""

import json
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from pipelines.cli import dlq_commands
from pipelines.feed.dead_letters import DeadLetters, collect
from pipelines.feed.letter_filter import LetterFilter
from pipelines.feed.stored_letter import StoredLetter
from schemas.deadletter import DeadLetter
from schemas.topics import Topic
from tests.unit.letters import BODY, HOSTILE, Broker, consumed, letter


@pytest.fixture
def dlq(monkeypatch):
    """Runs the commands on letters given, and gives back the run and what was sent."""

    def run(stored: list[StoredLetter], *arguments: str, code: int = 0, answer: str = "", unreadable: int = 0):
        broker = Broker()

        def read(address: str, prefix: str, wanted: LetterFilter) -> DeadLetters:
            assert (address, prefix) == ("broker:9092", "")
            return DeadLetters(collect([consumed(each) for each in stored], wanted).letters, unreadable)

        monkeypatch.setattr(dlq_commands, "read_dead_letters", read)
        monkeypatch.setattr(dlq_commands, "KafkaPublisher", lambda address: broker)
        monkeypatch.setattr(dlq_commands.console, "_width", 160)
        done = CliRunner().invoke(
            dlq_commands.app, [*arguments, "--bootstrap-servers", "broker:9092"], input=answer, env={"COLUMNS": "160"}
        )
        assert done.exit_code == code, done.output
        return done, broker.sent

    return run


def test_list_shows_groups_and_the_newest_letters_last(dlq) -> None:
    done, _ = dlq([letter(number, sensors=(f"s{number}",)) for number in range(60)], "list", "--limit", "2")
    shown = done.stdout
    assert "Dead letters by reason" in shown
    assert "The newest 2 of 60 letters, newest last" in shown
    assert shown.index("twin.telemetry-0-58-unknown_sensor") < shown.index("twin.telemetry-0-59-unknown_sensor")
    assert "0-57-" not in shown


def test_list_says_so_when_there_is_nothing(dlq) -> None:
    assert "no dead letters\n" in dlq([], "list")[0].stdout
    assert "leave options out to see more" in dlq([letter()], "list", "--twin", "other")[0].stdout


def test_json_is_one_letter_a_line_and_nothing_else(dlq) -> None:
    stored = [letter(number, sensors=(HOSTILE,)) for number in range(60)]
    done, _ = dlq(stored, "list", "--json", unreadable=3)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.pop("id") for line in lines] == [each.id for each in stored]
    assert [DeadLetter.model_validate(line) for line in lines] == [each.letter for each in stored]
    assert done.stdout.isascii(), "a terminal acts on other characters, too"
    assert "3 messages on twin.deadletter are no dead letters" in done.stderr
    assert dlq([], "list", "--json")[0].stdout == ""
    assert len(dlq(stored, "list", "--json", "--limit", "4")[0].stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--since", "yesterday"), "such as 30min, 2h or 7d"),
        (("--reason", "typo"), "unknown_sensor"),
        (("--topic", "twin.state"), "twin.telemetry"),
    ],
)
def test_an_option_that_asks_for_nothing_known_says_what_can_be_asked(dlq, option, told) -> None:
    assert told in dlq([letter()], "list", *option, code=2)[0].stderr


def test_show_tells_all_of_a_letter_and_its_message(dlq) -> None:
    shown = dlq([letter(7, source="gw-1", sensors=("t2",))], "show", "twin.telemetry-0-7-")[0].stdout
    for part in (
        "unknown_sensor",
        "mend its name",
        "gw-1",
        "2024-05-01 12:00:07Z",
        sha256(BODY).hexdigest(),
        '"t2": 2',
    ):
        assert part in shown
    assert f"{len(BODY)} bytes" in shown
    assert "cut" not in shown


def test_show_says_when_the_message_is_cut(dlq) -> None:
    shown = dlq([letter(7, b"x" * 100_000)], "show", "twin")[0].stdout
    assert "100000 bytes, of which the first 65536 are kept" in shown
    assert "cut here: 65536 of 100000 bytes" in shown


def test_show_of_an_ambiguous_id_lists_the_candidates(dlq) -> None:
    told = dlq([letter(71), letter(70)], "show", "twin.telemetry-0-7", code=2)[0].stderr
    assert "twin.telemetry-0-71-unknown_sensor" in told
    assert "twin.telemetry-0-70-unknown_sensor" in told


def test_replay_asks_first_and_sends_nothing_without_a_yes(dlq) -> None:
    stored = [letter(1), letter(2, b"{}", reason="missing_ts")]
    done, sent = dlq(stored, "replay", "--all", answer="n\n", code=1)
    assert "2 messages to send again" in done.stdout
    assert "1  missing_ts" in done.stdout
    assert "judged anew" in done.stdout
    assert sent == []

    done, sent = dlq(stored, "replay", "--all", answer="y\n")
    assert sent == [(Topic.TELEMETRY, b"pump-1", BODY), (Topic.TELEMETRY, b"pump-1", b"{}")]
    assert "sent 2 messages again" in done.stdout


def test_replay_of_filters_and_ids_sends_only_these(dlq) -> None:
    stored = [letter(1), letter(2, b"{}", reason="missing_ts"), letter(3, b"[]", reason="not_object", twin_id="pump-2")]
    assert [sent[2] for sent in dlq(stored, "replay", "--reason", "missing_ts", "--yes")[1]] == [b"{}"]
    ids = ["twin.telemetry-0-3-", "twin.telemetry-0-1-"]
    assert [sent[2] for sent in dlq(stored, "replay", *ids, "--yes")[1]] == [BODY, b"[]"]
    assert dlq(stored, "replay", "twin.telemetry-0-9", "--yes", code=2)[1] == []
    assert dlq(stored, "replay", "twin.telemetry", "--yes", code=2)[1] == []


def test_replay_needs_one_way_of_choosing(dlq) -> None:
    assert "--all" in dlq([letter()], "replay", "--yes", code=2)[0].stderr
    assert "one of these only" in dlq([letter()], "replay", "--all", "--twin", "pump-1", code=2)[0].stderr
    assert "one of these only" in dlq([letter()], "replay", "twin", "--twin", "pump-1", code=2)[0].stderr


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(dlq) -> None:
    done, sent = dlq([letter(1, sensors=("t2",)), letter(2, b"")], "replay", "--all", "--dry-run")
    for part in ("twin.telemetry-0-1", "pump-1", "t2", "dry run", "1 can't be sent again: the message is empty"):
        assert part in done.stdout
    assert sent == []


def test_replay_fails_if_nothing_can_be_sent_and_says_why(dlq) -> None:
    stored = [letter(1, topic=Topic.POINTS), letter(2, b"x" * 100_000)]
    done, sent = dlq(stored, "replay", "--all", "--yes", code=1)
    for part in ("line protocol", "twin.points-0-1", "only the beginning", "twin.telemetry-0-2", "nothing was sent"):
        assert part in done.stdout
    assert sent == []
    assert "nothing was sent" in dlq([], "replay", "--all", "--yes")[0].stdout


def test_replay_warns_that_definitions_replace_newer_ones(dlq) -> None:
    stored = [letter(1, topic=Topic.DEFINITIONS, reason="bad_definition"), letter(2)]
    assert "replaces the definition its twin has now" in dlq(stored, "replay", "--all", answer="n\n", code=1)[0].stdout
    assert "replaces the definition" not in dlq(stored[1:], "replay", "--all", answer="n\n", code=1)[0].stdout


@pytest.mark.parametrize(
    ("command", "example"), [("list", "--since 2h"), ("show", "dlq show"), ("replay", "--dry-run")]
)
def test_commands_explain_themselves_by_example(command, example) -> None:
    shown = CliRunner().invoke(dlq_commands.app, [command, "--help"])
    assert shown.exit_code == 0
    assert f"twinstream dlq {command}" in shown.output
    assert example in shown.output
