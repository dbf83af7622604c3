"""What the published model of an observation allows, the decoder takes, with the same values and time."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from pipelines.testing.strategies import profile
from pipelines.twin.identifiers import parse_twin_id
from pipelines.twin.number import MAX_MAGNITUDE
from pipelines.twin.telemetry import Reading, Telemetry, parse_object, parse_telemetry, twin_of
from schemas.base import MAX_ID_LENGTH
from schemas.observation import JointObservation, Observation
from schemas.observation import Reading as WireReading
from schemas.quality import Quality

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
units = st.none() | st.text(max_size=10)
qualities = st.sampled_from(Quality)
common = {
    "twin_id": st.none() | names,
    "seq": st.none() | st.integers(-(2**63), 2**63 - 1),
    "source": st.none() | st.text(max_size=20),
}


def decoded(model: Observation | JointObservation) -> Telemetry:
    body = parse_object(model.model_dump_json().encode())
    telemetry = parse_telemetry(body)
    assert isinstance(telemetry, Telemetry)
    if model.twin_id is not None:
        assert twin_of(None, body) == twin_of(model.twin_id.encode(), body) == model.twin_id
    return telemetry


@profile(300)
@given(st.data(), names, microseconds, styles, st.tuples(values, units, qualities))
def test_every_observation_is_taken_as_it_is_meant(data, sensor, microsecond, style, reading):
    value, unit, quality = reading
    rest = {name: data.draw(strategy) for name, strategy in common.items()}
    ts = written(microsecond, style)
    model = Observation(sensor=sensor, ts=ts, value=value, unit=unit, quality=quality, **rest)
    telemetry = decoded(model)
    assert telemetry.readings == (Reading(sensor, float(value), unit, quality),)
    assert telemetry.ts_ns == microsecond * 1_000


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
    model = JointObservation(ts=written(microsecond, style), values=joint, **rest)
    telemetry = decoded(model)
    expected = []
    for name, value in joint.items():
        if isinstance(value, WireReading):
            expected.append(Reading(name, float(value.value), value.unit, value.quality))
        else:
            expected.append(Reading(name, float(value)))
    assert telemetry.readings == tuple(expected)
    assert telemetry.ts_ns == microsecond * 1_000


@profile(200)
@given(st.integers(946_771_200, 4_102_358_400), st.integers(0, 999_999_999))
def test_a_text_with_nine_digits_is_taken_to_the_nanosecond(second, beyond):
    moment = datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()
    telemetry = decoded(Observation(sensor="t1", ts=f"{moment}.{beyond:09d}Z", value=1))
    assert telemetry.ts_ns == second * 10**9 + beyond


@profile(100)
@given(st.integers(-(2**63), 2**63 - 1))
def test_a_running_number_of_64_bits_is_taken(seq):
    decoded(Observation(sensor="t1", ts=1_700_000_000, value=1.0, seq=seq))


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
