"""What a definition does to a twin: taken, refused by name, and changed without losing what still holds."""

import json

import pytest

from pipelines.detection.channel import Channel
from pipelines.testing.builders import Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, dead_letters, models, states
from pipelines.twin.rejection import Reason
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.topics import Topic

T1, T2 = {"unit": "degC"}, {"unit": "bar"}


def raw_definition(**type_fields: object) -> bytes:
    return json.dumps({"twin_id": "case", "type": {"type": "t", "sensors": {"t1": {}}, **type_fields}}).encode()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"{", "JSON"),
        (b"", "JSON"),
        (b"[]", "object"),
        (b"{}", "twin_id"),
        (b'{"twin_id":"case"}', "type"),
        (
            raw_definition(sensors={}),
            "mend type: Value error, a type names its sensors, or has unknown_sensors: create",
        ),
        (raw_definition(sensors={"t1": {"range": [5, 1]}}), "type.sensors.t1"),
        (raw_definition(sensors={"t1": {"resolution": -1}}), "type.sensors.t1.resolution"),
        (raw_definition(sensors={"t1": {"colour": "red"}}), "type.sensors.t1.colour"),
        (raw_definition(sensors={"a\nb": {}}), "type.sensors.a\nb"),
        (raw_definition(sensors={"C:\\": {}}), "type.sensors.C:\\"),
        (raw_definition(detect={"warm_up": 1}), "type.detect.warm_up"),
        (raw_definition(detect={"profile": "eager"}), "type.detect.profile"),
        (raw_definition(sensors={"t1": {"range": [0, 1e999]}}), "type.sensors.t1.range"),
    ],
)
def test_a_bad_definition_is_refused_with_the_path_to_what_is_wrong(body, named):
    log = Log()
    log.raw(body, Topic.DEFINITIONS)
    roster = new_roster()
    (letter,) = dead_letters(feed(log, roster))
    assert letter.reason == Reason.BAD_DEFINITION
    assert named in letter.remedy
    assert (letter.twin_id, letter.topic) == ("case", "twin.definitions")
    assert roster.runtime("case") is None
    assert roster.ledger.counts().definitions_rejected == 1


def test_a_definition_under_another_twins_key_is_refused():
    log = Log()
    log.raw(definition("other").model_dump_json().encode(), Topic.DEFINITIONS)
    roster = new_roster()
    assert [letter.reason for letter in dead_letters(feed(log, roster))] == [Reason.KEY_MISMATCH]
    assert roster.runtime("other") is None


@pytest.mark.parametrize("key", [None, b"\xff", b"a\nb", b"case\n"])
def test_a_definition_without_a_usable_key_is_refused(key):
    log = Log()
    log.raw(definition().model_dump_json().encode(), Topic.DEFINITIONS, key=key)
    roster = new_roster()
    (letter,) = dead_letters(feed(log, roster))
    assert letter.reason in {Reason.BAD_ID, Reason.MISSING_TWIN_ID}
    assert roster.ledger.counts().definitions_rejected == 1


def test_a_bad_redefinition_leaves_the_twin_as_it_was():
    log = Log(definition())
    log.observe_all("t1", noise(30))
    log.raw(b"{}", Topic.DEFINITIONS)
    log.observe(30, t1=20.0)
    outputs = feed(log)
    assert outputs.verdicts[-1].score is not None


def test_a_defined_twin_that_has_sent_nothing_is_never_seen():
    roster = new_roster()
    feed(Log(definition()), roster)
    state = states(roster.publish())["case"]
    assert (state.state, state.ts, state.score, state.sensors) == ("never_seen", None, None, {})
    assert state.counts.definitions == 1


def test_a_redefinition_keeps_what_was_learned_of_sensors_that_are_the_same():
    def log(new: dict[str, object]) -> Log:
        log = Log(definition(t1=T1, t2=T2))
        for second, (one, two) in enumerate(zip(noise(50), noise(50, 3.0, seed=2), strict=True)):
            log.observe(second, t1=one, t2=two)
            if second == 40:
                log.define(definition(t1=T1, **new))
        return log

    kept = feed(log({"t2": {**T2, "range": [0, 10]}, "t3": {}}))
    untouched = feed(log({"t2": T2}))
    assert kept.verdicts == untouched.verdicts
    assert kept.verdicts[-1].score is not None


def test_a_sensor_whose_unit_changed_is_learned_afresh_and_the_others_are_not():
    log = Log(definition(t1=T1, t2=T2))
    for second, (one, two) in enumerate(zip(noise(50), noise(50, 3.0, seed=2), strict=True)):
        log.observe(second, t1=one, t2=two)
    log.define(definition(t1={"unit": "degF"}, t2=T2))
    roster = new_roster()
    feed(log, roster)
    assert list(states(roster.publish())["case"].sensors) == ["t2"]
    log.messages.clear()
    log.observe(50, t1=68.0, t2=3.0)
    outputs = feed(log, roster)
    assert outputs.verdicts[0].score < 0.5
    (changed,) = [point for point in outputs.points if "sensor=t1" in point]
    (same,) = [point for point in outputs.points if "sensor=t2" in point]
    assert "expected" not in changed
    assert "expected" in same


def test_a_sensor_that_is_taken_away_is_unknown_from_then_on():
    log = Log(definition(t1=T1, t2=T2))
    log.observe(0, t1=1.0, t2=1.0)
    log.define(definition(t1=T1))
    log.observe(1, t1=1.0, t2=1.0)
    roster = new_roster()
    (letter,) = dead_letters(feed(log, roster))
    assert (letter.reason, letter.sensors) == (Reason.UNKNOWN_SENSOR, ("t2",))
    assert list(states(roster.publish())["case"].sensors) == ["t1"]


def test_a_twin_that_starts_warming_again_after_a_redefinition_has_no_score():
    log = Log(definition(t1=T1))
    log.observe_all("t1", noise(30))
    log.define(definition(t1={"unit": "degF"}))
    roster = new_roster()
    feed(log, roster)
    state = states(roster.publish())["case"]
    assert state.warming is not None
    assert (state.state, state.score) == ("warming", None)


def test_a_longer_warm_up_is_waited_for_without_a_score():
    log = Log(definition(warm_up=20))
    log.observe_all("t1", noise(30))
    log.define(definition(warm_up=50))
    log.observe_all("t1", noise(25, seed=2), first=30)
    verdicts = feed(log).verdicts
    assert [verdict.score for verdict in verdicts[30:50]] == [None] * 20
    assert {verdict.condition for verdict in verdicts[30:49]} == {"warming"}
    assert all(verdict.score is not None for verdict in verdicts[51:])


@pytest.mark.parametrize(("before", "after"), [(50, 100), (100, 50), (100, 70), (400, 50), (400, 60), (20, 90)])
def test_what_was_learned_counts_when_another_length_of_the_warm_up_is_asked_for(before, after):
    def learned(first: int) -> Channel:
        log, roster = Log(definition(warm_up=first)), new_roster()
        log.observe_all("t1", noise(60))
        log.define(definition(warm_up=after))
        log.observe_all("t1", noise(60, seed=2), first=60)
        feed(log, roster)
        return models(roster.runtime("case"))["t1"].level

    changed, straight = learned(before), learned(after)
    assert (changed.needed, changed.warm) == (straight.needed, True)
    assert 0.5 < changed.scale / straight.scale < 2


def test_a_definition_that_gives_a_prior_to_a_warming_twin_makes_it_judge_with_that():
    roster, log = new_roster(), Log(definition(warm_up=100))
    log.observe_all("t1", noise(30))
    plain = definition(warm_up=100)
    detect = plain.type.detect.model_copy(update={"priors": {"t1": 0.125}})
    log.define(plain.model_copy(update={"type": plain.type.model_copy(update={"detect": detect})}))
    feed(log, roster)
    assert states(roster.publish())["case"].training.deviations == {"t1": 0.125}
    log = Log(twin_id="case")
    log.observe_all("t1", noise(10, 25.0, seed=2), first=30)
    assert [alert.transition for alert in alerts(feed(log, roster))] == ["raised"]


def test_a_definition_that_changes_nothing_that_was_learned_keeps_how_the_sensors_hang_together():
    log, roster = Log(definition(t1=T1, t2=T2)), new_roster()
    for second, (one, two) in enumerate(zip(noise(50), noise(50, 3.0, seed=2), strict=True)):
        log.observe(second, t1=one, t2=two)
    feed(log, roster)
    before = roster.runtime("case").detector.snapshot()
    log = Log(definition(t1={**T1, "max_rate": "1000/s"}, t2=T2, t3={}))
    feed(log, roster)
    assert roster.runtime("case").detector.snapshot() == before


def test_a_finer_resolution_is_used_at_once():
    log = Log(definition(t1={**T1, "resolution": 10.0}))
    log.observe_all("t1", noise(50))
    log.observe(50, t1=30.0)
    log.define(definition(t1={**T1, "resolution": 0.1}))
    log.observe(51, t1=30.0)
    coarse, fine = feed(log).verdicts[-2:]
    assert coarse.score < 0.5 < fine.score


@pytest.mark.parametrize("version", [1, 2**31, 2**63, 2**64, 10**30])
def test_every_definition_that_is_taken_can_be_read_back_after_a_restart(version):
    log = Log()
    log.raw(raw_definition(version=version), Topic.DEFINITIONS)
    store = MemoryStore()
    refused = dead_letters(feed(log, Roster(store, "0")))
    runtime = Roster(store, "0").runtime("case")
    if not refused:
        assert runtime is not None
        assert runtime.twin.definition.type.version == version
