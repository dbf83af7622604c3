"""The same again, the same moment with another value, and a log that is read twice (C21)."""

import json

import pytest

from pipelines.testing.builders import Log, definition, feed, noise
from pipelines.testing.readers import alerts, fields
from pipelines.twin.codec import encode_runtime
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from tests.cases.room import Played, play, twin


def stored(played: Played) -> dict[str, dict[str, str]]:
    """The points of t1 as InfluxDB keeps them: of one time, later fields replace earlier ones."""
    kept: dict[str, dict[str, str]] = {}
    for line in played.points():
        kept.setdefault(line.rsplit(" ", 1)[1], {}).update(fields(line))
    return kept


@pytest.mark.parametrize("again", [21.5, "21.5", {"value": 21.5}, {"value": 70.7, "unit": "degF"}])
def test_a_repeat_is_one_point_and_learned_once(again):
    log = Log(definition())
    log.observe(0, t1=21.5)
    log.observe(0, t1=again)
    played = play(log)
    assert len(played.points()) == 1
    assert (played.counts.applied, played.counts.duplicate, played.counts.amended) == (1, 1, 0)
    assert played.state.warming.samples == 1


def test_a_repeat_of_a_value_some_time_ago_is_a_repeat_too():
    log = Log(definition())
    log.observe_all("t1", noise(30))
    log.messages += log.messages[11:31]
    played = play(log)
    assert (played.counts.applied, played.counts.duplicate) == (30, 20)
    assert len(played.points()) == 30


def test_another_value_for_the_same_moment_wins_and_is_a_conflict():
    log = Log(definition())
    log.observe(0, t1=21.5)
    log.observe(0, t1=22.0)
    played = play(log)
    assert played.sensor().value == 22.0
    assert [point["value"] for point in stored(played).values()] == ["22.0"]
    assert played.notes()["amended_conflict"] == 1
    assert (played.counts.applied, played.counts.amended) == (1, 1)


def test_a_value_that_lost_does_not_come_back_by_a_replay():
    log = Log(definition())
    for value in (21.5, 22.0, 21.5, 22.0):
        log.observe(0, t1=value)
    played = play(log)
    assert played.sensor().value == 22.0
    assert (played.counts.amended, played.counts.duplicate) == (1, 2)


@pytest.mark.parametrize(
    ("pairs", "winner", "note"),
    [
        ([(1, 21.5), (2, 22.0)], 22.0, "amended_conflict"),
        ([(2, 22.0), (1, 21.5)], 22.0, "duplicate_superseded"),
        ([(2, 22.0), (1, 21.5), (3, 23.0)], 23.0, "amended_conflict"),
        ([(2, 22.0), (None, 21.5)], 21.5, "amended_conflict"),
        ([(1, 21.5), (2, 22.0), (3, 21.5)], 21.5, "amended_conflict"),
    ],
)
def test_a_running_number_says_which_of_two_values_is_the_last(pairs, winner, note):
    log = Log(definition())
    for seq, value in pairs:
        log.raw(json.dumps({"ts": 1700000000, "seq": seq, "values": {"t1": value}}).encode())
    played = play(log)
    assert played.sensor().value == winner
    assert played.notes()[note] >= 1


def test_a_corrected_value_keeps_no_flaw_of_the_one_before():
    log = Log(definition(t1={"range": [0, 100]}))
    log.observe(0, t1=500.0)
    log.observe(0, t1=50.0)
    played = play(log)
    (point,) = stored(played).values()
    assert (point["value"], point["quality"], point["flaw"]) == ("50.0", '"good"', '"none"')
    assert played.sensor().quality == "good"


@pytest.mark.parametrize("second", [500.0, -9999.0])
def test_a_correction_for_the_worse_is_shown_as_bad(second):
    log = Log(definition(t1={"range": [0, 100]}))
    log.observe(0, t1=50.0)
    log.observe(0, t1=second)
    played = play(log)
    assert played.sensor().quality == "bad"
    assert next(iter(stored(played).values()))["quality"] == '"bad"'


def test_two_sensors_at_one_moment_are_both_kept():
    log = Log(definition(t1={}, t2={}))
    log.observe(0, t1=1.0)
    log.observe(0, t2=2.0)
    played = play(log)
    assert (played.sensor("t1").value, played.sensor("t2").value) == (1.0, 2.0)
    assert played.counts.applied == 2


@pytest.mark.parametrize("seconds", [0.001, 0.000001])
def test_moments_that_differ_by_little_are_two(seconds):
    log = Log(definition())
    log.raw(b'{"ts":1700000000000000000,"values":{"t1":1}}')
    log.raw(b'{"ts":%d,"values":{"t1":2}}' % (1700000000000000000 + round(seconds * 1e9)))
    assert play(log).counts.applied == 2


def eventful(window: str) -> Log:
    """A hundred events with an alert in them, a late one, a repeat, a bad one and a stuck sensor."""
    log = Log(twin({"t1": {"unit": "degC", "stuck_after": 5}}, timing={"reorder_window": window}))
    values = [*noise(50), *[95.0] * 10, *noise(30, seed=2), *[20.0] * 10]
    for second, value in enumerate(values):
        log.observe(second, t1=value)
        if second % 10 == 5:
            log.observe(second - 4, t1=19.0)
            log.observe(second, t1=value)
            log.observe(second, t1=None)
    return log


def kept(roster: Roster) -> bytes:
    return encode_runtime(roster.runtime("case"))


@pytest.mark.parametrize("window", ["0s", "5s"])
@pytest.mark.parametrize("checkpoint", [1, 20, 60, 61, 65, 100])
def test_a_job_killed_40_events_behind_its_checkpoint_ends_as_if_nothing_had_been(window, checkpoint):
    log = eventful(window)
    store = MemoryStore()
    roster = Roster(store, "0")
    before = feed(log.messages[:checkpoint], roster)
    saved = {name: store.get(name) for name in store.names()}
    feed(log.messages[checkpoint : checkpoint + 40], roster)

    restored = MemoryStore()
    for name, encoded in saved.items():
        restored.put(name, encoded)
    again = Roster(restored, "0")
    after = feed(log.messages[checkpoint:], again)
    whole = Roster(MemoryStore(), "0")
    uninterrupted = feed(log.messages, whole)
    assert before.verdicts + after.verdicts == uninterrupted.verdicts
    assert before.points + after.points == uninterrupted.points
    assert [each.id for each in before.records + after.records] == [each.id for each in uninterrupted.records]
    assert kept(again) == kept(whole)


@pytest.mark.parametrize("window", ["0s", "5s"])
def test_a_log_that_is_read_twice_tells_no_alert_twice_and_learns_nothing_twice(window):
    """At least once: what was written before the crash is read again by a roster that knows it."""
    log = eventful(window)
    once, twice = play(log), play([*log.messages, *log.messages[-40:]])
    ids = [(alert.alert_id, alert.sequence) for alert in alerts(twice.outputs)]
    assert len(set(ids)) == len(ids)
    assert ids == [(alert.alert_id, alert.sequence) for alert in alerts(once.outputs)]
    assert stored(twice).keys() >= stored(once).keys()
    assert twice.counts.applied == once.counts.applied
    learned = [played.roster.runtime("case").detector.snapshot() for played in (once, twice)]
    assert learned[0] == learned[1]


def test_alert_ids_are_the_same_on_every_replay():
    first, second = play(eventful("0s")), play(eventful("0s"))
    assert [record.id for record in first.outputs.records] == [record.id for record in second.outputs.records]
    ids = [record.id for record in first.outputs.records]
    assert len(set(ids)) == len(ids)
