"""Offered rates, from the highest down: which does the twin job keep up with?"""

from dataclasses import dataclass

from tests.bench.bench_error import BenchError
from tests.bench.live_run import LiveTwins

QUICK_RUNGS = (0.7, 0.55, 0.4, 0.25)
"""Fractions of the rate from a backlog; quick: until one is sustained."""
FULL_RUNGS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
QUICK_S, FULL_S = 12.0, 20.0


@dataclass(frozen=True)
class Rung:
    """One offered rate; `lag_at_end` is the largest lag in the last second."""

    fraction: float
    rate: float
    lag_growth: float
    sustained: bool
    sender_lag_growth: float
    lag_at_end: float


@dataclass(frozen=True)
class Ladder:
    """All rungs that were tried."""

    rungs: list[Rung]

    @property
    def highest_sustained(self) -> float:
        """The highest rate that was kept up with."""
        kept = [rung.rate for rung in self.rungs if rung.sustained]
        if not kept:
            raise BenchError(f"no offered rate was sustained: {[round(rung.rate) for rung in self.rungs]} events/s")
        return max(kept)


def climb(twins: LiveTwins, backlog_rate: float, quick: bool) -> Ladder:
    """Offer fractions of the rate from a backlog; quick: down to the first that is sustained."""
    rungs: list[Rung] = []
    seconds = QUICK_S if quick else FULL_S
    for fraction in QUICK_RUNGS if quick else FULL_RUNGS:
        rate = float(round(fraction * backlog_rate))
        twins.lab.progress.tell(f"ladder: {rate:,.0f} events/s offered for {seconds:g} s")
        run = twins.run(rate, seconds)
        at_end = max(behind for when, behind in run.lag if when >= seconds - 1)
        rungs.append(
            Rung(fraction, rate, round(run.growth, 1), run.sustained, round(run.sender_growth, 1), round(at_end))
        )
        twins.lab.progress.tell(
            f"  {'sustained' if run.sustained else 'not sustained'}, lag grows by {run.growth:,.0f} events/s "
            f"(the sender's own by {run.sender_growth:,.0f}), {at_end:,.0f} events at the end"
        )
        if quick and run.sustained:
            break
    return Ladder(rungs)
