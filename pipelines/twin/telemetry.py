"""From the bytes of a telemetry message to its head and its readings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import orjson

from pipelines.twin.event_time import ANY_CLOCK, AmbiguousTime, Clock, parse_event_time
from pipelines.twin.identifiers import parse_identifier, parse_twin_id
from pipelines.twin.rejection import Reason, Rejected
from schemas.observation import SEQ_LIMIT
from schemas.quality import Flaw

MAX_MESSAGE_BYTES = 256 * 1024
"""Larger messages are rejected before they are parsed."""

MAX_READINGS = 1_000
"""A message with more readings is rejected as a whole, so that one message can't cause a flood of dead letters."""

MAX_DEPTH = 16
"""Objects and arrays within each other; an observation needs three."""


@dataclass(slots=True)
class Head:
    """What a telemetry message says of all its readings.

    Attributes
    ----------
    flaw
        What is wrong with every reading because of its time.
    """

    ts_ns: int
    seq: int | None
    historical: bool
    flaw: Flaw | None


def parse_object(value: bytes | None) -> Mapping[str, object] | Rejected:
    """The JSON object in a message's bytes.

    Of a key that stands twice the last counts. NaN and Infinity, which JSON does not know but some senders write,
    are read as such, so that they are rejected as values and not as a broken message.

    >>> parse_object(b'{"a": 1, "a": 2}'), parse_object(b"[]").reason.value
    ({'a': 2}, 'not_object')
    """
    if value is None:
        return Rejected(Reason.TOMBSTONE, "a null deletes nothing here; a retirement belongs on twin.definitions")
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
    if value.count(b"{") + value.count(b"[") > MAX_DEPTH and _deeper_than(parsed, MAX_DEPTH):
        return _TOO_DEEP
    return cast(Mapping[str, object], parsed)


_TOO_DEEP = Rejected(Reason.TOO_DEEP, f"nest at most {MAX_DEPTH} levels; an observation needs three")


def _deeper_than(parsed: object, limit: int) -> bool:
    """Whether objects and arrays are nested more than `limit` levels; level by level, without recursion."""
    level = [parsed]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _lenient(value: bytes) -> object:
    if not value.strip():
        return Rejected(Reason.EMPTY, "send a JSON object")
    try:
        parsed: object = json.loads(value)
        # A lone surrogate is JSON to Python and to nobody else: it could never be written again.
        json.dumps(parsed, ensure_ascii=False).encode()
        return parsed
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return Rejected(Reason.NOT_JSON, "send UTF-8 JSON; see schemas/json")


def parse_head(body: Mapping[str, object], clock: Clock = ANY_CLOCK) -> Head | Rejected:
    """Event time, running number and whether it is history, of either shape of observation.

    >>> parse_head({"ts": 1700000000, "seq": 7}).seq
    7
    """
    ts_ns = parse_event_time(body.get("ts"), clock)
    flaw = None
    if isinstance(ts_ns, Rejected):
        return ts_ns
    if isinstance(ts_ns, AmbiguousTime):
        ts_ns, flaw = ts_ns.ts_ns, Flaw.UNCERTAIN_TIME
    seq = body.get("seq")
    if seq is not None and not (isinstance(seq, int) and not isinstance(seq, bool) and -SEQ_LIMIT < seq < SEQ_LIMIT):
        return Rejected(Reason.BAD_SEQ, "seq is the source's running number: a whole 64-bit number, or left out")
    historical = body.get("historical", False)
    if not isinstance(historical, bool):
        return Rejected(Reason.BAD_HISTORICAL, "historical is true or false, or left out")
    return Head(ts_ns, seq, historical, flaw)


def readings(body: Mapping[str, object]) -> Mapping[str, object] | Rejected:
    """Each sensor's value, or the object that holds it, of either shape of observation.

    >>> readings({"sensor": "t1", "ts": 0, "value": 21.5, "unit": "Cel"})["t1"]["unit"]
    'Cel'
    """
    values = body.get("values")
    if values is None and "values" not in body:
        sensor = body.get("sensor")
        if not isinstance(sensor, str) or not sensor:
            return Rejected(Reason.MISSING_SENSOR, "name the sensor in 'sensor', or send several in 'values'")
        return {sensor: body}
    if not isinstance(values, dict) or not values:
        return Rejected(Reason.MISSING_VALUE, "'values' is an object with a value for each sensor")
    if len(values) > MAX_READINGS:
        return Rejected(Reason.TOO_LARGE, f"send at most {MAX_READINGS} readings in a message")
    return values


def source_of(body: Mapping[str, object] | Rejected) -> str | None:
    """The gateway or device that sent a message, if it says so in a usable way."""
    named = None if isinstance(body, Rejected) else body.get("source")
    source = None if named is None else parse_identifier(named)
    return None if isinstance(source, Rejected) else source


def twin_of(key: bytes | None, body: Mapping[str, object]) -> str | Rejected:
    """The twin that a parsed message speaks of."""
    return parse_twin_id(key, body.get("twin_id"))
