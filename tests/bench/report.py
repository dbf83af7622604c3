"""docs/performance.md from the figures of one run. It says what that run measured, and nothing else."""

from collections.abc import Iterable, Sequence
from statistics import median

from tests.bench.backlog_run import BacklogFigures
from tests.bench.figures import TOLERATED_GROWTH, Delays, Spread
from tests.bench.growth import Growth
from tests.bench.latency import Latencies
from tests.bench.live_run import LEAD_S
from tests.bench.results import Results
from tests.bench.rounds import COUNT, COUNTS, DISTURBED_CORES, FLEET, ROUNDS, Rounds
from tests.bench.systems import BOTH_CORES, PROMISES, TWINSTREAM, TWINSTREAM_1
from tests.bench.twin_job import CHECKPOINT_INTERVAL_S
from tests.bench.visibility import Visibility

NOT_MEASURED = "Not measured in this run."
HEAD = """\
# Performance

Written by `make bench` (`python -m tests.bench.run`); every figure is of one and the same run. Don't edit: run it
again. `make bench QUICK=1` takes less than 8 minutes and measures less. The raw figures are in `build/bench.json`.
"""


def report(results: Results) -> str:
    """The whole file."""
    parts = [
        HEAD,
        _circumstances(results),
        "## Throughput from a backlog\n",
        NOT_MEASURED if results.rounds is None else _throughput(results.rounds),
        "## Latency\n",
        NOT_MEASURED if results.latencies is None else _latency(results.latencies, results.visibility),
        "## Growth\n",
        NOT_MEASURED if results.growth is None else _growth(results.growth),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _circumstances(results: Results) -> str:
    ours = {name: value for name, value in results.versions.items() if name != "peers" and value is not None}
    rows = [
        ("run", f"{'quick' if results.quick else 'full'}, {results.date}, {results.duration_s / 60:.1f} minutes"),
        ("commit", results.commit),
        (
            "machine",
            f"{results.machine['cores']} cores ({results.machine['cpu']}), {results.machine['memory_gb']} GB, "
            f"Linux {results.machine['kernel']}; broker, system, sender and reader share it",
        ),
        ("versions of twinstream", _listed(ours)),
        ("versions of the others", _listed(results.versions["peers"])),
    ]
    return _table(("what", "which"), rows) + _disturbance(results)


def _disturbance(results: Results) -> str:
    """What others on the machine used while throughput was measured."""
    runs = [run for each in (results.rounds.runs.values() if results.rounds else ()) for run in each]
    runs += results.growth.grid if results.growth else []
    if not runs:
        return ""
    cores = [run.others_cores for run in runs]
    told = f"Processes that are no part of the benchmark used {median(cores):.2f} cores (at most {max(cores):.2f})."
    if max(cores) > DISTURBED_CORES:
        told += " The machine was not idle otherwise: figures that differ much between rounds are disturbed."
    return f"\n{told}\n"


def _throughput(rounds: Rounds) -> str:
    fewer = ", ".join(f"{system} {count:,}" for system, count in COUNTS.items())
    rows = []
    for system, runs in rounds.runs.items():
        readings = FLEET.sensors
        rate = rounds.rate(system)
        rows.append(
            (
                system,
                _spread(rate, "{:,.0f}"),
                f"{rate.median * readings:,.0f}",
                "1" if system == TWINSTREAM.name else _spread(rounds.ratio(system), "{:.2f}"),
                _middle(runs, "cores", "{:.2f}"),
                _middle(runs, "cpu_s_per_million_readings", "{:.1f}"),
                _middle(runs, "broker_cpu_s_per_million_readings", "{:.1f}"),
                _middle(runs, "rss_mb", "{:,.0f}"),
                PROMISES[system],
            )
        )
    head = (
        "system",
        "events/s",
        "readings/s",
        "twinstream / it",
        "cores used",
        "CPU s / million readings",
        "of the broker",
        "RSS MB",
        "what it keeps",
    )
    within = ", ".join(str(run.checkpoints) for run in rounds.runs[TWINSTREAM.name])
    text = f"""\
{FLEET.twins} twins of {FLEET.sensors} sensors, the whole step with the default detectors. Each system takes {COUNT:,}
observations ({fewer}) from topics of its own; the systems take turns, in {ROUNDS} rounds. Median, and lowest to highest
of the rounds; ratios are taken within each round. Checkpoints of twinstream that began while it was measured, by round:
{within}.
"""
    one = ""
    if TWINSTREAM_1.name in rounds.runs:
        others = [system for system in rounds.runs if system not in {TWINSTREAM.name, TWINSTREAM_1.name}]
        listed = "; ".join(f"{name} {_spread(rounds.ratio(name, TWINSTREAM_1.name), '{:.2f}')}" for name in others)
        one = f"\nAt parallelism 1, on one core and a bit, twinstream is times as fast as: {listed}.\n"
    return f"{text}\n{_table(head, rows)}{one}\n{HOW_THROUGHPUT}"


HOW_THROUGHPUT = f"""\
- Rate: events seen on `twin.points` by one reader, from 25 % of the backlog (or when every twin is warm, if that is
  later) to 95 %, by the reader's clock. Starting up isn't counted. A slow system is cut off after 30 s. Before the
  first round the twin job runs once and is thrown away: a JVM is slow when it is new, and Python isn't.
- twinstream: the twin job at parallelism {BOTH_CORES}, otherwise as it is, checkpoints every
  {CHECKPOINT_INTERVAL_S} s; it has taken the definitions before. It also tells states and counters once a second, which
  the others don't. CPU and memory are those of the TaskManager (its JVM reserves 1 GB of heap from the start) with its
  Python workers; the JobManager isn't counted.
- The others call the very same `step` with the same detectors, in one process each, as their own documents start them;
  two of them would share the load over both cores, too. They and the plain loop run in `.venv-peers`, whose versions
  differ from twinstream's where the table above says so.
- Memory that processes share is counted for each of them.
"""


def _latency(latencies: Latencies, visibility: Sequence[Visibility]) -> str:
    rows = []
    for name, latency in (("steady", latencies.at_1000), ("half of the maximum", latencies.at_half_maximum)):
        rows.append(_delay_row("event to alert", f"{name}, {latency.rate:,.0f}/s", latency.event_to_alert_ms))
        rows.append(_delay_row("event to point", f"{name}, {latency.rate:,.0f}/s", latency.event_to_point_ms))
    rows += [_delay_row("event to InfluxDB", f"{found.rate:,.0f}/s", found.event_to_influx_ms) for found in visibility]
    delays = _table(("way", "load", "p50 ms", "p95 ms", "p99 ms", "max ms", "samples"), rows)
    rungs = _table(
        (
            "of the backlog's rate",
            "offered events/s",
            "lag grows by events/s",
            "of which the sender's own",
            "lag at the end, events",
            "sustained",
        ),
        [
            (
                f"{100 * rung.fraction:.0f} %",
                f"{rung.rate:,.0f}",
                f"{rung.lag_growth:,.0f}",
                f"{rung.sender_lag_growth:,.0f}",
                f"{rung.lag_at_end:,.0f}",
                "yes" if rung.sustained else "no",
            )
            for rung in latencies.ladder.rungs
        ],
    )
    measured = latencies.at_1000, latencies.at_half_maximum
    checkpoints = " and ".join(
        f"{latency.checkpoints} (longest {latency.longest_checkpoint_ms} ms)" for latency in measured
    )
    influx = "" if visibility else "\nEvent to visible in InfluxDB was not measured in this run (full runs do).\n"
    return f"""\
{FLEET.twins} warm twins of {FLEET.sensors} sensors, parallelism {BOTH_CORES}, an even load with excursions. From when
an observation was due to be sent until a consumer of `twin.alerts` or `twin.points` has it; for an alert, the
observation that raised it. The first {LEAD_S:g} s of a run are left out, while the sender connects. Checkpoints that
were complete during the two runs: {checkpoints}.

{delays}{influx}
The maximum is the highest offered rate that was sustained: {latencies.ladder.highest_sustained:,.0f} events/s.
Sustained means that the lag, events due but not seen on `twin.points`, grows by at most {100 * TOLERATED_GROWTH:g} % of
the rate in the second half of the run (median slope). The sender and the reader run on the same machine.

{rungs}"""


def _growth(growth: Growth) -> str:
    rows = [
        (
            f"{run.twins:,}",
            str(run.sensors),
            "1" if run.system == TWINSTREAM_1.name else "2",
            f"{run.events_per_s:,.0f}",
            f"{run.readings_per_s:,.0f}",
            f"{run.cores:.2f}",
            f"{run.events_per_cpu_s:,.0f}",
            f"{run.cpu_s_per_million_readings:.1f}",
            f"{run.rss_mb:,.0f}",
            f"{run.state_bytes_a_twin or 0:,.0f}",
            f"{(run.state_bytes or 0) / 1e6:,.1f}",
            f"{run.checkpoint_ms or 0:,}",
        )
        for run in growth.grid
    ]
    head = (
        "twins",
        "sensors",
        "parallelism",
        "events/s",
        "readings/s",
        "cores used",
        "events / CPU s",
        "CPU s / million readings",
        "RSS MB",
        "state bytes / twin",
        "checkpoint MB",
        "longest checkpoint ms",
    )
    return f"""\
twinstream from a backlog, measured as above; every twin is warm before the measurement begins. Events for a second of
CPU with 10,000 twins, as a share of those with 100: {_spread(growth.many_to_few, "{:.2f}")}.
Comparisons: {len(growth.few)}.

{_table(head, rows)}"""


def _delay_row(way: str, load: str, found: Delays) -> tuple[str, ...]:
    times = (f"{value:,.0f}" for value in (found.p50, found.p95, found.p99, found.max))
    return (way, load, *times, f"{found.samples:,}")


def _spread(found: Spread, form: str) -> str:
    middle, lowest, highest = (form.format(value) for value in (found.median, found.lowest, found.highest))
    return f"{middle} ({lowest} to {highest})"


def _middle(runs: Iterable[BacklogFigures], name: str, form: str) -> str:
    return form.format(median(getattr(run, name) for run in runs))


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in versions.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
