"""Units of measure: UCUM codes and what people write instead of them, and how a value converts between two of them.

A text is read in two ways at most: as a UCUM code, and as an alias (`SPELLINGS`). Some are both: "C" is coulomb to
UCUM and degree Celsius to people, "ft" is femtotonne and foot. Two rules decide:

- The unit of a sensor (`to`, and what `check_unit` is asked about) is the alias: a sensor in "C" or "F" is a
  temperature, one in "ft" a length. The electrical units have the aliases "coulomb" and "farad".
- The unit of a value is the UCUM code if that fits the sensor, otherwise the alias if that does: "C" is a charge for a
  sensor in "uC", and a temperature for one in "Cel".

ucumvert gives the grammar of UCUM, pint the arithmetic of dimensions. The units themselves are defined by UCUM's own
table, which comes with ucumvert, and not by ucumvert's mapping onto pint's units: version 0.3.2 takes `[cft_i]` for a
hundredth of a foot, `'` for a minute of time, `[Cal]` for a thousandth of itself and `[in_i'Hg]` 0.3 % too low. It also
means that no name of pint's is a unit here, and that factors are exact fractions until the last step.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from pipelines.twin.rejection import Reason, Rejected

if TYPE_CHECKING:
    import lark
    import pint

    Token: TypeAlias = lark.Token
    Tree: TypeAlias = lark.Tree[Token]
    Quantity: TypeAlias = pint.Quantity[Fraction]

MAX_UNIT_LENGTH = 64
"""The longest text that is read as a unit."""

MAX_CACHED = 4096
"""Conversions that are remembered: they come with messages, so their number is not ours."""

# Texts from outside must cost no more than milliseconds: brackets cost the parser most, powers the arithmetic.
_MAX_BRACKETS = 8
_MAX_EXPONENT = 99

SPELLINGS = MappingProxyType(
    {
        # temperature
        "Cel": "°C ℃ ºC C degC deg.C celsius Celsius",
        "[degF]": "°F ℉ ºF F degF deg.F fahrenheit Fahrenheit",
        "[degR]": "°R degR rankine Rankine",
        "K": "°K kelvin Kelvin",
        "K/min": "°C/min",
        "K/h": "°C/h",
        # pressure; neither barg nor psia: what gauge and absolute pressures differ by is not a matter of units
        "Pa": "pascal",
        "hPa": "hpa HPA",
        "kPa": "kpa KPA KPa Kpa",
        "MPa": "Mpa",
        "bar": "Bar BAR",
        "mbar": "mBar",
        "[psi]": "psi PSI lbf/in2",
        "atm/760": "torr Torr",
        "mm[Hg]": "mmHg",
        "[in_i'Hg]": "inHg",
        "cm[H2O]": "cmH2O",
        "mm[H2O]": "mmH2O mmWC mmWS",
        "m[H2O]": "mH2O mWC mWS",
        "[in_i'H2O]": "inH2O inWC inWG",
        # length, area, volume
        "um": "micron microns",
        "Ao": "Å",
        "m": "metre meter",
        "[mil_i]": "mil mils thou",
        "[in_i]": "in inch inches",
        "[ft_i]": "ft foot feet",
        "[yd_i]": "yd yard yards",
        "[mi_i]": "mi mile miles",
        "[nmi_i]": "nmi",
        "m2": "sqm",
        "har": "ha hectare",
        "[sin_i]": "in2 sqin",
        "[sft_i]": "ft2 sqft",
        "[acr_us]": "acre acres",
        "L": "litre liter litres liters ltr",
        "m3": "cbm",
        "cm3": "cc ccm",
        "[cin_i]": "in3 cuin",
        "[cft_i]": "ft3 cuft",
        "[gal_us]": "gal gallon gallons",
        "[qt_us]": "qt",
        "[foz_us]": "floz",
        "[bbl_us]": "bbl",
        # speed, acceleration, rotation, frequency
        "[ft_i]/s": "ft/s fps",
        "[ft_i]/min": "ft/min fpm",
        "[in_i]/s": "in/s ips",
        "[mi_i]/h": "mph mi/h",
        "km/h": "kph kmh kmph",
        "[kn_i]": "kn kt kts knot knots",
        "[g]": "g0 gn g-force",
        "[ft_i]/s2": "ft/s2",
        "/min": "rpm RPM r/min rev/min U/min bpm beats/min breaths/min",
        "/s": "rps rev/s",
        "Hz": "hz HZ hertz",
        "kHz": "khz KHz",
        "deg": "° º degree degrees",
        # flow
        "L/min": "lpm LPM",
        "m3/h": "m3/hr cbm/h",
        "L/h": "l/hr L/hr lph",
        "[gal_us]/min": "gpm GPM gal/min",
        "[gal_us]/h": "gph gal/h",
        "[cft_i]/min": "cfm CFM ft3/min",
        "[cft_i]/h": "ft3/h",
        "[cft_i]/s": "ft3/s cfs",
        "10*6.[gal_us]/d": "MGD mgd",
        "[bbl_us]/d": "bbl/d bpd",
        "kg/h": "kg/hr",
        "[lb_av]/h": "lb/h lb/hr pph",
        "[lb_av]/min": "lb/min",
        # mass, density, force, torque
        "kg": "KG Kg kilogram kilograms",
        "ug": "mcg",
        "t": "tonne tonnes",
        "[lb_av]": "lb lbs lbm pound pounds",
        "[oz_av]": "oz",
        "[lb_av]/[cft_i]": "lb/ft3",
        "[lbf_av]": "lbf",
        "N.m": "Nm N-m",
        "kN.m": "kNm",
        "mN.m": "mNm",
        "[ft_i].[lbf_av]": "ft.lb ft-lb ft.lbf ft-lbf lb.ft lb-ft lbf.ft lbf-ft",
        "[in_i].[lbf_av]": "in.lb in-lb in.lbf in-lbf lb.in lb-in lbf.in lbf-in",
        # energy and power
        "W.h": "Wh",
        "kW.h": "kWh KWH kwh Kwh KWh",
        "MW.h": "MWh",
        "GW.h": "GWh",
        "kW.h/m2": "kWh/m2",
        "kW.h/d": "kWh/d",
        "kW": "KW kw Kw",
        "[HP]": "hp HP bhp",
        "75.m.kgf/s": "PS",
        "V.A": "VA var VAr",
        "kV.A": "kVA KVA kvar kVAr kVAR",
        "MV.A": "MVA Mvar MVAr MVAR",
        "V.A.h": "VAh varh",
        "kV.A.h": "kVAh kvarh kVArh",
        "[Btu_IT]": "BTU Btu btu",
        "[Btu_IT]/h": "BTU/h Btu/h BTU/hr Btu/hr BTUH Btuh",
        "10*3.[Btu_IT]": "kBTU kBtu",
        "10*3.[Btu_IT]/h": "MBH",
        "10*6.[Btu_IT]": "MMBTU MMBtu",
        "10*5.[Btu_IT]": "therm therms",
        "12000.[Btu_IT]/h": "TR RT",
        # electricity, light, data
        "C": "coulomb",
        "F": "farad",
        "A": "amp amps ampere amperes",
        "mA": "mamp",
        "A.h": "Ah",
        "mA.h": "mAh",
        "V": "volt volts",
        "W": "watt watts",
        "Ohm": "ohm ohms",
        "kOhm": "kohm",
        "MOhm": "Mohm",
        "lx": "lux",
        "lm/[sft_i]": "fc footcandle",
        "bit/s": "bps",
        "kbit/s": "kbps",
        "Mbit/s": "Mbps",
        "Gbit/s": "Gbps",
        "By": "byte bytes",
        "kBy": "kB KB",
        "MBy": "MB",
        "GBy": "GB",
        "TBy": "TB",
        "KiBy": "KiB",
        "MiBy": "MiB",
        "GiBy": "GiB",
        "kBy/s": "kB/s KB/s",
        "MBy/s": "MB/s",
        # time
        "ms": "msec",
        "s": "sec secs second seconds",
        "min": "mins minute minutes",
        "h": "hr hrs hour hours",
        "d": "day days",
        "wk": "week weeks",
        "a": "yr year years",
        # shares, counts, water and air
        "%": "pct percent %RH %rh %r.H. RH rh %r.F. vol% Vol% %vol",
        "[ppth]": "‰",
        "[ppm]": "ppm PPM ppmv",
        "[ppb]": "ppb PPB ppbv",
        "1": "count counts pcs",
        "[pH]": "pH PH",
        "[NTU]": "NTU",
        "[FNU]": "FNU",
        # health
        "[IU]": "IU",
        "[IU]/L": "IU/L IU/l",
        "m[IU]/mL": "mIU/mL",
        "m[IU]/L": "mIU/L",
        "u[IU]/mL": "uIU/mL",
        "meq/L": "mEq/L mEq/l",
        "mosm/kg": "mOsm/kg",
        "[CFU]/mL": "CFU/mL CFU/ml",
        "/uL": "cells/uL",
        "10*3/uL": "K/uL x10^3/uL",
        "10*6/uL": "M/uL x10^6/uL",
        "10*9/L": "10⁹/L x10^9/L G/L",
        "10*12/L": "10¹²/L x10^12/L T/L",
        "[Cal]": "Cal",
    }
)
"""Aliases by the UCUM code that they stand for, several to a line: the one list of what is taken beside UCUM codes."""

ALIASES = MappingProxyType({alias: code for code, aliases in SPELLINGS.items() for alias in aliases.split()})
"""The UCUM code of each alias.

>>> ALIASES["°C"], ALIASES["gpm"], "furlong" in ALIASES
('Cel', '[gal_us]/min', False)
"""

# What is only another way to write the characters of a code: m³/h, m^3/h, kg·m, N*m, µS/cm, kΩ. Powers and products
# are only rewritten behind a letter or a bracket: behind a digit they are none of a unit (10^3, 10*3, 10³).
_CHARACTERS = str.maketrans({"Ω": "Ohm", "\u2126": "Ohm", "·": ".", "⋅": ".", "∙": "."})
_MICRO = re.compile(r"[\u00b5\u03bc](?=[A-Za-z\[])")  # not by itself: "u" is a unit of mass
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_RAISED = re.compile(r"(?<=[A-Za-z\]])[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?!\d)")
_CARET = re.compile(r"(?<=[A-Za-z\]])\^(?=[+-]?\d)")
_STAR = re.compile(r"(?<=[A-Za-z\])])\*(?=[A-Za-z\[(])")

# The scales whose zero is not that of their dimension, in kelvin: the size of a degree, and where its scale begins.
_DEGREES = {"Cel": Fraction(1), "[degF]": Fraction(5, 9), "[degRe]": Fraction(5, 4)}
_ZERO = Fraction(0)
_ZEROS = {
    "Cel": Fraction("273.15"),
    "[degF]": Fraction("459.67") * Fraction(5, 9),
    "[degRe]": Fraction("273.15"),
}

# To UCUM these are numbers, so that mmol/L would be a count per litre and By would be 8. SI and pint know better.
_COUNTED = frozenset({"mol", "bit"})

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


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a text means: a value x is x * scale + offset in the base units of its dimension."""

    code: str
    scale: Fraction
    offset: Fraction
    dimension: object


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
    scale = _finite(source.scale / target.scale)
    offset = _finite((source.offset - target.offset) / target.scale)
    if not scale or offset is None:
        remedy = f"values in {unit!r} are too far from {to!r} for a number: send them in {to!r}"
        return Rejected(Reason.UNKNOWN_UNIT, remedy)
    return Conversion(scale, offset)


@lru_cache(MAX_CACHED)
def _readings(text: str) -> tuple[_Reading, ...]:
    """As a UCUM code, then as an alias; what it can't be is left out."""
    plain = text.strip().translate(_CHARACTERS)
    plain = _MICRO.sub("u", plain)
    plain = _RAISED.sub(lambda power: power[0].translate(_SUPERSCRIPTS), plain)
    plain = _STAR.sub(".", _CARET.sub("", plain))
    # Aliases are told with and without blanks (% RH, mm Hg). In codes a blank is none of ours: "m s" is not "ms".
    alias = ALIASES.get(plain.replace(" ", ""))
    read = _ucum().read
    readings = (read(plain), None if alias is None else read(alias))
    return tuple(reading for reading in readings if reading is not None)


def _finite(number: Fraction) -> float | None:
    """The closest float, if there is one."""
    try:
        return float(number)
    except OverflowError:
        return None


def _unknown(text: str) -> Rejected:
    near = _ucum().near.get(text.strip().casefold(), ())
    if not text.strip():
        advice = "leave it out, or use '1' for a number without a unit"
    elif near:
        advice = f"did you mean {' or '.join(map(repr, near))}?"
    else:
        advice = _HELP
    return Rejected(Reason.UNKNOWN_UNIT, f"the unit {text!r} is not known: {advice}")


def _mismatch(unit: str, to: str, target: _Reading) -> Rejected:
    sensor = f"{to!r} (read as {target.code!r})" if to in ALIASES else repr(to)
    remedy = f"{unit!r} does not convert to {sensor}, the unit of the sensor: send {to!r}, or change the definition"
    return Rejected(Reason.UNIT_MISMATCH, remedy)


class _Ucum:
    """UCUM's table of units and its grammar, on a pint registry that knows no other unit.

    Attributes
    ----------
    near
        Units by their name, or by their code or alias in whatever case: what an unknown text may have meant.
    """

    def __init__(self) -> None:
        # Not at the top of the module: these imports take a third of a second.
        import pint  # noqa: PLC0415
        import ucumvert  # noqa: PLC0415
        from ucumvert import xml_util  # noqa: PLC0415

        self._table = {unit.code_cs: unit for unit in xml_util.get_units_with_full_definition()}
        self._prefixes = {
            prefix.attrib["Code"]: Fraction(prefix.find("{*}value").attrib["value"])
            for prefix in xml_util.root.findall("{*}prefix")
        }
        self._registry: pint.UnitRegistry[Fraction] = pint.UnitRegistry(None, non_int_type=Fraction)
        self._atoms: dict[str, Quantity] = {}
        self._parser = ucumvert.get_ucum_parser()
        self._parse = ucumvert.parse_ucum
        self._transformer = ucumvert.UcumToPintTransformer(ureg=self._registry)
        # lark finds its handlers by name: what ucumvert would ask pint's own units comes from the table instead.
        self._transformer.simple_unit = self._simple_unit
        self._transformer.annotatable = self._power
        self.near = self._by_name(xml_util.get_base_units() + xml_util.get_metric_units())

    def read(self, code: str) -> _Reading | None:
        """What a UCUM code means; None where the text is none, or its factor is beyond what a number can be."""
        from lark.exceptions import LarkError  # noqa: PLC0415

        if code.count("(") > _MAX_BRACKETS:
            return None
        try:
            tree = self._parse(code, self._parser)
            quantity = self._quantity(tree)
        except LarkError:  # of the grammar, or around what went wrong in a handler
            return None
        if not _finite(quantity.magnitude):
            return None
        return _Reading(code, quantity.magnitude, _ZEROS.get(_only_atom(tree), _ZERO), quantity.units)

    def _quantity(self, tree: "Tree") -> "Quantity":
        value = self._transformer.transform(tree)
        # Annotations alone, such as {rev}, leave a token, or a plain number where they stand in a product.
        return value if isinstance(value, self._registry.Quantity) else self._registry.Quantity(Fraction(1))

    def _simple_unit(self, tokens: "list[Token]") -> "Quantity":
        *prefix, code = map(str, tokens)
        if code.isdigit():
            return self._registry.Quantity(Fraction(code))
        return self._prefixes[prefix[0]] * self._atom(code) if prefix else self._atom(code)

    def _power(self, unit_and_exponent: "tuple[Quantity, Token]") -> "Quantity":
        unit, token = unit_and_exponent
        exponent = int(token)
        if abs(exponent) > _MAX_EXPONENT:
            raise OverflowError(f"a power of {exponent} would take too long")
        powered: Quantity = unit**exponent
        return powered

    def _atom(self, code: str) -> "Quantity":
        if code not in self._atoms:
            self._atoms[code] = self._define(code)
        return self._atoms[code]

    def _define(self, code: str) -> "Quantity":
        if code in _DEGREES:
            degree: Quantity = self._atom("K") * _DEGREES[code]
            return degree
        unit = self._table.get(code)
        if unit is None or code in _COUNTED or unit.is_special or (unit.is_arbitrary and unit.defining_unit == "1"):
            # A dimension of its own: a scale that isn't linear (dB, pH) or by agreement (IU) converts to no other.
            name = f"unit_{code.encode().hex()}"  # codes are no names to pint
            self._registry.define(f"{name} = [{name}]")
            return self._registry.Quantity(Fraction(1), name)
        defined: Quantity = self._quantity(self._parser.parse(unit.defining_unit)) * Fraction(unit.conversion_factor)
        return defined

    def _by_name(self, metric: list[str]) -> dict[str, tuple[str, ...]]:
        codes = [*self._table, *metric, *(prefix + code for prefix in self._prefixes for code in metric)]
        named = [(code, code) for code in codes] + [(unit.name, code) for code, unit in self._table.items()]
        near: dict[str, set[str]] = {}
        for name, code in [*named, *ALIASES.items()]:
            near.setdefault(name.casefold(), set()).add(code)
        return {name: tuple(sorted(units)) for name, units in near.items()}


@cache
def _ucum() -> _Ucum:
    return _Ucum()


def _only_atom(tree: "Tree") -> str:
    """The atom of a text that is one unit, perhaps with prefix and annotation; in products there is none.

    A degree counts from its zero only by itself: Cel/min and kW.h/Cel are about differences.
    """
    if tree.data == "simple_unit":
        return str(tree.children[-1])
    first, *others = tree.children
    if isinstance(first, str) or (others and tree.data != "component"):
        return ""
    return _only_atom(first)
