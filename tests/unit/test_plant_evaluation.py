"""The simulated plant: every kind of fault is found, what was not injected is false, a seed is a run."""

import json
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.evaluation.plant_evaluation import START_NS, PlantSettings, evaluate_plant, plant_result
from pipelines.evaluation.plant_run import BATCH, PlantRun
from pipelines.feed.station_plan import pump_names, station_definitions
from pipelines.simulation.campaign import GAP_S, LONGEST_S, SHORTEST_S, CampaignError, campaign
from pipelines.simulation.faults import FaultKind
from pipelines.simulation.schedule import FaultSchedule
from pipelines.simulation.station import PumpStation
from pipelines.twin.event_time import NS_PER_SECOND
from schemas.definition import DetectionProfile

SHORT = PlantSettings(hours=0.5, faults_per_day=14 * 24)
"""Seven faults of each pump in half an hour: every kind once."""


def nobody(frames: int) -> None:
    """Nobody looks on."""


def short_run(faults: tuple[str, ...], minutes: int = 10) -> PlantRun:
    schedule = FaultSchedule.parse(faults, START_NS)
    run = PlantRun(station_definitions(pump_names(2)), PumpStation(pump_names(2), 7, 1.0, schedule))
    run.run(START_NS, minutes * 60, nobody)
    return run


@pytest.fixture(scope="module")
def result():
    return evaluate_plant(station_definitions(pump_names(2)), SHORT, nobody)


def test_every_kind_of_fault_is_alerted_within_seconds_and_nothing_else(result):
    assert {kind.kind for kind in result.kinds} == {kind.value for kind in FaultKind}
    for kind in result.kinds:
        assert (kind.kind, kind.alerted) == (kind.kind, kind.injected)
        # Three readings in a row raise an alert, and a fault takes two seconds to come on.
        assert 0 < kind.median_delay_s <= kind.largest_delay_s < 15
    assert (result.injected, result.alerted, result.false_alerts) == (14, 14, 0)
    assert result.reading_us > 0


def test_the_same_seed_gives_the_same_result_and_another_one_does_not(result):
    definitions = station_definitions(pump_names(2))
    assert evaluate_plant(definitions, SHORT, nobody) == result
    other = evaluate_plant(definitions, replace(SHORT, seed=8), nobody)
    assert other.kinds != result.kinds


def test_a_plant_without_faults_counts_false_alerts_only():
    calm = evaluate_plant(station_definitions(pump_names(1)), PlantSettings(hours=0.5, faults_per_day=0), nobody)
    assert (calm.kinds, calm.injected, calm.false_alerts, calm.false_alerts_per_week) == ((), 0, 0, 0.0)


def test_an_alert_is_false_if_the_truth_lacks_its_fault():
    run = short_run(("pump-1:dry-run:200:60", "pump-2:cavitation:400:60"))
    told, hidden = run.station.schedule.truth("run")
    settings = PlantSettings(hours=1 / 6)
    everything = plant_result(settings, [told, hidden], run)
    assert (everything.alerted, everything.false_alerts) == (2, 0)
    doctored = plant_result(settings, [told], run)
    assert [(kind.kind, kind.injected, kind.alerted) for kind in doctored.kinds] == [("dry-run", 1, 1)]
    assert (doctored.false_alerts, doctored.recovery_alerts) == (1, 0)
    # One alert of two twins in ten minutes: a week has 1,008 of them.
    assert doctored.false_alerts_per_week == pytest.approx(504)


def test_a_false_alert_soon_behind_a_fault_is_told_apart():
    run = short_run(("pump-1:dry-run:300:60",))
    (truth,) = run.station.schedule.truth("run")
    (alert,) = run.raised
    ended_before = truth.model_copy(update={"start": alert.ts - (truth.end - truth.start), "end": truth.start})
    result = plant_result(PlantSettings(hours=1 / 6), [ended_before], run)
    assert (result.alerted, result.false_alerts, result.recovery_alerts) == (0, 1, 1)
    of_another = ended_before.model_copy(update={"twin_id": "pump-2"})
    assert plant_result(PlantSettings(hours=1 / 6), [of_another], run).recovery_alerts == 0


def test_a_fault_that_nobody_sees_is_injected_and_not_alerted():
    blind = [
        definition.model_copy(
            update={
                "type": definition.type.model_copy(
                    update={"detect": definition.type.detect.model_copy(update={"profile": DetectionProfile.OFF})}
                )
            }
        )
        for definition in station_definitions(pump_names(1))
    ]
    result = evaluate_plant(blind, SHORT, nobody)
    assert [(kind.injected, kind.alerted, kind.median_delay_s, kind.largest_delay_s) for kind in result.kinds] == [
        (1, 0, None, None)
    ] * len(FaultKind)


def test_frames_are_told_as_they_come_in_and_none_is_lost():
    told: list[int] = []
    settings = PlantSettings(hours=0.1, faults_per_day=0)
    evaluate_plant(station_definitions(pump_names(2)), settings, told.append)
    assert sum(told) == 2 * settings.observations == 720
    assert max(told) <= BATCH


@pytest.mark.parametrize("seed", range(20))
def test_a_campaign_lets_every_pump_recover_between_faults(seed):
    schedule = campaign(pump_names(3), 9, start_ns=START_NS, first_start_s=140, until_s=1_800, seed=seed)
    for twin_id in pump_names(3):
        own = [interval for interval in schedule.intervals if interval.twin_id == twin_id]
        assert len(own) == 9
        assert own[0].start_ns >= START_NS + 140 * NS_PER_SECOND
        assert own[-1].end_ns <= START_NS + (1_800 - GAP_S) * NS_PER_SECOND + 1
        for earlier, later in pairwise(own):
            assert later.start_ns - earlier.end_ns >= GAP_S * NS_PER_SECOND - 1
        for interval in own:
            assert SHORTEST_S <= (interval.end_ns - interval.start_ns) / NS_PER_SECOND <= LONGEST_S
            assert interval.fault.severity == 1.0
    # All kinds before any comes again: their numbers differ by one at most.
    kinds = [interval.fault.kind for interval in schedule.intervals]
    assert {kinds.count(kind) for kind in FaultKind} <= {3, 4}


def test_faults_that_do_not_fit_are_refused_with_how_many_do():
    with pytest.raises(CampaignError, match=r"15 faults of a pump don't fit into .* at most 13 do"):
        campaign(["a"], 15, start_ns=0, first_start_s=140, until_s=1_800, seed=1)
    with pytest.raises(CampaignError, match="at most 0 do"):
        campaign(["a"], 1, start_ns=0, first_start_s=860, until_s=360, seed=1)


def test_the_command_shows_kinds_and_a_summary_and_writes_the_figures(tmp_path, result):
    out = tmp_path / "plant.json"
    options = ["--hours", "0.5", "--faults-per-day", "336", "--json", str(out)]
    done = CliRunner().invoke(app, ["evaluate", "plant", *options], env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.output
    for kind in FaultKind:
        (line,) = [line for line in done.output.splitlines() if kind.value in line]
        assert [cell.strip() for cell in line.split("│")[2:4]] == ["2", "2"]
    assert "2 twins for 0.5 h, observed every 1 s, seed 7: 14 of 14 faults alerted; 0 false alerts" in done.output
    written = json.loads(out.read_text())
    expected = json.loads(json.dumps(asdict(result))) | {"false_alerts_per_week": 0.0}
    assert {**written, "reading_us": 0} == {**expected, "reading_us": 0}


def test_the_command_says_which_faults_do_not_fit():
    done = CliRunner().invoke(app, ["evaluate", "plant", "--hours", "0.5", "--faults-per-day", "2000"])
    assert done.exit_code == 1
    assert "run longer" in done.output
