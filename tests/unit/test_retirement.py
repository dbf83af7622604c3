"""A null on `twin.definitions` ends a twin; what it counted stays in the books (field case C09)."""

from pipelines.testing.builders import Log, definition, feed, new_roster, noise
from pipelines.testing.readers import dead_letters, fields, states
from pipelines.twin.rejection import Reason
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.accounting import Counts
from schemas.topics import Topic


def lived() -> Log:
    log = Log(definition())
    log.observe_all("t1", noise(30))
    log.observe(30, t1=None, t2=1.0)
    log.observe(30, t1="x")
    return log


def test_a_retired_twin_leaves_a_tombstone_and_is_unknown_from_then_on():
    log = lived()
    retirement = log.define(None)
    log.observe(31, t1=20.0)
    roster = new_roster()
    outputs = feed(log, roster)
    (tombstone,) = [record for record in outputs.records if record.topic is Topic.STATE]
    assert (tombstone.key, tombstone.value, tombstone.id) == ("case", None, f"{retirement.id}-retired")
    assert dead_letters(outputs)[-1].reason == Reason.UNKNOWN_TWIN
    assert roster.runtime("case") is None
    assert states(roster.publish()) == {}


def test_a_retired_twin_is_gone_from_the_store():
    log, store = lived(), MemoryStore()
    roster = Roster(store, "0")
    feed(log, roster)
    assert "case" in store.names()
    feed([log.define(None)], roster)
    assert "case" not in store.names()
    assert Roster(store, "0").runtime("case") is None


def test_the_totals_of_a_retired_twin_go_on_in_the_rosters_books():
    log = lived()
    roster = new_roster()
    feed(log, roster)
    before = states(roster.publish())["case"].counts
    feed([log.define(None)], roster)
    after = roster.ledger.counts()
    assert after == before.model_copy(update={"definitions": before.definitions + 1})
    assert roster.ledger.reasons[Reason.NULL_VALUE] == 1
    assert after.balanced


def test_the_counters_in_influxdb_add_up_over_a_retirement():
    """Whoever adds up each counter's newest value must find what was read, for every reason too."""
    newest: dict[tuple[str, str], float] = {}

    def take(points: list[str]) -> None:
        for point in points:
            if point.startswith("pipeline"):
                head = point.split(" ")[0]
                newest.update({(head, name): float(value) for name, value in fields(point).items()})

    def total() -> dict[str, float]:
        added: dict[str, float] = {}
        for (_, name), value in newest.items():
            added[name] = added.get(name, 0.0) + value
        return added

    log, roster = lived(), new_roster()
    feed(log, roster)
    take(roster.publish().points)
    before = total()
    take(feed([log.define(None)], roster).points)
    take(roster.publish().points)
    assert total() == {**before, "definitions": before["definitions"] + 1}


def test_a_twin_that_is_defined_again_starts_afresh():
    log = lived()
    log.define(None)
    log.define(definition())
    log.observe(40, t1=20.0)
    roster = new_roster()
    outputs = feed(log, roster)
    assert outputs.verdicts[-1].condition == "warming"
    state = states(roster.publish())["case"]
    assert state.counts == Counts(messages=1, read=1, applied=1, definitions=1)


def test_to_retire_a_twin_that_is_not_there_is_counted_and_harms_nobody():
    log = Log()
    log.define(None)
    roster = new_roster()
    outputs = feed(log, roster)
    assert outputs.records == []
    assert roster.ledger.counts() == Counts(definitions=1)


def test_an_empty_telemetry_message_retires_nobody():
    log = Log(definition())
    log.raw(None)
    roster = new_roster()
    assert [letter.reason for letter in dead_letters(feed(log, roster))] == [Reason.TOMBSTONE]
    assert roster.runtime("case") is not None
