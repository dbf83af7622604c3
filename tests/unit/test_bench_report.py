"""The benchmarks' arithmetic and report: from what was seen to what is claimed."""

import doctest
import json
from dataclasses import replace
from types import ModuleType

import pytest

from tests.bench import figures as figures_module
from tests.bench import points_counter
from tests.bench.backlog_run import Backlog, BacklogFigures, Mark, figures
from tests.bench.bench_error import BenchError
from tests.bench.consumption import Consumption
from tests.bench.figures import delays, lag_growth, percentile, ratios, slope, spread, sustained
from tests.bench.fleet import WARM_UP, Fleet
from tests.bench.growth import MANY, SENSORS, Growth, backlog_of
from tests.bench.ladder import Ladder, Rung
from tests.bench.latency import Latencies, Latency
from tests.bench.points_counter import event_times_ms
from tests.bench.report import NOT_MEASURED, report
from tests.bench.results import Results, as_json
from tests.bench.rounds import Rounds
from tests.bench.systems import BYTEWAX, PLAIN_LOOP, PROMISES, QUIX_ENCODED, QUIX_PICKLED, TWINSTREAM, TWINSTREAM_1
from tests.bench.twin_job import Checkpoint
from tests.bench.visibility import Visibility

MACHINE = {"cores": 2, "cpu": "Some CPU", "memory_gb": 25.2, "kernel": "6.1"}
VERSIONS = {"python": "3.11.7", "kafka": "4.1.0", "numba": None, "peers": {"bytewax": "0.21.1"}}


def mark(when: float, seen: int, cpu_s: float, broker_s: float = 0.0, rss_mb: float = 100.0) -> Mark:
    others_s = 0.02 * when
    return Mark(when, round(when * 1000), seen, Consumption(cpu_s, rss_mb), Consumption(broker_s, 500.0), others_s)


def run(name: str, events_per_s: float, twins: int = 100, cpu_s: float = 10.0) -> BacklogFigures:
    events = round(events_per_s * 10)
    stored = [Checkpoint(1_000, 40, 12_000 * twins)] if name.startswith("twinstream") else None
    return figures(name, Fleet(twins, 8), mark(0.0, 0, 0.0), mark(10.0, events, cpu_s), stored)


def rounds(*, two: bool = False) -> Rounds:
    rates = {
        TWINSTREAM.name: (10_000.0, 12_000.0, 11_000.0),
        **({TWINSTREAM_1.name: (15_000.0, 15_000.0, 15_000.0)} if two else {}),
        PLAIN_LOOP.name: (10_000.0, 10_000.0, 10_000.0),
        BYTEWAX.name: (5_000.0, 5_000.0, 5_000.0),
        QUIX_PICKLED.name: (200.0, 200.0, 200.0),
        QUIX_ENCODED.name: (1_000.0, 1_000.0, 1_000.0),
    }
    return Rounds({name: [run(name, rate) for rate in each] for name, each in rates.items()})


def latencies() -> Latencies:
    ladder = Ladder([Rung(0.85, 8_500.0, 900.0, False, 1.0, 9_000), Rung(0.7, 7_000.0, 3.0, True, 0.0, 400)])
    steady = [float(value) for value in range(1, 201)]
    return Latencies(
        ladder,
        Latency(1_000.0, delays(steady, "alert"), delays(steady, "point"), 2, 41),
        Latency(3_500.0, delays([2 * value for value in steady], "alert"), delays(steady, "point"), 2, 63),
    )


def growth() -> Growth:
    few, many = [run(TWINSTREAM.name, 10_000)], [run(TWINSTREAM.name, 9_000, twins=MANY)]
    return Growth([*few, *many], few, many)


def results(*, two: bool = False) -> Results:
    return Results(
        True, "2026-11-25T12:00+00:00", "abc123", MACHINE, VERSIONS, 444.0, rounds(two=two), latencies(), [], growth()
    )


def test_rates_and_costs_are_those_between_the_two_marks():
    got = figures("x", Fleet(100, 8), mark(5.0, 40_000, 3.0, 1.0), mark(15.0, 140_000, 15.0, 3.0, 250.0), None)
    assert (got.events, got.seconds) == (100_000, 10.0)
    assert got.events_per_s == 10_000
    assert got.readings_per_s == 80_000
    assert got.cores == 1.2
    assert got.cpu_s_per_million_readings == 15.0
    assert got.broker_cpu_s_per_million_readings == 2.5
    assert got.events_per_cpu_s == pytest.approx(100_000 / 12, abs=0.1)
    assert got.rss_mb == 250.0
    assert got.others_cores == 0.02
    assert got.state_bytes is None


def test_state_is_that_of_the_last_checkpoint_and_only_those_within_the_window_are_counted():
    stored = [Checkpoint(5_500, 80, 1_000_000), Checkpoint(16_000, 50, 1_200_000)]
    got = figures("x", Fleet(100, 8), mark(5.0, 0, 0.0), mark(15.0, 100, 1.0), stored)
    assert got.state_bytes == 1_200_000
    assert got.state_bytes_a_twin == 12_000
    assert got.checkpoint_ms == 80
    assert got.checkpoints == 1


@pytest.mark.parametrize("twins", [10, 100, 1_000, 10_000])
@pytest.mark.parametrize("sensors", SENSORS)
def test_every_twin_is_warm_before_the_window_and_not_away_from_its_level(twins: int, sensors: int):
    backlog = backlog_of(twins, sensors)
    begin, end = backlog.window
    assert begin >= WARM_UP * twins, "twins of the window are not warm"
    assert begin >= 0.24 * backlog.count, "the start-up of the system is in the window"
    assert end < backlog.count
    assert end - begin >= 15_000, "too few events for a rate"
    # the fleet's first excursion is at turn 2 * WARM_UP + 1: as many turns behind the first as it takes to warm up
    assert backlog.first + WARM_UP * twins <= (2 * WARM_UP + 1) * twins


def test_small_backlogs_leave_the_warming_out():
    assert Backlog(Fleet(100, 8), 4_000).window == (2_100, 3_800)


def test_percentiles_are_the_nearest_rank():
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 100.0]
    got = delays([*values[:-1], 1234.56], "alert")
    assert (got.p99, got.max, got.samples) == (99.0, 1234.6, 100)


def test_too_few_delays_are_no_figure():
    with pytest.raises(BenchError, match=r"event to alert.*only 3"):
        delays([1.0, 2.0, 3.0], "event to alert")


def test_ratios_are_taken_within_each_round():
    # The machine was twice as slow in the second round, for both: that is no spread.
    got = ratios([10_000, 5_000, 9_000], [5_000, 2_500, 6_000])
    assert (got.median, got.lowest, got.highest) == (2.0, 1.5, 2.0)


@pytest.mark.parametrize(("ours", "theirs"), [([1.0], []), ([], []), ([1.0, 2.0], [1.0, 0.0])])
def test_a_missing_round_is_no_ratio(ours: list[float], theirs: list[float]):
    with pytest.raises(BenchError):
        ratios(ours, theirs)


def test_the_spread_of_nothing_is_no_figure():
    with pytest.raises(BenchError):
        spread([])


def test_the_pause_of_a_checkpoint_does_not_look_like_growing_lag():
    lag = [(second / 10, 500.0) for second in range(120)]
    lag[95:105] = [(when, 4_000.0) for when, _ in lag[95:105]]
    growth = lag_growth(lag, 0.0, 12.0)
    assert growth == 0.0
    assert sustained(5_000, growth)


def test_lag_that_grows_by_a_twentieth_of_the_rate_is_not_sustained():
    lag = [(second / 10, 300.0 + 0.05 * 5_000 * second / 10) for second in range(120)]
    assert lag_growth(lag, 0.0, 12.0) == pytest.approx(250.0)
    assert not sustained(5_000, 250.0)


def test_only_the_second_half_of_a_run_counts():
    starting_up = [(second / 10, 1_000.0 * second) for second in range(60)]
    steady = [(second / 10, 2_000.0) for second in range(61, 120)]
    draining = [(second / 10, 0.0) for second in range(121, 160)]
    assert sustained(5_000, lag_growth([*starting_up, *steady, *draining], 0.0, 12.0))


def test_no_samples_of_lag_are_no_decision():
    with pytest.raises(BenchError):
        slope([])


def test_the_maximum_is_the_highest_rate_that_was_sustained():
    rungs = [
        Rung(1.0, 10.0, 9.0, False, 0.0, 90),
        Rung(0.8, 8.0, 0.0, True, 0.0, 1),
        Rung(0.6, 6.0, 0.0, True, 0.0, 1),
    ]
    assert Ladder(rungs).highest_sustained == 8.0
    with pytest.raises(BenchError, match="no offered rate was sustained"):
        _ = Ladder(rungs[:1]).highest_sustained


def test_event_times_are_those_of_the_first_sensor_once_an_observation():
    body = (
        b"observation,sensor=s0,twin_id=a value=1.5,quality=1.0 1795610979690000000\n"
        b"observation,sensor=s1,twin_id=a value=1.5 1795610979690000000\n"
        b'alert,twin_id=a summary="s0 of a is 3" 1795610979690000000\n'
        b"observation,sensor=s0,twin_id=b value=2.5 1795610979700000000"
    )
    assert event_times_ms(body) == [1795610979690, 1795610979700]


def test_the_json_has_the_named_figures_with_their_spread():
    made = json.loads(json.dumps(as_json(results())))
    assert made["ratio_to_plain_loop"] == 1.1
    assert made["ratio_to_plain_loop_spread"] == [1.0, 1.2]
    assert made["ratio_to_bytewax_recovery"] == 2.2
    assert made["ratio_to_quix_durable"] == 55.0
    assert made["ratio_to_quix_durable_encoded"] == 11.0
    alert = made["event_to_alert_ms"]
    assert (alert["p50"], alert["p95"], alert["p99"]) == (100.0, 190.0, 198.0)
    assert alert["at_1000"]["p99"] == 198.0
    assert alert["at_half_maximum"]["p99"] == 396.0
    assert alert["at_half_maximum"]["rate"] == 3_500
    assert made["throughput_10000_to_100_twins"] == 0.9
    assert len(made["rounds"][BYTEWAX.name]) == 3
    assert (made["quick"], made["commit"], made["machine"]["cores"]) == (True, "abc123", 2)


def test_what_was_not_measured_is_neither_in_the_json_nor_claimed():
    partial = replace(results(), rounds=None, growth=None)
    made = as_json(partial)
    assert not [key for key in made if key.startswith(("ratio", "throughput"))]
    assert report(partial).count(NOT_MEASURED) == 2
    assert "Event to visible in InfluxDB was not measured in this run" in report(partial)


def test_the_report_tells_the_figures_the_spread_and_what_each_system_keeps():
    text = report(results())
    lines = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    assert "11,000 (10,000 to 12,000)" in lines["twinstream"]
    assert "| 88,000 |" in lines["twinstream"]
    assert "2.20 (2.00 to 2.40)" in lines["Bytewax"]
    for system in (TWINSTREAM, PLAIN_LOOP, BYTEWAX, QUIX_PICKLED, QUIX_ENCODED):
        assert PROMISES[system.name] in lines[system.name]
    assert "quick, 2026-11-25T12:00+00:00, 7.4 minutes" in text
    assert "Some CPU" in text
    assert "bytewax 0.21.1" in text
    assert "numba" not in text, "a package that is not installed is listed"
    assert "7,000 events/s" in text
    assert "0.90 (0.90 to 0.90)" in text
    assert "2 (longest 41 ms) and 2 (longest 63 ms)" in text


def test_a_run_beside_other_load_says_so():
    calm = results()
    assert "not idle otherwise" not in report(calm)
    noisy = replace(calm.growth.grid[0], others_cores=1.3)
    assert "used 0.02 cores (at most 1.30). The machine was not idle" in report(
        replace(calm, growth=replace(calm.growth, grid=[noisy, *calm.growth.grid[1:]]))
    )


def test_a_full_report_has_parallelism_1_and_the_way_to_influxdb():
    influx = [Visibility(1_000.0, delays([float(value) for value in range(1, 301)], "influx"))]
    text = report(replace(results(two=True), quick=False, visibility=influx))
    assert "At parallelism 1, on one core and a bit, twinstream is times as fast as: plain loop 1.50" in text
    assert "| event to InfluxDB | 1,000/s | 150 | 285 | 297 | 300 | 300 |" in text
    assert "full, 2026" in text


def test_no_line_of_the_report_is_a_shell_block():
    # Each documented command is run by a test; the benchmark is too long for that.
    assert "```sh" not in report(results())


@pytest.mark.parametrize("module", [figures_module, points_counter])
def test_examples_hold(module: ModuleType):
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
