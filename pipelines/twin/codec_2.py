"""Reads version 2 of a stored runtime: one JSON object."""

from typing import Any

import msgspec
import orjson

from pipelines.detection.drift import DriftSnapshot
from pipelines.twin.runtime_state import EpisodeStored, LedgerStored, RuntimeState, SensorStored

Json = dict[str, Any]
"""Decoded JSON: its shape is checked as a whole, when it becomes a `RuntimeState`."""

_NUMBERS = (
    *("ts_ns", "value", "forgotten", "good_ns", "good", "count", "square", "repetition"),
    *("run", "longest", "due_ns", "suspect", "spike", "rewarm", "seen_ms"),
)
"""The numbers of a sensor in the order in which they were written."""


def state_of_version_2(encoded: bytes) -> RuntimeState:
    """What version 2 holds, as version 3 holds it.

    Raises
    ------
    KeyError, TypeError, ValueError, msgspec.ValidationError
        If a part is missing or is not what it should be.
    """
    state: Json = orjson.loads(encoded)
    ledger, episode, drift = state["ledger"], state["episode"], state["drift"]
    return msgspec.convert(
        [
            [ledger[name] for name in LedgerStored.__struct_fields__],
            {name: _sensor(parts) for name, parts in state["sensors"].items()},
            state["held"],
            state["held_newest_ns"],
            state["health"],
            state["lag"],
            state["newest_ns"],
            state["score"],
            state["untold"],
            state["deadline_ms"],
            state["delay_ms"],
            [episode[name] for name in EpisodeStored.__struct_fields__],
            state["baseline"]["sensors"],
            state["baseline"]["latest"],
            [drift[name] for name in DriftSnapshot._fields],
        ],
        RuntimeState,
    )


def _sensor(parts: list[Any]) -> list[Any]:
    numbers, flaw, presence, recent, health, counter = parts
    named = dict(zip(_NUMBERS, numbers, strict=True))
    named |= {"flaw": flaw, "presence": presence, "recent": recent, "health": health, "counter": counter}
    return [named[name] for name in SensorStored.__struct_fields__]
