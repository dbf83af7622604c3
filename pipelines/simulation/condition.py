"""What is wrong inside a pump, in physical terms."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PumpCondition:
    """The state of a pump and of the pipes on both sides; the defaults are those of a healthy one.

    Parameters
    ----------
    suction_fill
        Share of liquid in what the pump draws in: 1 is liquid alone, 0 is air.
    head_factor
        Head that the impeller still gives, as a share of its head when new.
    resistance_factor
        Resistance of the discharge pipe, as a multiple of the clear pipe's.
    npsh_available_m
        Net positive suction head at the inlet, m.
    bearing_vibration_mm_s
        What a damaged bearing adds to the housing's vibration velocity, mm/s RMS.
    friction_kw
        Additional friction in bearings and seals: drawn from the shaft and turned into heat, kW.
    winding_loss_kw
        Additional electrical loss in the motor's winding, kW.

    >>> PumpCondition(resistance_factor=10.0).suction_fill
    1.0
    """

    suction_fill: float = 1.0
    head_factor: float = 1.0
    resistance_factor: float = 1.0
    npsh_available_m: float = 12.0
    bearing_vibration_mm_s: float = 0.0
    friction_kw: float = 0.0
    winding_loss_kw: float = 0.0


HEALTHY = PumpCondition()
