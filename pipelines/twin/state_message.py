"""A twin's state as the body of a message on `twin.state`.

Every changed twin is told once a second, so with many twins this costs as much as the step: the fields are put
together once, as plain values, and pydantic is left to those who read them.
"""

import orjson

from pipelines.twin.event_time import to_datetime
from pipelines.twin.explanation import contributions
from pipelines.twin.runtime import Runtime
from pipelines.twin.sensor import Sensor
from schemas.quality import quality_of
from schemas.state import TwinState

Fields = dict[str, object]
"""A part of a `TwinState` by field name; what is not known is left out."""


def twin_state(runtime: Runtime) -> TwinState:
    """The twin as it stands now."""
    return TwinState.model_validate(_fields(runtime))


def encode_state(runtime: Runtime) -> bytes:
    """The twin as it stands now: JSON of a `TwinState`."""
    return orjson.dumps(_fields(runtime), option=orjson.OPT_UTC_Z)


def _fields(runtime: Runtime) -> Fields:
    twin = runtime.twin
    fields: Fields = {
        "twin_id": twin.twin_id,
        "twin_type": twin.twin_type,
        "state": runtime.condition,
        "counts": runtime.ledger.totals(),
        "presence": runtime.presence,
        "place": twin.place,
    }
    if runtime.newest_ns is not None:
        fields["ts"] = to_datetime(runtime.newest_ns)
    if runtime.score is not None:
        fields["score"] = runtime.score
    if twin.detecting and not runtime.warm:
        fields["warming"] = _warming(runtime)
    fields |= _model(runtime)
    if (alert_id := runtime.alert_id) is not None:
        fields["alert_id"] = alert_id
        fields["since"] = to_datetime(runtime.episode.since_ns)
    if runtime.warm and runtime.newest_ns is not None:
        told = contributions(runtime, runtime.newest_ns)
        fields["contributions"] = [one.model_dump(exclude_none=True) for one in told]
    fields["health"] = _unhealthy(runtime)
    fields["missing"] = runtime.missing()
    fields["sensors"] = {name: _sensor(sensor) for name, sensor in runtime.sensors.items() if sensor.ts_ns}
    return fields


def _warming(runtime: Runtime) -> Fields:
    """How far the detector has got, in samples and in the time that the usual pace of messages takes for the rest."""
    detector = runtime.detector
    samples, needed = detector.samples, detector.needed
    fields: Fields = {"samples": samples, "needed": needed}
    if detector.period_s > 0:
        fields["remaining_s"] = max(0, needed - samples) * detector.period_s
    return fields


def _model(runtime: Runtime) -> Fields:
    """What the detector rests on, and what operators found of its alerts."""
    fields: Fields = {"model_version": runtime.model_version}
    if samples := runtime.detector.samples:
        training: Fields = {"samples": samples}
        if runtime.learning_since_ns is not None:
            training["since"] = to_datetime(runtime.learning_since_ns)
        if deviations := runtime.detector.deviations():
            training["deviations"] = deviations
        fields["training"] = training
    labels = runtime.labels
    if (precision := labels.precision) is not None:
        fields["feedback"] = {
            "confirmed": labels.confirmed,
            "false_alarms": labels.false_alarms,
            "precision": precision,
        }
    return fields


def _sensor(sensor: Sensor) -> Fields:
    flaw = sensor.flaw
    fields: Fields = {
        "value": sensor.value,
        "ts": to_datetime(sensor.ts_ns),
        "unit": sensor.rules.unit,
        "quality": quality_of(flaw),
        "presence": sensor.presence,
    }
    if flaw is not None:
        fields["flaw"] = flaw
    if sensor.counter is not None and sensor.counter.rate is not None:
        fields["rate"] = sensor.counter.rate
    return fields


def _unhealthy(runtime: Runtime) -> list[Fields]:
    found: list[Fields] = [
        {"condition": condition, "alert_id": runtime.health_id(condition, None, episode.raised_ns)}
        for condition, episode in runtime.health.items()
    ]
    for name, sensor in runtime.sensors.items():
        for condition, episode in sensor.health.items():
            alert = runtime.health_id(condition, name, episode.raised_ns)
            found.append({"sensor": name, "condition": condition, "alert_id": alert})
    return found
