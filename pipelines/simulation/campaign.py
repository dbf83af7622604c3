"""A fault injection campaign: every kind of fault in turn on every pump, with long times without one between them."""

from collections.abc import Sequence
from random import Random

from pipelines.simulation.faults import Fault, FaultKind
from pipelines.simulation.randomness import random_stream
from pipelines.simulation.round_robin import shuffled_rounds
from pipelines.simulation.schedule import FaultInterval, FaultSchedule, nanoseconds

SHORTEST_S, LONGEST_S = 60.0, 600.0
"""How long a fault lasts."""
GAP_S = 60.0
"""Least time behind a fault until the next one or the end: nothing of the fault is left, and its alert has cleared."""


class CampaignError(ValueError):
    """There is no time for so many faults; the text says what helps."""


def campaign(
    pump_ids: Sequence[str], faults: int, *, start_ns: int, first_start_s: float, until_s: float, seed: int
) -> FaultSchedule:
    """So many faults of each pump, spread evenly from `first_start_s` until `until_s` of the run.

    The time is cut into as many equal slots as a pump has faults. The seed decides which kind comes when, all kinds
    before any comes again, and for each fault how long it lasts (`SHORTEST_S` to `LONGEST_S`, at most half of its slot)
    and where in its slot it begins. Faults are of full severity and never overlap.

    Raises
    ------
    CampaignError
        If there is no time for so many.

    >>> schedule = campaign(["a", "b"], 7, start_ns=0, first_start_s=100, until_s=1_800, seed=1)
    >>> len(schedule.intervals), {interval.fault.kind for interval in schedule.intervals} == set(FaultKind)
    (14, True)
    """
    if faults == 0:
        return FaultSchedule()
    slot_s = (until_s - first_start_s) / faults
    if slot_s < SHORTEST_S + GAP_S:
        most = max(0, int((until_s - first_start_s) / (SHORTEST_S + GAP_S)))
        raise CampaignError(
            f"{faults} faults of a pump don't fit into {until_s / 3600:g} h, at most {most} do; "
            "run longer or take fewer"
        )
    deal = shuffled_rounds(list(FaultKind), random_stream(seed, "campaign"))
    streams = {twin_id: random_stream(seed, "campaign", twin_id) for twin_id in pump_ids}
    return FaultSchedule(
        tuple(
            _within(first_start_s + turn * slot_s, slot_s, start_ns, twin_id, next(deal), rng)
            for turn in range(faults)
            for twin_id, rng in streams.items()
        )
    )


def _within(
    slot_start_s: float, slot_s: float, start_ns: int, twin_id: str, kind: FaultKind, rng: Random
) -> FaultInterval:
    """A fault somewhere in a slot, `GAP_S` before its end at the latest."""
    duration_s = rng.uniform(SHORTEST_S, min(LONGEST_S, slot_s / 2))
    begin_s = slot_start_s + rng.uniform(0.0, slot_s - GAP_S - duration_s)
    begin_ns = start_ns + nanoseconds(begin_s)
    return FaultInterval(twin_id, Fault(kind), begin_ns, begin_ns + nanoseconds(duration_s))
