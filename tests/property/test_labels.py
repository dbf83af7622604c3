"""Labels may be given, given again and corrected in any order: what counts is the newest one of each alert."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.alarms.identity import alert_id
from pipelines.alarms.labels import Labels
from pipelines.detection.feedback import Feedback
from pipelines.testing.builders import Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, model_events
from pipelines.testing.strategies import profile
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.command import Label

given_labels = st.lists(st.tuples(st.integers(0, 7), st.sampled_from([*Label])), max_size=40)


@profile(300)
@given(given_labels)
def test_counts_are_those_of_the_newest_label_of_each_alert(said):
    labels = Labels()
    for raised_ns in range(8):
        labels.opened(raised_ns, None)
    for raised_ns, label in said:
        labels.label(raised_ns, label)
    newest = list(dict(said).values())
    assert labels.confirmed == newest.count(Label.CONFIRMED)
    assert labels.false_alarms == newest.count(Label.FALSE_ALARM)
    assert labels.precision == (labels.confirmed / len(newest) if newest else None)


@profile(200)
@given(st.lists(st.booleans(), max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_labels_does_not_matter_to_the_boundary(false_alarms, random):
    def after(order: list[bool]) -> Feedback:
        feedback = Feedback()
        for false_alarm in order:
            feedback = feedback.counted(false_alarm=false_alarm, by=1)
        return feedback

    shuffled = random.sample(false_alarms, len(false_alarms))
    assert after(shuffled) == after(false_alarms)
    assert 0.5 <= after(false_alarms).factor <= 8.0


def with_two_alerts() -> tuple[MemoryStore, list[str], Log]:
    """A twin that was in alert twice, for t1 and for t2."""
    store, log = MemoryStore(), Log(definition(t1={"unit": "degC"}, t2={"unit": "bar"}))
    for second, (one, two) in enumerate(zip(noise(200), noise(200, 3.0, 0.1, seed=2), strict=True)):
        t1 = one + (40 if 60 <= second < 80 else 0)
        log.observe(second, t1=t1, t2=two + (9 if 120 <= second < 140 else 0))
    raised = [alert.alert_id for alert in alerts(feed(log, Roster(store, "0"))) if alert.sequence == 1]
    return store, raised, Log(twin_id="case")


@profile(40)
@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from([*Label])), max_size=8), st.integers(0, 8))
def test_the_twin_stands_as_if_only_the_newest_labels_had_been_given_restarts_or_not(said, cut):
    store, raised, log = with_two_alerts()
    assert len(raised) == 2
    for number, label in said:
        log.command("label", alert_id=raised[number], label=label)
    feed(log.messages[:cut], Roster(store, "0"))
    many = Roster(store, "0")
    feed(log.messages[cut:], many)

    store, raised, log = with_two_alerts()
    for number, label in dict(said).items():
        log.command("label", alert_id=raised[number], label=label)
    few = Roster(store, "0")
    feed(log, few)

    one, other = many.runtime("case"), few.runtime("case")
    assert one.labels == other.labels
    assert all(one.detector.boundary(name) == other.detector.boundary(name) for name in ("t1", "t2"))


@profile(40)
@given(st.text(max_size=20))
def test_no_alert_id_made_up_is_taken_for_one_of_the_twin(name):
    log = Log(definition())
    log.command("label", alert_id=name or "x", label="confirmed")
    log.command("label", alert_id=alert_id("case", "anomaly", 0), label="confirmed")
    roster = new_roster()
    outputs = feed(log, roster)
    assert model_events(outputs) == []
    assert roster.runtime("case").ledger.commands_rejected == 2
