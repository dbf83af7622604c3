"""What would change is told value by value, and nothing else is."""

import pytest

from pipelines.catalog.comparison import FieldChange, compare, field_changes
from schemas.definition import TwinDefinition

SENSORS = {"flow": {"unit": "m3/h", "range": [0, 120]}, "power": {"unit": "kW"}}
ALARMS = [{"id": "low", "when": "flow < 1"}, {"id": "high", "when": "flow > 9"}]


def twin(twin_id: str = "pump-1", place: dict[str, str] | None = None, **parts: object) -> TwinDefinition:
    twin_type = {"type": "pump", "sensors": SENSORS, "alarms": ALARMS} | parts
    return TwinDefinition.model_validate({"twin_id": twin_id, "type": twin_type, **(place or {})})


def sensors(**changed: dict[str, object] | None) -> dict[str, object]:
    return {name: sensor for name, sensor in {**SENSORS, **changed}.items() if sensor is not None}


def test_every_twin_is_new_changed_unchanged_or_elsewhere():
    standing = {name: twin(name) for name in ("same", "other", "gone-2", "gone-1")}
    wanted = {"new": twin("new"), "same": twin("same"), "other": twin("other", version=2)}
    found = compare(standing, wanted)
    assert [one.twin_id for one in found.added] == ["new"]
    assert [(one.definition.twin_id, one.fields) for one in found.changed] == [
        ("other", (FieldChange("version", 1, 2),))
    ]
    assert [one.twin_id for one in found.unchanged] == ["same"]
    assert found.elsewhere == ("gone-1", "gone-2")
    assert [one.twin_id for one in found.to_send] == ["new", "other"]
    assert found.differs


def test_twins_that_are_only_on_the_topic_are_no_difference():
    found = compare({"a": twin("a"), "b": twin("b")}, {"a": twin("a")})
    assert not found.differs
    assert found.to_send == ()


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (
            twin(sensors=sensors(flow={"unit": "m3/h", "range": [0, 60]})),
            FieldChange("sensors.flow.range", [0.0, 120.0], [0.0, 60.0]),
        ),
        (twin(sensors=sensors(flow={"unit": "m3/h"})), FieldChange("sensors.flow.range", [0.0, 120.0], None)),
        (twin(sensors=sensors(power=None)), FieldChange("sensors.power", {"unit": "kW"}, None)),
        (
            twin(sensors=sensors(seal={"unit": "bar", "range": [0, 1]})),
            FieldChange("sensors.seal", None, {"unit": "bar", "range": [0.0, 1.0]}),
        ),
        (twin(sensors=sensors(seal={})), FieldChange("sensors.seal", None, {})),
        (twin(controls={"speed": {"min": 0, "max": 9}}), FieldChange("controls.speed", None, {"min": 0.0, "max": 9.0})),
        (twin(detect={"warm_up": 50}), FieldChange("detect.warm_up", 400, 50)),
        (twin(type="other"), FieldChange("type", "pump", "other")),
        (twin(place={"site": "harbour"}), FieldChange("site", None, "harbour")),
        (
            twin(alarms=[ALARMS[1], {"id": "low", "when": "flow < 2"}]),
            FieldChange("alarms.low.when", "flow < 1", "flow < 2"),
        ),
        (twin(alarms=ALARMS[:1]), FieldChange("alarms.high", {"id": "high", "when": "flow > 9"}, None)),
    ],
)
def test_a_change_is_told_as_deep_as_it_goes(after, change):
    assert field_changes(twin(), after) == (change,)
    assert field_changes(after, twin()) == (FieldChange(change.path, change.after, change.before),)


def test_order_and_defaults_that_are_written_are_no_change():
    written = twin(
        sensors=dict(reversed(sensors(power={"unit": "kW", "role": "measurement"}).items())),
        alarms=list(reversed(ALARMS)),
        version=1,
    )
    assert field_changes(twin(), written) == ()


def test_alarms_of_one_id_on_the_topic_are_compared_nevertheless():
    doubled = twin(alarms=[ALARMS[0], ALARMS[0]])
    (change,) = field_changes(doubled, twin(alarms=ALARMS[:1]))
    assert change.path == "alarms"
