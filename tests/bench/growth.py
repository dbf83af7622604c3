"""Cost against the number of twins and of sensors."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.bench.backlog_run import Backlog, BacklogFigures, measure_backlog
from tests.bench.figures import Spread, ratios
from tests.bench.fleet import WARM_UP, Fleet
from tests.bench.lab import Lab
from tests.bench.rounds import FLEET
from tests.bench.systems import Twinstream

MANY = 10_000
PAIRS = 3
"""Times that 100 and 10,000 twins are compared in a full run."""
TWINS = (10, 100, 1_000, MANY)
SENSORS = (1, 8, 64)
PARALLELISM = (1, 2)
MEASURED_READINGS = 720_000
"""In the window, about; twins of few sensors get fewer, since the events count, too."""
MOST_EVENTS, FEWEST_EVENTS = 200_000, 20_000


@dataclass(frozen=True)
class Growth:
    """All measurements; each has its numbers of twins and sensors.

    Attributes
    ----------
    few, many
        The runs with 100 and with 10,000 twins that are compared.
    """

    grid: list[BacklogFigures]
    few: list[BacklogFigures]
    many: list[BacklogFigures]

    @property
    def many_to_few(self) -> Spread:
        """Events for a second of CPU with 10,000 twins, as a share of that with 100."""
        return ratios([run.events_per_cpu_s for run in self.many], [run.events_per_cpu_s for run in self.few])


def backlog_of(twins: int, sensors: int) -> Backlog:
    """So many observations that the window holds about as many readings for every fleet."""
    measured = min(MOST_EVENTS, max(FEWEST_EVENTS, MEASURED_READINGS // sensors))
    warm = (WARM_UP + 1) * twins
    # the window is from the end of the warming, or from a quarter, to 95 %
    return Backlog(Fleet(twins, sensors), max(round((warm + measured) / 0.95), round(measured / 0.7)))


def measure_growth(lab: Lab, quick: bool) -> Growth:
    """Quick: 100 and 10,000 twins once, one after the other."""
    pairs = [
        (measure(lab, FLEET.twins, FLEET.sensors), measure(lab, MANY, FLEET.sensors))
        for _ in range(1 if quick else PAIRS)
    ]
    few, many = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    grid = [] if quick else [measure(lab, *point) for point in _grid()]
    return Growth([*few, *many, *grid], few, many)


def _grid() -> Iterable[tuple[int, int, int]]:
    """Twins, sensors, parallelism: each varied from the usual fleet; what the pairs have measured is left out."""
    for parallelism in PARALLELISM:
        points = {*((twins, FLEET.sensors) for twins in TWINS), *((FLEET.twins, sensors) for sensors in SENSORS)}
        for twins, sensors in sorted(points):
            if parallelism > 1 or (twins, sensors) not in {(FLEET.twins, FLEET.sensors), (MANY, FLEET.sensors)}:
                yield twins, sensors, parallelism


def measure(lab: Lab, twins: int, sensors: int, parallelism: int = 1) -> BacklogFigures:
    """One fleet."""
    backlog = backlog_of(twins, sensors)
    lab.progress.tell(
        f"growth: {twins:,} twins of {sensors} sensors, parallelism {parallelism}, {backlog.count:,} events (25-80 s)"
    )
    got = measure_backlog(lab, Twinstream(parallelism), backlog, await_checkpoint=True)
    lab.progress.tell(
        f"  {got.events_per_s:,.0f} events/s, {got.events_per_cpu_s:,.0f} for a second of CPU, "
        f"{got.state_bytes_a_twin or 0:,.0f} bytes a twin, checkpoint {got.checkpoint_ms} ms"
    )
    return got
