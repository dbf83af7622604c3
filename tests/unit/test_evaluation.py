"""The evaluation command on small corpora of its own: who takes part, what is counted, what goes wrong."""

import json
from random import Random

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.detection.plain import PLAIN_DETECTORS
from pipelines.evaluation.contender import Constant, Dice, FixedLimits, Plain, Product
from pipelines.evaluation.corpus import CorpusError, nab_files, skab_files
from pipelines.evaluation.nab_evaluation import evaluate_nab
from pipelines.evaluation.skab_evaluation import evaluate_skab

ROWS = 1_200
FAULT = range(800, 900)


def told(contender: str, file: str) -> None:
    """Nobody looks on."""


def stamp(row: int) -> str:
    return f"2020-03-{1 + row // 1_440:02d} {row // 60 % 24:02d}:{row % 60:02d}:00"


@pytest.fixture
def nab(tmp_path):
    """One file with a window in which the values jump, one without."""
    folder = tmp_path / "nab"
    folder.mkdir()
    rng = Random(1)  # noqa: S311  # readings, not secrets
    windows = {
        "art/jump.csv": [[f"{stamp(FAULT[0])}.000000", f"{stamp(FAULT[-1])}.000000"]],
        "art/calm.csv": [],
        "art/gone.csv": [],
    }
    (folder / "labels").mkdir()
    (folder / "labels" / "combined_windows.json").write_text(json.dumps(windows))
    (folder / "data" / "art").mkdir(parents=True)
    for name in ("jump", "calm"):
        rows = [f"{stamp(row)},{rng.gauss(20, 1) + 50 * (name == 'jump' and row in FAULT):.3f}" for row in range(ROWS)]
        (folder / "data" / "art" / f"{name}.csv").write_text("\n".join(["timestamp,value", *rows]) + "\n")
    return folder


@pytest.fixture
def skab(tmp_path):
    """A file whose sensors jump while the fault is on, and the one without a fault."""
    folder = tmp_path / "skab"
    folder.mkdir()
    rng = Random(2)  # noqa: S311  # readings, not secrets
    for kind, header in (
        ("valve1", "datetime;flow;power;anomaly;changepoint"),
        ("anomaly-free", "datetime;flow;power"),
    ):
        lines = [header]
        for row in range(ROWS):
            fault = row in FAULT and kind == "valve1"
            truth = f";{float(fault)};0.0" if kind == "valve1" else ""
            lines.append(f"{stamp(row)};{rng.gauss(5, 0.1) + 4 * fault:.3f};{rng.gauss(80, 2):.3f}{truth}")
        (folder / "data" / kind).mkdir(parents=True)
        (folder / "data" / kind / "1.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_windows_are_rows_and_missing_files_are_left_out(nab):
    files = nab_files(nab)
    assert [file.name for file in files] == ["art/calm.csv", "art/jump.csv"]
    assert [list(file.windows) for file in files] == [[], [(FAULT[0], FAULT[-1])]]


def test_the_product_finds_a_jump_and_dummies_do_not(nab):
    contenders = [Product(), Constant("never", 0.0), Constant("always", 1.0), FixedLimits()]
    results = {result.contender: result for result in evaluate_nab(nab_files(nab), contenders, told)}
    assert results["twinstream"].scores["standard"] > 90
    assert results["never"].scores["standard"] == results["always"].scores["standard"] == 0.0
    assert results["fixed limits"].scores["standard"] > 90
    assert results["twinstream"].reading_us > 0


def test_truth_columns_are_no_sensors_and_the_first_400_rows_do_not_count(skab):
    free, faulty = skab_files(skab)
    assert (free.fault_free, faulty.fault_free) == (True, False)
    assert faulty.recording.sensors == ("flow", "power")
    (always,) = evaluate_skab([faulty], [Constant("always", 1.0)], told)
    assert (always.confusion.hits, always.confusion.false_alarms) == (len(FAULT), ROWS - 400 - len(FAULT))
    assert always.fault_free_alarm is None


def test_the_product_is_in_alarm_while_the_fault_is_on(skab):
    (ours,) = evaluate_skab(skab_files(skab), [Product()], told)
    assert ours.confusion.misses == 2, "it takes three to raise an alert"
    assert ours.confusion.false_alarms <= 12 + 30, "the way back, and until it counts as quiet"
    assert ours.confusion.hits + ours.confusion.misses == len(FAULT)
    assert ours.fault_free_alarm == 0.0


@pytest.mark.parametrize("name", PLAIN_DETECTORS)
def test_plain_detectors_of_river_score_every_row_between_0_and_1(skab, name):
    judged = Plain(name).judge(skab_files(skab)[1].recording)
    assert len(judged.scores) == ROWS
    assert all(0.0 <= score <= 1.0 for score in judged.scores)
    assert len(set(judged.scores)) > 10


def test_dice_fall_the_same_each_time(skab):
    recording = skab_files(skab)[0].recording
    assert Dice().judge(recording) == Dice().judge(recording)


@pytest.mark.parametrize("corpus", ["nab", "skab"])
def test_the_command_shows_a_table_and_writes_the_figures(corpus, request, tmp_path):
    folder = request.getfixturevalue(corpus)
    out = tmp_path / "figures.json"
    done = CliRunner().invoke(app, ["evaluate", corpus, str(folder), "--json", str(out)], env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.output
    for name in ("twinstream", "HalfSpaceTrees", "never", "always", "random", "fixed limits"):
        assert name in done.output
    assert {result["contender"] for result in json.loads(out.read_text())} >= {"twinstream", "never"}


@pytest.mark.parametrize(("corpus", "missing"), [("nab", "combined_windows.json"), ("skab", "no CSV file")])
def test_a_folder_without_the_benchmark_is_told_by_name(corpus, missing, tmp_path):
    done = CliRunner().invoke(app, ["evaluate", corpus, str(tmp_path)])
    assert done.exit_code == 1
    assert missing in done.output


def test_a_label_that_is_no_row_is_refused(nab):
    labels = {"art/jump.csv": [["1999-01-01 00:00:00.000000", "1999-01-01 01:00:00.000000"]]}
    (nab / "labels" / "combined_windows.json").write_text(json.dumps(labels))
    with pytest.raises(CorpusError, match="no row at 1999-01-01 00:00:00"):
        nab_files(nab)


def test_the_report_has_both_benchmarks_and_the_plant(nab, skab, tmp_path):
    out = tmp_path / "detection.md"
    options = ["--nab", str(nab), "--skab", str(skab), "--out", str(out), "--plant-hours", "3"]
    done = CliRunner().invoke(app, ["evaluate", "report", *options])
    assert done.exit_code == 0, done.output
    text = out.read_text()
    assert text.index("## Numenta Anomaly Benchmark") < text.index("## Skoltech") < text.index("## Simulated plant")
    assert "2 twins for 3 h, observed every 1 s, seed 7: 2 of 2 faults alerted" in text
