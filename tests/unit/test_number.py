"""What is a number: nothing non-finite, no text that only Python reads, no truth value (field cases C01, C03, C04)."""

import math

import pytest

from pipelines.twin.number import MAX_MAGNITUDE, parse_number
from pipelines.twin.rejection import Reason, Rejected


def reason_of(value: object) -> Reason:
    rejected = parse_number(value)
    assert isinstance(rejected, Rejected)
    assert rejected.remedy
    return rejected.reason


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "NaN", "nan", "-Infinity", "+inf", " Inf ", "1e999"])
def test_what_is_not_finite_is_refused(value):
    assert reason_of(value) is Reason.NON_FINITE


def test_null_is_told_apart_from_a_bad_number():
    assert reason_of(None) is Reason.NULL_VALUE


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("23.5", 23.5),
        (" 23.5 ", 23.5),
        ("00317.3988", 317.3988),
        ("-4", -4.0),
        ("+4", 4.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1.5e3", 1500.0),
        ("1E-2", 0.01),
    ],
)
def test_decimal_text_is_the_number_that_it_shows(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "23,5",
        "1_000",
        "317.N988",
        "",
        " ",
        "19.8°C",
        "0x1F",
        "1 000",
        "\u0663",
        "1e1000",
        "--1",
        "1" * 65,
        "true",
        "on",
        "e5",
    ],
)
def test_text_that_no_meter_would_mean_as_a_number_is_refused(text):
    assert reason_of(text) is Reason.NOT_NUMERIC


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_value_is_not_learned_as_one_or_zero(value):
    assert reason_of(value) is Reason.TYPE_BOOL


@pytest.mark.parametrize("value", [[], {}, [1.0], b"1"])
def test_what_is_neither_number_nor_text_is_refused(value):
    assert reason_of(value) is Reason.NOT_NUMERIC


@pytest.mark.parametrize("value", [25, 25.5, -0.0, 0, MAX_MAGNITUDE, -MAX_MAGNITUDE, 5e-324])
def test_numbers_are_always_floats_of_the_same_value(value):
    number = parse_number(value)
    assert isinstance(number, float)
    assert number == value


@pytest.mark.parametrize("value", [1e31, -1e31, 10**40, 2**4096, "1e40"])
def test_numbers_whose_squares_would_overflow_in_the_models_are_refused(value):
    assert reason_of(value) is Reason.OUT_OF_LIMITS
