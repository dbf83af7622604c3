"""A runtime as bytes: versioned, exact, readable by people, and never unpickled.

Floats are written in their shortest exact decimal form, so decoding continues bit for bit.
"""

from collections import Counter
from dataclasses import asdict
from typing import Any, cast

import orjson

from pipelines.alarms.episode import Episode
from pipelines.detection.baseline import BaselineDetector, BaselineSnapshot
from pipelines.detection.deviation import DeviationSnapshot
from pipelines.detection.drift import DriftSnapshot, ScoreDrift
from pipelines.twin.compiled import compile_definition
from pipelines.twin.ledger import Ledger
from pipelines.twin.rejection import Reason
from pipelines.twin.runtime import LastValue, Runtime
from schemas.accounting import Outcome
from schemas.definition import TwinDefinition
from schemas.quality import Quality

RUNTIME_VERSION = 1

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
            "sensors": {name: [s.ts_ns, s.value, s.quality.value, s.recent] for name, s in runtime.sensors.items()},
            "newest_ns": runtime.newest_ns,
            "received_ms": runtime.received_ms,
            "score": runtime.score,
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
        sensors={
            name: LastValue(ts_ns, value, Quality(quality), [(ts, earlier) for ts, earlier in recent])
            for name, (ts_ns, value, quality, recent) in state["sensors"].items()
        },
        newest_ns=state["newest_ns"],
        received_ms=state["received_ms"],
        score=state["score"],
    )


def ledger_to_json(ledger: Ledger) -> Json:
    """A ledger's totals as JSON."""
    return {
        "messages": ledger.messages,
        "outcomes": {outcome.value: count for outcome, count in ledger.outcomes.items()},
        "reasons": {reason.value: count for reason, count in ledger.reasons.items()},
        "definitions": ledger.definitions,
        "definitions_rejected": ledger.definitions_rejected,
    }


def ledger_of_json(state: Json) -> Ledger:
    """The ledger that `ledger_to_json` wrote."""
    return Ledger(
        messages=state["messages"],
        outcomes=Counter({Outcome(name): count for name, count in state["outcomes"].items()}),
        reasons=Counter({Reason(name): count for name, count in state["reasons"].items()}),
        definitions=state["definitions"],
        definitions_rejected=state["definitions_rejected"],
    )
