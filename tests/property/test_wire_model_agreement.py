"""What the published model of an observation allows, the decoder takes, with the same values and time."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.testing.builders import definition
from pipelines.testing.strategies import profile
from pipelines.twin.admission import admit
from pipelines.twin.compiled import compile_definition
from pipelines.twin.identifiers import parse_identifier, parse_twin_id
from pipelines.twin.ledger import Ledger
from pipelines.twin.number import MAX_MAGNITUDE
from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.telemetry import Head, parse_head, parse_object, readings, source_of, twin_of
from pipelines.twin.units import Conversion, conversion
from schemas.base import MAX_ID_LENGTH
from schemas.observation import JointObservation, Observation
from schemas.observation import Reading as WireReading
from schemas.quality import Flaw, Quality

SENSORS = compile_definition(definition(t1={"unit": "Cel"}, valve={"role": "binary"})).sensors
CLAIMS = {Quality.GOOD: None, Quality.UNCERTAIN: Flaw.UNCERTAIN_STATUS, Quality.BAD: Flaw.BAD_STATUS}
CELSIUS_OF = {
    None: lambda value: value,
    "Cel": lambda value: value,
    "degC": lambda value: value,
    "K": lambda value: value - 273.15,
    "[degF]": lambda value: (value - 32) / 1.8,
    "°F": lambda value: (value - 32) / 1.8,
}
"""What a value in a unit is in degrees Celsius."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START, END = datetime(2000, 1, 2, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=MAX_ID_LENGTH).filter(
    lambda name: not name[-1].isspace() and not name.endswith("\\")
)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2000, 1, 3), datetime(2099, 12, 30), timezones=zones)  # noqa: DTZ001  # zoned by `zones`
microseconds = moments.map(lambda moment: (moment - EPOCH) // timedelta(microseconds=1))


def written(microsecond: int, style: str) -> object:
    """The same moment, in one of the ways in which it may be sent."""
    moment = EPOCH + timedelta(microseconds=microsecond)
    return {
        "datetime": moment,
        "text": moment.isoformat(),
        "zulu": moment.replace(tzinfo=None).isoformat() + "Z",
        "us": microsecond,
        "ns": microsecond * 1_000,
        "us text": str(microsecond),
    }[style]


styles = st.sampled_from(["datetime", "text", "zulu", "us", "ns", "us text"])
numbers = st.floats(-MAX_MAGNITUDE, MAX_MAGNITUDE)
values = numbers | st.integers(-(10**20), 10**20).map(float) | numbers.map(repr)
states = st.sampled_from([(True, 1.0), (False, 0.0), (1.0, 1.0), (0.0, 0.0), ("on", 1.0), ("Closed", 0.0)])
units = st.sampled_from(list(CELSIUS_OF)) | st.sampled_from(["bar", "m3/h", "parsnip", ""]) | st.text(max_size=10)
qualities = st.sampled_from(Quality)
common = {
    "twin_id": st.none() | names,
    "seq": st.none() | st.integers(1 - 2**63, 2**63 - 1),
    "source": st.none() | st.text(max_size=20) | st.text("ab", min_size=127, max_size=129),
    "historical": st.booleans(),
}


def decoded(model: Observation | JointObservation) -> tuple[Head, Mapping[str, object]]:
    """The head and the raw readings of a model on the wire; what it says of the whole message is checked here."""
    body = parse_object(model.model_dump_json().encode())
    assert not isinstance(body, Rejected)
    head, found = parse_head(body), readings(body)
    assert isinstance(head, Head)
    assert not isinstance(found, Rejected)
    assert (head.seq, head.historical, head.flaw) == (model.seq, model.historical, None)
    usable = not isinstance(parse_identifier(model.source), Rejected)
    assert source_of(body) == (model.source if usable else None)
    if model.twin_id is not None:
        assert twin_of(None, body) == twin_of(model.twin_id.encode(), body) == model.twin_id
    return head, found


def assert_as_meant(raw: object, value: object, unit: str | None = None, quality: Quality = Quality.GOOD) -> None:
    """Check that a raw reading is admitted as what it means in degrees Celsius, or refused for its unit alone."""
    admitted = admit(SENSORS["t1"], raw, Ledger())
    if unit in CELSIUS_OF:
        assert not isinstance(admitted, Rejected)
        expected = CELSIUS_OF[unit](float(value))
        exact = unit in (None, "Cel")
        assert admitted[0] == (expected if exact else pytest.approx(expected, rel=1e-12, abs=1e-12))
        assert admitted[1] == CLAIMS[quality]
        return
    assert unit is not None
    into = conversion(unit, "Cel")
    if isinstance(into, Conversion):
        celsius = into(float(value))
        if -MAX_MAGNITUDE <= celsius <= MAX_MAGNITUDE:
            assert admitted == (celsius, CLAIMS[quality])
        else:
            assert isinstance(admitted, Rejected)
            assert admitted.reason in {Reason.OUT_OF_LIMITS, Reason.NON_FINITE}
    else:
        assert isinstance(admitted, Rejected)
        assert admitted.reason in {Reason.UNKNOWN_UNIT, Reason.UNIT_MISMATCH}
        if unit in {"bar", "m3/h"}:
            assert admitted.reason is Reason.UNIT_MISMATCH
        if unit in {"parsnip", ""}:
            assert admitted.reason is Reason.UNKNOWN_UNIT


@profile(300)
@given(st.data(), names, microseconds, styles, st.tuples(values, units, qualities))
def test_every_observation_is_taken_as_it_is_meant(data, sensor, microsecond, style, reading):
    value, unit, quality = reading
    rest = {name: data.draw(strategy) for name, strategy in common.items()}
    ts = written(microsecond, style)
    head, found = decoded(Observation(sensor=sensor, ts=ts, value=value, unit=unit, quality=quality, **rest))
    assert head.ts_ns == microsecond * 1_000
    assert list(found) == [sensor]
    assert_as_meant(found[sensor], value, unit, quality)


@profile(150)
@given(
    st.data(),
    microseconds,
    styles,
    st.dictionaries(
        names, values | st.builds(WireReading, value=values, unit=units, quality=qualities), min_size=1, max_size=6
    ),
)
def test_every_joint_observation_is_taken_as_it_is_meant(data, microsecond, style, joint):
    rest = {name: data.draw(strategy) for name, strategy in common.items()}
    head, found = decoded(JointObservation(ts=written(microsecond, style), values=joint, **rest))
    assert head.ts_ns == microsecond * 1_000
    assert list(found) == list(joint)
    for name, value in joint.items():
        if isinstance(value, WireReading):
            assert_as_meant(found[name], value.value, value.unit, value.quality)
        else:
            assert_as_meant(found[name], value)


@profile(60)
@given(states, qualities)
def test_every_state_of_a_binary_sensor_is_taken_as_it_is_meant(state, quality):
    sent, meant = state
    valve = SENSORS["valve"]
    _, found = decoded(Observation(sensor="valve", ts=1_700_000_000, value=sent, quality=quality))
    assert admit(valve, found["valve"], Ledger()) == (meant, CLAIMS[quality])
    _, found = decoded(JointObservation(ts=1_700_000_000, values={"valve": sent}))
    assert admit(valve, found["valve"], Ledger()) == (meant, None)


@profile(200)
@given(st.integers(946_771_200, 4_102_358_400), st.integers(0, 999_999_999))
def test_a_text_with_nine_digits_is_taken_to_the_nanosecond(second, beyond):
    moment = datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()
    head, _ = decoded(Observation(sensor="t1", ts=f"{moment}.{beyond:09d}Z", value=1))
    assert head.ts_ns == second * 10**9 + beyond


@profile(100)
@given(st.integers(1 - 2**63, 2**63 - 1))
def test_a_running_number_of_64_bits_is_taken(seq):
    head, _ = decoded(Observation(sensor="t1", ts=1_700_000_000, value=1.0, seq=seq))
    assert head.seq == seq


@profile(300)
@given(st.text(max_size=20) | st.text("aé温", min_size=MAX_ID_LENGTH - 1, max_size=MAX_ID_LENGTH + 1))
def test_model_and_decoder_agree_on_what_is_a_name(name):
    body = json.dumps({"sensor": "t1", "ts": 1, "value": 1, "twin_id": name})
    try:
        Observation.model_validate_json(body)
        allowed = True
    except ValueError:
        allowed = False
    assert (parse_twin_id(None, name) == name) == allowed
