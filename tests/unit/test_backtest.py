"""A recording through the twin without Kafka: one verdict a row, in the order of the file."""

import csv
from pathlib import Path

from pipelines.replay.backtest import COLUMNS, Backtest, write_csv
from pipelines.replay.inferred_type import inferred_type
from pipelines.replay.recording import Recording, RecordingOptions
from pipelines.testing.builders import START_S, Log, feed, noise
from pipelines.testing.readers import alerts
from schemas.definition import Detection, TwinDefinition, TwinType
from schemas.events import EventType
from schemas.topics import Topic

NOW_MS = 1_900_000_000_000
"""Long after all times of the files here."""


WARM_UP, CALM, FAULT, AFTER = 20, 60, 20, 60
RAISED, CLEARED = 62, 120
"""Rows of the alert: the third beyond the boundary, and the 30th quiet one."""


def twin_type() -> TwinType:
    return inferred_type(["flow"]).model_copy(update={"detect": Detection(warm_up=WARM_UP)})


def file_of(tmp_path: Path, cells: list[tuple[object, object]]) -> Recording:
    file = tmp_path / "data.csv"
    file.write_text("ts,flow\n" + "".join(f"{ts},{value}\n" for ts, value in cells), encoding="utf-8")
    return Recording(file, RecordingOptions(columns=("flow",)))


def backtested(tmp_path: Path, cells: list[tuple[object, object]]) -> list[dict[str, str]]:
    out = tmp_path / "out.csv"
    results = Backtest(twin_type(), "p-1", NOW_MS).run(file_of(tmp_path, cells))
    assert sum(1 for _ in write_csv(results, "p-1", out)) == len(cells)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def faulty() -> list[tuple[object, object]]:
    values = [*noise(CALM), *noise(FAULT, 60.0, seed=2), *noise(AFTER, seed=3)]
    return [(START_S + second, value) for second, value in enumerate(values)]


def test_there_is_one_row_for_each_row_of_the_file_whatever_became_of_it(tmp_path):
    cells = [
        (START_S, 1.5),
        ("yesterday", 1.5),
        (START_S + 1, "x"),
        (START_S + 1, ""),
        (START_S, 1.5),
        (START_S, 2.5),
        (START_S - 5, 1.0),
        (START_S + 2, 1.6),
    ]
    rows = backtested(tmp_path, cells)
    outcomes = ["applied", "rejected", "rejected", "rejected", "duplicate", "amended", "amended", "applied"]
    assert [row["outcome"] for row in rows] == outcomes
    assert [row["ts"] for row in rows[:2]] == ["2023-11-14T22:13:20Z", "yesterday"]


def test_the_columns_are_those_that_are_documented(tmp_path):
    (row,) = backtested(tmp_path, [(START_S, 1.5)])
    assert tuple(row) == COLUMNS == ("ts", "twin_id", "score", "state", "alert", "drift", "outcome")
    assert row == {
        "ts": "2023-11-14T22:13:20Z",
        "twin_id": "p-1",
        "score": "",
        "state": "warming",
        "alert": "0",
        "drift": "0",
        "outcome": "applied",
    }


def test_scores_and_alerts_stand_in_the_rows_that_caused_them(tmp_path):
    rows = backtested(tmp_path, faulty())
    assert [row["score"] for row in rows[:WARM_UP]] == [""] * WARM_UP
    scores = [float(row["score"]) for row in rows[WARM_UP:]]
    assert all(0 <= score < 1 for score in scores)
    calm, fault = scores[: CALM - WARM_UP], scores[CALM - WARM_UP :][:FAULT]
    assert not any(0.5 <= score < 0.6 for score in calm), "nothing that lasts"
    assert sum(score >= 0.6 for score in calm) < 5, "moments that a twin of 20 samples has not seen yet"
    assert all(score > 0.5 for score in fault)
    assert [number for number, row in enumerate(rows) if row["alert"] == "1"] == list(range(RAISED, CLEARED))
    assert {row["state"] for row in rows[RAISED:CLEARED]} == {"anomalous"}


def test_a_backtest_says_what_the_live_twin_says_of_the_same_log(tmp_path):
    rows = backtested(tmp_path, faulty())
    log = Log(TwinDefinition(twin_id="p-1", type=twin_type()))
    for ts, value in faulty():
        log.observe(ts - START_S, flow=value)
    live = feed(log).verdicts
    assert [row["score"] for row in rows] == ["" if one.score is None else repr(one.score) for one in live]
    assert [row["alert"] for row in rows] == [str(int(one.alert)) for one in live]


def test_alerts_of_a_backtest_are_history_and_no_news(tmp_path):
    results = list(Backtest(twin_type(), "p-1", NOW_MS).run(file_of(tmp_path, faulty())))
    found = [alert for result in results for alert in alerts(result.outputs)]
    assert [(alert.condition, alert.transition) for alert in found] == [("anomaly", "raised"), ("anomaly", "cleared")]
    assert [alert.ts.timestamp() - START_S for alert in found] == [RAISED, CLEARED]
    assert all(alert.historical for alert in found)
    records = [record for result in results for record in result.outputs.records if record.topic is Topic.ALERTS]
    assert [record.type for record in records] == [EventType.HISTORICAL_ALERT] * 2


def test_a_row_that_is_ahead_of_the_time_of_the_backtest_is_refused(tmp_path):
    backtest = Backtest(twin_type(), "p-1", now_ms=START_S * 1000)
    recording = file_of(tmp_path, [(START_S, 1.5), (START_S + 3_600, 1.6)])
    assert [result.verdict.outcome for result in backtest.run(recording)] == ["applied", "rejected"]


def test_the_counts_say_what_became_of_the_rows(tmp_path):
    backtest = Backtest(twin_type(), "p-1", NOW_MS)
    recording = file_of(tmp_path, [(START_S, 1.5), (START_S, 1.5), (START_S + 1, "x")])
    assert len(list(backtest.run(recording))) == 3
    counts = backtest.counts()
    assert (counts.messages, counts.applied, counts.duplicate, counts.rejected) == (3, 1, 1, 1)
    assert counts.balanced
    assert backtest.details() == {"rejected_not_numeric": 1, "historical": 1}


def test_two_runs_write_the_same_bytes(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    for directory in (first, second):
        directory.mkdir()
        backtested(directory, faulty())
    assert (first / "out.csv").read_bytes() == (second / "out.csv").read_bytes()
