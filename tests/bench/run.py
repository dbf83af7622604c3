"""The benchmarks: a stack of their own, the measurements, build/bench.json and docs/performance.md.

usage: python -m tests.bench.run [--quick] [--only NAME] [--json FILE] [--report FILE]

With --only, figures go to build/bench-NAME.json and no report is written, unless files are given. Ends with code 1 and
says why if a system gives nothing in time: then neither file is written.
"""

import argparse
import dataclasses
import json
import logging
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from pipelines.connectors.kafka_admin import TopicError
from pipelines.connectors.kafka_publisher import PublishError
from pipelines.connectors.kafka_tail import BrokerError
from pipelines.feed.definitions import NotTakenError
from pipelines.stack.errors import StackError
from tests.bench.backlog_run import Backlog, measure_backlog
from tests.bench.bench_error import BenchError
from tests.bench.growth import measure_growth
from tests.bench.lab import PEERS_PYTHON, ROOT, Lab
from tests.bench.latency import STEADY_RATE, measure_latencies
from tests.bench.progress import Progress
from tests.bench.report import report
from tests.bench.results import Results, as_json
from tests.bench.rounds import COUNT, FLEET, backlog_rate, measure_rounds
from tests.bench.surroundings import commit, machine, today, versions
from tests.bench.systems import TWINSTREAM
from tests.bench.visibility import measure_visibility

PARTS = ("throughput", "latency", "growth")
FAILURES = (BenchError, StackError, NotTakenError, BrokerError, PublishError, TopicError)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="less than 8 minutes: fewer systems, fleets and rungs")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--json", type=Path, help="where the figures go (build/bench.json)")
    parser.add_argument("--report", type=Path, help="where the report goes (docs/performance.md)")
    return parser.parse_args()


def measure(lab: Lab, results: Results, parts: tuple[str, ...]) -> Results:
    """The parts in turn; latency needs the rate of a backlog, from the rounds or from one run for it."""
    quick = results.quick
    if "throughput" in parts:
        results = dataclasses.replace(results, rounds=measure_rounds(lab, quick))
    if "latency" in parts:
        if results.rounds is None:
            lab.progress.tell("latency: the rate from a backlog, for the ladder (about 35 s)")
            runs = [measure_backlog(lab, TWINSTREAM, Backlog(FLEET, COUNT))]
        else:
            runs = results.rounds.runs[TWINSTREAM.name]
        latencies = measure_latencies(lab, backlog_rate(runs), quick)
        results = dataclasses.replace(results, latencies=latencies)
        if not quick:
            rates = [STEADY_RATE, latencies.at_half_maximum.rate]
            results = dataclasses.replace(results, visibility=measure_visibility(lab, rates))
    if "growth" in parts:
        results = dataclasses.replace(results, growth=measure_growth(lab, quick))
    return dataclasses.replace(results, duration_s=lab.progress.elapsed_s)


def write(results: Results, json_file: Path, report_file: Path | None, progress: Progress) -> None:
    """The figures, and the report if one is wanted."""
    json_file.parent.mkdir(parents=True, exist_ok=True)
    json_file.write_text(json.dumps(as_json(results), indent=2) + "\n", encoding="utf-8")
    progress.tell(f"figures in {json_file}")
    if report_file is not None:
        report_file.write_text(report(results), encoding="utf-8")
        progress.tell(f"report in {report_file}")


def main() -> int:
    chosen = arguments()
    progress = Progress()
    # a young broker makes its clients try again, and they say so
    logging.getLogger("pipelines.connectors").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, _end)  # as Ctrl-C: what was started is ended
    if not PEERS_PYTHON.exists():
        progress.tell(f"{PEERS_PYTHON} is missing: run infra/setup/peers.sh, or `make bench`")
        return 1
    parts = (chosen.only,) if chosen.only else PARTS
    json_file = chosen.json or ROOT / "build" / (f"bench-{chosen.only}.json" if chosen.only else "bench.json")
    report_file = chosen.report or (None if chosen.only else ROOT / "docs" / "performance.md")
    try:
        results = Results(chosen.quick, today(), commit(), machine(), versions())
        with Lab(progress) as lab:
            results = measure(lab, results, parts)
    except FAILURES as error:
        sys.stderr.write(f"bench: no figures. {error}\n")
        return 1
    progress.tell("stack ended, its data deleted")
    write(results, json_file, report_file, progress)
    return 0


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
