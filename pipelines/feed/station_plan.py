"""What a run of the simulated station is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.catalog.catalog import load_type
from pipelines.simulation.disturbance import DisturbanceRates
from pipelines.simulation.faults import FaultKind
from pipelines.simulation.round_robin import round_robin
from pipelines.simulation.schedule import FaultSchedule
from schemas.definition import TwinDefinition

PUMP_TYPE = "centrifugal-pump"
FIRST_FAULT_S = 30.0
FAULT_S = 8.0
GAP_S = 12.0
MARGIN_S = 4.0
"""From the end of the last fault to the end of the run, so that its alert can still clear."""

DISTURBED = DisturbanceRates(duplicates=0.01, late=0.01, corrupt=0.002, not_a_number=0.002, nulls=0.002)


@dataclass(frozen=True, slots=True)
class StationPlan:
    """What a run of the station is made of.

    Attributes
    ----------
    start_ns
        Event time of the first observation; the run is paced from there.
    run_id
        Names the run in the ground truth.
    """

    pump_ids: tuple[str, ...]
    schedule: FaultSchedule
    seed: int
    period_s: float
    start_ns: int
    run_id: str
    rates: DisturbanceRates


def pump_names(count: int) -> tuple[str, ...]:
    """The ids of the station's pumps.

    >>> pump_names(2)
    ('pump-1', 'pump-2')
    """
    return tuple(f"pump-{number}" for number in range(1, count + 1))


def station_definitions(pump_ids: Sequence[str]) -> list[TwinDefinition]:
    """The pumps of the station as twins."""
    pump = load_type(PUMP_TYPE)
    return [TwinDefinition(twin_id=i, type=pump, site="harbour", area="water", line="station-1") for i in pump_ids]


def auto_schedule(pump_ids: Sequence[str], start_ns: int, seconds: float, seed: int) -> FaultSchedule:
    """Every kind of fault at least once, in turn over the pumps, after their detectors are warm.

    Raises
    ------
    ValueError
        If they don't fit into the time.
    """
    return round_robin(
        pump_ids,
        list(FaultKind),
        start_ns=start_ns,
        first_start_s=FIRST_FAULT_S,
        duration_s=FAULT_S,
        gap_s=GAP_S,
        until_s=seconds,
        margin_s=MARGIN_S,
        seed=seed,
    )
