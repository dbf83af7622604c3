"""While a twin learns what is normal it has no score, and says how far it has got (field case C31)."""

from pipelines.testing.builders import Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, scores, states, usual
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore


def test_a_twin_is_warming_without_a_score_until_it_has_learned_enough():
    log = Log(definition(warm_up=20))
    log.observe_all("t1", noise(25))
    outputs = feed(log)
    assert scores(outputs)[:20] == [None] * 20
    assert all(score is not None for score in scores(outputs)[20:])
    assert [verdict.condition for verdict in outputs.verdicts] == ["warming"] * 19 + ["normal"] * 6


def test_the_state_says_how_many_samples_are_still_needed():
    log = Log(definition(warm_up=20))
    log.observe_all("t1", noise(7))
    roster = new_roster()
    feed(log, roster)
    state = states(roster.publish())["case"]
    assert (state.state, state.warming.samples, state.warming.needed, state.score) == ("warming", 7, 20, None)


def test_progress_survives_a_restart():
    log, store = Log(definition(warm_up=20)), MemoryStore()
    log.observe_all("t1", noise(7))
    feed(log, Roster(store, "0"))
    assert states(Roster(store, "0").publish())["case"].warming.samples == 7


def test_a_spike_while_warming_raises_nothing():
    log = Log(definition(warm_up=100))
    log.observe_all("t1", [*noise(50), 500.0, 500.0, 500.0, 500.0, *noise(46)])
    assert alerts(feed(log)) == []


def test_a_warm_twin_is_judged_while_a_new_sensor_of_it_still_warms():
    log = Log(definition(warm_up=20, t1={}, t2={}))
    log.observe_all("t1", noise(30))
    log.observe(30, t1=20.0, t2=900.0)
    outputs = feed(log)
    assert 0 <= outputs.verdicts[-1].score < 0.5
    (new,) = [point for point in outputs.points if "sensor=t2" in point]
    assert "expected" not in new


def test_values_beyond_the_boundary_are_not_learned():
    calm, spiky = Log(definition()), Log(definition())
    calm.observe_all("t1", noise(100))
    for second, value in enumerate(noise(100)):
        spiky.observe(second, t1=value)
        if second >= 50 and second % 5 == 0:
            spiky.observe(second + 0.5, t1=90.0)
    quiet, disturbed = new_roster(), new_roster()
    feed(calm, quiet)
    assert alerts(feed(spiky, disturbed)) == []
    assert usual(quiet.runtime("case")) == usual(disturbed.runtime("case"))


def test_a_fault_does_not_become_the_usual_value_while_it_lasts():
    log = Log(definition())
    log.observe_all("t1", noise(60))
    log.observe_all("t1", noise(300, 24.5, 0.01), first=60)
    outputs = feed(log)
    assert [alert.transition for alert in alerts(outputs)] == ["raised"]
    assert min(scores(outputs)[70:]) > 0.5
