"""A runtime as bytes: versioned, exact, compact, and never unpickled.

    1 byte   the version
    4 bytes  length of the definition, big-endian
             the definition, as JSON
             a `RuntimeState`, as MessagePack: floats are their eight bytes, so decoding continues bit for bit

What changes with every message is stored apart, between two such wholes:

    1 byte   the version
    4 bytes  CRC-32 of the whole to which it belongs, big-endian
             a `RuntimeState` as above, in which a sensor's `recent` is what came since, and without labels

The head up to the definition stays as it is in all versions to come, so that a twin can begin anew where the rest
can't be read. Versions 1 and 2 were JSON objects; this program reads 4 and 5.
"""

from collections import Counter
from collections.abc import Callable
from operator import attrgetter
from struct import Struct
from struct import error as StructError
from zlib import crc32

import msgspec
import orjson

from pipelines.alarms.episode import Episode
from pipelines.alarms.labels import LabelledAlert, Labels
from pipelines.detection.drift import DriftMonitor
from pipelines.detection.twin_detector import TwinDetector
from pipelines.twin.compiled import CompiledSensor, compile_definition
from pipelines.twin.counter import CounterState
from pipelines.twin.health import HealthEpisode
from pipelines.twin.holding import Arrival, Holding
from pipelines.twin.lag import LagWatch
from pipelines.twin.ledger import TOTALS, Ledger
from pipelines.twin.recent import Recent
from pipelines.twin.runtime import Runtime
from pipelines.twin.runtime_state import (
    ArrivalStored,
    CounterStored,
    EpisodeStored,
    HealthStored,
    LabelsStored,
    LagStored,
    LedgerStored,
    RuntimeState,
    SensorStored,
)
from pipelines.twin.runtime_state_4 import RuntimeState4
from pipelines.twin.sensor import Sensor
from schemas.definition import TwinDefinition

RUNTIME_VERSION = 5

_READABLE = (4, RUNTIME_VERSION)

_HEAD = Struct(">BI")
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, StructError, msgspec.MsgspecError)
"""What reading bytes raises that are not what they should be."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(RuntimeState)
_decoder_4 = msgspec.msgpack.Decoder(RuntimeState4)

# Tuples in the order of the stored fields: made in C, and written like the structs that read them.
_ledger = attrgetter(*LedgerStored.__struct_fields__)
_counter = attrgetter(*CounterStored.__struct_fields__)
_arrival = attrgetter(*ArrivalStored.__struct_fields__)
_episode = attrgetter(*EpisodeStored.__struct_fields__)
_lag = attrgetter(*LagStored.__struct_fields__)
_health_episode = attrgetter(*HealthStored.__struct_fields__)


def _fields_of_sensor(recent: str) -> Callable[[Sensor], tuple[object, ...]]:
    paths = {"recent": f"recent.{recent}", "forgotten": "recent.forgotten"}
    return attrgetter(*(paths.get(name, name) for name in SensorStored.__struct_fields__))


_whole_sensor = _fields_of_sensor("packed")
_changed_sensor = _fields_of_sensor("fresh")


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
    """The whole runtime as bytes."""
    definition = runtime.twin.encoded
    body = _body(runtime, _whole_sensor, _stored_labels(runtime.labels))
    return b"".join((_HEAD.pack(RUNTIME_VERSION, len(definition)), definition, body))


def encode_change(runtime: Runtime) -> bytes:
    """What changes with every message, about a quarter of the whole; read together with the whole stored before it.

    Holds only as long as the runtime is not `unsettled`.
    """
    return _HEAD.pack(RUNTIME_VERSION, runtime.whole) + _body(runtime, _changed_sensor, None)


def decode_runtime(encoded: bytes, change: bytes | None = None) -> Runtime:
    """The runtime that `encode_runtime` wrote, now or in the version before, and what has changed since.

    Raises
    ------
    RuntimeFormatError
        If the bytes are not a runtime, or of a version that this one does not know.
    """
    try:
        version, definition, body = _parts(encoded)
    except _BROKEN as error:
        raise RuntimeFormatError(f"the state of a twin can't be read, not even what it is: {error!r}", None) from error
    if not isinstance(version, int) or version not in _READABLE:
        raise RuntimeFormatError(
            f"the state of {definition.twin_id} has version {version!r}, this program reads "
            f"{_READABLE[0]} and {RUNTIME_VERSION}; restore it with the release that wrote it",
            definition,
        )
    try:
        whole = _state(version, body)
        return _runtime_of(definition, whole) if change is None else _changed(definition, encoded, whole, change)
    except _BROKEN as error:
        raise RuntimeFormatError(f"the state of {definition.twin_id} can't be read: {error!r}", definition) from error


def _parts(encoded: bytes) -> tuple[object, TwinDefinition, bytes]:
    """Version, definition, and what is to be read by that version."""
    if encoded[:1] == b"{":
        state = orjson.loads(encoded)
        return state["version"], TwinDefinition.model_validate(state["definition"]), encoded
    version, length = _HEAD.unpack_from(encoded)
    behind = _HEAD.size + length
    return version, TwinDefinition.model_validate_json(encoded[_HEAD.size : behind]), encoded[behind:]


def _state(version: int, body: bytes) -> RuntimeState:
    return _decoder.decode(body) if version == RUNTIME_VERSION else _decoder_4.decode(body).upgraded()


def _changed(definition: TwinDefinition, encoded: bytes, whole: RuntimeState, change: bytes) -> Runtime:
    """A runtime of what was stored as a whole and what has changed since."""
    version, crc = _HEAD.unpack_from(change)
    if (version, crc) != (encoded[0], crc32(encoded)):
        raise ValueError("what has changed belongs to another whole")
    state = _state(version, change[_HEAD.size :])
    if state.detector is not None and state.drift is not None and whole.detector and whole.drift:
        state = msgspec.structs.replace(
            state, detector=state.detector.since(whole.detector), drift=state.drift.since(whole.drift)
        )
    runtime = _runtime_of(definition, state)
    runtime.labels = _labels_of(whole.labels)
    for name, sensor in runtime.sensors.items():
        fresh, sensor.recent = sensor.recent.packed, _recent_of(whole.sensors[name])
        sensor.recent.settle()
        sensor.recent.packed += fresh
    if version == RUNTIME_VERSION:
        # Else it is unsettled: a change as this version writes it does not fit a whole of the version before.
        runtime.settled, runtime.whole = runtime.twin, crc
    return runtime


def _runtime_of(definition: TwinDefinition, state: RuntimeState) -> Runtime:
    twin = compile_definition(definition)
    detector, drift = TwinDetector(twin.detector), DriftMonitor(twin.drift_test)
    if state.detector is not None and state.drift is not None:
        detector = TwinDetector.restored(twin.detector, state.detector)
        drift.restore(state.drift)
    return Runtime(
        twin=twin,
        detector=detector,
        drift=drift,
        warm=detector.warm,
        model_reset=state.detector is None,
        episode=Episode(*_episode(state.episode)),
        ledger=_ledger_of(state.ledger),
        sensors={name: _sensor_of(twin.sensors[name], stored) for name, stored in state.sensors.items()},
        holding=Holding([Arrival(*_arrival(held)) for held in state.held], state.held_newest_ns),
        health=_health_of(state.health),
        lag=LagWatch(*_lag(state.lag)),
        newest_ns=state.newest_ns,
        score=state.score,
        surprise=state.surprise,
        surprised=state.surprised,
        untold=state.untold,
        deadline_ms=state.deadline_ms,
        delay_ms=state.delay_ms,
        labels=_labels_of(state.labels),
        model_version=state.model_version,
        learning_since_ns=state.learning_since_ns,
    )


def _body(
    runtime: Runtime, sensor_fields: Callable[[Sensor], tuple[object, ...]], labels: tuple[object, ...] | None
) -> bytes:
    whole = labels is not None
    return _encoder.encode(
        (
            _ledger(runtime.ledger),
            {name: _stored_sensor(sensor, sensor_fields(sensor)) for name, sensor in runtime.sensors.items()},
            [_arrival(arrival) for arrival in runtime.holding.arrivals],
            runtime.holding.newest_ns,
            _stored_health(runtime.health),
            _lag(runtime.lag),
            runtime.newest_ns,
            runtime.score,
            runtime.surprise,
            runtime.surprised,
            runtime.untold,
            runtime.deadline_ms,
            runtime.delay_ms,
            _episode(runtime.episode),
            labels,
            runtime.model_version,
            runtime.learning_since_ns,
            runtime.drift.snapshot(whole=whole),
            runtime.detector.snapshot(whole=whole),
        )
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


def _stored_sensor(sensor: Sensor, fields: tuple[object, ...]) -> tuple[object, ...]:
    """A sensor's fields, and its two parts that are objects as arrays."""
    if not sensor.health and sensor.counter is None:
        return fields
    counter = None if sensor.counter is None else _counter(sensor.counter)
    return (*fields[:-2], _stored_health(sensor.health), counter)


def _sensor_of(rules: CompiledSensor, stored: SensorStored) -> Sensor:
    named = msgspec.structs.asdict(stored)
    del named["forgotten"]
    named["recent"] = _recent_of(stored)
    named["health"] = _health_of(stored.health)
    named["counter"] = None if stored.counter is None else CounterState(*_counter(stored.counter))
    return Sensor(rules, **named)


def _recent_of(stored: SensorStored) -> Recent:
    return Recent(stored.recent, forgotten=stored.forgotten)


def _stored_labels(labels: Labels) -> tuple[object, ...]:
    alerts = [(raised_ns, alert.sensor, alert.label) for raised_ns, alert in labels.alerts.items()]
    return alerts, labels.confirmed, labels.false_alarms


def _labels_of(stored: LabelsStored | None) -> Labels:
    if stored is None:
        return Labels()
    alerts = {raised_ns: LabelledAlert(sensor, label) for raised_ns, sensor, label in stored.alerts}
    return Labels(alerts, stored.confirmed, stored.false_alarms)


def _stored_health(health: dict[str, HealthEpisode]) -> dict[str, tuple[object, ...]]:
    return {condition: _health_episode(episode) for condition, episode in health.items()}


def _health_of(stored: dict[str, HealthStored]) -> dict[str, HealthEpisode]:
    return {condition: HealthEpisode(*_health_episode(episode)) for condition, episode in stored.items()}
