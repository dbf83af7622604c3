"""A runtime as bytes: versioned, exact, compact, and never unpickled.

    1 byte   the version
    4 bytes  length of the definition, big-endian
             the definition, as JSON
             a `RuntimeState`, as MessagePack: floats are their eight bytes, so decoding continues bit for bit

The head up to the definition stays as it is in all versions to come, so that a twin can begin anew where the rest
can't be read. Versions 1 and 2 were JSON objects; this program reads 3 and 4.
"""

from collections import Counter
from operator import attrgetter
from struct import Struct
from struct import error as StructError

import msgspec
import orjson

from pipelines.alarms.episode import Episode
from pipelines.detection.baseline import BaselineDetector, BaselineSnapshot
from pipelines.detection.drift import ScoreDrift
from pipelines.twin.compiled import CompiledSensor, compile_definition
from pipelines.twin.counter import CounterState
from pipelines.twin.health import HealthEpisode
from pipelines.twin.holding import Arrival, Holding
from pipelines.twin.lag import LagWatch
from pipelines.twin.ledger import TOTALS, Ledger
from pipelines.twin.recent import Recent, pack_entries
from pipelines.twin.runtime import Runtime
from pipelines.twin.runtime_state import (
    ArrivalStored,
    CounterStored,
    EpisodeStored,
    HealthStored,
    LagStored,
    LedgerStored,
    RuntimeState,
    SensorStored,
)
from pipelines.twin.sensor import Sensor
from schemas.definition import TwinDefinition

RUNTIME_VERSION = 4

_READABLE = (3, RUNTIME_VERSION)

_HEAD = Struct(">BI")
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, StructError, msgspec.MsgspecError)
"""What reading bytes raises that are not what they should be."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(RuntimeState)

# Tuples in the order of the stored fields: made in C, and written like the structs that read them.
_ledger = attrgetter(*LedgerStored.__struct_fields__)
_sensor = attrgetter(
    *(
        {"recent": "recent.packed", "forgotten": "recent.forgotten"}.get(name, name)
        for name in SensorStored.__struct_fields__
    )
)
_counter = attrgetter(*CounterStored.__struct_fields__)
_arrival = attrgetter(*ArrivalStored.__struct_fields__)
_episode = attrgetter(*EpisodeStored.__struct_fields__)
_lag = attrgetter(*LagStored.__struct_fields__)
_health_episode = attrgetter(*HealthStored.__struct_fields__)


class RuntimeFormatError(ValueError):
    """State that this version can't read; the message says why.

    Attributes
    ----------
    definition
        What the twin is, if at least that can be read: it can begin anew.
    """

    def __init__(self, message: str, definition: TwinDefinition | None) -> None:
        super().__init__(message)
        self.definition = definition


def encode_runtime(runtime: Runtime) -> bytes:
    """The runtime as bytes for the checkpointed state."""
    definition = runtime.twin.encoded
    learned = runtime.detector.snapshot()
    body = _encoder.encode(
        (
            _ledger(runtime.ledger),
            {name: _stored_sensor(sensor) for name, sensor in runtime.sensors.items()},
            [_arrival(arrival) for arrival in runtime.holding.arrivals],
            runtime.holding.newest_ns,
            _stored_health(runtime.health),
            _lag(runtime.lag),
            runtime.newest_ns,
            runtime.score,
            runtime.untold,
            runtime.deadline_ms,
            runtime.delay_ms,
            _episode(runtime.episode),
            learned.sensors,
            learned.latest,
            runtime.drift.snapshot(),
        )
    )
    return b"".join((_HEAD.pack(RUNTIME_VERSION, len(definition)), definition, body))


def decode_runtime(encoded: bytes) -> Runtime:
    """The runtime that `encode_runtime` wrote, now or in an earlier version.

    Raises
    ------
    RuntimeFormatError
        If the bytes are not a runtime, or of a version that this one does not know.
    """
    try:
        version, definition, body = _parts(encoded)
    except _BROKEN as error:
        raise RuntimeFormatError(f"the state of a twin can't be read, not even what it is: {error!r}", None) from error
    try:
        if version in _READABLE:
            return _runtime_of(definition, _decoder.decode(body))
    except _BROKEN as error:
        raise RuntimeFormatError(f"the state of {definition.twin_id} can't be read: {error!r}", definition) from error
    raise RuntimeFormatError(
        f"the state of {definition.twin_id} has version {version!r}, this program reads "
        f"{_READABLE[0]} and {RUNTIME_VERSION}; restore it with the release that wrote it",
        definition,
    )


def _parts(encoded: bytes) -> tuple[object, TwinDefinition, bytes]:
    """Version, definition, and what is to be read by that version."""
    if encoded[:1] == b"{":
        state = orjson.loads(encoded)
        return state["version"], TwinDefinition.model_validate(state["definition"]), encoded
    version, length = _HEAD.unpack_from(encoded)
    behind = _HEAD.size + length
    return version, TwinDefinition.model_validate_json(encoded[_HEAD.size : behind]), encoded[behind:]


def _runtime_of(definition: TwinDefinition, state: RuntimeState) -> Runtime:
    twin = compile_definition(definition)
    return Runtime(
        twin=twin,
        detector=BaselineDetector.restored(twin.baseline, BaselineSnapshot(state.baseline, state.latest)),
        drift=ScoreDrift.restored(state.drift),
        episode=Episode(*_episode(state.episode)),
        ledger=_ledger_of(state.ledger),
        sensors={name: _sensor_of(twin.sensors[name], stored) for name, stored in state.sensors.items()},
        holding=Holding([Arrival(*_arrival(held)) for held in state.held], state.held_newest_ns),
        health=_health_of(state.health),
        lag=LagWatch(*_lag(state.lag)),
        newest_ns=state.newest_ns,
        score=state.score,
        untold=state.untold,
        deadline_ms=state.deadline_ms,
        delay_ms=state.delay_ms,
    )


def _ledger_of(stored: LedgerStored) -> Ledger:
    totals: dict[str, int] = {name: getattr(stored, name) for name in TOTALS}
    return Ledger(
        **totals,
        received_ms=stored.received_ms,
        reasons=Counter(stored.reasons),
        notes=Counter(stored.notes),
        flaws=Counter(stored.flaws),
    )


def _stored_sensor(sensor: Sensor) -> tuple[object, ...]:
    """A sensor's fields, and its two parts that are objects as arrays."""
    fields = _sensor(sensor)
    if not sensor.health and sensor.counter is None:
        return fields
    counter = None if sensor.counter is None else _counter(sensor.counter)
    return (*fields[:-2], _stored_health(sensor.health), counter)


def _sensor_of(rules: CompiledSensor, stored: SensorStored) -> Sensor:
    named = msgspec.structs.asdict(stored)
    packed = stored.recent if isinstance(stored.recent, bytes) else pack_entries(stored.recent)
    named["recent"] = Recent(packed, forgotten=named.pop("forgotten"))
    named["health"] = _health_of(stored.health)
    named["counter"] = None if stored.counter is None else CounterState(*_counter(stored.counter))
    return Sensor(rules, **named)


def _stored_health(health: dict[str, HealthEpisode]) -> dict[str, tuple[object, ...]]:
    return {condition: _health_episode(episode) for condition, episode in health.items()}


def _health_of(stored: dict[str, HealthStored]) -> dict[str, HealthEpisode]:
    return {condition: HealthEpisode(*_health_episode(episode)) for condition, episode in stored.items()}
