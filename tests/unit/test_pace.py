"""Sending as fast as it happened, on a clock that the test moves."""

from pipelines.replay.pace import Pace


class Clock:
    """Stands still but for sleeps and what a test adds."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def sent(clock: Clock, speed: float, seconds: list[float | None]) -> list[float]:
    """When each item went out, from the first."""
    pace = Pace(speed, clock, clock.sleep)
    began = clock.now
    at = []
    for _ in pace.paced(seconds, lambda second: None if second is None else round((second + 1.7e9) * 1e9)):
        at.append(clock.now - began)
    return at


def test_items_go_out_as_far_apart_as_they_happened():
    assert sent(Clock(), 1.0, [100, 101, 103.5]) == [0, 1, 3.5]


def test_a_speed_shortens_all_waits_by_its_factor():
    assert sent(Clock(), 10.0, [100, 110, 135]) == [0, 1, 3.5]


def test_speed_zero_never_waits():
    clock = Clock()
    assert sent(clock, 0.0, [0, 1_000, 2_000]) == [0, 0, 0]
    assert clock.slept == []


def test_an_item_without_a_time_follows_at_once():
    assert sent(Clock(), 1.0, [None, 5, None, 7]) == [0, 0, 0, 2]


def test_an_item_of_the_past_follows_at_once():
    assert sent(Clock(), 1.0, [10, 12, 11, 13]) == [0, 2, 2, 3]


def test_time_that_the_receiver_takes_is_made_up_for():
    clock = Clock()
    pace = Pace(1.0, clock, clock.sleep)
    for _ in pace.paced([0, 10**9, 2 * 10**9, 10 * 10**9], lambda ts: ts):
        clock.now += 1.5
    assert clock.slept == [10 - 4.5]
