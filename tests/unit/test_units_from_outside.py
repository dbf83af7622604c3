"""Units come with messages: no text raises, takes long, or stays in memory without bound."""

import math
import subprocess
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.twin import units
from pipelines.twin.rejection import Reason
from pipelines.twin.units import MAX_CACHED, MAX_UNIT_LENGTH, Conversion, check_unit, conversion

UCUM_TEXT = st.text(alphabet="mskgKCLPahdubr%[]_i10*^+-./(){}'2°µ²³·Ω ", max_size=MAX_UNIT_LENGTH + 2)
UCUM_PARTS = st.lists(
    st.sampled_from(
        ["m", "Cel", "[degF]", "dB", "10*", "k", "da", "%", "(", ")", ".", "/", "{a}", "-", "99", "2", "°"]
    ),
    max_size=24,
).map("".join)


@given(st.one_of(st.text(), UCUM_TEXT, UCUM_PARTS), st.sampled_from(["m", "1", "Cel", "furlong", ""]))
@example("{a}", "1")
@example("/{a}", "1")
@example("{a}/{b}", "1")
@example("10*99.10*99.10*99.10*99", "1")
@example("10*-99.10*-99.10*-99.10*-99", "1")
def test_no_text_raises_and_each_has_one_answer(text, other):
    known = check_unit(text) is None
    for found in (conversion(text, other), conversion(other, text), conversion(text, text)):
        if isinstance(found, Conversion):
            assert known
            assert found.scale > 0
            assert math.isfinite(found.scale)
            assert math.isfinite(found.offset)
        else:
            assert found.reason in (Reason.UNKNOWN_UNIT, Reason.UNIT_MISMATCH)
            assert found.remedy
            found.remedy.encode()  # can be sent, whatever the text was
    assert isinstance(conversion(text, text), Conversion) == known


def test_units_too_far_apart_for_a_number_are_refused():
    assert conversion("Ym9", "ym9").reason is Reason.UNKNOWN_UNIT
    assert conversion("ym9", "Ym9").reason is Reason.UNKNOWN_UNIT


HOSTILE = [
    "m999999999",
    "km999999999",
    "10*999999",
    "10*-999999",
    "9" * 64,
    "m" * 64,
    "m." * 31 + "m",
    "/m" * 32,
    "1." * 31 + "1",
    "(" * 64,
    "(" * 31 + "m" + ")" * 31,
    "((((((((m.m.m).m).m).m).m).m).m).m.m.m.m.m.m",
    "(/(/(/(/(/(/(/(/m))))))))",
    "{" * 64,
    "{}" * 32,
    "{a}/" * 15 + "{a}",
    "10*99." * 10 + "m",
    "Ym99." * 12 + "m",
    "ym-99/" * 10 + "m",
    "[in_i'H2O]99." * 4 + "m",
    "²" * 64,
    "m^" * 32,
    "m*" * 32,
    "9" * 5000,
    "(" * 1_000_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:20])
def test_no_text_takes_long(text):
    check_unit("m")  # the table of units is made
    began = time.perf_counter()
    check_unit(text)
    # Some milliseconds; the rest is for a machine that is busy.
    assert time.perf_counter() - began < 0.5


def test_a_text_that_is_too_long_is_neither_read_nor_kept():
    before = units._conversion.cache_info().currsize
    longest = "m" + "{" + "x" * (MAX_UNIT_LENGTH - 3) + "}"
    assert check_unit(longest) is None
    assert check_unit(longest + " ") == conversion(longest + " ", "m") == conversion("m", "x" * 1_000_000)
    assert check_unit(longest + " ").reason is Reason.UNKNOWN_UNIT
    assert len(conversion("m", "x" * 1_000_000).remedy) < 200
    assert units._conversion.cache_info().currsize == before


def test_what_is_remembered_of_strange_units_is_bounded():
    for number in range(MAX_CACHED + 100):
        conversion(f"no unit {number}", "m")
    assert units._conversion.cache_info().currsize <= MAX_CACHED
    assert units._readings.cache_info().currsize <= MAX_CACHED
    assert conversion("kPa", "bar") == Conversion(0.01, 0.0)


def test_the_libraries_are_imported_on_first_use_and_say_nothing():
    program = (
        "import sys; from pipelines.twin.units import conversion;"
        "assert not {'pint', 'lark', 'ucumvert'} & sys.modules.keys();"
        "print(conversion('kPa', 'bar'))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "Conversion(scale=0.01, offset=0.0)\n"
    assert done.stderr == ""
