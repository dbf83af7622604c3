"""What operators tell a twin: labels move its boundaries, relearning lets it forget; all of it is on record."""

import json

import pytest

from pipelines.detection.channel import Channel
from pipelines.detection.feedback import MOST, NARROWER, WIDER
from pipelines.testing.builders import START_NS, Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, dead_letters, fields, model_events, models, states
from pipelines.twin.compiled import BALANCED
from pipelines.twin.outputs import Outputs
from pipelines.twin.policy import TwinPolicy, UnknownTwins
from pipelines.twin.rejection import Reason
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.command import Label
from schemas.definition import Detection
from schemas.model_event import ModelChange
from schemas.topics import Topic

TWO = {"t1": {"unit": "degC"}, "t2": {"unit": "bar"}}


USUAL = BALANCED
"""Standard deviations at which a level's score is a half, without labels."""

CALM, EVERY = 60, 90
"""Seconds before the first fault, and between two: an alert is over by then."""


def faulty(faults: int = 1) -> Log:
    """Two sensors; the first goes wrong for ten seconds in every ninety, from second 60 on."""
    log = Log(definition(**TWO))
    count = CALM + EVERY * faults
    for second, (one, two) in enumerate(zip(noise(count), noise(count, 3.0, 0.1, seed=2), strict=True)):
        wrong = second >= CALM and (second - CALM) % EVERY < 10
        log.observe(second, t1=one + (20 if wrong else 0), t2=two)
    return log


class Room:
    """A roster that has lived through faults, and what a command does to it."""

    def __init__(self, faults: int = 1) -> None:
        self.log = faulty(faults)
        self.store = MemoryStore()
        self.roster = Roster(self.store, "0")
        self.lived = feed(self.log, self.roster)
        self.raised = [alert.alert_id for alert in alerts(self.lived) if alert.transition == "raised"]
        assert len(self.raised) == faults
        assert not self.runtime.episode.active

    def tell(self, command: str, **body: object):
        return self.roster.handle([self.log.command(command, **body)], 0)

    def label(self, label: str, number: int = 0, **body: object):
        return self.tell("label", alert_id=self.raised[number], label=label, **body)

    def boundary(self, sensor: str = "t1") -> float:
        return self.roster.runtime("case").detector.boundary(sensor)

    def level(self, sensor: str = "t1") -> Channel:
        """A copy of what was learned of a sensor's level."""
        return models(self.runtime)[sensor].level

    @property
    def runtime(self):
        return self.roster.runtime("case")

    @property
    def state(self):
        return states(self.roster.publish())["case"]


@pytest.fixture
def room():
    return Room()


def test_a_false_alarm_moves_the_boundary_of_its_sensor_away_and_a_confirmed_one_brings_it_nearer():
    room = Room(faults=2)
    room.label("false_alarm")
    assert (room.boundary("t1"), room.boundary("t2")) == (USUAL * WIDER, USUAL)
    room.label("confirmed", 1)
    assert room.boundary() == pytest.approx(USUAL * WIDER / NARROWER)


def test_a_corrected_label_takes_back_what_the_former_one_did(room):
    room.label("false_alarm")
    room.label("confirmed")
    assert room.boundary() == pytest.approx(USUAL / NARROWER)
    room.label("false_alarm")
    assert room.boundary() == USUAL * WIDER
    assert room.state.feedback.model_dump() == {"confirmed": 0, "false_alarms": 1, "precision": 0.0}


def test_a_value_that_was_beyond_the_boundary_is_usual_once_enough_alerts_of_its_kind_were_false():
    room = Room(faults=8)
    level = room.level()
    far = [*noise(20, level.slow + 3 * USUAL * level.scale, 0.01, seed=3)]
    before = Log(twin_id="case")
    before.observe_all("t1", far, first=CALM + 8 * EVERY)
    (raised,) = alerts(feed(before, Room(faults=8).roster))
    assert raised.contributions[0].sensor == "t1"
    assert WIDER**8 > 3
    for number in range(8):
        room.label("false_alarm", number)
    assert alerts(feed(before, room.roster)) == []


def test_the_score_is_a_half_at_the_boundary_that_labels_have_moved(room):
    room.label("false_alarm")
    level = room.level()
    wanted = level.slow + USUAL * WIDER * level.scale
    after = Log(twin_id="case")
    after.observe(CALM + EVERY, t1=level.fast + 7 * (wanted - level.fast))
    outputs = feed(after, room.roster)
    assert outputs.verdicts[0].score == pytest.approx(0.5)
    (point,) = [line for line in outputs.points if line.startswith("observation")]
    half = float(fields(point)["upper"]) - float(fields(point)["expected"])
    assert half == pytest.approx(USUAL * WIDER * level.deviation)


def test_a_label_is_on_record_with_the_boundary_that_it_moved(room):
    outputs = room.label("false_alarm", by="Ada Löw", note="the valve was serviced")
    label, threshold = model_events(outputs)
    assert (label.change, threshold.change) == (ModelChange.LABEL, ModelChange.THRESHOLD)
    assert (label.by, threshold.by) == ("Ada Löw", "Ada Löw")
    assert (label.alert_id, label.label, label.reason) == (room.raised[0], "false_alarm", "the valve was serviced")
    assert (threshold.sensor, threshold.boundary) == ("t1", USUAL * WIDER)
    assert "t1 moves from 4.25 to 5.31" in threshold.reason
    assert label.version == threshold.version == 1
    points = [line for line in outputs.points if line.startswith("model,")]
    assert len({line.split(" ")[0] for line in points}) == 2, "two points of one moment must not hide each other"
    assert 'label="false_alarm"' in points[0]
    assert f"boundary={USUAL * WIDER}" in points[1]


def test_the_same_label_again_is_on_record_and_moves_nothing(room):
    room.label("false_alarm")
    events = model_events(room.label("false_alarm", by="bert"))
    assert [(event.change, event.by) for event in events] == [("label", "bert")]
    assert room.boundary() == USUAL * WIDER


def test_at_its_limit_a_boundary_stays_and_only_the_label_is_told():
    room = Room(faults=16)
    told = [[event.change.value for event in model_events(room.label("false_alarm", n))] for n in range(16)]
    assert room.boundary() == USUAL * MOST
    assert told[0] == ["label", "threshold"]
    assert told[-1] == ["label"]


def test_labels_do_not_make_a_new_version_of_the_model(room):
    room.label("false_alarm")
    assert room.state.model_version == 1


def test_an_alert_that_is_still_active_can_be_labelled():
    log = faulty()
    roster = new_roster()
    outputs = feed(log.messages[:67], roster)
    (raised,) = alerts(outputs)
    assert roster.runtime("case").episode.active
    feed([log.command("label", alert_id=raised.alert_id, label="confirmed")], roster)
    assert roster.runtime("case").labels.precision == 1.0


def test_an_alert_about_data_has_no_label_to_give():
    log = Log(definition(t1={"unit": "degC", "range": [0, 50]}))
    log.observe_all("t1", [*noise(40), 99.0])
    roster = new_roster()
    (raised,) = alerts(feed(log, roster))
    (letter,) = dead_letters(feed([log.command("label", alert_id=raised.alert_id, label="confirmed")], roster))
    assert letter.reason == Reason.UNKNOWN_ALERT


def test_feedback_is_told_once_there_is_a_label(room):
    assert room.state.feedback is None
    room.label("confirmed")
    feedback = room.state.feedback
    assert (feedback.confirmed, feedback.false_alarms, feedback.precision) == (1, 0, 1.0)


@pytest.mark.parametrize(
    ("body", "reason", "remedy"),
    [
        ({"command": "dance"}, Reason.BAD_COMMAND, "schemas/json/Command.json"),
        ({"command": "label", "alert_id": "x", "label": "maybe", "by": "ada"}, Reason.BAD_COMMAND, "label.label"),
        ({"command": "label", "alert_id": "x", "label": "confirmed", "by": ""}, Reason.BAD_COMMAND, "label.by"),
        ({"command": "relearn", "by": "x" * 129}, Reason.BAD_COMMAND, "relearn.by"),
        ({"command": "relearn", "by": "ada", "extra": 1}, Reason.BAD_COMMAND, "relearn.extra"),
        ({"command": "relearn", "by": "ada", "reason": float("nan")}, Reason.BAD_COMMAND, "relearn.reason"),
        ({"command": "label", "alert_id": "x", "label": "confirmed", "by": "ada"}, Reason.UNKNOWN_ALERT, "twin.alerts"),
        ({"command": "relearn", "by": "ada", "sensors": ["t11"]}, Reason.UNKNOWN_SENSOR, "t11; did you mean t1?"),
        ({"command": "relearn", "by": "ada", "sensors": ["zzz"]}, Reason.UNKNOWN_SENSOR, "there are t1, t2"),
        ({"command": "relearn", "by": "ada", "twin_id": "other"}, Reason.KEY_MISMATCH, "key the message"),
    ],
)
def test_a_command_that_cant_be_obeyed_is_dead_lettered_with_a_remedy_and_changes_nothing(room, body, reason, remedy):
    learned, version = room.runtime.detector.snapshot(), room.runtime.model_version
    raw = json.dumps({"twin_id": "case", **body}).encode()
    outputs = room.roster.handle([room.log.raw(raw, topic=Topic.COMMANDS)], 0)
    (letter,) = dead_letters(outputs)
    assert (letter.reason, letter.topic) == (reason, Topic.COMMANDS)
    assert remedy in letter.remedy
    assert model_events(outputs) == []
    assert (room.runtime.detector.snapshot(), room.runtime.model_version) == (learned, version)


def test_commands_are_counted_beside_observations_and_definitions(room):
    room.label("confirmed")
    room.tell("dance")
    counts = room.state.counts
    assert (counts.commands, counts.commands_rejected, counts.definitions, counts.rejected) == (2, 1, 1, 0)
    assert counts.balanced
    assert room.tell("dance").points == []
    (counters,) = [line for line in room.roster.publish().points if line.startswith("pipeline,area")]
    assert fields(counters)["commands"] == "3.0"
    assert fields(counters)["rejected_bad_command"] == "2.0"


@pytest.mark.parametrize("policy", list(UnknownTwins))
def test_a_command_for_a_twin_that_is_not_defined_is_rejected_at_once_and_creates_none(policy):
    roster = Roster(MemoryStore(), "0", policy=TwinPolicy(unknown=policy))
    log = Log(twin_id="nobody")
    (letter,) = dead_letters(roster.handle([log.command("relearn")], 1))
    assert letter.reason == Reason.UNKNOWN_TWIN
    assert "twinstream apply" in letter.remedy
    assert roster.runtime("nobody") is None
    counts = roster.ledger.counts()
    assert (counts.commands, counts.commands_rejected, counts.messages) == (1, 1, 0)


def test_what_a_retired_twin_counted_of_commands_goes_on_in_the_rosters_books(room):
    room.label("confirmed")
    room.tell("dance")
    room.roster.handle([room.log.define(None)])
    counts = room.roster.ledger.counts()
    assert (counts.commands, counts.commands_rejected) == (2, 1)


def test_relearning_forgets_everything_and_the_next_version_of_the_model_warms_up(room):
    before = room.state.training.samples
    outputs = room.tell("relearn", reason="new impeller")
    (event,) = model_events(outputs)
    assert (event.change, event.by, event.version) == (ModelChange.RELEARN, "ada", 2)
    assert event.reason == "all sensors: new impeller"
    assert event.samples == before > 50
    state = room.state
    assert (state.model_version, state.state, state.training) == (2, "warming", None)
    after = Log(twin_id="case")
    after.observe_all("t1", noise(30, 45.0), first=CALM + EVERY)
    outputs = feed(after, room.roster)
    assert alerts(outputs) == [], "the new level is normal"
    (warm,) = model_events(outputs)
    assert (warm.change, warm.version, warm.samples, warm.by) == (ModelChange.WARM, 2, 20, "rule")
    # The first value of the new level looks like a spike, which is not learned.
    assert room.state.training.since.timestamp() == START_NS / 1e9 + CALM + EVERY + 1


def test_relearning_one_sensor_leaves_the_others_as_they_are(room):
    before = room.runtime.detector.snapshot().sensors
    (event,) = model_events(room.tell("relearn", sensors=["t1"]))
    assert event.reason == "t1, on command"
    after = room.runtime.detector.snapshot().sensors
    assert after == {"t2": before["t2"]}
    assert room.state.state == "normal"


def test_relearning_every_sensor_by_name_warms_up_as_relearning_all(room):
    """What is known of the pace of messages is no judgement of the twin."""
    assert [event.change for event in model_events(room.tell("relearn", sensors=["t1", "t2"]))] == ["relearn"]
    after = Log(twin_id="case")
    for second, value in enumerate(noise(25, 3.0)):
        after.observe(CALM + EVERY + second, t1=value, t2=value)
    outputs = feed(after, room.roster)
    verdicts = outputs.verdicts
    assert {(verdict.score, verdict.condition) for verdict in verdicts[:19]} == {(None, "warming")}
    assert {verdict.condition for verdict in verdicts[21:]} == {"normal"}
    assert all(verdict.score is not None for verdict in verdicts[21:])
    assert [event.change for event in model_events(outputs)] == ["warm"]


def test_relearning_ends_the_anomaly_alert():
    log = faulty()
    roster = new_roster()
    (raised,) = alerts(feed(log.messages[:67], roster))
    (cleared,) = alerts(feed([log.command("relearn")], roster))
    assert (cleared.transition, cleared.alert_id, cleared.sequence) == ("cleared", raised.alert_id, 2)
    assert "by order of ada" in cleared.summary
    assert states(roster.publish())["case"].state == "warming"


def test_relearning_keeps_what_labels_said(room):
    room.label("false_alarm")
    room.tell("relearn")
    assert room.boundary() == USUAL * WIDER
    room.label("confirmed")
    assert room.boundary() == pytest.approx(USUAL / NARROWER)


def test_labels_of_a_sensor_that_means_something_else_now_no_longer_move_its_boundary(room):
    room.label("false_alarm")
    outputs = room.roster.handle([room.log.define(definition(t1={"unit": "K"}, t2={"unit": "bar"}))])
    (event,) = model_events(outputs)
    assert (event.change, event.version, event.by) == (ModelChange.RELEARN, 2, "rule")
    assert "what was learned of t1 is forgotten" in event.reason
    assert room.boundary() == USUAL
    assert [event.change for event in model_events(room.label("confirmed"))] == ["label"]
    assert room.boundary() == USUAL
    assert room.state.feedback.confirmed == 1


def test_a_definition_that_changes_nothing_that_was_learned_is_no_new_version(room):
    outputs = room.roster.handle([room.log.define(definition(t1={"unit": "degC", "range": [0, 99]}, t2=TWO["t2"]))])
    assert model_events(outputs) == []
    assert room.state.model_version == 1


def test_a_definition_that_asks_for_fewer_samples_warms_the_twin_at_once():
    log = Log(definition(warm_up=50))
    log.observe_all("t1", noise(30))
    roster = new_roster()
    assert model_events(feed(log, roster)) == []
    (event,) = model_events(feed([log.define(definition(warm_up=20))], roster))
    assert (event.change, event.samples) == (ModelChange.WARM, 30)


def test_a_twin_tells_once_that_it_is_warm():
    events = model_events(feed(faulty()))
    assert [event.change for event in events] == [ModelChange.WARM]
    assert (events[0].samples, events[0].version, events[0].by) == (20, 1, "rule")
    assert events[0].ts.timestamp() == START_NS / 1e9 + 19


def lasting(response: str, seconds: int) -> tuple[Outputs, Roster]:
    """A level that goes elsewhere and stays there, of a twin that responds to it so."""
    plain = definition()
    detect = Detection.model_validate({"warm_up": 20, "drift": {"response": response}})
    log = Log(plain.model_copy(update={"type": plain.type.model_copy(update={"detect": detect})}))
    log.observe_all("t1", [*noise(100), *noise(seconds, 60.0, seed=2)])
    roster = new_roster()
    return feed(log, roster), roster


def test_relearning_by_rule_is_a_new_version_and_says_how_much_was_forgotten():
    outputs, roster = lasting("relearn", 600)
    events = {event.change: event for event in model_events(outputs)}
    relearned = events[ModelChange.RELEARN]
    assert (relearned.version, relearned.by) == (2, "rule")
    assert relearned.samples >= 100
    assert "t1 was in alert for 500 samples" in relearned.reason
    assert states(roster.publish())["case"].model_version == 2
    assert [event.change for event in model_events(outputs)] == ["warm", "drift", "relearn", "warm"]
    assert [alert.transition for alert in alerts(outputs)] == ["raised", "cleared"]


def test_adapting_by_rule_forgets_nothing_and_is_no_new_version():
    outputs, roster = lasting("adapt", 600)
    warm, drift = model_events(outputs)
    assert (warm.change, drift.change, drift.by, drift.version) == ("warm", "drift", "rule", 1)
    assert "t1 was in alert for 500 samples" in drift.reason
    _, cleared = alerts(outputs)
    assert (cleared.transition, cleared.ts) == ("cleared", drift.ts)
    assert "is taken for normal" in cleared.summary
    state = states(roster.publish())["case"]
    assert (state.model_version, state.state, state.training.samples) == (1, "normal", 699)


def test_a_twin_that_is_frozen_stays_in_alert_until_somebody_has_it_relearn():
    outputs, roster = lasting("freeze", 600)
    assert [event.change for event in model_events(outputs)] == ["warm", "drift"]
    assert [alert.transition for alert in alerts(outputs)] == ["raised"]
    (cleared,) = alerts(feed([Log(twin_id="case").command("relearn")], roster))
    assert cleared.transition == "cleared"


def test_the_records_of_commands_have_ids_of_their_own_and_the_same_on_every_replay():
    def told():
        room = Room(faults=2)
        commands = [
            room.log.command("label", alert_id=room.raised[0], label="false_alarm"),
            room.log.command("label", alert_id=room.raised[1], label="false_alarm"),
            room.log.command("relearn"),
            room.log.command("relearn"),
            room.log.command("dance"),
        ]
        assert len({message.received_ms for message in commands}) == 1
        return room.roster.handle(commands)

    first, second = told(), told()
    ids = [record.id for record in first.records]
    assert len(set(ids)) == len(ids) == 7
    assert (first.records, first.points) == (second.records, second.points)
    heads = [(line.split(" ")[0], line.rsplit(" ", 1)[1]) for line in first.points]
    assert len(set(heads)) == len(heads)


def test_commands_survive_a_restart_bit_for_bit():
    commands = [("label", {"label": Label.FALSE_ALARM}), ("label", {"label": Label.CONFIRMED}), ("relearn", {})]
    for cut in range(len(commands) + 1):
        whole, parted = Room(), Room()
        more = Log(twin_id="case")
        more.observe_all("t1", noise(60, seed=5), first=500)
        told = []
        for room in (whole, parted):
            outputs = []
            for number, (command, body) in enumerate(commands):
                if room is parted and number == cut:
                    room.roster = Roster(room.store, "0")
                extra = {"alert_id": room.raised[0], **body} if command == "label" else body
                outputs.append(room.tell(command, **extra))
            if room is parted:
                room.roster = Roster(room.store, "0")
            outputs.append(feed(more, room.roster))
            told.append((outputs, room.state.model_dump()))
        assert told[0] == told[1]
