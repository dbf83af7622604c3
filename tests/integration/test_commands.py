"""The commands of the README, as a person types them, against the running stack."""

import csv
from pathlib import Path

import pytest

from schemas.state import TwinState
from schemas.topics import Topic
from schemas.truth import InjectedFault

pytestmark = pytest.mark.stack

PLANT = """twin: press-1
type: hydraulic-press
site: north
---
type: hydraulic-press
sensors:
  force: {unit: kN, range: [0, 500], resolution: 1}
alarms:
  - {id: overload, when: "force > 450"}
"""


def definitions_taken(pipeline, twin_id: str) -> int:
    return TwinState.model_validate_json(pipeline.read(Topic.STATE, twin_id)[-1].value).counts.definitions


def test_apply_defines_twins_and_says_what_is_not_acted_on(twinstream, tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT, encoding="utf-8")

    told = twinstream("apply", "plant.yaml")

    assert "1 twins defined" in told
    assert "hydraulic-press: alarms are kept, but this version does not act on them" in told


def test_a_broken_file_is_named_with_its_path_and_remedy(twinstream, tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT.replace("[0, 500]", "[500, 0]"), encoding="utf-8")

    told = twinstream("apply", "plant.yaml", code=1)

    assert "plant.yaml:7: sensors.force.range: the first bound must be below the second" in told


def test_only_what_differs_is_applied_and_diff_tells_it_beforehand(pipeline, twinstream, tmp_path: Path) -> None:
    plant = tmp_path / "plant.yaml"
    plant.write_text(PLANT.replace("press-1", "press-2"), encoding="utf-8")
    assert "+ press-2 (hydraulic-press)" in twinstream("diff", "plant.yaml", "--exit-code", code=1)
    assert "1 new, 0 changed, 0 unchanged" in twinstream("apply", "plant.yaml")

    assert "= 1 unchanged\n" in twinstream("diff", "plant.yaml", "--exit-code")
    assert "nothing to send: all 1 twins are defined just so" in twinstream("apply", "plant.yaml")
    assert definitions_taken(pipeline, "press-2") == 1

    plant.write_text(plant.read_text(encoding="utf-8").replace("[0, 500]", "[0, 400]"), encoding="utf-8")
    told = twinstream("diff", "plant.yaml", "--exit-code", code=1)
    assert "~ press-2: sensors.force.range [0, 500] → [0, 400]\n" in told
    assert "0 new, 1 changed, 0 unchanged" in twinstream("apply", "plant.yaml")
    assert definitions_taken(pipeline, "press-2") == 2, "apply came back before the job had taken the change"
    assert "nothing would change" in twinstream("diff", "plant.yaml")


def test_a_retired_twin_is_gone_and_begins_anew_when_it_is_applied_again(pipeline, twinstream, tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT.replace("press-1", "press-3"), encoding="utf-8")
    twinstream("apply", "plant.yaml")
    twinstream("apply", "plant.yaml", "--all")
    assert definitions_taken(pipeline, "press-3") == 2
    assert "no twin 'pres-3' is defined; did you mean press-3" in twinstream("retire", "pres-3", "--yes", code=2)

    assert "1 twins retired" in twinstream("retire", "press-3", "--yes")
    assert pipeline.read(Topic.STATE, "press-3")[-1].value is None
    assert "+ press-3 (hydraulic-press)" in twinstream("diff", "plant.yaml")
    assert "no twin 'press-3' is defined" in twinstream("retire", "press-3", "--yes", code=2)

    assert "1 twins defined" in twinstream("apply", "plant.yaml")
    assert definitions_taken(pipeline, "press-3") == 1


def test_simulate_sends_faults_with_their_truth(pipeline, twinstream) -> None:
    told = twinstream(
        "simulate",
        "--pumps",
        "2",
        "--seconds",
        "4",
        "--period",
        "0.1",
        "--fault",
        "pump-2:cavitation:1:2",
        "--seed",
        "5",
    )
    pipeline.witness.await_drained()

    assert "cavitation" in told
    truth = [InjectedFault.model_validate_json(at.value) for at in pipeline.read(Topic.TRUTH, "pump-2")]
    assert any(each.fault == "cavitation" and (each.end - each.start).total_seconds() == 2 for each in truth)


def test_replay_and_backtest_of_a_file_of_ones_own(pipeline, twinstream, tmp_path: Path) -> None:
    rows = [f"2024-05-01 00:{i // 60:02}:{i % 60:02};{20 + i % 3};on" for i in range(200)]
    (tmp_path / "oven.csv").write_text("\n".join(["when;heat;mode", *rows]), encoding="utf-8")

    assert "sent 200 rows" in twinstream("replay", "oven.csv", "--timestamp", "when", "--timezone", "Europe/Berlin")
    told = twinstream("backtest", "--type", "auto", "--csv", "oven.csv", "--timestamp", "when", "--out", "scores.csv")
    pipeline.witness.await_drained()

    assert "observations applied" in told
    with (tmp_path / "scores.csv").open(encoding="utf-8") as file:
        scores = list(csv.DictReader(file))
    assert len(scores) == 200
    assert {"ts", "twin_id", "score", "state", "alert", "drift"} <= scores[0].keys()
    assert scores[0]["ts"] == "2024-05-01T00:00:00Z"
    assert len(pipeline.field("observation", "value", "oven")) == 200


def test_status_shows_processes_and_jobs(twinstream) -> None:
    told = twinstream("status")
    for name in ("kafka", "influxd", "jobmanager", "taskmanager", "twin", "history"):
        assert name in told


def test_the_demo_adds_up_and_finds_every_fault(twinstream) -> None:
    told = twinstream("demo", "--seconds", "50")

    assert told.count("│ yes │") == 6, told
    for fault in ("dry-run", "bearing-wear", "blocked-discharge", "cavitation", "bearing-failure"):
        assert fault in told
    assert "event to alert p95" in told
