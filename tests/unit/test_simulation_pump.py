"""A healthy pump stays near its usual values; each fault shows as its name says, within the sensors' ranges."""

import statistics
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
import yaml

from pipelines.simulation.demand import DemandCycle
from pipelines.simulation.faults import FaultKind, pump_condition
from pipelines.simulation.gearbox import GEARBOX_INSTRUMENTS
from pipelines.simulation.instrument import Instrument
from pipelines.simulation.pump import PUMP_INSTRUMENTS, Pump, PumpDesign, PumpState
from pipelines.simulation.randomness import random_stream
from pipelines.simulation.schedule import FaultSchedule
from pipelines.simulation.station import Frame, PumpStation
from schemas.definition import TwinType

LIBRARY = Path(__file__).parents[2] / "schemas" / "library"
WARM_UP = 80
START_S, DURATION_S, SETTLE_S = 100, 30, 10
SEEDS = (0, 1, 2, 3, 4)
# Which way each sensor must go; a sensor that isn't named is free.
SIGNATURES: Mapping[FaultKind, Mapping[str, int]] = {
    FaultKind.DRY_RUN: {"flow": -1, "pressure": -1, "power": -1, "temperature": +1},
    FaultKind.BEARING_WEAR: {"vibration": +1, "temperature": +1},
    FaultKind.BLOCKED_DISCHARGE: {"flow": -1, "pressure": +1},
    FaultKind.CAVITATION: {"vibration": +1},
    FaultKind.IMPELLER_WEAR: {"flow": -1, "pressure": -1},
    FaultKind.MOTOR_OVERHEATING: {"temperature": +1},
    FaultKind.SENSOR_OFFSET: {"flow": +1},
}
UNTOUCHED: Mapping[FaultKind, Sequence[str]] = {
    FaultKind.SENSOR_OFFSET: ("pressure", "power", "vibration", "temperature"),
    FaultKind.MOTOR_OVERHEATING: ("flow", "pressure", "vibration"),
    FaultKind.BEARING_WEAR: ("flow", "pressure"),
}


@cache
def run(seed: int, kind: FaultKind | None = None, samples: int = 150, period_s: float = 1.0) -> list[Frame]:
    faults = [] if kind is None else [f"pump-1:{kind}:{START_S}:{DURATION_S}"]
    station = PumpStation(["pump-1"], seed, period_s, FaultSchedule.parse(faults, start_ns=0))
    return list(station.frames(start_ns=0, count=samples))


def column(frames: Sequence[Frame], sensor: str) -> list[float]:
    return [frame.values[sensor] for frame in frames]


def deviations(frames: Sequence[Frame], sensor: str, part: slice) -> list[float]:
    """How far that part lies from the first `WARM_UP` samples, in standard deviations of those."""
    learned = column(frames[:WARM_UP], sensor)
    mean, deviation = statistics.mean(learned), statistics.stdev(learned)
    return [(value - mean) / deviation for value in column(frames[part], sensor)]


FULL = slice(START_S + 3, START_S + DURATION_S)
AFTER = slice(START_S + DURATION_S + SETTLE_S, None)


@pytest.mark.parametrize("period_s", [1.0, 0.1])
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("sensor", PUMP_INSTRUMENTS)
def test_a_healthy_pump_never_strays_from_what_80_samples_teach(sensor: str, seed: int, period_s: float) -> None:
    frames = run(seed, samples=2_000, period_s=period_s)
    assert max(map(abs, deviations(frames, sensor, slice(None)))) < 5.5
    whole = column(frames, sensor)
    mean, deviation = statistics.mean(whole), statistics.stdev(whole)
    assert max(abs(value - mean) for value in whole) < 5 * deviation


@pytest.mark.parametrize("sensor", PUMP_INSTRUMENTS)
def test_every_sensor_of_a_healthy_pump_is_alive(sensor: str) -> None:
    values = column(run(0), sensor)
    assert len(set(values)) > 10
    assert statistics.stdev(values) > PUMP_INSTRUMENTS[sensor].resolution


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", FaultKind)
def test_each_fault_moves_its_sensors_far_and_the_right_way(kind: FaultKind, seed: int) -> None:
    for sensor, direction in SIGNATURES[kind].items():
        moved = [direction * deviation for deviation in deviations(run(seed, kind), sensor, FULL)]
        assert statistics.mean(moved) > 10, sensor
        assert min(moved) > 8, sensor
    for sensor in UNTOUCHED.get(kind, ()):
        assert max(map(abs, deviations(run(seed, kind), sensor, FULL))) < 5.5, sensor


@pytest.mark.parametrize("kind", [FaultKind.MOTOR_OVERHEATING, FaultKind.BEARING_WEAR])
def test_what_is_lost_as_heat_is_drawn_from_the_supply(kind: FaultKind) -> None:
    assert statistics.mean(column(run(0, kind)[FULL], "power")) > 1.0 + statistics.mean(column(run(0)[FULL], "power"))


@pytest.mark.parametrize("seed", SEEDS)
def test_cavitation_makes_flow_and_pressure_noisy(seed: int) -> None:
    frames = run(seed, FaultKind.CAVITATION)
    for sensor in ("flow", "pressure"):
        assert statistics.stdev(column(frames[FULL], sensor)) > 2 * statistics.stdev(column(frames[:WARM_UP], sensor))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", FaultKind)
def test_a_fault_keeps_within_the_ranges_and_leaves_no_trace_ten_seconds_after(kind: FaultKind, seed: int) -> None:
    frames = run(seed, kind)
    for sensor, meter in PUMP_INSTRUMENTS.items():
        assert all(meter.low <= value <= meter.high for value in column(frames, sensor)), sensor
        assert max(map(abs, deviations(frames, sensor, AFTER))) < 5.5, sensor


@pytest.mark.parametrize("kind", FaultKind)
def test_nothing_shows_before_the_start_and_the_onset_takes_two_seconds(kind: FaultKind) -> None:
    healthy, faulty = run(3), run(3, kind)
    # The first sample of the fault has severity 0 yet.
    assert faulty[: START_S + 1] == healthy[: START_S + 1]
    sensor, direction = next(iter(SIGNATURES[kind].items()))
    rise = [direction * deviation for deviation in deviations(faulty, sensor, slice(START_S, START_S + 3))]
    assert rise[0] < rise[1] < rise[2]


def test_a_mild_fault_does_less_than_a_severe_one() -> None:
    def vibration(severity: float) -> float:
        condition = pump_condition(FaultKind.BEARING_WEAR, severity)
        return Pump().step(0.8, 1.0, random_stream(1), condition).vibration

    assert vibration(0.2) < vibration(0.5) < vibration(1.0)


def test_affinity_laws_hold_where_nothing_but_the_pump_resists() -> None:
    design = PumpDesign(idle_speed_rpm=0.0, static_head_m=0.0)

    def state(demand: float) -> PumpState:
        return Pump(design, demand).step(demand, 1.0, random_stream(1))

    half, whole = state(0.4), state(0.8)
    assert whole.flow / half.flow == pytest.approx(2)
    assert whole.pressure / half.pressure == pytest.approx(4)


def test_power_is_hydraulic_power_over_the_best_efficiency_at_the_best_point() -> None:
    # No static head, so that one resistance puts the pipe through the best point at any speed.
    best, drop = 66.0, 0.0045
    design = PumpDesign(static_head_m=0.0, pipe_resistance=85.0 / best**2 - drop, no_load_kw=0.0)
    state = Pump(design, 0.8).step(0.8, 1.0, random_stream(1))
    hydraulic_kw = state.pressure * 1e5 * state.flow / 3600 / 1000
    assert state.power * design.motor_efficiency * design.best_efficiency == pytest.approx(hydraulic_kw)


def test_heating_does_not_depend_on_the_step() -> None:
    def heated(period_s: float) -> float:
        pump, rng = Pump(), random_stream(1)
        condition = pump_condition(FaultKind.MOTOR_OVERHEATING, 1.0)
        return [pump.step(0.8, period_s, rng, condition).temperature for _ in range(round(3 / period_s))][-1]

    assert heated(0.01) == pytest.approx(heated(3.0))


def test_noise_has_the_deviation_asked_for_and_a_limit() -> None:
    meter, rng = Instrument("1", -100.0, 100.0, resolution=0.001, noise=2.0), random_stream(1)
    shown = [meter.read(10.0, rng) for _ in range(20_000)]
    assert statistics.mean(shown) == pytest.approx(10.0, abs=0.1)
    assert statistics.stdev(shown) == pytest.approx(2.0, rel=0.03)
    assert max(abs(value - 10.0) for value in shown) < 2.46 * 2.0


def test_demand_is_bounded_and_forgotten_within_a_cycle() -> None:
    cycle = DemandCycle(mean=0.5, amplitude=0.1, jitter=0.02)
    demands = cycle.values(random_stream(5))
    seen = [next(demands) for _ in range(400)]
    assert all(abs(demand - 0.5) < 0.15 for demand in seen)
    means = [statistics.mean(seen[at : at + 80]) for at in range(0, 400, 80)]
    assert max(means) - min(means) < 0.02


@pytest.mark.parametrize(
    ("instruments", "file"),
    [(PUMP_INSTRUMENTS, "centrifugal-pump.yaml"), (GEARBOX_INSTRUMENTS, "gearbox.yaml")],
)
def test_instruments_are_those_of_the_library(instruments: Mapping[str, Instrument], file: str) -> None:
    twin_type = TwinType.model_validate(yaml.safe_load((LIBRARY / file).read_text(encoding="utf-8")))
    assert {sensor: (it.unit, (it.low, it.high), it.resolution) for sensor, it in instruments.items()} == {
        sensor: (it.unit, it.range, it.resolution) for sensor, it in twin_type.sensors.items()
    }
    assert twin_type.detect.warm_up == WARM_UP
