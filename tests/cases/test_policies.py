"""Twins and sensors that nobody has defined; retirement (C09, C13)."""

import json

import pytest

from pipelines.testing.builders import START_S, noise
from pipelines.testing.readers import alerts, dead_letters
from pipelines.twin.policy import TwinPolicy, UnknownTwins
from pipelines.twin.rejection import Reason
from pipelines.twin.roster import Roster
from pipelines.twin.state_message import twin_state
from schemas.topics import Topic
from tests.cases.room import Job, twin

LOOKALIKES = ["Case", "case ", " case", "cas\u0435", "CASE", "case\u200b"]


@pytest.mark.parametrize("policy", list(UnknownTwins))
@pytest.mark.parametrize("name", LOOKALIKES)
def test_a_name_that_only_looks_alike_never_touches_the_twin(name, policy):
    job = Job(twin(), policy=TwinPolicy(policy))
    job.send(t1=1.0)
    job.send(key=name.encode(), t1=99.0)
    job.wait(20)
    assert job.sensor().value == 1.0
    assert job.counts.read == 1


def test_unknown_twins_are_refused_where_nothing_else_is_said():
    job = Job(twin())
    for name in (*LOOKALIKES[:1], "t2"):
        job.send(key=name.encode(), t1=1.0)
    assert job.reasons == [Reason.UNKNOWN_TWIN] * 2
    assert set(job.published()) <= {"case"}


def test_what_is_refused_waits_for_its_definition_as_long_as_patience_lasts():
    job = Job(twin(), policy=TwinPolicy(patience_ms=10_000))
    job.send(key=b"t2", t1=1.0)
    job.send(key=b"t3", t1=2.0)
    job.wait(5)
    late = twin().model_copy(update={"twin_id": "t2"})
    job.deliver(Topic.DEFINITIONS, late.model_dump_json().encode(), b"t2")
    job.wait(10)
    assert job.published()["t2"].counts.applied == 1
    assert [letter.twin_id for letter in dead_letters(job.outputs)] == ["t3"]


def test_what_is_in_quarantine_waits_until_somebody_defines_the_twin_however_late():
    job = Job(twin(), policy=TwinPolicy(UnknownTwins.QUARANTINE))
    for second in range(5):
        job.send(key=b"t2", t1=float(second))
    job.wait(3600)
    assert job.reasons == []
    assert job.roster.runtime("t2") is None
    late = twin().model_copy(update={"twin_id": "t2"})
    job.deliver(Topic.DEFINITIONS, late.model_dump_json().encode(), b"t2")
    counts = twin_state(job.roster.runtime("t2")).counts
    assert counts.read == 5
    assert counts.balanced


def test_quarantine_has_room_for_so_much_and_refuses_the_rest():
    job = Job(twin(), policy=TwinPolicy(UnknownTwins.QUARANTINE))
    body = json.dumps({"ts": START_S, "values": {"t1": 1}, "note": "x" * 200_000}).encode()
    for _ in range(100):
        job.deliver(Topic.TELEMETRY, body, b"flood")
    assert 10 < len(job.reasons) < 90
    assert set(job.reasons) == {Reason.UNKNOWN_TWIN}


def test_twins_are_created_up_to_the_cap_and_the_others_are_refused():
    policy = TwinPolicy(UnknownTwins.CREATE, most_created=100)
    job = Job(twin(), policy=policy)
    job.send(t1=1.0)
    job.send(key=b"t2", t1=1.0)
    for number in range(5000):
        job.send(key=f"random-{number}".encode(), t1=1.0)
    job.send(t1=2.0)
    job.wait(2)
    assert job.reasons == [Reason.UNKNOWN_TWIN] * 4901
    assert len(job.published()) == 101
    assert "t2" in job.published()
    assert (job.counts.read, job.sensor().value) == (2, 2.0)
    assert job.roster.ledger.counts().rejected == 4901


def test_the_cap_survives_a_restart():
    policy = TwinPolicy(UnknownTwins.CREATE, most_created=3)
    job = Job(policy=policy)
    for number in range(2):
        job.send(key=f"a{number}".encode(), t1=1.0)
    job.roster = Roster(job.store, "0", policy=policy)
    for number in range(5):
        job.send(key=f"b{number}".encode(), t1=1.0)
    assert len(job.reasons) == 4


def test_a_created_twin_learns_and_is_judged_as_any_other():
    job = Job(policy=TwinPolicy(UnknownTwins.CREATE))
    for value in noise(450):
        job.send(key=b"new", t1=value, t2=3.0)
        job.wait(1)
    assert job.published()["new"].state == "normal"
    for _ in range(4):
        job.send(key=b"new", t1=95.0)
        job.wait(1)
    assert [alert.condition for alert in alerts(job.outputs)] == ["anomaly"]
    assert set(job.published()["new"].sensors) == {"t1", "t2"}


@pytest.mark.parametrize("body", [b"{", b"", b"null", None, b"\xff"])
def test_rubbish_creates_no_twin(body):
    job = Job(policy=TwinPolicy(UnknownTwins.CREATE))
    job.deliver(Topic.TELEMETRY, body, b"new")
    assert job.roster.runtime("new") is None
    assert job.roster.ledger.counts().rejected == 1


def test_a_created_twin_that_somebody_defines_then_is_the_defined_one():
    job = Job(policy=TwinPolicy(UnknownTwins.CREATE))
    job.send(t1=20.0)
    job.deliver(Topic.DEFINITIONS, twin().model_dump_json().encode())
    job.send(at=1, t1={"value": 68, "unit": "degF"})
    assert job.sensor().value == pytest.approx(20.0)
    assert job.state.twin_type == "case-type"


def test_no_more_twins_than_the_policy_says():
    job = Job(twin(), policy=TwinPolicy(most_twins=1))
    second = twin().model_copy(update={"twin_id": "t2"})
    job.deliver(Topic.DEFINITIONS, second.model_dump_json().encode(), b"t2")
    assert job.reasons == [Reason.TOO_MANY_TWINS]
    job.deliver(Topic.DEFINITIONS, None)
    job.deliver(Topic.DEFINITIONS, second.model_dump_json().encode(), b"t2")
    assert job.reasons == [Reason.TOO_MANY_TWINS]


@pytest.mark.parametrize("name", ["T1", "t1\u200b", "t2", "1t"])
def test_a_sensor_that_the_type_does_not_name_is_refused_and_the_others_taken(name):
    job = Job(twin())
    job.send(**{"t1": 1.0, name: 2.0})
    assert job.reasons == [Reason.UNKNOWN_SENSOR]
    assert set(job.state.sensors) == {"t1"}


def test_sensors_are_created_up_to_the_cap_and_the_others_are_refused():
    job = Job(twin({"t1": {}}, unknown_sensors="create", max_sensors=10))
    for number in range(50):
        job.send(at=number, **{f"new-{number}": 1.0, "t1": 1.0})
    assert len(job.state.sensors) == 10
    assert job.reasons == [Reason.TOO_MANY_SENSORS] * 41
    assert (job.counts.applied, job.counts.rejected) == (59, 41)


@pytest.mark.parametrize("bad", [None, "x", True, float("nan"), {"value": 1, "unit": "K"}])
def test_a_reading_that_is_refused_creates_no_sensor(bad):
    job = Job(twin({"t1": {}}, unknown_sensors="create", max_sensors=2))
    job.send(ghost=bad)
    job.send(real=1.0)
    assert set(job.state.sensors) == {"real"}


def test_a_created_sensor_survives_a_restart_and_another_definition():
    job = Job(twin({"t1": {}}, unknown_sensors="create"))
    for value in noise(30):
        job.send(extra=value)
        job.wait(1)
    job.restart()
    job.deliver(Topic.DEFINITIONS, twin({"t1": {}}, unknown_sensors="create").model_dump_json().encode())
    assert job.sensor("extra").value == pytest.approx(noise(30)[-1])
    assert job.roster.runtime("case").detector.samples == 30


@pytest.mark.parametrize("ahead", [-3600, 0, 20])
def test_the_tombstone_of_a_twin_carries_the_time_of_what_it_deletes(ahead):
    job = Job(twin())
    job.send(at=ahead, t1=1.0)
    job.wait(60)
    outputs = job.deliver(Topic.DEFINITIONS, None)
    (tombstone,) = [record for record in outputs.records if record.topic is Topic.STATE]
    assert (tombstone.key, tombstone.value) == ("case", None)
    assert tombstone.ts_ns == (START_S + ahead) * 10**9
    job.wait(3600)
    assert job.roster.runtime("case") is None


def test_a_retired_twin_is_never_called_offline():
    job = Job(twin({"t1": {"period": "10s"}}))
    job.wait(6)
    job.send(t1=1.0)
    job.deliver(Topic.DEFINITIONS, None)
    job.wait(3600)
    assert job.told() == []


def test_a_null_on_the_telemetry_topic_deletes_nothing():
    job = Job(twin())
    job.send(t1=1.0)
    job.deliver(Topic.TELEMETRY, None)
    assert job.reasons == [Reason.TOMBSTONE]
    assert job.sensor().value == 1.0


def alarmed() -> Job:
    """A twin with an alert about a value, one about silence of a sensor, and a gap in its past."""
    job = Job(twin({"t1": {"range": [0, 10]}, "t2": {"period": "10s"}}))
    job.wait(6)
    job.send(t2=1.0)
    for _ in range(8):
        job.send(t1=500.0)
        job.wait(10)
    assert job.told() == ["out-of-range raised", "silent raised"]
    return job


@pytest.mark.parametrize(
    "definition",
    [None, twin({"other": {}}), twin({"t1": {"unit": "K"}, "t2": {"unit": "bar"}})],
    ids=["retired", "without the sensors", "in other units"],
)
def test_an_alert_whose_cause_is_defined_away_is_cleared(definition):
    """Else it stands on somebody's screen for ever."""
    job = alarmed()
    job.deliver(Topic.DEFINITIONS, None if definition is None else definition.model_dump_json().encode())
    job.wait(10)
    assert sorted(job.told()[2:]) == ["out-of-range cleared", "silent cleared"]


def test_an_anomaly_of_a_twin_that_is_retired_is_cleared():
    job = Job(twin())
    for value in [*noise(60), *[95.0] * 5]:
        job.send(t1=value)
        job.wait(1)
    job.deliver(Topic.DEFINITIONS, None)
    assert job.told() == ["anomaly raised", "anomaly cleared"]
