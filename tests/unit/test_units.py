"""Values arrive in the unit of their sensor in whatever unit they are sent, and no text is taken for another unit."""

import itertools
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.unit_spellings import ALIASES, SPELLINGS
from pipelines.twin.units import Conversion, check_unit, conversion


def converted(value: float, unit: str, to: str) -> float:
    found = conversion(unit, to)
    assert isinstance(found, Conversion), found
    return found(value)


def refused(unit: str, to: str) -> Rejected:
    found = conversion(unit, to)
    assert isinstance(found, Rejected), found
    return found


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (98.6, "[degF]", "Cel", 37.0),
        (70.0, "degF", "Cel", 190 / 9),
        (-40.0, "°F", "°C", -40.0),
        (0.0, "Cel", "K", 273.15),
        (491.67, "[degR]", "Cel", 0.0),
        (80.0, "[degRe]", "Cel", 100.0),
        (2500.0, "mCel", "Cel", 2.5),
        (21.0, "Cel{room}", "[degF]", 69.8),
        (21.0, "(Cel)", "K", 294.15),
        (250.0, "kPa", "bar", 2.5),
        (101325.0, "Pa", "hPa", 1013.25),
        (29.92, "inHg", "hPa", 1013.2045),
        (100.0, "psi", "bar", 6.894757),
        (760.0, "mmHg", "kPa", 101.32472),
        (760.0, "torr", "Pa", 101325.0),
        (1.0, "inH2O", "Pa", 249.08891),
        (60.0, "l/min", "m3/h", 3.6),
        (1.0, "m³/h", "L/s", 1 / 3.6),
        (1.0, "m^3/h", "l/min", 1000 / 60),
        (1000.0, "cfm", "m3/h", 1699.01079552),
        (10.0, "gpm", "L/min", 37.85411784),
        (1.0, "MGD", "gpm", 1e6 / 1440),
        (1500.0, "rpm", "Hz", 25.0),
        (25.0, "Hz", "{rev}/min", 1500.0),
        (1500.0, "U/min", "1/min", 1500.0),
        (60.0, "mph", "km/h", 96.56064),
        (10.0, "kn", "km/h", 18.52),
        (12.0, "in/s", "mm/s", 304.8),
        (2.0, "g0", "m/s²", 19.6133),
        (2.0, "m/s^2", "m/s2", 2.0),
        (1.0, "kWh", "MJ", 3.6),
        (1.0, "kW*h", "Wh", 1000.0),
        (1.0, "BTU/h", "W", 0.29307107),
        (1.0, "hp", "kW", 0.74569987),
        (1.0, "PS", "kW", 0.73549875),
        (1.0, "TR", "kW", 3.51685284),
        (5.0, "N·m", "Nm", 5.0),
        (1.0, "ft-lb", "N.m", 1.3558179483),
        (45.0, "%", "1", 0.45),
        (45.0, "% RH", "%", 45.0),
        (400.0, "ppm", "%", 0.04),
        (3.0, "µm", "mm", 0.003),
        (3.0, "\u03bcm", "\u00b5m", 3.0),
        (4.7, "kΩ", "Ohm", 4700.0),
        (1.0, "µS/cm", "mS/m", 0.1),
        (1.2, "W/(m²·K)", "W/m2/K", 1.2),
        (1.0, "m·s⁻¹", "km/h", 3.6),
        (90.0, "mg/dl", "g/L", 0.9),
        (5.0, "10^3/µL", "10*9/L", 5.0),
        (5.0, "10⁹/L", "/nL", 5.0),
        (120.0, "bpm", "/min", 120.0),
        (1.0, "Cal", "kcal", 1.0),
        (1.0, "Cel/min", "K/s", 1 / 60),
        (2.0, "°C/min", "[degF]/h", 216.0),
        (180.0, "°", "rad", math.pi),
        (30.0, "'", "deg", 0.5),
        (1.0, "g%", "g/L", 10.0),
        (10.0, "G", "mT", 1.0),
        (8.0, "MB/s", "Mbit/s", 64.0),
        (30.0, "dB", "B", 3.0),
    ],
)
def test_a_value_gets_into_the_unit_of_its_sensor(value, unit, to, expected):
    assert converted(value, unit, to) == pytest.approx(expected, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(
    ("unit", "to", "scale"),
    [
        ("kPa", "bar", 0.01),
        ("mbar", "bar", 0.001),
        ("Pa", "hPa", 0.01),
        ("%", "1", 0.01),
        ("[ppm]", "1", 1e-6),
        ("um", "m", 1e-6),
        ("l/min", "m3/h", 0.06),
        ("rpm", "Hz", 1 / 60),
        ("[in_i]", "mm", 25.4),
        ("kWh", "J", 3.6e6),
        ("kn", "km/h", 1.852),
        ("[cft_i]", "m3", 0.028316846592),
    ],
)
def test_a_factor_is_the_float_that_is_closest_to_the_true_one(unit, to, scale):
    assert conversion(unit, to) == Conversion(scale, 0.0)


def test_a_temperature_carries_no_noise_of_the_conversion():
    assert converted(98.6, "[degF]", "Cel") == pytest.approx(37.0, abs=1e-9)
    assert conversion("Cel", "K") == Conversion(1.0, 273.15)
    assert conversion("K", "Cel") == Conversion(1.0, -273.15)


@pytest.mark.parametrize("unit", ["Cel", "°C", "1", "m³/h", "dB", "[pH]", "pH", "B[SPL]", "[IU]/L", "{rev}/min", "C"])
def test_the_sensor_s_own_unit_changes_nothing(unit):
    assert conversion(unit, unit) == Conversion(1.0, 0.0)
    assert conversion(f" {unit} ", unit) == Conversion(1.0, 0.0)


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("bar", "Cel"),
        ("m", "m2"),
        ("kW", "kW.h"),
        ("rad", "1"),
        ("deg", "%"),
        ("rad/s", "Hz"),
        ("[pH]", "dB"),
        ("dB", "B[SPL]"),
        ("dB[W]", "W"),
        ("[pH]", "mol/L"),
        ("[IU]", "1"),
        ("[IU]/L", "U/L"),
        ("[CFU]/mL", "/mL"),
        ("mmol/L", "/L"),
        ("mmol/L", "mg/dL"),
        ("By", "1"),
        ("Cel/min", "Cel"),
    ],
)
def test_another_quantity_is_no_value_of_the_sensor(unit, to):
    rejected = refused(unit, to)
    assert rejected.reason is Reason.UNIT_MISMATCH
    assert repr(unit) in rejected.remedy
    assert repr(to) in rejected.remedy
    assert refused(to, unit).reason is Reason.UNIT_MISMATCH


@pytest.mark.parametrize(
    "text",
    [
        "furlong",
        "furlongs",
        "degree_Celsius",
        "meter ** 2",
        "kilometer_per_hour",
        "pound_force_per_square_inch",
        "planck_constant",
        "dimensionless",
        "",
        " ",
        "m s",
        "0",
        "1e3",
        "-1",
        "m0",
        "m++2",
        "m//s",
        "m/",
        "()",
        "nan",
        "NaN",
        "inf",
        "none",
        "VAC",
        "barg",
        "__import__('os')",
        "m\n",
        "m\x00",
        "\ud800",
        "m²3",
        "10²",
        "μ",
        "\N{SNOWMAN}",
    ],
)
def test_what_is_no_unit_is_refused_wherever_it_stands(text):
    if text == "m\n":
        # Blanks around a code are none of the code.
        assert check_unit(text) is None
        return
    rejected = check_unit(text)
    assert rejected is not None
    assert rejected.reason is Reason.UNKNOWN_UNIT
    assert repr(text) in rejected.remedy
    assert refused(text, "m") == refused("m", text) == refused(text, text) == rejected


@pytest.mark.parametrize(
    ("text", "advice"),
    [("furlong", "[fur_us]"), ("kPA", "kPa"), ("BAR/h", "kPa"), ("degree Celsius", "Cel"), ("", "1"), ("CEL", "Cel")],
)
def test_the_remedy_names_what_was_meant_where_that_is_clear(text, advice):
    rejected = check_unit(text)
    assert rejected is not None
    assert advice in rejected.remedy


def test_c_and_f_are_temperatures_for_a_sensor_and_what_fits_for_a_value():
    assert check_unit("C") is check_unit("F") is None
    assert converted(98.6, "F", "C") == pytest.approx(37.0)
    assert converted(98.6, "F", "Cel") == pytest.approx(37.0)
    assert converted(0.0, "C", "K") == pytest.approx(273.15)
    assert converted(1.0, "C", "uC") == pytest.approx(1e6)
    assert converted(1.0, "C", "A.s") == 1.0
    assert converted(1.0, "uF", "farad") == pytest.approx(1e-6)
    assert converted(1.0, "nC", "coulomb") == pytest.approx(1e-9)
    assert "[degF]" in refused("uF", "F").remedy


def test_an_alias_that_is_also_a_code_is_what_people_mean():
    assert converted(1.0, "m", "ft") == pytest.approx(1 / 0.3048)
    assert converted(1.0, "ft3", "m3") == pytest.approx(0.3048**3)
    assert converted(1.0, "GB", "MB") == 1000.0
    assert converted(36.0, "km/h", "kt") == pytest.approx(36 / 1.852)


def test_each_alias_stands_for_one_code_and_means_it():
    named = Counter(alias for aliases in SPELLINGS.values() for alias in aliases.split())
    assert [alias for alias, times in named.items() if times > 1] == []
    for alias, code in ALIASES.items():
        assert check_unit(code) is None, code
        # Written so that the code can't be taken for an alias of its own: C, F
        assert conversion(alias, f"({code})") == Conversion(1.0, 0.0), alias


SAME_KIND = [
    ["Cel", "K", "[degF]", "[degR]", "[degRe]", "mK"],
    ["Pa", "hPa", "kPa", "MPa", "bar", "mbar", "psi", "atm", "mmHg", "inHg", "cmH2O", "inH2O", "torr"],
    ["m3/h", "L/s", "l/min", "gpm", "cfm", "MGD", "[gal_br]/h"],
    ["J", "kWh", "BTU", "kcal", "therm", "eV", "ft.lbf"],
    ["W", "kW", "hp", "PS", "BTU/h", "TR"],
    ["m", "um", "in", "ft", "mi", "nmi", "[pc_br]"],
    ["1", "%", "ppm", "ppb", "10*-3", "[pi]"],
    ["Hz", "rpm", "/min", "/d", "Bq"],
    ["rad", "deg", "'", "''", "gon"],
]
PAIRS = [pair for kind in SAME_KIND for pair in itertools.permutations(kind, 2)]


# Numbers that are too small for full precision are no measurements.
MEASURED = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-100)


@given(st.sampled_from(PAIRS), MEASURED)
def test_a_value_survives_the_way_there_and_back(pair, value):
    unit, to = pair
    there, back = conversion(unit, to), conversion(to, unit)
    assert isinstance(there, Conversion)
    assert isinstance(back, Conversion)
    # Near the zero of a scale with an offset the offset is what rounding is relative to.
    size = max(abs(value), abs(back.offset), abs(there.offset / there.scale))
    assert abs(back(there(value)) - value) <= 1e-12 * size
