"""Throughput from a backlog: the systems take turns, so that each round has them under the same circumstances."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.backlog_run import Backlog, BacklogFigures, measure_backlog
from tests.bench.figures import Spread, ratios, spread
from tests.bench.fleet import Fleet
from tests.bench.lab import Lab
from tests.bench.systems import (
    BYTEWAX,
    PLAIN_LOOP,
    QUIX_ENCODED,
    QUIX_PICKLED,
    TWINSTREAM,
    TWINSTREAM_1,
    System,
)

ROUNDS = 3
FLEET = Fleet(twins=100, sensors=8)
COUNTS = {QUIX_PICKLED.name: 16_000, QUIX_ENCODED.name: 16_000}
"""Slow systems get fewer observations."""
COUNT = 250_000
WARM_UP_COUNT = 250_000
"""Observations of the run that is thrown away."""
DISTURBED_CORES = 0.2
"""Processes that are no part of the benchmark used more: the figures are not those of the machine alone."""

RATIO_KEYS = {
    PLAIN_LOOP.name: "ratio_to_plain_loop",
    BYTEWAX.name: "ratio_to_bytewax_recovery",
    QUIX_PICKLED.name: "ratio_to_quix_durable",
    QUIX_ENCODED.name: "ratio_to_quix_durable_encoded",
}

Runs = list[BacklogFigures]


@dataclass(frozen=True)
class Rounds:
    """All measurements by system, in the order of the rounds."""

    runs: dict[str, Runs]

    def rates(self, system: str) -> list[float]:
        """Events a second of a system, round by round."""
        return [run.events_per_s for run in self.runs[system]]

    def rate(self, system: str) -> Spread:
        """Events a second of a system."""
        return spread(self.rates(system))

    def ratio(self, system: str, ours: str = TWINSTREAM.name) -> Spread:
        """How many times the system's throughput ours is."""
        return ratios(self.rates(ours), self.rates(system))


def systems(quick: bool) -> list[System]:
    """Who takes part."""
    ours: list[System] = [TWINSTREAM] if quick else [TWINSTREAM, TWINSTREAM_1]
    return [*ours, PLAIN_LOOP, BYTEWAX, QUIX_PICKLED, QUIX_ENCODED]


def measure_rounds(lab: Lab, quick: bool) -> Rounds:
    """Three rounds, after a run of the twin job that warms the JVMs of Flink and of the broker."""
    taking_part = systems(quick)
    lab.progress.tell(f"throughput: {TWINSTREAM.name} once to warm the JVMs, not counted (about 30 s)")
    measure_backlog(lab, TWINSTREAM, Backlog(FLEET, WARM_UP_COUNT))
    runs: dict[str, Runs] = {system.name: [] for system in taking_part}
    for number in range(1, ROUNDS + 1):
        for system in taking_part:
            runs[system.name].append(_turn(lab, number, system))
    return Rounds(runs)


def _turn(lab: Lab, number: int, system: System) -> BacklogFigures:
    backlog = Backlog(FLEET, COUNTS.get(system.name, COUNT))
    lab.progress.tell(f"throughput, round {number} of {ROUNDS}: {system.name}, {backlog.count:,} events (10-30 s)")
    got = measure_backlog(lab, system, backlog)
    lab.progress.tell(f"  {got.events_per_s:,.0f} events/s over {got.seconds:.1f} s with {got.cores:.2f} cores")
    if got.others_cores > DISTURBED_CORES:
        lab.progress.tell(f"  disturbed: processes of others used {got.others_cores:.2f} cores meanwhile")
    return got


def backlog_rate(runs: Sequence[BacklogFigures]) -> float:
    """What the ladder's rates are fractions of."""
    return spread([run.events_per_s for run in runs]).median
