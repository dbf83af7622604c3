"""From an observation to its alert and to its point, as a consumer of the topics sees them."""

from dataclasses import dataclass

from tests.bench.bench_error import BenchError
from tests.bench.figures import Delays, delays
from tests.bench.lab import Lab
from tests.bench.ladder import Ladder, climb
from tests.bench.live_run import LiveTwins, live_twins
from tests.bench.rounds import FLEET

STEADY_RATE = 1_000.0
QUICK_S, FULL_S = 24.0, 62.0
"""Long enough for two checkpoints."""


@dataclass(frozen=True)
class Latency:
    """At one rate."""

    rate: float
    event_to_alert_ms: Delays
    event_to_point_ms: Delays
    checkpoints: int
    longest_checkpoint_ms: int


@dataclass(frozen=True)
class Latencies:
    """At both rates, and where the second comes from."""

    ladder: Ladder
    at_1000: Latency
    at_half_maximum: Latency


def measure_latencies(lab: Lab, backlog_rate: float, quick: bool) -> Latencies:
    """One twin job: the ladder first, then the two rates."""
    lab.progress.tell(f"latency: starting a twin job with {FLEET.twins} warm twins (about 15 s)")
    with live_twins(lab, FLEET, "live") as twins:
        ladder = climb(twins, backlog_rate, quick)
        at_1000 = _measure(twins, STEADY_RATE, quick)
        at_half = _measure(twins, float(round(ladder.highest_sustained / 2)), quick)
    return Latencies(ladder, at_1000, at_half)


def _measure(twins: LiveTwins, rate: float, quick: bool) -> Latency:
    seconds = QUICK_S if quick else FULL_S
    twins.lab.progress.tell(f"latency: {rate:,.0f} events/s for {seconds:g} s")
    run = twins.run(rate, seconds)
    if not run.checkpoints:
        raise BenchError(f"no checkpoint was complete in {seconds:g} s at {rate:.0f} events/s")
    got = Latency(
        rate,
        delays(run.alerts_ms, f"event to alert at {rate:.0f} events/s"),
        delays(run.points_ms, f"event to point at {rate:.0f} events/s"),
        len(run.checkpoints),
        max(made.duration_ms for made in run.checkpoints),
    )
    alert = got.event_to_alert_ms
    twins.lab.progress.tell(f"  event to alert: p50 {alert.p50} ms, p95 {alert.p95} ms, p99 {alert.p99} ms")
    return got
