"""The faults that a pump can have, how they come on, and what each does to the pump or to a sensor."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipelines.simulation.condition import HEALTHY, PumpCondition

ONSET_S = 2.0
"""Event time from a fault's start to its full severity: sped up like the plant, to be seen in short runs."""


class FaultKind(StrEnum):
    """What can go wrong, and how it shows."""

    DRY_RUN = "dry-run"
    """Air in the suction: flow, pressure and power collapse, running seals heat the housing."""
    BEARING_WEAR = "bearing-wear"
    """Vibration into zone D of ISO 10816-7, temperature up."""
    BLOCKED_DISCHARGE = "blocked-discharge"
    """Flow falls, pressure rises towards the shut-off head."""
    CAVITATION = "cavitation"
    """Vapour at the impeller: flow and pressure noisy and low, vibration up."""
    IMPELLER_WEAR = "impeller-wear"
    """Flow and pressure fall at the same speed."""
    MOTOR_OVERHEATING = "motor-overheating"
    """Loss in the winding: temperature rises far, power up."""
    SENSOR_OFFSET = "sensor-offset"
    """The flow meter shows too much by a constant; the pump itself is healthy."""


def pump_condition(kind: FaultKind, severity: float) -> PumpCondition:
    """The pump under this fault, from healthy at severity 0 to full at 1.

    >>> pump_condition(FaultKind.BLOCKED_DISCHARGE, 0.5).resistance_factor
    31.0
    """
    match kind:
        case FaultKind.DRY_RUN:
            return PumpCondition(suction_fill=1 - 0.97 * severity, friction_kw=2.5 * severity)
        case FaultKind.BEARING_WEAR:
            return PumpCondition(bearing_vibration_mm_s=7.5 * severity, friction_kw=1.2 * severity)
        case FaultKind.BLOCKED_DISCHARGE:
            return PumpCondition(resistance_factor=1 + 60 * severity)
        case FaultKind.CAVITATION:
            return PumpCondition(npsh_available_m=HEALTHY.npsh_available_m - 11.0 * severity)
        case FaultKind.IMPELLER_WEAR:
            return PumpCondition(head_factor=1 - 0.35 * severity)
        case FaultKind.MOTOR_OVERHEATING:
            return PumpCondition(winding_loss_kw=3.5 * severity)
        case FaultKind.SENSOR_OFFSET:
            return HEALTHY


def sensor_offsets(kind: FaultKind, severity: float) -> Mapping[str, float]:
    """What the fault adds to readings, by sensor, in the sensor's unit.

    >>> sensor_offsets(FaultKind.SENSOR_OFFSET, 1.0), sensor_offsets(FaultKind.DRY_RUN, 1.0)
    ({'flow': 20.0}, {})
    """
    return {"flow": 20.0 * severity} if kind is FaultKind.SENSOR_OFFSET else {}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault with its final severity, in (0, 1].

    >>> fault = Fault(FaultKind.DRY_RUN, severity=0.8)
    >>> fault.severity_at(0.0), fault.severity_at(1.0), fault.severity_at(60.0)
    (0.0, 0.4, 0.8)
    """

    kind: FaultKind
    severity: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.severity <= 1:
            raise ValueError(f"severity {self.severity} of {self.kind.value}: must be above 0 and at most 1")

    def severity_at(self, elapsed_s: float) -> float:
        """The severity reached this long after the start: a straight rise over `ONSET_S`, then constant."""
        return self.severity * min(1.0, max(0.0, elapsed_s / ONSET_S))
