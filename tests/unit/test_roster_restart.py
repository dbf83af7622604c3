"""A roster over a store that an earlier one filled: nothing is lost, nothing is put in the wrong place."""

import pytest

from pipelines.testing.builders import Log, definition, feed, noise
from pipelines.testing.readers import fields, states
from pipelines.twin.books import BucketCountError
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore


def filled(buckets: int = 4) -> MemoryStore:
    store = MemoryStore()
    log = Log(definition())
    log.observe_all("t1", noise(30))
    log.raw(b"{}", key=b"nobody")
    feed(log, Roster(store, "0", buckets))
    return store


def test_another_number_of_buckets_is_refused_with_both_numbers():
    with pytest.raises(BucketCountError, match=r"4 buckets.*say 8"):
        Roster(filled(4), "0", 8)


def test_a_store_in_which_no_message_came_is_bound_to_its_buckets_too():
    store = MemoryStore()
    Roster(store, "0", 4)
    with pytest.raises(BucketCountError):
        Roster(store, "0", 2)


def test_the_same_number_of_buckets_goes_on():
    assert Roster(filled(4), "0", 4).runtime("case") is not None


def test_a_refused_store_is_left_as_it_was():
    store = filled(4)
    before = {name: store.get(name) for name in store.names()}
    with pytest.raises(BucketCountError):
        Roster(store, "0", 8)
    assert {name: store.get(name) for name in store.names()} == before


def test_what_the_store_holds_is_published_once_after_a_restart():
    roster = Roster(filled(), "0", 4)
    assert states(roster.publish())["case"].counts.applied == 30
    again = roster.publish()
    assert (again.records, again.points) == ([], [])


def test_only_twins_that_changed_are_published():
    store = MemoryStore()
    roster = Roster(store, "0")
    log = Log(definition("a"))
    log.twin_id = "b"
    log.define(definition("b"))
    feed(log, roster)
    assert sorted(states(roster.publish())) == ["a", "b"]
    later = Log(twin_id="a")
    later.observe(0, t1=1.0)
    feed(later, roster)
    assert sorted(states(roster.publish())) == ["a"]


def test_counters_say_the_same_at_the_same_time_after_a_restart():
    """A point that a restarted roster dates otherwise would stand beside the newest one, or in 1970."""
    store = MemoryStore()
    roster = Roster(store, "0", 4)
    log = Log(definition())
    log.observe_all("t1", noise(30))
    log.raw(b"{}", key=b"nobody")
    feed(log, roster)
    before = roster.publish().points
    assert len(before) == 2
    assert Roster(store, "0", 4).publish().points == before


def test_a_roster_that_has_read_nothing_writes_no_point_of_1970():
    points = Roster(MemoryStore(), "0").publish().points
    assert all(int(point.rsplit(" ", 1)[1]) > 0 for point in points)


def test_books_of_messages_without_a_twin_survive_a_restart():
    roster = Roster(filled(), "0", 4)
    assert roster.ledger.counts().rejected == 1
    (own,) = [point for point in roster.publish().points if point.startswith("pipeline,bucket=0")]
    assert fields(own)["rejected_unknown_twin"] == "1.0"
