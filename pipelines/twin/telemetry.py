"""From the bytes of a telemetry message to its readings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import orjson

from pipelines.twin.event_time import parse_event_time
from pipelines.twin.identifiers import parse_twin_id
from pipelines.twin.number import parse_number
from pipelines.twin.rejection import Reason, Rejected
from schemas.quality import Quality

MAX_MESSAGE_BYTES = 256 * 1024
"""Larger messages are rejected before they are parsed."""

MAX_READINGS = 1_000
"""A message with more readings is rejected as a whole, so that one message can't cause a flood of dead letters."""

_QUALITIES = {quality.value: quality for quality in Quality}


@dataclass(frozen=True, slots=True)
class Reading:
    """One sensor's value at the message's event time."""

    sensor: str
    value: float
    unit: str | None = None
    quality: Quality = Quality.GOOD


@dataclass(frozen=True, slots=True)
class RejectedReading:
    """A part of a message that is not accepted, while its other parts are."""

    sensor: str
    rejected: Rejected


@dataclass(frozen=True, slots=True)
class Telemetry:
    """A telemetry message, taken apart."""

    ts_ns: int
    readings: tuple[Reading | RejectedReading, ...]


def parse_object(value: bytes | None) -> Mapping[str, object] | Rejected:
    """The JSON object in a message's bytes.

    Of a key that stands twice the last counts. NaN and Infinity, which JSON does not know but some senders write,
    are read as such, so that they are rejected as values and not as a broken message.

    >>> parse_object(b'{"a": 1, "a": 2}'), parse_object(b"[]").reason.value
    ({'a': 2}, 'not_object')
    """
    if value is None or not value.strip():
        return Rejected(Reason.EMPTY, "send a JSON object; a retirement belongs on twin.definitions")
    if len(value) > MAX_MESSAGE_BYTES:
        return Rejected(Reason.TOO_LARGE, f"keep a message within {MAX_MESSAGE_BYTES} bytes; split the readings")
    try:
        parsed: object = orjson.loads(value)
    except orjson.JSONDecodeError:
        parsed = _lenient(value)
    if isinstance(parsed, Rejected):
        return parsed
    if not isinstance(parsed, dict):
        return Rejected(Reason.NOT_OBJECT, "send one JSON object per message")
    if len(parsed) > MAX_READINGS:
        return Rejected(Reason.TOO_LARGE, f"send at most {MAX_READINGS} fields in a message")
    return cast(Mapping[str, object], parsed)


def _lenient(value: bytes) -> object:
    try:
        parsed: object = json.loads(value)
        # A lone surrogate is JSON to Python and to nobody else: it could never be written again.
        json.dumps(parsed, ensure_ascii=False).encode()
        return parsed
    except RecursionError:
        return Rejected(Reason.TOO_DEEP, "an observation needs no nesting beyond three levels")
    except ValueError:
        return Rejected(Reason.NOT_JSON, "send UTF-8 JSON; see schemas/json/Observation.json")


def parse_telemetry(body: Mapping[str, object]) -> Telemetry | Rejected:
    """The readings of either shape of observation; each bad reading is rejected by itself.

    >>> parse_telemetry({"sensor": "t1", "ts": 1700000000, "value": 21.5}).readings
    (Reading(sensor='t1', value=21.5, unit=None, quality=<Quality.GOOD: 'good'>),)
    """
    ts_ns = parse_event_time(body.get("ts"))
    if isinstance(ts_ns, Rejected):
        return ts_ns
    seq = body.get("seq")
    if seq is not None and (isinstance(seq, bool) or not isinstance(seq, int)):
        return Rejected(Reason.BAD_SEQ, "seq is the source's running number: a whole number, or left out")
    if "values" not in body:
        sensor = body.get("sensor")
        if not isinstance(sensor, str) or not sensor:
            return Rejected(Reason.MISSING_SENSOR, "name the sensor in 'sensor', or send several in 'values'")
        return Telemetry(ts_ns, (_reading(sensor, body),))
    values = body["values"]
    if not isinstance(values, dict) or not values:
        return Rejected(Reason.MISSING_VALUE, "'values' is an object with a value for each sensor")
    if len(values) > MAX_READINGS:
        return Rejected(Reason.TOO_LARGE, f"send at most {MAX_READINGS} readings in a message")
    return Telemetry(
        ts_ns,
        tuple(
            _reading(sensor, value if isinstance(value, dict) else {"value": value}) for sensor, value in values.items()
        ),
    )


def _reading(sensor: str, fields: Mapping[str, object]) -> Reading | RejectedReading:
    if "value" not in fields:
        return RejectedReading(sensor, Rejected(Reason.MISSING_VALUE, "add 'value'"))
    number = parse_number(fields["value"])
    if isinstance(number, Rejected):
        return RejectedReading(sensor, number)
    unit = fields.get("unit")
    if unit is not None and not isinstance(unit, str):
        return RejectedReading(sensor, Rejected(Reason.UNKNOWN_UNIT, "unit is a UCUM code in a text"))
    claimed = fields.get("quality")
    if claimed is None:
        return Reading(sensor, number, unit)
    quality = _QUALITIES.get(claimed) if isinstance(claimed, str) else None
    if quality is None:
        return RejectedReading(sensor, Rejected(Reason.BAD_QUALITY, f"quality is one of {', '.join(_QUALITIES)}"))
    return Reading(sensor, number, unit, quality)


def twin_of(key: bytes | None, body: Mapping[str, object]) -> str | Rejected:
    """The twin that a parsed message speaks of."""
    return parse_twin_id(key, body.get("twin_id"))
