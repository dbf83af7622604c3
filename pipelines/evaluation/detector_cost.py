"""What the detector of a twin costs by itself, and what a twin takes to be remembered."""

import time
from dataclasses import dataclass

from msgspec import msgpack

from pipelines.detection.settings import DetectorSettings
from pipelines.detection.twin_detector import TwinDetector
from pipelines.evaluation.contender import values_of
from pipelines.replay.backtest import Backtest
from pipelines.replay.inferred_type import inferred_type
from pipelines.replay.recording import Recording
from pipelines.twin.codec import encode_runtime
from pipelines.twin.event_time import NS_PER_MS

REPEATS = 3
"""Runs of which the fastest counts: what else the machine does makes none faster."""


@dataclass(frozen=True, slots=True)
class DetectorCost:
    """One recording, judged and learned.

    Attributes
    ----------
    detector_us
        Microseconds for a value in the detector alone, from the value to the judgement and what was learned of it.
    detector_bytes, twin_bytes
        What the detector has to remember at the end, and what a twin takes in the store, its definition and all; for
        each of its sensors.
    """

    recording: str
    sensors: int
    rows: int
    detector_us: float
    detector_bytes: float
    twin_bytes: float


def detector_cost(name: str, recording: Recording) -> DetectorCost:
    """Judge and learn a recording with a detector of its own, several times, and once as a twin."""
    rows = [(row.ts_ns or 0, values) for row, values in zip(recording.rows(), values_of(recording), strict=True)]
    rows = [(ts_ns, values) for ts_ns, values in rows if values]
    seconds = min(_run(rows) for _ in range(REPEATS))
    twin = Backtest(inferred_type(recording.sensors), "cost", now_ms=time.time_ns() // NS_PER_MS)
    for _ in twin.run(recording):
        pass
    sensors = len(recording.sensors)
    readings = sum(len(values) for _, values in rows)
    return DetectorCost(
        name,
        sensors,
        len(rows),
        1e6 * seconds / readings,
        len(msgpack.encode(twin.runtime.detector.snapshot())) / sensors,
        len(encode_runtime(twin.runtime)) / sensors,
    )


def _run(rows: list[tuple[int, dict[str, float]]]) -> float:
    detector = TwinDetector(DetectorSettings())
    began = time.perf_counter()
    for ts_ns, values in rows:
        judgement = detector.judge(ts_ns, values)
        detector.learn(judgement, alert=judgement.distance >= 1.0)
    return time.perf_counter() - began
