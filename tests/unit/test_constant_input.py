"""A sensor that does not move: no false alarm from rounding, and no blindness to a real jump (field case C29)."""

import math

import pytest

from pipelines.testing.builders import Log, definition, feed
from pipelines.testing.readers import alerts, scores

RESOLUTION = {"unit": "degC", "resolution": 0.1}


def fed(values: list[float], spec: dict[str, object]):
    log = Log(definition(warm_up=100, t1=spec))
    log.observe_all("t1", values)
    return feed(log)


@pytest.mark.parametrize("spec", [{}, RESOLUTION])
def test_a_constant_run_has_finite_scores_of_nothing(spec):
    outputs = fed([21.5] * 500, spec)
    assert scores(outputs)[100:] == [0.0] * 400
    assert alerts(outputs) == []


@pytest.mark.parametrize("spec", [{}, RESOLUTION])
def test_a_jump_after_a_constant_run_is_an_alarm(spec):
    assert [alert.transition for alert in alerts(fed([21.5] * 500 + [80.0] * 3, spec))] == ["raised"]


def test_jitter_within_the_resolution_is_no_alarm():
    values = [0.3, 0.1 + 0.2] * 250 + [0.31] * 20 + [0.4] * 20
    outputs = fed(values, RESOLUTION)
    assert max(scores(outputs)[100:]) < 0.5
    assert alerts(outputs) == []


@pytest.mark.parametrize("level", [0.3, 21.5, 101_325.0, 1e12])
def test_the_last_digit_of_a_float_is_no_alarm_even_without_a_resolution(level):
    outputs = fed([level] * 300 + [math.nextafter(level, math.inf)] * 20, {})
    assert max(scores(outputs)[100:]) < 0.5


def test_zero_for_hours_is_normal_and_the_first_load_is_not():
    outputs = fed([0.0] * 300 + [1.0] * 3, {})
    assert scores(outputs)[299] == 0.0
    assert len(alerts(outputs)) == 1
