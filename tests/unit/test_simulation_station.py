"""A station is what its seed says, pump by pump, and shows what real instruments show."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulation.faults import Fault, FaultKind
from pipelines.simulation.pump import PUMP_INSTRUMENTS
from pipelines.simulation.schedule import FaultSchedule
from pipelines.simulation.station import PumpStation

IDS = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4, unique=True)


@given(IDS, st.integers(), st.sampled_from([0.001, 0.1, 1.0, 60.0]), st.integers(0, 2**60))
def test_frames_come_pump_by_pump_at_each_period(
    pump_ids: list[str], seed: int, period_s: float, start_ns: int
) -> None:
    frames = list(PumpStation(pump_ids, seed, period_s).frames(start_ns, 3))
    assert [frame.twin_id for frame in frames] == pump_ids * 3
    assert [frame.ts_ns for frame in frames[:: len(pump_ids)]] == [
        start_ns + index * round(period_s * 1e9) for index in range(3)
    ]
    assert all(set(frame.values) == set(PUMP_INSTRUMENTS) for frame in frames)


@given(IDS, st.integers())
def test_the_same_seed_gives_the_same_frames_and_a_new_pump_changes_no_other(pump_ids: list[str], seed: int) -> None:
    alone = PumpStation(pump_ids, seed, 1.0)
    first = list(alone.frames(0, 5))
    assert first == list(alone.frames(0, 5))
    joined = PumpStation(["one more pump", *pump_ids], seed, 1.0)
    assert [frame for frame in joined.frames(0, 5) if frame.twin_id != "one more pump"] == first


def test_seeds_and_pumps_differ() -> None:
    def flows(seed: int, pump_id: str) -> list[float]:
        return [frame.values["flow"] for frame in PumpStation([pump_id], seed, 1.0).frames(0, 20)]

    assert flows(1, "pump-1") != flows(2, "pump-1")
    assert flows(1, "pump-1") != flows(1, "pump-2")


def test_values_stand_in_steps_of_the_resolution() -> None:
    for frame in PumpStation(["pump-1"], 1, 1.0).frames(0, 100):
        for sensor, value in frame.values.items():
            resolution = PUMP_INSTRUMENTS[sensor].resolution
            assert value == round(value, {1.0: 0, 0.1: 1, 0.01: 2}[resolution])


def test_frames_go_on_without_end_when_no_count_is_given() -> None:
    assert len(list(islice(PumpStation(["pump-1"], 1, 1.0).frames(0), 500))) == 500


def test_a_fault_strikes_its_own_pump_only() -> None:
    schedule = FaultSchedule.parse(["pump-2:dry-run:10:20"], start_ns=5_000_000_000)
    frames = list(PumpStation(["pump-1", "pump-2"], 1, 1.0, schedule).frames(5_000_000_000, 40))
    dry = {(frame.twin_id, (frame.ts_ns - 5_000_000_000) // 10**9) for frame in frames if frame.values["flow"] < 1}
    assert dry == {("pump-2", second) for second in range(12, 30)}


def test_mistakes_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="period"):
        PumpStation(["pump-1"], 1, 0.0)
    with pytest.raises(ValueError, match="period"):
        PumpStation(["pump-1"], 1, float("nan"))
    with pytest.raises(ValueError, match="must differ"):
        PumpStation(["pump-1", "pump-1"], 1, 1.0)
    with pytest.raises(ValueError, match="pump-9"):
        PumpStation(["pump-1"], 1, 1.0, FaultSchedule.parse(["pump-9:dry-run:1:1"], start_ns=0))


@pytest.mark.parametrize("severity", [0.0, -0.1, 1.1, float("nan")])
def test_a_severity_outside_its_range_is_refused(severity: float) -> None:
    with pytest.raises(ValueError, match="severity"):
        Fault(FaultKind.DRY_RUN, severity)
