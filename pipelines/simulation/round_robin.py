"""A fault schedule for a demo: every kind of fault, spread over the pumps, and a healthy pump beside them."""

from collections.abc import Iterator, Sequence
from random import Random

from pipelines.simulation.faults import Fault, FaultKind
from pipelines.simulation.randomness import random_stream
from pipelines.simulation.schedule import FaultInterval, FaultSchedule, nanoseconds


def round_robin(
    pump_ids: Sequence[str],
    kinds: Sequence[FaultKind],
    *,
    start_ns: int,
    first_start_s: float,
    duration_s: float,
    gap_s: float,
    until_s: float,
    seed: int,
    margin_s: float = 0.0,
) -> FaultSchedule:
    """Faults in turn over the pumps, from `first_start_s` until `margin_s` before `until_s` of the run.

    One pump, chosen by the seed, stays healthy, so that false alarms can be seen. Each of the others has a fault of
    `duration_s`, then at least `gap_s` without, and so on while there is time. All kinds occur, or it is an error.

    >>> schedule = round_robin(["a", "b", "c"], list(FaultKind), start_ns=0, first_start_s=100, duration_s=20,
    ...     gap_s=40, until_s=400, seed=1, margin_s=20)
    >>> len(schedule.intervals), len({interval.twin_id for interval in schedule.intervals})
    (10, 2)
    """
    if len(pump_ids) < 2:
        raise ValueError("round_robin needs two pumps or more: one of them stays healthy")
    if not kinds:
        raise ValueError("round_robin needs one kind of fault or more")
    if nanoseconds(duration_s) <= 0 or gap_s < 0:
        raise ValueError(f"duration {duration_s} s must be above 0 and gap {gap_s} s not below")
    # Whole nanoseconds from here on: no rounding may shorten a gap.
    first, last = nanoseconds(first_start_s), nanoseconds(until_s - margin_s)
    duration, gap = nanoseconds(duration_s), nanoseconds(gap_s)
    cycle = duration + gap
    rounds = max(0, (last - first + gap) // cycle)
    rng = random_stream(seed, "round-robin")
    faulty = rng.sample(list(pump_ids), len(pump_ids) - 1)
    if rounds * len(faulty) < len(kinds):
        raise ValueError(
            f"only {rounds * len(faulty)} of {len(kinds)} kinds of fault fit between {first_start_s} s and "
            f"{until_s - margin_s} s: run longer, shorten duration or gap, or take more pumps"
        )
    # The pumps take turns within a cycle, as far apart as the time left over allows.
    slack = last - first - (rounds * cycle - gap)
    stagger = min(cycle // len(faulty), slack // max(1, len(faulty) - 1))
    deal = shuffled_rounds(kinds, rng)
    intervals = []
    for turn in range(rounds):
        for place, twin_id in enumerate(faulty):
            begin = start_ns + first + turn * cycle + place * stagger
            intervals.append(FaultInterval(twin_id, Fault(next(deal)), begin, begin + duration))
    return FaultSchedule(tuple(intervals))


def shuffled_rounds(kinds: Sequence[FaultKind], rng: Random) -> Iterator[FaultKind]:
    """Kinds without end: each of them once, in an order of its own, before any comes again."""
    while True:
        yield from rng.sample(list(kinds), len(kinds))
