"""A recording on its way to Kafka: once or in a loop, as it happened then or as if it happened now."""

import json
from pathlib import Path
from threading import Event

import pytest

from pipelines.feed.recording_feed import RecordingFeed, RecordingPlan
from pipelines.replay.recording import Recording, RecordingOptions

T0 = 1_700_000_000 * 10**9
NOW = 1_750_000_000 * 10**9
SECOND = 10**9


class Sent:
    """Takes what is sent instead of a broker."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes, dict[str, object]]] = []
        self.flushes = 0

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        self.messages.append((topic, key, json.loads(value)))

    def flush(self) -> None:
        self.flushes += 1

    def times(self) -> list[object]:
        """Event times in seconds since the first row's recorded time."""
        return [(message["ts"] - T0 // 10**6) / 1_000 for _, _, message in self.messages]


def recording(tmp_path: Path, seconds: list[object]) -> Recording:
    file = tmp_path / "data.csv"
    cells = (f"{1_700_000_000 + s if isinstance(s, int) else s},{n}\n" for n, s in enumerate(seconds))
    file.write_text("ts,a\n" + "".join(cells), encoding="utf-8")
    return Recording(file, RecordingOptions())


def run(feed: RecordingFeed, at_most: int = 100) -> None:
    stop = Event()
    for count in feed.run(stop):
        if count >= at_most:
            stop.set()


def sent(tmp_path: Path, seconds: list[object], at_most: int = 100, **plan: object) -> Sent:
    publisher = Sent()
    run(RecordingFeed(recording(tmp_path, seconds), RecordingPlan("p-1", **plan), publisher), at_most)
    return publisher


def test_every_row_is_sent_once_with_its_recorded_time_and_flushed(tmp_path):
    publisher = sent(tmp_path, [0, 10, 20])
    assert publisher.times() == [0, 10, 20]
    assert {(topic, key) for topic, key, _ in publisher.messages} == {("twin.telemetry", b"p-1")}
    assert [message["values"] for _, _, message in publisher.messages] == [{"a": 0.0}, {"a": 1.0}, {"a": 2.0}]
    assert publisher.flushes == 1


def test_the_topic_has_the_installations_prefix(tmp_path):
    publisher = Sent()
    run(RecordingFeed(recording(tmp_path, [0]), RecordingPlan("p-1"), publisher, prefix="plant-a."))
    assert publisher.messages[0][0] == "plant-a.twin.telemetry"


def test_rebasing_moves_all_times_by_the_same_step(tmp_path):
    publisher = sent(tmp_path, [0, 10, 5, 20], rebase_ns=NOW)
    assert [message["ts"] * 10**6 - NOW for _, _, message in publisher.messages] == [
        0,
        10 * SECOND,
        5 * SECOND,
        20 * SECOND,
    ]


def test_a_loop_goes_on_one_step_behind_the_last_row(tmp_path):
    assert sent(tmp_path, [0, 10, 20], at_most=9, loop=True).times() == [0, 10, 20, 30, 40, 50, 60, 70, 80]


def test_a_loop_of_rebased_times_goes_on_too(tmp_path):
    publisher = sent(tmp_path, [0, 10, 20], at_most=6, loop=True, rebase_ns=NOW)
    seconds = [(message["ts"] * 10**6 - NOW) // SECOND for _, _, message in publisher.messages]
    assert seconds == [0, 10, 20, 30, 40, 50]


def test_a_row_out_of_order_does_not_pull_the_next_round_back(tmp_path):
    times = sent(tmp_path, [0, 10, 20, 15], at_most=8, loop=True).times()
    assert times == [0, 10, 20, 15, 30, 40, 50, 45]


def test_event_times_go_on_in_a_loop_of_a_single_row(tmp_path):
    times = sent(tmp_path, [0], at_most=4, loop=True).times()
    assert len(times) == 4
    assert times == sorted(set(times))


def test_a_row_without_a_time_is_sent_as_it_is(tmp_path):
    publisher = sent(tmp_path, [0, "yesterday", 10], at_most=6, loop=True)
    assert [message["ts"] for _, _, message in publisher.messages][1::3] == ["yesterday", "yesterday"]
    assert publisher.messages[3][2]["ts"] == (T0 + 20 * SECOND) // 10**6


def test_a_loop_over_rows_of_which_none_has_a_time_ends(tmp_path):
    assert len(sent(tmp_path, ["x", "y"], loop=True).messages) == 2


@pytest.mark.parametrize("at_most", [1, 2])
def test_a_stop_ends_the_run_and_what_was_sent_is_flushed(tmp_path, at_most):
    publisher = sent(tmp_path, [0, 10, 20], at_most=at_most, loop=True)
    assert len(publisher.messages) == at_most
    assert publisher.flushes == 1


def test_what_was_sent_can_be_asked_at_any_time(tmp_path):
    feed = RecordingFeed(recording(tmp_path, [0, 1, 2]), RecordingPlan("p-1"), Sent())
    assert [(count, feed.sent) for count in feed.run(Event())] == [(1, 1), (2, 2), (3, 3)]
