"""Units of measure: UCUM codes and what people write instead of them, and how a value converts between two of them.

A text is read in two ways at most: as a UCUM code, and as an alias (`SPELLINGS`). Some are both: "C" is coulomb to
UCUM and degree Celsius to people, "ft" is femtotonne and foot. Two rules decide:

- The unit of a sensor (`to`, and what `check_unit` is asked about) is the alias: a sensor in "C" or "F" is a
  temperature, one in "ft" a length. The electrical units have the aliases "coulomb" and "farad".
- The unit of a value is the UCUM code if that fits the sensor, otherwise the alias if that does: "C" is a charge for a
  sensor in "uC", and a temperature for one in "Cel".
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.ucum import Meaning, finite, ucum
from pipelines.twin.unit_spellings import ALIASES

MAX_UNIT_LENGTH = 64
"""The longest text that is read as a unit."""

MAX_CACHED = 4096
"""Conversions that are remembered: they come with messages, so their number is not ours."""

# What is only another way to write the characters of a code: m³/h, m^3/h, kg·m, N*m, µS/cm, kΩ. Powers and products
# are only rewritten behind a letter or a bracket: behind a digit they are none of a unit (10^3, 10*3, 10³).
_CHARACTERS = str.maketrans({"Ω": "Ohm", "\u2126": "Ohm", "·": ".", "⋅": ".", "∙": "."})
_MICRO = re.compile(r"[\u00b5\u03bc](?=[A-Za-z\[])")  # not by itself: "u" is a unit of mass
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_RAISED = re.compile(r"(?<=[A-Za-z\]])[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?!\d)")
_CARET = re.compile(r"(?<=[A-Za-z\]])\^(?=[+-]?\d)")
_STAR = re.compile(r"(?<=[A-Za-z\])])\*(?=[A-Za-z\[(])")

_HELP = "use a UCUM code such as Cel, kPa, m3/h or [degF]"
_TOO_LONG = Rejected(Reason.UNKNOWN_UNIT, f"a unit has at most {MAX_UNIT_LENGTH} characters: {_HELP}")


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a value gets from one unit into another: target = value * scale + offset.

    >>> Conversion(scale=0.01, offset=0.0)(250.0)
    2.5
    """

    scale: float
    offset: float

    def __call__(self, value: float) -> float:
        """The value in the other unit.

        >>> Conversion(scale=1.0, offset=-273.15)(300.0)
        26.850000000000023
        """
        return value * self.scale + self.offset


def conversion(unit: str, to: str) -> Conversion | Rejected:
    """How values in `unit` become values in `to`, the unit of the sensor.

    >>> conversion("kPa", "bar")
    Conversion(scale=0.01, offset=0.0)
    >>> conversion("°F", "Cel")(98.6)
    37.0
    >>> conversion("bar", "Cel").reason.value, conversion("furlong", "m").reason.value
    ('unit_mismatch', 'unknown_unit')
    """
    # Before the cache: it would keep a long text alive.
    if len(unit) > MAX_UNIT_LENGTH or len(to) > MAX_UNIT_LENGTH:
        return _TOO_LONG
    return _conversion(unit, to)


def check_unit(unit: str) -> Rejected | None:
    """Why a sensor can't have this unit; None where it can.

    >>> check_unit("m³/h"), check_unit("dB"), check_unit("1")
    (None, None, None)
    >>> check_unit("KPa/H").remedy
    "the unit 'KPa/H' is not known: use a UCUM code such as Cel, kPa, m3/h or [degF]"
    >>> check_unit("furlong").remedy
    "the unit 'furlong' is not known: did you mean '[fur_us]'?"
    """
    if len(unit) > MAX_UNIT_LENGTH:
        return _TOO_LONG
    return None if _readings(unit) else _unknown(unit)


@lru_cache(MAX_CACHED)
def _conversion(unit: str, to: str) -> Conversion | Rejected:
    readings, targets = _readings(unit), _readings(to)
    if not readings:
        return _unknown(unit)
    if not targets:
        return _unknown(to)
    if unit == to:
        return Conversion(1.0, 0.0)
    target = targets[-1]
    fitting = [reading for reading in readings if reading.dimension == target.dimension]
    if not fitting:
        return _mismatch(unit, to, target)
    source = fitting[0]
    scale = finite(source.scale / target.scale)
    offset = finite((source.offset - target.offset) / target.scale)
    if not scale or offset is None:
        remedy = f"values in {unit!r} are too far from {to!r} for a number: send them in {to!r}"
        return Rejected(Reason.UNKNOWN_UNIT, remedy)
    return Conversion(scale, offset)


@lru_cache(MAX_CACHED)
def _readings(text: str) -> tuple[Meaning, ...]:
    """As a UCUM code, then as an alias; what it can't be is left out."""
    plain = text.strip().translate(_CHARACTERS)
    plain = _MICRO.sub("u", plain)
    plain = _RAISED.sub(lambda power: power[0].translate(_SUPERSCRIPTS), plain)
    plain = _STAR.sub(".", _CARET.sub("", plain))
    # Aliases are told with and without blanks (% RH, mm Hg). In codes a blank is none of ours: "m s" is not "ms".
    alias = ALIASES.get(plain.replace(" ", ""))
    read = ucum().read
    readings = (read(plain), None if alias is None else read(alias))
    return tuple(reading for reading in readings if reading is not None)


def _unknown(text: str) -> Rejected:
    near = ucum().near.get(text.strip().casefold(), ())
    if not text.strip():
        advice = "leave it out, or use '1' for a number without a unit"
    elif near:
        advice = f"did you mean {' or '.join(map(repr, near))}?"
    else:
        advice = _HELP
    return Rejected(Reason.UNKNOWN_UNIT, f"the unit {text!r} is not known: {advice}")


def _mismatch(unit: str, to: str, target: Meaning) -> Rejected:
    sensor = f"{to!r} (read as {target.code!r})" if to in ALIASES else repr(to)
    remedy = f"{unit!r} does not convert to {sensor}, the unit of the sensor: send {to!r}, or change the definition"
    return Rejected(Reason.UNIT_MISMATCH, remedy)
