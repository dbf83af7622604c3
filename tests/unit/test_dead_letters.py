"""Dead letters are found once and chosen as asked, and only what is whole is sent again."""

from datetime import timedelta

import pytest

from pipelines.feed.dead_letters import DeadLetters, collect
from pipelines.feed.letter_filter import LetterFilter, parse_moment
from pipelines.feed.letter_groups import Grouping, grouped
from pipelines.feed.letter_name import LetterNameError, letter_named, letters_of_message
from pipelines.feed.letter_replay import Obstacle, plan_replay, send_again
from pipelines.feed.stored_letter import StoredLetter
from pipelines.twin.deadletter import RAW_LIMIT, TEXT_LIMIT
from schemas.topics import Topic
from tests.unit.letters import NOON, Broker, consumed, letter


def test_a_letter_repeated_after_a_restart_is_shown_once_and_the_first_is_kept() -> None:
    first, repeated, other = letter(1), letter(1, remedy="said again"), letter(2)

    found = collect([consumed(each) for each in (first, other, repeated)], LetterFilter())

    assert found == DeadLetters((first, other))


def test_letters_come_in_the_order_of_their_messages_over_all_partitions() -> None:
    stored = [letter(9), letter(3, partition=1, first_seen_at=NOON), letter(4)]

    found = collect([consumed(each) for each in stored], LetterFilter())

    assert [each.letter.offset for each in found.letters] == [3, 4, 9]


@pytest.mark.parametrize(
    "broken",
    [
        {"value": None},
        {"value": b""},
        {"value": b"\xff"},
        {"value": b"{}"},
        {"value": b"[" * 100_000},
        {"headers": ()},
        {"headers": (("ce_id", b"\xff"),)},
        {"value": letter(raw=b"no base64!").letter.model_copy(update={"raw": "!"}).model_dump_json().encode()},
        {
            "value": letter()
            .letter.model_dump_json()
            .replace("2024-05-01T12:00:00Z", "0001-01-01T00:00:00+14:00")
            .encode()
        },
    ],
)
def test_what_is_no_letter_is_counted_and_hides_no_other(broken) -> None:
    found = collect([consumed(letter(1), **broken), consumed(letter(2))], LetterFilter())

    assert found == DeadLetters((letter(2),), unreadable=1)


@pytest.mark.parametrize(
    ("asked", "offsets"),
    [
        (LetterFilter(), [1, 2, 3]),
        (LetterFilter(reason="not_json"), [3]),
        (LetterFilter(twin_id="pump-2"), [2]),
        (LetterFilter(source="gw-7"), [2]),
        (LetterFilter(topic="twin.definitions"), [3]),
        (LetterFilter(since=NOON + timedelta(seconds=2)), [2, 3]),
        (LetterFilter(until=NOON + timedelta(seconds=2)), [1]),
        (LetterFilter(ids=("twin.telemetry-0-1", "twin.def")), [1, 3]),
        (LetterFilter(reason="unknown_sensor", twin_id="pump-2"), [2]),
        (LetterFilter(reason="not_json", twin_id="pump-2"), []),
    ],
)
def test_a_filter_lets_through_what_is_all_that_it_asks(asked, offsets) -> None:
    stored = [
        letter(1),
        letter(2, twin_id="pump-2", source="gw-7"),
        letter(3, reason="not_json", topic=Topic.DEFINITIONS, twin_id=None),
    ]
    found = collect([consumed(each) for each in stored], asked)
    assert [each.letter.offset for each in found.letters] == offsets


def test_moments_are_durations_back_or_times_with_a_zone() -> None:
    assert parse_moment("90min", NOON) == NOON - timedelta(minutes=90)
    assert parse_moment("2024-05-01 13:00:00+02:00", NOON) == NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2 hours", "such as 30min, 2h or 7d"),
        ("", "such as 30min, 2h or 7d"),
        ("2024-05-01T12:00:00", "names no zone"),
        ("2024-05-01", "names no zone"),
        ("999999999999d", "leave it out"),
        ("999999d", "leave it out"),
    ],
)
def test_a_moment_that_is_none_is_refused_with_its_remedy(text, told) -> None:
    with pytest.raises(ValueError, match=told):
        parse_moment(text, NOON)


def test_groups_count_letters_observations_and_twins_largest_first() -> None:
    stored = [
        letter(1, reason="not_json", twin_id=None),
        letter(2, sensors=("a", "b")),
        letter(3, twin_id="pump-2", sensors=("a",), remedy="the newest advice"),
    ]
    [unknown, junk] = grouped(stored, Grouping.REASON)
    assert (unknown.name, len(unknown.letters), unknown.observations) == ("unknown_sensor", 2, 3)
    assert unknown.twins == ["pump-1", "pump-2"]
    assert (unknown.first_seen_at, unknown.last_seen_at) == (NOON + timedelta(seconds=2), NOON + timedelta(seconds=3))
    assert unknown.remedy == "the newest advice"
    assert (junk.observations, junk.twins) == (1, []), "a message that can't be taken apart is one observation"
    assert [group.name for group in grouped(stored, Grouping.TWIN)] == [None, "pump-1", "pump-2"]
    assert grouped(stored, Grouping.NONE) == []


def test_a_rejected_definition_is_no_observation() -> None:
    assert letter(topic=Topic.DEFINITIONS, reason="bad_definition").observations == 0


def test_an_id_is_found_by_its_beginning_if_that_is_unique() -> None:
    stored = [letter(7), letter(170), letter(171)]

    assert letter_named(stored, "twin.telemetry-0-171-unk") is stored[2]
    with pytest.raises(LetterNameError, match=r"0-170-unknown_sensor\ntwin\.telemetry-0-171-unknown_sensor"):
        letter_named(stored, "twin.telemetry-0-17")
    with pytest.raises(LetterNameError, match="dlq list"):
        letter_named(stored, "twin.telemetry-1")


def test_a_message_named_in_full_is_not_one_with_a_longer_offset() -> None:
    stored = [letter(70), letter(7)]
    assert letter_named(stored, "twin.telemetry-0-7") is stored[1]


def test_an_id_that_begins_another_still_names_its_letter() -> None:
    whole, longer = StoredLetter("a-1", letter(1).letter), StoredLetter("a-10", letter(2).letter)
    assert letter_named([longer, whole], "a-1") is whole


def test_several_letters_of_one_message_are_not_ambiguous_for_replay() -> None:
    stored = [letter(18), letter(18, reason="bad_quality"), letter(19)]

    for name in ("twin.telemetry-0-18", "twin.telemetry-0-18-"):
        assert letters_of_message(stored, name) == stored[:2]
        with pytest.raises(LetterNameError, match="bad_quality"):
            letter_named(stored, name)
    with pytest.raises(LetterNameError, match=r"twin\.telemetry-0-19-"):
        letters_of_message(stored, "twin.telemetry-0-1")


def test_each_message_is_sent_once_in_the_order_of_the_log() -> None:
    bodies = [b'{"n":%d}' % number for number in range(4)]
    stored = [
        letter(10, bodies[0]),
        letter(9, bodies[1]),
        letter(9, bodies[1], reason="bad_quality"),
        letter(1, bodies[2], partition=1),
        letter(50, bodies[3], topic=Topic.DEFINITIONS, reason="bad_definition"),
    ]
    plan = plan_replay(stored)
    broker = Broker()
    send_again(broker, plan, "plant-a.")

    assert broker.sent == [
        ("plant-a.twin.definitions", b"pump-1", bodies[3]),
        ("plant-a.twin.telemetry", b"pump-1", bodies[1]),
        ("plant-a.twin.telemetry", b"pump-1", bodies[0]),
        ("plant-a.twin.telemetry", b"pump-1", bodies[2]),
    ]
    assert broker.flushed == 4
    assert plan.reasons == {"unknown_sensor": 3, "bad_quality": 1, "bad_definition": 1}
    assert plan.definitions == 1


def test_a_message_replayed_in_vain_is_not_doubled_by_the_next_replay() -> None:
    stored = [letter(1), letter(2, b"{}"), letter(11), letter(12, b"{}"), letter(13, key="pump-2")]

    plan = plan_replay(stored)

    assert [message.origin.offset for message in plan.messages] == [11, 12, 13], "the last one wins"
    assert plan.copies == 2


@pytest.mark.parametrize("key", [None, "", "pumpe-ü", "x" * (TEXT_LIMIT - 1)])
def test_a_key_comes_back_byte_for_byte(key) -> None:
    [message] = plan_replay([letter(key=key)]).messages
    assert message.key == (None if key is None else key.encode())


@pytest.mark.parametrize(
    ("stored", "obstacle"),
    [
        (letter(topic=Topic.POINTS, reason="refused_by_influx"), Obstacle.INTERNAL),
        (letter(topic=Topic.STATE), Obstacle.FOREIGN_TOPIC),
        (letter(topic="evil"), Obstacle.FOREIGN_TOPIC),
        (letter(raw=b"x" * (RAW_LIMIT + 1)), Obstacle.TRUNCATED),
        (letter(raw=b""), Obstacle.EMPTY),
        (letter(raw=b"", topic=Topic.DEFINITIONS), Obstacle.EMPTY),
        (letter(raw_sha256="0" * 64), Obstacle.DAMAGED),
        (letter(raw_bytes=1), Obstacle.DAMAGED),
        (letter(key="pump-\N{REPLACEMENT CHARACTER}"), Obstacle.KEY_LOST),
        (letter(key="x" * TEXT_LIMIT), Obstacle.KEY_LOST),
        (letter(key="ü" * (TEXT_LIMIT // 2)), Obstacle.KEY_LOST),
        (letter(key=None, topic=Topic.DEFINITIONS), Obstacle.NO_KEY),
    ],
)
def test_what_cant_be_restored_is_refused_and_the_rest_is_sent(stored, obstacle) -> None:
    plan = plan_replay([stored, letter(5)])

    assert plan.obstacles == {obstacle: (stored.origin,)}
    assert [message.origin for message in plan.messages] == [letter(5).origin]
