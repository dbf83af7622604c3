"""One reading at the door: a number in the sensor's unit, or why it is not accepted."""

from collections.abc import Mapping

from pipelines.twin.compiled import CompiledSensor
from pipelines.twin.ledger import Ledger, Note
from pipelines.twin.number import parse_binary, parse_number
from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.units import Conversion, conversion
from schemas.definition import SensorRole
from schemas.quality import Flaw, Quality

_CLAIMS: Mapping[str, Flaw | None] = {
    Quality.GOOD: None,
    Quality.UNCERTAIN: Flaw.UNCERTAIN_STATUS,
    Quality.BAD: Flaw.BAD_STATUS,
}


def admit(sensor: CompiledSensor, raw: object, ledger: Ledger) -> tuple[float, Flaw | None] | Rejected:
    """The value that a reading holds, and what its sender says is wrong with it.

    Parameters
    ----------
    raw
        The value, or an object with `value` and perhaps `unit` and `quality`.
    ledger
        Counts what is repaired.
    """
    claimed = None
    unit: object = None
    if isinstance(raw, dict):
        if "value" not in raw:
            return Rejected(Reason.MISSING_VALUE, "add 'value'")
        claim = raw.get("quality")
        if claim is not None:
            if not isinstance(claim, str) or claim not in _CLAIMS:
                return Rejected(Reason.BAD_QUALITY, f"quality is one of {', '.join(_CLAIMS)}")
            claimed = _CLAIMS[claim]
        unit = raw.get("unit")
        raw = raw["value"]
    number = parse_binary(raw) if sensor.role is SensorRole.BINARY else parse_number(raw)
    if isinstance(number, Rejected):
        return number
    if isinstance(raw, str):
        ledger.notes[Note.COERCED] += 1
    if unit is None or unit == sensor.unit:
        return number, claimed
    converted = _convert(sensor, number, unit)
    if isinstance(converted, Rejected):
        return converted
    ledger.notes[Note.CONVERTED] += 1
    return converted, claimed


def _convert(sensor: CompiledSensor, number: float, unit: object) -> float | Rejected:
    if not isinstance(unit, str):
        return Rejected(Reason.UNKNOWN_UNIT, "unit is a UCUM code in a text")
    into = conversion(unit, sensor.unit)
    if not isinstance(into, Conversion):
        return into
    # A conversion can leave the limits that the number itself kept.
    return parse_number(into(number))
