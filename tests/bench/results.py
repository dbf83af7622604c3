"""All figures of one run of the benchmarks, and the JSON they are kept in."""

from dataclasses import asdict, dataclass, field
from typing import Any

from tests.bench.figures import Spread
from tests.bench.growth import Growth
from tests.bench.latency import Latencies, Latency
from tests.bench.rounds import RATIO_KEYS, Rounds
from tests.bench.systems import TWINSTREAM, TWINSTREAM_1
from tests.bench.visibility import Visibility


@dataclass(frozen=True)
class Results:
    """What was measured; None was not part of this run."""

    quick: bool
    date: str
    commit: str
    machine: dict[str, Any]
    versions: dict[str, Any]
    duration_s: float = 0.0
    rounds: Rounds | None = None
    latencies: Latencies | None = None
    visibility: list[Visibility] = field(default_factory=list)
    growth: Growth | None = None


def as_json(results: Results) -> dict[str, Any]:
    """The figures by their names, then everything that they come from."""
    made: dict[str, Any] = {
        "quick": results.quick,
        "date": results.date,
        "duration_s": round(results.duration_s),
        "commit": results.commit,
        "machine": results.machine,
        "versions": results.versions,
    }
    if results.rounds is not None:
        made |= _throughput(results.rounds)
    if results.latencies is not None:
        made |= _latency(results.latencies)
    if results.visibility:
        made["event_to_influx_ms"] = {
            f"at_{found.rate:.0f}": asdict(found.event_to_influx_ms) for found in results.visibility
        }
    if results.growth is not None:
        made |= _with_spread("throughput_10000_to_100_twins", results.growth.many_to_few, 3)
        made["growth"] = [asdict(run) for run in results.growth.grid]
    return made


def _throughput(rounds: Rounds) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for system, key in RATIO_KEYS.items():
        made |= _with_spread(key, rounds.ratio(system), 3)
        if TWINSTREAM_1.name in rounds.runs:
            made |= _with_spread(f"{key}_at_parallelism_1", rounds.ratio(system, TWINSTREAM_1.name), 3)
    made |= _with_spread("events_per_s", rounds.rate(TWINSTREAM.name), 1)
    made["rounds"] = {system: [asdict(run) for run in runs] for system, runs in rounds.runs.items()}
    return made


def _latency(latencies: Latencies) -> dict[str, Any]:
    alert = {"at_1000": latencies.at_1000, "at_half_maximum": latencies.at_half_maximum}
    usual = asdict(latencies.at_1000.event_to_alert_ms)
    return {
        "event_to_alert_ms": {
            **{name: _alert(latency) for name, latency in alert.items()},
            **{name: usual[name] for name in ("p50", "p95", "p99")},
        },
        "event_to_point_ms": {name: asdict(latency.event_to_point_ms) for name, latency in alert.items()},
        "highest_sustained_events_per_s": latencies.ladder.highest_sustained,
        "ladder": [asdict(rung) for rung in latencies.ladder.rungs],
    }


def _alert(latency: Latency) -> dict[str, Any]:
    return {
        **asdict(latency.event_to_alert_ms),
        "rate": latency.rate,
        "checkpoints": latency.checkpoints,
        "longest_checkpoint_ms": latency.longest_checkpoint_ms,
    }


def _with_spread(key: str, found: Spread, digits: int) -> dict[str, Any]:
    return {
        key: round(found.median, digits),
        f"{key}_spread": [round(found.lowest, digits), round(found.highest, digits)],
    }
