"""A centrifugal pump with a speed drive, feeding a pressurised main, and the instruments on it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from pipelines.simulation.condition import HEALTHY, PumpCondition
from pipelines.simulation.instrument import Instrument
from pipelines.simulation.randomness import bounded_noise

PASCAL_PER_METRE = 9.80665 * 1_000.0
"""Pressure of a metre of water, rho g."""

PUMP_INSTRUMENTS: Mapping[str, Instrument] = {
    "flow": Instrument("m3/h", 0.0, 120.0, resolution=0.1, noise=0.3),
    "pressure": Instrument("bar", 0.0, 16.0, resolution=0.01, noise=0.02),
    "power": Instrument("kW", 0.0, 75.0, resolution=0.01, noise=0.05),
    "speed": Instrument("rpm", 0.0, 3600.0, resolution=1.0, noise=1.5),
    "vibration": Instrument("mm/s", 0.0, 50.0, resolution=0.01, noise=0.08),
    "temperature": Instrument("Cel", -20.0, 150.0, resolution=0.1, noise=0.3),
}
"""The sensors of `schemas/library/centrifugal-pump.yaml`."""


@dataclass(frozen=True, slots=True)
class PumpDesign:
    """The data sheet. Flows in m3/h, heads in m of water, at rated speed unless said otherwise."""

    rated_speed_rpm: float = 2950.0
    idle_speed_rpm: float = 1500.0
    shutoff_head_m: float = 85.0
    head_drop: float = 0.0045  # m / (m3/h)^2
    static_head_m: float = 22.0
    pipe_resistance: float = 0.0086  # m / (m3/h)^2
    best_flow_m3_h: float = 66.0
    best_efficiency: float = 0.74
    motor_efficiency: float = 0.93
    no_load_kw: float = 0.6
    unbalance_mm_s: float = 2.0
    ambient_cel: float = 25.0
    thermal_resistance_k_per_kw: float = 18.0
    thermal_time_constant_s: float = 2.0


@dataclass(frozen=True, slots=True)
class PumpState:
    """The physical values of one moment, in the units of `PUMP_INSTRUMENTS`."""

    flow: float
    pressure: float
    power: float
    speed: float
    vibration: float
    temperature: float

    def read(self, rng: Random) -> dict[str, float]:
        """What the instruments show, by sensor."""
        return {sensor: meter.read(getattr(self, sensor), rng) for sensor, meter in PUMP_INSTRUMENTS.items()}


class Pump:
    """One pump, advanced step by step; all that it remembers is its temperature, at first that of `demand` held long.

    This is a test plant, sped up: real housings take many minutes to warm, this one follows with a time constant of
    2 s, so that ten seconds after a fault nothing of it is left.

    Sources: pump curve H = H0 - k Q^2 and affinity laws (Q ~ N, H ~ N^2), Gülich, Centrifugal Pumps; efficiency as
    a parabola in Q / Qbest; motor as one thermal mass, dT/dt = (T_steady - T) / tau.

    >>> from pipelines.simulation.randomness import random_stream
    >>> state = Pump().step(demand=0.8, period_s=1.0, rng=random_stream(1))
    >>> round(state.flow), round(state.pressure, 1), round(state.power)
    (60, 5.2, 13)
    """

    def __init__(self, design: PumpDesign | None = None, demand: float = 0.8) -> None:
        self.design = design or PumpDesign()
        speed_ratio = self._speed(demand) / self.design.rated_speed_rpm
        head, flow = self._operating_point(speed_ratio, HEALTHY)
        shaft_kw = self._shaft_power(speed_ratio, head, flow, HEALTHY)
        self._temperature = self._steady_temperature(shaft_kw, HEALTHY)

    def step(self, demand: float, period_s: float, rng: Random, condition: PumpCondition = HEALTHY) -> PumpState:
        """The state one period later, the demand (0 idle, 1 rated speed) and the condition held over the period."""
        speed = self._speed(demand)
        ratio = speed / self.design.rated_speed_rpm
        head, flow = self._operating_point(ratio, condition)
        cavitation = self._cavitation(flow, condition)
        if cavitation > 0:
            # Vapour in the eye of the impeller costs head, and its collapse shakes flow, pressure and housing.
            head *= (1 - 0.2 * cavitation) * (1 + bounded_noise(rng, 0.08 * cavitation))
            flow *= (1 - 0.1 * cavitation) * (1 + bounded_noise(rng, 0.06 * cavitation))
        shaft_kw = self._shaft_power(ratio, head, flow, condition)
        self._warm(self._steady_temperature(shaft_kw, condition), period_s)
        return PumpState(
            flow=flow,
            pressure=head * PASCAL_PER_METRE / 1e5,
            power=shaft_kw / self.design.motor_efficiency + condition.winding_loss_kw,
            speed=speed,
            vibration=self._vibration(ratio, flow, condition) + 6.0 * cavitation * (1 + bounded_noise(rng, 0.15)),
            temperature=self._temperature,
        )

    def _speed(self, demand: float) -> float:
        idle, rated = self.design.idle_speed_rpm, self.design.rated_speed_rpm
        return idle + (rated - idle) * demand

    def _operating_point(self, speed_ratio: float, condition: PumpCondition) -> tuple[float, float]:
        """Head (m) and flow (m3/h) where pump curve and pipe curve meet: H0 n^2 - k Q^2 = Hs + r Q^2."""
        design = self.design
        # Air in the suction thins what the impeller throws; in metres of water the head falls by the same share.
        shutoff = design.shutoff_head_m * speed_ratio**2 * condition.head_factor * condition.suction_fill
        resistance = design.pipe_resistance * condition.resistance_factor
        # Below the static head the check valve is shut, and the gauge before it shows the pump's own head.
        flow = math.sqrt(max(0.0, shutoff - design.static_head_m) / (design.head_drop + resistance))
        return shutoff - design.head_drop * flow**2, flow

    def _cavitation(self, flow: float, condition: PumpCondition) -> float:
        """Intensity in [0, 1]: begins where NPSH available is twice NPSH required (Gülich, ch. 6), full at none."""
        npsh_required_m = 1.2 + 0.0009 * flow**2
        return max(0.0, 1.0 - condition.npsh_available_m / (2 * npsh_required_m))

    def _shaft_power(self, speed_ratio: float, head: float, flow: float, condition: PumpCondition) -> float:
        """Rho g Q H / efficiency, with the efficiency's parabola written out, so that it holds at no flow too, kW."""
        best_flow = self.design.best_flow_m3_h * speed_ratio
        # efficiency = best * (Q / Qbest) * (2 - Q / Qbest), hence Q / efficiency = Qbest / best / (2 - Q / Qbest)
        flow_over_efficiency = best_flow / self.design.best_efficiency / (2 - min(flow / best_flow, 1.9))
        hydraulic_kw = PASCAL_PER_METRE * head * flow_over_efficiency / 3.6e6
        return hydraulic_kw + self.design.no_load_kw * speed_ratio + condition.friction_kw

    def _vibration(self, speed_ratio: float, flow: float, condition: PumpCondition) -> float:
        """Velocity in mm/s RMS: unbalance grows with the square of speed, hydraulic excitation off the best flow.

        ISO 10816-7, pumps of category II up to 200 kW: below 3.2 as new, above 8.5 damage is to be expected.
        """
        off_best = 1 - flow / (self.design.best_flow_m3_h * speed_ratio)
        hydraulic = 1.5 * off_best**2 * condition.suction_fill
        return self.design.unbalance_mm_s * speed_ratio**2 + hydraulic + condition.bearing_vibration_mm_s

    def _steady_temperature(self, shaft_kw: float, condition: PumpCondition) -> float:
        """The housing's final temperature: ambient plus thermal resistance times all that turns into heat, Cel."""
        electrical_loss_kw = shaft_kw * (1 / self.design.motor_efficiency - 1)
        heat_kw = electrical_loss_kw + self.design.no_load_kw + condition.friction_kw + condition.winding_loss_kw
        return self.design.ambient_cel + self.design.thermal_resistance_k_per_kw * heat_kw

    def _warm(self, target: float, period_s: float) -> None:
        """First-order heating, solved exactly over the period: no step is too long to be stable."""
        approach = 1 - math.exp(-period_s / self.design.thermal_time_constant_s)
        self._temperature += (target - self._temperature) * approach
