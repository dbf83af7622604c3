"""Whatever is sent besides, good messages are judged as without it, and nothing stops the roster."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipelines.testing.strategies import (
    junk,
    log_of,
    mixed_log,
    profile,
    steps,
    wild_bodies,
    wild_commands,
    wild_definitions,
    wild_keys,
)
from pipelines.twin.message import Message
from pipelines.twin.outputs import Verdict
from pipelines.twin.record import Record
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.accounting import Counts
from schemas.alert import AlertTransition
from schemas.topics import Topic

FROM_JUNK = 1_000_000
"""Offsets of inserted messages begin here, so that the good ones keep theirs."""


DEGRADED = "condition=source-degraded"


def of_refusals(record: Record) -> bool:
    """Whether a record only tells that something was refused: a dead letter, or that a source sends too much of it."""
    if record.topic is Topic.ALERTS:
        alert = AlertTransition.model_validate_json(record.value)
        assert (alert.condition == "source-degraded") == (alert.twin_id is None)
        return alert.twin_id is None
    return record.topic is Topic.DEADLETTER


def judged(messages: list[Message]) -> tuple[list[Verdict], list[Record], list[str], Counts]:
    """What follows from the good ones of the messages, and the twin's counts."""
    roster = Roster(MemoryStore(), "0")
    verdicts, records, points = [], [], []
    for message in messages:
        outputs = roster.handle([message])
        points += [point for point in outputs.points if not point.startswith("alert,") or DEGRADED not in point]
        records += [record for record in outputs.records if not of_refusals(record)]
        if message.offset < FROM_JUNK:
            verdicts += outputs.verdicts
    return verdicts, records, points, roster.runtime("case").ledger.counts()


def insert(
    messages: list[Message], place: int, key: bytes | None, body: bytes | None, topic: Topic = Topic.TELEMETRY
) -> None:
    """Put junk between messages; an empty key is the twin's own."""
    own = messages[0].key if key == b"" else key
    number = FROM_JUNK + len(messages)
    messages.insert(place, Message(topic, own, body, 0, number, messages[0].received_ms))


def check_undisturbed(good: list[Message], disturbed: list[Message]) -> None:
    """Check that junk changed only counters of what was refused, dead letters, and what is said of its source."""
    *expected, clean = judged(good)
    *found, counts = judged(disturbed)
    assert found == expected
    refused = ("messages", "read", "rejected", "commands", "commands_rejected")
    changed = {name: getattr(clean, name) for name in refused}
    assert counts.model_copy(update=changed) == clean
    assert counts.balanced


@profile(150)
@given(st.data())
def test_junk_between_good_messages_changes_no_score_alert_or_point_of_the_twin(data):
    good = log_of(data.draw(steps(1.0, 2.5, 0.0, -3.0))).messages
    disturbed = list(good)
    for made in data.draw(st.lists(junk, min_size=1, max_size=15)):
        insert(disturbed, data.draw(st.integers(1, len(disturbed))), *made)
    check_undisturbed(good, disturbed)


@profile(100)
@given(st.data())
def test_commands_that_cant_be_obeyed_change_no_score_alert_or_point_of_the_twin(data):
    good = log_of(data.draw(steps(1.0, 2.5, 0.0, -3.0))).messages
    disturbed = list(good)
    for key, body in data.draw(st.lists(st.tuples(st.just(b"") | wild_keys, wild_bodies | st.none()), min_size=1)):
        insert(disturbed, data.draw(st.integers(1, len(disturbed))), key, body, Topic.COMMANDS)
    check_undisturbed(good, disturbed)


@profile(60)
@given(st.data(), junk)
def test_so_much_junk_that_its_source_is_called_degraded_changes_nothing_of_the_twin(data, made):
    good = log_of(data.draw(steps(1.0, 2.5, 0.0, -3.0))).messages
    disturbed = list(good)
    place = data.draw(st.integers(1, len(disturbed)))
    for _ in range(60):
        insert(disturbed, place, *made)
    check_undisturbed(good, disturbed)
    records = Roster(MemoryStore(), "0").handle(disturbed).records
    told = [AlertTransition.model_validate_json(record.value) for record in records if record.topic is Topic.ALERTS]
    degraded = [(alert.source, alert.transition) for alert in told if alert.condition == "source-degraded"]
    assert degraded[:1] == [("unnamed", "raised")]
    assert len(degraded) <= 2


@profile(400)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([Topic.TELEMETRY, Topic.DEFINITIONS, Topic.COMMANDS]), wild_keys, wild_bodies | st.none()
        )
    )
)
def test_no_bytes_on_any_topic_stop_an_empty_roster(wild):
    store = MemoryStore()
    messages = [Message(topic, key, body, 0, offset, 0) for offset, (topic, key, body) in enumerate(wild)]
    outputs = Roster(store, "0").handle(messages)
    assert len(outputs.verdicts) == sum(topic is Topic.TELEMETRY for topic, _, _ in wild)
    Roster(store, "0").publish()


@profile(250)
@given(st.lists(st.tuples(wild_keys, wild_commands | st.none()), max_size=8))
def test_no_bytes_on_the_topic_of_commands_stop_a_twin_or_go_uncounted(wild):
    roster = Roster(MemoryStore(), "0")
    log = log_of([(1.0, {"t1": 90.0}, 8)])
    roster.handle(log.messages)
    messages = [Message(Topic.COMMANDS, key, body, 0, offset, 0) for offset, (key, body) in enumerate(wild)]
    outputs = roster.handle(messages)
    books = [roster.ledger.counts(), roster.runtime("case").ledger.counts()]
    letters = [record for record in outputs.records if record.topic is Topic.DEADLETTER]
    assert sum(counts.commands for counts in books) == len(wild)
    assert sum(counts.commands_rejected for counts in books) == len(letters)
    assert outputs.verdicts == []


@profile(250)
@given(st.data())
def test_no_message_stops_a_roster_with_twins_and_all_of_it_can_be_read_back(data):
    log = mixed_log(data.draw, size=25)
    store = MemoryStore()
    roster = Roster(store, "0")
    roster.handle(log.messages)
    live = roster.publish()
    restored = Roster(store, "0").publish()
    assert [replace(record, id="") for record in restored.records if record.value] == [
        replace(record, id="") for record in live.records if record.value
    ]


@profile(400)
@given(st.lists(wild_definitions, max_size=4))
def test_every_definition_that_is_taken_can_be_written_and_read_back(bodies):
    store = MemoryStore()
    messages = [Message(Topic.DEFINITIONS, b"case", body, 0, offset, 0) for offset, body in enumerate(bodies)]
    roster = Roster(store, "0")
    roster.handle(messages)
    live, restored = roster.runtime("case"), Roster(store, "0").runtime("case")
    assert (live is None) == (restored is None)
    if live is not None:
        assert restored.twin == live.twin
