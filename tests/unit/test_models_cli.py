"""models show and models card, without a broker: the trail of a twin, and what is known of a type."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from pipelines.cli import models_commands
from pipelines.connectors.kafka_tail import BrokerError, Consumed
from pipelines.detection.card import assumptions
from pipelines.feed.definitions import StandingDefinitions
from pipelines.feed.model_trail import ModelTrail, collect_trail
from pipelines.testing.builders import Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, states
from pipelines.twin.outputs import Outputs
from schemas.model_event import ModelChange, ModelEvent
from schemas.state import TwinState
from schemas.topics import Topic
from tests.unit.letters import HOSTILE


def on_topic(outputs: Outputs) -> list[Consumed]:
    """What the twin job has written to twin.models."""
    records = [record for record in outputs.records if record.topic is Topic.MODELS]
    return [
        Consumed(Topic.MODELS, 0, number, 0, record.key.encode(), record.value, (("ce_id", record.id.encode()),))
        for number, record in enumerate(records)
    ]


def lived(twin_id: str = "case") -> tuple[list[Consumed], TwinState]:
    """A twin that was warm, in alert, labelled, and told to learn anew."""
    roster, log = new_roster(), Log(definition(twin_id))
    log.observe_all("t1", [*noise(60), *noise(10, 60.0, seed=2), *noise(30, seed=3)])
    outputs = feed(log, roster)
    raised = alerts(outputs)[0].alert_id
    commands = [
        log.command("label", alert_id=raised, label="false_alarm", by="Ada", note="valve serviced"),
        log.command("relearn", reason="new impeller"),
    ]
    more = feed(commands, roster)
    return on_topic(outputs) + on_topic(more), states(roster.publish())[twin_id]


class Topics:
    """Runs the commands on topics that hold what is given."""

    def __init__(self, monkeypatch):
        self.states: dict[str, TwinState] = {}
        self.trail: list[Consumed] = []
        self.definitions = StandingDefinitions({}, {})
        topics = self

        class Watch:
            def __init__(self, address: str, prefix: str) -> None:
                assert (address, prefix) == ("broker:9092", "")

            def __enter__(self) -> "Watch":
                return self

            def __exit__(self, *_: object) -> None: ...

            def state(self, twin_id: str) -> TwinState | None:
                return topics.states.get(twin_id)

            @property
            def twin_ids(self) -> set[str]:
                return set(topics.states)

        monkeypatch.setattr(models_commands, "TwinWatch", Watch)
        monkeypatch.setattr(models_commands, "read_model_trail", lambda address, prefix: collect_trail(self.trail))
        monkeypatch.setattr(models_commands, "standing_definitions", lambda address, prefix: self.definitions)
        monkeypatch.setattr(models_commands.console, "_width", 160)

    def __call__(self, *arguments: str, code: int = 0):
        done = CliRunner().invoke(
            models_commands.app, [*arguments, "--bootstrap-servers", "broker:9092"], env={"COLUMNS": "160"}
        )
        assert done.exit_code == code, done.output
        return done


@pytest.fixture
def topics(monkeypatch):
    return Topics(monkeypatch)


@pytest.fixture
def one(topics):
    """A twin that has lived is on the topics."""
    topics.trail, topics.states["case"] = lived()
    topics.definitions = StandingDefinitions({"case": definition("case")}, {})
    return topics


def test_show_tells_what_was_learned_how_alerts_were_labelled_and_what_happened(one) -> None:
    shown = one("show", "case").stdout
    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "model version 2" in rows
    assert "learned 0 of 20 samples: warming, nothing is judged yet" in rows
    assert "precision 0.00: 0 of 1 labelled alerts were confirmed" in rows
    changes = [row.split(" │ ")[1] for row in rows if row.startswith("│ 20")]
    assert changes == ["warm", "label false_alarm", "threshold false_alarm", "relearn"]
    assert any("│ Ada │ valve serviced" in row for row in rows)
    assert any("│ 2 │ ada │ all sensors: new impeller" in row for row in rows)


def test_each_event_is_shown_once_however_often_a_restarted_job_has_written_it(one) -> None:
    one.trail *= 2
    assert one("show", "case").stdout.count("new impeller") == 1


def test_json_is_one_object_with_state_and_trail(one) -> None:
    one.trail.append(Consumed(Topic.MODELS, 0, 99, 0, b"case", b"no event", ()))
    done = one("show", "case", "--json")
    found = json.loads(done.stdout)
    assert TwinState.model_validate(found["state"]) == one.states["case"]
    events = [ModelEvent.model_validate(event) for event in found["trail"]]
    assert [event.change for event in events] == ["warm", "label", "threshold", "relearn"]
    assert events[2].boundary == 4.25 * 1.25
    assert "1 messages on twin.models are no model events" in done.stderr


def test_a_twin_that_nobody_knows_is_an_error_with_close_names(one) -> None:
    assert "nothing is told of a twin 'csae'; did you mean case?" in one("show", "csae", code=2).output
    assert "define it first: twinstream apply FILE" in one("show", "zzz", code=2).output


def test_of_a_retired_twin_the_trail_is_left(one) -> None:
    del one.states["case"]
    shown = one("show", "case").stdout
    assert "not told: retired" in shown
    assert "new impeller" in shown


def test_a_twin_to_which_nothing_has_happened_is_shown_so(topics) -> None:
    roster, log = new_roster(), Log(definition())
    feed(log, roster)
    topics.states["case"] = states(roster.publish())["case"]
    shown = topics("show", "case").stdout
    assert "nothing has happened to its models yet" in shown
    assert "not known: no alert is labelled" in shown


def test_an_event_of_an_earlier_release_is_shown_as_of_the_first_version_by_rule() -> None:
    old = b'{"twin_id":"case","model":"baseline","change":"drift","reason":"level","ts":"2024-05-01T00:00:00Z"}'
    trail = collect_trail([Consumed(Topic.MODELS, 0, 0, 0, b"case", old, (("ce_id", b"x"),))])
    (event,) = trail.of("case")
    assert (event.version, event.by, trail.unreadable) == (1, "rule", 0)


def test_what_others_wrote_is_shown_and_not_obeyed(topics) -> None:
    event = ModelEvent(
        twin_id="case", model="baseline", change=ModelChange.LABEL, reason=HOSTILE, by=HOSTILE, ts=datetime.now(UTC)
    )
    value = event.model_dump_json().encode()
    topics.trail = [Consumed(Topic.MODELS, 0, 0, 0, b"case", value, (("ce_id", b"x"),))]
    shown = topics("show", "case").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold red]" in shown


def test_the_card_says_what_the_twins_rest_on_and_how_their_alerts_were_labelled(one) -> None:
    roster, log = new_roster(), Log(definition("young"))
    log.observe_all("t1", noise(30))
    outputs = feed(log, roster)
    one.trail += on_topic(outputs)
    one.states["young"] = states(roster.publish())["young"]
    one.definitions = StandingDefinitions({name: definition(name) for name in ("case", "young", "silent")}, {})
    card = one("card", "case-type").stdout
    lines = card.splitlines()
    assert lines[0] == "# Model card: case-type"
    assert "3 twins, version 1 of the type." in card
    for section in ("Intended use", "Detector and what it assumes", "Training data", "In operation", "Known limits"):
        assert f"## {section}" in card
    for sentence in assumptions():
        assert f"- {sentence}" in lines
    assert "| case | warming | 0 | - | 2023-11-14 22:14:59Z | 2 |" in lines
    assert "| young | normal | 30 | 2023-11-14 22:13:20Z | 2023-11-14 22:13:49Z | 1 |" in lines
    assert "| silent | not told | - | - | - | - |" in lines
    assert "- Alerts labelled: 1, of 1 twins (0 confirmed, 1 false)." in lines
    assert "Precision since the twins were defined: 0.00" in card
    assert "warm 2, drift 0, relearn 1, reset 0, threshold 1." in card
    assert "- 2 of 3 twins are not judged as yet: case, silent." in lines
    assert "- Labels have moved boundaries of 1 sensors: case/t1." in lines


def test_a_card_without_labels_or_events_claims_no_precision(topics) -> None:
    topics.definitions = StandingDefinitions({"case": definition("case")}, {})
    card = topics("card", "case-type").stdout
    assert "- No alert is labelled: the precision is not known." in card
    assert "Nothing has happened to the models" in card
    assert "Labels have moved" not in card


def test_the_card_goes_into_a_file_if_one_is_named(one, tmp_path) -> None:
    file = tmp_path / "card.md"
    assert "wrote the card of 1 twins" in one("card", "case-type", "--out", str(file)).stdout
    assert file.read_text(encoding="utf-8").startswith("# Model card: case-type\n")
    assert "can't be written" in one("card", "case-type", "--out", str(tmp_path / "none" / "card.md"), code=2).output


def test_a_type_of_which_there_are_no_twins_is_an_error_with_close_names(one) -> None:
    assert (
        "no twin of a type 'case-tpye' is defined; did you mean case-type?" in one("card", "case-tpye", code=2).output
    )
    one.definitions = StandingDefinitions({}, {})
    assert "there are none" in one("card", "case-type", code=2).output


def test_names_in_a_card_are_neither_markup_nor_commands(topics) -> None:
    name = "a|b <i>*x*</i> \x1b"
    topics.definitions = StandingDefinitions({name: definition("case").model_copy(update={"twin_id": name})}, {})
    card = topics("card", "case-type").stdout
    assert "\x1b" not in card
    assert "| a\\|b \\<i\\>\\*x\\*\\</i\\> " in card


def test_a_broker_that_does_not_answer_is_told_without_a_trace(topics, monkeypatch) -> None:
    def fail(address: str, prefix: str) -> ModelTrail:
        raise BrokerError("Kafka does not answer: start it: twinstream up")

    monkeypatch.setattr(models_commands, "read_model_trail", fail)
    assert "error: Kafka does not answer" in topics("show", "case", code=1).output


@pytest.mark.parametrize(("name", "example"), [("show", "--json"), ("card", "--out pump-card.md")])
def test_commands_explain_themselves_by_example(topics, name, example) -> None:
    shown = topics(name, "--help").stdout
    assert f"twinstream models {name}" in shown
    assert example in shown
