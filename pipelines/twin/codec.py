"""A runtime as bytes: versioned, exact, readable by people, and never unpickled.

Floats are written in their shortest exact decimal form, so decoding continues bit for bit.
"""

from collections import Counter
from dataclasses import asdict, astuple
from typing import Any, cast

import orjson

from pipelines.alarms.episode import Episode
from pipelines.detection.baseline import BaselineDetector, BaselineSnapshot
from pipelines.detection.deviation import DeviationSnapshot
from pipelines.detection.drift import DriftSnapshot, ScoreDrift
from pipelines.twin.compiled import CompiledSensor, compile_definition
from pipelines.twin.counter import CounterState
from pipelines.twin.health import HealthEpisode
from pipelines.twin.holding import Arrival, Holding
from pipelines.twin.lag import LagWatch
from pipelines.twin.ledger import TOTALS, Ledger, Note
from pipelines.twin.rejection import Reason
from pipelines.twin.runtime import Runtime
from pipelines.twin.sensor import Sensor
from schemas.definition import TwinDefinition
from schemas.quality import Flaw
from schemas.state import Presence

RUNTIME_VERSION = 2

Json = dict[str, Any]
"""Decoded state: its shape is checked by the functions that read it, a wrong one raises `RuntimeFormatError`."""


class RuntimeFormatError(ValueError):
    """State that this version can't read; the message says which version wrote it."""


def encode_runtime(runtime: Runtime) -> bytes:
    """The runtime as bytes for the checkpointed state."""
    learned = runtime.detector.snapshot()
    return orjson.dumps(
        {
            "version": RUNTIME_VERSION,
            "definition": orjson.Fragment(runtime.twin.encoded),
            "ledger": ledger_to_json(runtime.ledger),
            "sensors": {name: _sensor_to_json(sensor) for name, sensor in runtime.sensors.items()},
            "held": [astuple(arrival) for arrival in runtime.holding.arrivals],
            "held_newest_ns": runtime.holding.newest_ns,
            "health": _health_to_json(runtime.health),
            "lag": astuple(runtime.lag),
            "newest_ns": runtime.newest_ns,
            "score": runtime.score,
            "untold": runtime.untold,
            "deadline_ms": runtime.deadline_ms,
            "delay_ms": runtime.delay_ms,
            "episode": asdict(runtime.episode),
            "baseline": {
                "sensors": {name: [d.samples, d.mean, d.squares] for name, d in learned.sensors.items()},
                "latest": learned.latest,
            },
            "drift": asdict(runtime.drift.snapshot()),
        }
    )


def decode_runtime(encoded: bytes) -> Runtime:
    """The runtime that `encode_runtime` wrote.

    Raises
    ------
    RuntimeFormatError
        If the bytes are not a runtime, or of a version that this one does not know.
    """
    try:
        state = cast(Json, orjson.loads(encoded))
        version = state["version"]
        if version == RUNTIME_VERSION:
            return _runtime_of(state)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RuntimeFormatError(f"the state of a twin can't be read: {error!r}") from error
    raise RuntimeFormatError(
        f"the state of a twin has version {version!r}, this program reads {RUNTIME_VERSION}; "
        "restore it with the release that wrote it"
    )


def _runtime_of(state: Json) -> Runtime:
    twin = compile_definition(TwinDefinition.model_validate(state["definition"]))
    baseline = BaselineSnapshot(
        {name: DeviationSnapshot(*numbers) for name, numbers in state["baseline"]["sensors"].items()},
        state["baseline"]["latest"],
    )
    return Runtime(
        twin=twin,
        detector=BaselineDetector.restored(twin.baseline, baseline),
        drift=ScoreDrift.restored(DriftSnapshot(**state["drift"])),
        episode=Episode(**state["episode"]),
        ledger=ledger_of_json(state["ledger"]),
        sensors={name: _sensor_of_json(twin.sensors[name], numbers) for name, numbers in state["sensors"].items()},
        holding=Holding([_arrival_of_json(held) for held in state["held"]], state["held_newest_ns"]),
        health=_health_of_json(state["health"]),
        lag=LagWatch(*state["lag"]),
        newest_ns=state["newest_ns"],
        score=state["score"],
        untold=state["untold"],
        deadline_ms=state["deadline_ms"],
        delay_ms=state["delay_ms"],
    )


_PLAIN = (
    *("ts_ns", "value", "forgotten", "good_ns", "good", "count", "square", "repetition"),
    *("run", "longest", "due_ns", "suspect", "spike", "rewarm", "seen_ms"),
)
"""The numbers of a sensor, in the order in which they are written."""


def _sensor_to_json(sensor: Sensor) -> list[Any]:
    return [
        [getattr(sensor, name) for name in _PLAIN],
        sensor.flaw,
        sensor.presence,
        sensor.recent,
        _health_to_json(sensor.health),
        None if sensor.counter is None else astuple(sensor.counter),
    ]


def _sensor_of_json(rules: CompiledSensor, state: list[Any]) -> Sensor:
    numbers, flaw, presence, recent, health, counter = state
    return Sensor(
        rules,
        flaw=None if flaw is None else Flaw(flaw),
        presence=Presence(presence),
        recent=[(ts_ns, value, seq) for ts_ns, value, seq in recent],
        health=_health_of_json(health),
        counter=None if counter is None else CounterState(*counter),
        **dict(zip(_PLAIN, numbers, strict=True)),
    )


def _health_to_json(health: dict[str, HealthEpisode]) -> Json:
    return {condition: astuple(episode) for condition, episode in health.items()}


def _health_of_json(state: Json) -> dict[str, HealthEpisode]:
    return {condition: HealthEpisode(*numbers) for condition, numbers in state.items()}


def _arrival_of_json(state: list[Any]) -> Arrival:
    ts_ns, seq, readings, *rest = state
    admitted = [(name, value, None if flaw is None else Flaw(flaw)) for name, value, flaw in readings]
    return Arrival(ts_ns, seq, admitted, *rest)


def ledger_to_json(ledger: Ledger) -> Json:
    """A ledger's totals as JSON."""
    totals = {name: getattr(ledger, name) for name in TOTALS}
    return totals | {
        "reasons": {name.value: count for name, count in ledger.reasons.items()},
        "notes": {name.value: count for name, count in ledger.notes.items()},
        "flaws": {name.value: count for name, count in ledger.flaws.items()},
        "received_ms": ledger.received_ms,
    }


def ledger_of_json(state: Json) -> Ledger:
    """The ledger that `ledger_to_json` wrote."""
    return Ledger(
        reasons=Counter({Reason(name): count for name, count in state["reasons"].items()}),
        notes=Counter({Note(name): count for name, count in state["notes"].items()}),
        flaws=Counter({Flaw(name): count for name, count in state["flaws"].items()}),
        received_ms=state["received_ms"],
        **{name: state[name] for name in TOTALS},
    )
