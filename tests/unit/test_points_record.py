"""Points packed into messages: within the broker's limit, none lost, in order, the same on a replay."""

import pytest

from pipelines.twin.points_record import MAX_BODY_BYTES, points_records


def unpacked(lines: list[str]) -> list[str]:
    return [line for record in points_records(lines, "0", "batch", 7) for line in record.value.decode().split("\n")]


def test_no_line_is_lost_or_moved_over_many_messages():
    lines = [f"m,s={'x' * (number % 700)} v={number}.0 {number}" for number in range(5_000)]
    records = list(points_records(lines, "0", "batch", 7))
    assert len(records) > 3
    assert unpacked(lines) == lines


@pytest.mark.parametrize("length", [1, 99, 1_023, 1_024, 65_535, 65_536, MAX_BODY_BYTES - 1, MAX_BODY_BYTES])
def test_every_message_keeps_to_the_limit(length):
    lines = ["x" * length] * (2 * MAX_BODY_BYTES // length + 1)
    records = list(points_records(lines, "0", "batch", 7))
    assert max(len(record.value) for record in records) <= MAX_BODY_BYTES
    assert unpacked(lines) == lines


def test_letters_of_more_than_one_byte_count_as_their_bytes():
    lines = ["温" * 30_000] * 10
    assert max(len(record.value) for record in points_records(lines, "0", "batch", 7)) <= MAX_BODY_BYTES
    assert unpacked(lines) == lines


def test_nothing_makes_no_message():
    assert list(points_records([], "0", "batch", 7)) == []


def test_messages_of_a_batch_are_keyed_by_the_bucket_and_have_ids_of_their_own():
    records = list(points_records(["x" * 200_000] * 3, "5", "batch", 7))
    assert [(record.key, record.id, record.ts_ns) for record in records] == [
        ("5", "batch-0", 7),
        ("5", "batch-1", 7),
        ("5", "batch-2", 7),
    ]
