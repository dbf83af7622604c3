"""Units: converted at the door, refused if they can't be, suspected if a value only fits in another one (C15)."""

import json

import pytest

from pipelines.testing.builders import START_S, Log, definition, noise
from pipelines.testing.readers import alerts, fields
from pipelines.twin.rejection import Reason
from tests.cases.room import Played, play, twin


def sent(own: str, value: object, unit: object, **spec: object) -> Played:
    log = Log(definition(t1={"unit": own, **spec}))
    log.raw(json.dumps({"sensor": "t1", "ts": START_S, "value": value, "unit": unit}).encode())
    return play(log)


@pytest.mark.parametrize(
    ("own", "value", "unit", "expected"),
    [
        ("degC", 98.6, "degF", 37.0),
        ("degC", 98.6, "°F", 37.0),
        ("degC", 98.6, "F", 37.0),
        ("degC", 98.6, "[degF]", 37.0),
        ("degC", 310.15, "K", 37.0),
        ("degC", -40, "°F", -40.0),
        ("degC", 21.5, "°C", 21.5),
        ("degC", 21.5, "C", 21.5),
        ("degF", 37.0, "degC", 98.6),
        ("bar", 250, "kPa", 2.5),
        ("bar", 2500, "mbar", 2.5),
        ("bar", 36.2594, "psi", 2.5),
        ("hPa", 101325, "Pa", 1013.25),
        ("hPa", 1.01325, "bar", 1013.25),
        ("hPa", 101.325, "kPa", 1013.25),
        ("m3/h", 100, "l/min", 6.0),
        ("m", 3200, "mm", 3.2),
        ("kW", 1500, "W", 1.5),
        ("%", 0.5, "1", 50.0),
        ("degC", "98.6", "degF", 37.0),
    ],
)
def test_a_value_in_another_unit_is_converted_once(own, value, unit, expected):
    played = sent(own, value, unit)
    assert played.reasons == []
    assert played.sensor().value == pytest.approx(expected, rel=1e-5)
    assert played.sensor().unit == own


@pytest.mark.parametrize(
    ("own", "unit", "reason"),
    [
        ("degC", "furlong", Reason.UNKNOWN_UNIT),
        ("degC", "bar", Reason.UNIT_MISMATCH),
        ("m", "furlong", Reason.UNKNOWN_UNIT),
        ("degC", "degX", Reason.UNKNOWN_UNIT),
        ("degC", "", Reason.UNKNOWN_UNIT),
        ("degC", 7, Reason.UNKNOWN_UNIT),
        ("degC", ["degC"], Reason.UNKNOWN_UNIT),
        ("bar", "m3/h", Reason.UNIT_MISMATCH),
        ("degC", "degC\n", None),
        ("degC", "((((((((((((", Reason.UNKNOWN_UNIT),
        ("m", "m" * 60, Reason.UNKNOWN_UNIT),
        ("m", "10*99999999.m", Reason.UNKNOWN_UNIT),
    ],
)
def test_a_unit_that_does_not_fit_is_refused_and_its_value_never_taken_as_it_is(own, unit, reason):
    played = sent(own, 98.6, unit)
    if reason is None:
        assert played.reasons in ([], [Reason.UNKNOWN_UNIT])
    else:
        assert played.reasons == [reason]
        assert played.state.sensors == {}
        assert played.outputs.points == []


def test_a_null_unit_is_the_sensors_own():
    assert sent("degC", 21.5, None).sensor().value == 21.5


def test_stored_output_that_is_replayed_is_not_converted_again():
    played = sent("degC", 98.6, "degF")
    stored = float(fields(played.points()[0])["value"])
    assert sent("degC", stored, played.sensor().unit).sensor().value == stored == 37.0


@pytest.mark.parametrize(
    ("own", "other", "convert"),
    [
        ("degC", "degF", lambda celsius: celsius * 1.8 + 32),
        ("degC", "K", lambda celsius: celsius + 273.15),
        ("bar", "kPa", lambda bar: bar * 100),
    ],
)
def test_a_sender_that_changes_its_unit_makes_no_step(own, other, convert):
    log = Log(definition(t1={"unit": own}))
    values = noise(80, 21.1, 0.2)
    for second, value in enumerate(values):
        switched = second % 3 == 0 or second > 50
        log.observe(second, t1={"value": convert(value), "unit": other} if switched else {"value": value, "unit": own})
    played = play(log)
    assert played.values() == pytest.approx(values, rel=1e-9)
    assert played.told() == []
    assert set(played.flaws()) == {None}


def unlabelled(own: str, level: float, deviation: float, wrong: float, count: int = 60, **spec: object) -> Played:
    """A steady sensor that sends five values on another scale without saying so."""
    log = Log(definition(t1={"unit": own, **spec}))
    log.observe_all("t1", noise(count, level, deviation))
    log.observe_all("t1", [wrong * (1 + number / 1e5) for number in range(5)], first=count)
    return play(log)


WRONG = {
    "Pa for hPa": ("hPa", 1013.25, 1.0, 101325.0),
    "hPa for Pa": ("Pa", 101325.0, 100.0, 1013.25),
    "kPa for bar": ("bar", 2.5, 0.02, 250.0),
    "bar for kPa": ("kPa", 250.0, 2.0, 2.5),
    "mbar for bar": ("bar", 2.5, 0.02, 2500.0),
    "mm for m": ("m", 3.2, 0.01, 3200.0),
    "degF for degC": ("degC", 21.5, 0.3, 70.7),
    "degC for degF": ("[degF]", 70.7, 0.5, 21.5),
    "twice to degF": ("degF", 70.7, 0.5, 159.26),
    "W for kW": ("kW", 1.5, 0.02, 1500.0),
}


@pytest.mark.parametrize(("own", "level", "deviation", "wrong"), WRONG.values(), ids=WRONG)
def test_values_that_fit_only_in_another_unit_are_a_wrong_unit_and_no_ordinary_anomaly(own, level, deviation, wrong):
    played = unlabelled(own, level, deviation, wrong)
    assert played.flaws()[-5:] == ["unit-suspect"] * 5
    assert played.told() == ["unit-suspect raised"]
    assert alerts(played.outputs)[0].sensor == "t1"
    assert played.sensor().quality == "bad"


@pytest.mark.parametrize("range_", [[300, 1100], [900, 1100]])
def test_a_wrong_unit_outside_the_range_is_called_a_wrong_unit(range_):
    assert unlabelled("hPa", 1013.25, 1.0, 101325.0, range=range_).flaws()[-5:] == ["unit-suspect"] * 5


@pytest.mark.parametrize("wrong", [101325.0, 101.325, 1.01325])
def test_the_first_value_of_all_is_suspected_where_the_range_allows_no_other_unit(wrong):
    played = sent("hPa", wrong, None, range=[900, 1100])
    assert played.flaws() == ["unit-suspect"]
    assert played.told() == ["unit-suspect raised"]


def test_the_right_unit_ends_the_suspicion():
    log = Log(definition(t1={"unit": "hPa"}))
    log.observe_all("t1", [*noise(60, 1013.25, 1.0), *[101325.0] * 5, *noise(10, 1013.25, 1.0, seed=3)])
    played = play(log)
    assert played.told() == ["unit-suspect raised", "unit-suspect cleared"]
    assert played.flaws()[-10:] == [None] * 10


@pytest.mark.parametrize(
    ("level", "deviation", "values"),
    [
        (50.0, 0.5, [0.5] * 5),
        (50.0, 0.5, [0.0] * 5),
        (20.0, 0.5, [60.0] * 5),
        (5.0, 2.0, [50.0] * 5),
    ],
    ids=["a pump that stops", "nothing at all", "three times as much", "one that wobbles"],
)
def test_a_plant_that_stops_or_doubles_is_no_wrong_unit(level, deviation, values):
    log = Log(twin({"t1": {"unit": "%", "range": [0, 100]}}))
    log.observe_all("t1", [*noise(60, level, deviation), *values])
    assert "unit-suspect" not in play(log).flaws()


def test_values_of_a_suspected_unit_are_not_learned():
    bad, calm = Log(definition(t1={"unit": "hPa"})), Log(definition(t1={"unit": "hPa"}))
    head, tail = noise(60, 1013.25, 1.0), noise(40, 1013.25, 1.0, seed=5)
    calm.observe_all("t1", head)
    calm.observe_all("t1", tail, first=64)
    bad.observe_all("t1", head)
    bad.observe_all("t1", [101325.0, 101300.0, 101400.0], first=60)
    bad.observe_all("t1", tail, first=64)
    learned = [play(log).roster.runtime("case").detector.snapshot().sensors for log in (bad, calm)]
    assert learned[0] == learned[1]
