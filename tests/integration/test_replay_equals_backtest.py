"""The job and the backtest are the same step: the same file gives the same scores, row by row."""

import os
import time
from pathlib import Path
from threading import Event

import pytest

from pipelines.feed.recording_feed import RecordingFeed, RecordingPlan
from pipelines.replay.backtest import Backtest
from pipelines.replay.inferred_type import inferred_type
from pipelines.replay.recording import Recording, RecordingOptions
from schemas.accounting import Outcome
from schemas.definition import TwinDefinition
from schemas.state import TwinState
from schemas.topics import Topic

pytestmark = pytest.mark.stack

DATA = Path(os.environ.get("TWINSTREAM_DATA", Path(__file__).parents[3] / "shared" / "data"))
NAB = DATA / "nab" / "data" / "realKnownCause" / "machine_temperature_system_failure.csv"
SKAB = DATA / "skab" / "data" / "valve1"
SKAB_SENSORS = (
    "Accelerometer1RMS",
    "Accelerometer2RMS",
    "Current",
    "Pressure",
    "Temperature",
    "Thermocouple",
    "Voltage",
    "Volume Flow RateRMS",
)

GENERATED = """time;flow;pressure
2024-01-01 00:00:00;40.1;5.0
2024-01-01 00:00:01;40.2;5.1
2024-01-01 00:00:03;;5.2
2024-01-01 00:00:02;40.3;5.3
2024-01-01 00:00:03;40.4;5.2
2024-01-01 00:00:03;40.5;5.2
yesterday;40.6;5.2
2024-01-01 00:00:04;n/a;5.2
"""


def compare(pipeline, recordings: dict[str, Recording]) -> None:
    """Replay recordings through Kafka, Flink and InfluxDB, and hold each against its backtest."""
    types = {twin_id: inferred_type(recording.sensors) for twin_id, recording in recordings.items()}
    pipeline.define([TwinDefinition(twin_id=twin_id, type=kind) for twin_id, kind in types.items()])
    with pipeline.publisher() as publisher:
        for twin_id, recording in recordings.items():
            for _ in RecordingFeed(recording, RecordingPlan(twin_id), publisher).run(Event()):
                pass
    pipeline.witness.await_drained()

    states = {message.key.decode(): message.value for message in pipeline.read(Topic.STATE) if message.value}
    for twin_id, recording in recordings.items():
        backtest = Backtest(types[twin_id], twin_id, now_ms=time.time_ns() // 10**6)
        results = list(backtest.run(recording))
        counts = backtest.counts()
        assert counts.messages == len(results) == recording.row_count()
        assert counts.balanced

        state = TwinState.model_validate_json(states[twin_id])
        assert state.counts == counts, "the job counted other outcomes than the backtest"

        expected = {each.row.ts_ns: each.verdict.score for each in results if each.verdict.score is not None}
        assert pipeline.field("twin", "score", twin_id) == expected

        alerts = [message.value for message in pipeline.read(Topic.ALERTS, twin_id)]
        assert list(dict.fromkeys(alerts)) == [
            record.value for each in results for record in each.outputs.records if record.topic is Topic.ALERTS
        ]
        stored = {
            (each.row.ts_ns, name)
            for each in results
            if each.verdict.outcome in (Outcome.APPLIED, Outcome.AMENDED)
            for name, cell in each.row.cells
            if cell.replace(".", "").replace("-", "").isdigit()
        }
        assert len(pipeline.field("observation", "value", twin_id)) == len({ts for ts, _ in stored})


def test_a_file_with_gaps_repeats_and_bad_cells(pipeline, tmp_path: Path) -> None:
    path = tmp_path / "station.csv"
    path.write_text(GENERATED, encoding="utf-8")
    compare(pipeline, {"generated": Recording(path, RecordingOptions(columns=("flow", "pressure")))})


@pytest.mark.data
@pytest.mark.skipif(not NAB.exists(), reason="the public data sets are not here; set TWINSTREAM_DATA")
def test_nab_machine_temperature(pipeline) -> None:
    recording = Recording(NAB, RecordingOptions())
    assert recording.row_count() == 22_695
    compare(pipeline, {"nab-machine": recording})


@pytest.mark.data
@pytest.mark.skipif(not SKAB.exists(), reason="the public data sets are not here; set TWINSTREAM_DATA")
def test_skab_valve1(pipeline) -> None:
    files = sorted(SKAB.glob("*.csv"))
    assert len(files) == 16
    compare(pipeline, {f"skab-{file.stem}": Recording(file, RecordingOptions(columns=SKAB_SENSORS)) for file in files})
