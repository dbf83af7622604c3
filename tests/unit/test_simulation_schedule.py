"""The ground truth: what is scheduled, read from text or dealt out for a demo, is what acts and what is published."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.simulation.faults import FaultKind
from pipelines.simulation.round_robin import round_robin
from pipelines.simulation.schedule import FaultInterval, FaultSchedule
from pipelines.twin.event_time import NS_PER_SECOND

START_NS = 1_700_000_000 * NS_PER_SECOND
TENTH_NS = NS_PER_SECOND // 10
ALL_KINDS = list(FaultKind)


@dataclass(frozen=True)
class Plan:
    """Times in tenths of a second, so that what fits is known exactly."""

    pumps: int
    kinds: list[FaultKind]
    first_start: int
    duration: int
    gap: int
    length: int
    margin: int

    @property
    def room(self) -> int:
        return (self.length + self.gap) // (self.duration + self.gap) * (self.pumps - 1)

    def dealt(self, seed: int) -> FaultSchedule:
        return round_robin(
            [f"pump-{index}" for index in range(self.pumps)],
            self.kinds,
            start_ns=START_NS,
            first_start_s=self.first_start / 10,
            duration_s=self.duration / 10,
            gap_s=self.gap / 10,
            until_s=(self.first_start + self.length + self.margin) / 10,
            seed=seed,
            margin_s=self.margin / 10,
        )


PLANS = st.builds(
    Plan,
    pumps=st.integers(2, 8),
    kinds=st.lists(st.sampled_from(ALL_KINDS), min_size=1, unique=True),
    first_start=st.integers(0, 5_000),
    duration=st.integers(1, 600),
    gap=st.integers(0, 1_200),
    length=st.integers(0, 20_000),
    margin=st.integers(0, 600),
)


@settings(deadline=None)
@given(PLANS, st.integers())
def test_a_demo_has_every_kind_with_gaps_and_a_healthy_pump(plan: Plan, seed: int) -> None:
    if plan.room < len(plan.kinds):
        with pytest.raises(ValueError, match=f"only {plan.room} of {len(plan.kinds)} kinds of fault fit"):
            plan.dealt(seed)
        return
    schedule = plan.dealt(seed)
    assert len(schedule.intervals) == plan.room
    assert {interval.fault.kind for interval in schedule.intervals} == set(plan.kinds)
    by_pump: dict[str, list[FaultInterval]] = {}
    for interval in schedule.intervals:
        by_pump.setdefault(interval.twin_id, []).append(interval)
        assert START_NS + plan.first_start * TENTH_NS <= interval.start_ns
        assert interval.end_ns - interval.start_ns == plan.duration * TENTH_NS
        assert interval.end_ns <= START_NS + (plan.first_start + plan.length) * TENTH_NS
    assert len(by_pump) == plan.pumps - 1
    for intervals in by_pump.values():
        for earlier, later in pairwise(sorted(intervals, key=lambda one: one.start_ns)):
            assert later.start_ns - earlier.end_ns >= plan.gap * TENTH_NS


def demo(seed: int, until_s: float = 400.0) -> FaultSchedule:
    return round_robin(
        ["a", "b", "c", "d"],
        ALL_KINDS,
        start_ns=0,
        first_start_s=100,
        duration_s=20,
        gap_s=40,
        until_s=until_s,
        seed=seed,
    )


def test_the_seed_decides() -> None:
    assert demo(1) == demo(1)
    assert len({demo(seed).intervals for seed in range(5)}) == 5
    healthy = [{"a", "b", "c", "d"} - {one.twin_id for one in demo(seed).intervals} for seed in range(20)]
    assert len(set(map(tuple, healthy))) > 1


def test_faults_of_a_demo_are_spread_in_time_while_there_is_time() -> None:
    starts = sorted(interval.start_ns for interval in demo(1).intervals)
    assert len(set(starts)) == len(starts)


def test_too_little_time_is_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match=r"only 3 of 7 kinds of fault fit.*run longer"):
        demo(1, until_s=140)
    with pytest.raises(ValueError, match="two pumps"):
        round_robin(["a"], ALL_KINDS, start_ns=0, first_start_s=0, duration_s=1, gap_s=1, until_s=99, seed=1)


@given(
    st.text(min_size=1),
    st.sampled_from(ALL_KINDS),
    st.integers(0, 10**6),
    st.integers(1, 10**6),
)
def test_a_written_fault_is_read_back(twin_id: str, kind: FaultKind, start_s: int, duration_s: int) -> None:
    interval = FaultInterval.parse(f"{twin_id}:{kind}:{start_s}:{duration_s}", START_NS)
    assert (interval.twin_id, interval.fault.kind, interval.fault.severity) == (twin_id, kind, 1.0)
    assert interval.start_ns == START_NS + start_s * NS_PER_SECOND
    assert interval.end_ns == interval.start_ns + duration_s * NS_PER_SECOND


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pump-1",
        "pump-1:dry-run:30",
        ":dry-run:30:20",
        "pump-1:rust:30:20",
        "pump-1:dry-run:-1:20",
        "pump-1:dry-run:30:0",
        "pump-1:dry-run:nan:20",
        "pump-1:dry-run:30:inf",
        "pump-1:dry-run:soon:20",
    ],
)
def test_a_fault_that_can_not_be_read_is_named_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="twin:fault:start:duration") as refusal:
        FaultInterval.parse(text, 0)
    assert repr(text) in str(refusal.value)


def test_an_unknown_fault_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'rust'") as refusal:
        FaultInterval.parse("pump-1:rust:30:20", 0)
    assert all(kind.value in str(refusal.value) for kind in FaultKind)


def test_a_pump_has_one_fault_at_a_time_but_two_pumps_may_have_one_each() -> None:
    with pytest.raises(ValueError, match="pump-1: cavitation starts before dry-run ends"):
        FaultSchedule.parse(["pump-1:cavitation:49:20", "pump-1:dry-run:30:20"], START_NS)
    schedule = FaultSchedule.parse(
        ["pump-1:cavitation:50:20", "pump-1:dry-run:30:20", "pump-2:bearing-wear:30:20"], START_NS
    )

    def kind_at(twin_id: str, second: int) -> str | None:
        acting = schedule.acting(twin_id, START_NS + second * NS_PER_SECOND)
        return acting.fault.kind.value if acting else None

    assert [kind_at("pump-1", second) for second in (29, 30, 49, 50, 69, 70)] == [
        None,
        "dry-run",
        "dry-run",
        "cavitation",
        "cavitation",
        None,
    ]
    assert kind_at("pump-2", 49) == "bearing-wear"
    assert kind_at("pump-3", 40) is None


def test_the_truth_tells_event_times_and_the_run() -> None:
    [truth] = FaultSchedule.parse(["pump-1:dry-run:30:0.5"], START_NS).truth("run-7")
    assert (truth.twin_id, truth.fault, truth.run_id) == ("pump-1", "dry-run", "run-7")
    assert truth.start == datetime(2023, 11, 14, 22, 13, 50, tzinfo=UTC)
    assert truth.end == datetime(2023, 11, 14, 22, 13, 50, 500_000, tzinfo=UTC)
