"""A twin is stored as a whole now and then, and between by what changes with every message."""

import pytest

from pipelines.testing.builders import Log, definition, feed, noise
from pipelines.twin.codec import RuntimeFormatError, decode_runtime, encode_change, encode_runtime
from pipelines.twin.recent import MOST, REMEMBERED
from pipelines.twin.roster import Roster
from pipelines.twin.shelf import Shelf
from pipelines.twin.store import CHANGE_MARK, MemoryStore

CHANGE = f"{CHANGE_MARK}case"


class CountingStore(MemoryStore):
    """Counts the bytes that are put under each name."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[str, int]] = []

    def put(self, name: str, encoded: bytes) -> None:
        super().put(name, encoded)
        self.written.append((name, len(encoded)))


def lived(store: MemoryStore, count: int = 60) -> Roster:
    """Every message is a batch of its own."""
    log, roster = Log(definition()), Roster(store, "0")
    log.observe_all("t1", noise(count))
    for message in log.messages:
        roster.handle([message])
    return roster


def test_a_message_writes_the_small_part_and_the_whole_only_now_and_then():
    store = CountingStore()
    lived(store, 200)
    wholes = [size for name, size in store.written if name == "case"]
    changes = [size for name, size in store.written if name == CHANGE]
    assert len(changes) > 12 * len(wholes) > 0
    assert sum(changes) / len(changes) < 0.6 * max(wholes)


@pytest.mark.parametrize("count", [0, 1, 2, 31, 32, 48, 49, 50, 65, 66, 100])
def test_what_is_read_back_is_what_was_put_at_every_turn(count):
    store = MemoryStore()
    roster = lived(store, count)
    assert encode_runtime(Shelf(store).take("case")) == encode_runtime(roster.runtime("case"))


def test_a_late_value_among_the_settled_ones_is_not_lost_by_a_restart():
    store = MemoryStore()
    roster = lived(store, 60)
    late = Log(twin_id="case")
    late.observe(30.5, t1=20.0)
    feed(late, roster)
    again = Roster(store, "0")
    feed(late, again)
    assert again.runtime("case").ledger.counts().duplicate == 1


def test_a_long_backfill_behind_the_newest_value_does_not_fill_the_memory():
    store = MemoryStore()
    roster = lived(store, 1)
    late = Log(twin_id="case")
    for second in range(1, 1_000):
        late.observe(-second, t1=float(second))
    feed(late, roster)
    runtime = roster.runtime("case")
    assert runtime.ledger.counts().amended == 999
    assert REMEMBERED <= len(runtime.sensors["t1"].recent) <= MOST
    assert encode_runtime(Shelf(store).take("case")) == encode_runtime(runtime)


def test_a_changed_definition_is_stored_at_once():
    store = MemoryStore()
    roster = lived(store)
    log = Log(twin_id="case")
    log.define(definition(t1={"unit": "degC"}, t9={"unit": "bar"}))
    roster.handle(log.messages)
    assert set(Shelf(store).take("case").sensors) == {"t1", "t9"}


def test_what_labels_say_is_stored_at_once_and_not_again_with_every_message():
    store = MemoryStore()
    roster = lived(store, 30)
    log = Log(twin_id="case")
    log.observe_all("t1", noise(6, 60.0), first=30)
    for message in log.messages:
        roster.handle([message])
    (raised_ns,) = Shelf(store).take("case").labels.alerts
    assert raised_ns == roster.runtime("case").episode.raised_ns
    roster.handle([log.command("label", alert_id=roster.runtime("case").alert_id, label="confirmed")])
    assert store.get(CHANGE) == b""
    later = Log(twin_id="case")
    later.observe(40, t1=20.0)
    roster.handle(later.messages)
    assert store.get(CHANGE) != b""
    assert Shelf(store).take("case").labels == roster.runtime("case").labels
    assert Shelf(store).take("case").labels.confirmed == 1


def test_a_retired_twin_leaves_nothing_behind():
    store = MemoryStore()
    roster = lived(store)
    assert CHANGE in store.names()
    log = Log(twin_id="case")
    log.define(None)
    roster.handle(log.messages)
    assert list(store.names()) == [""]


def test_a_change_that_belongs_to_another_whole_is_refused():
    store, other = MemoryStore(), MemoryStore()
    lived(store, 60), lived(other, 20)
    with pytest.raises(RuntimeFormatError, match="belongs to another whole") as refused:
        decode_runtime(store.get("case"), other.get(CHANGE))
    assert refused.value.definition is not None


def test_a_change_that_is_cut_short_or_of_another_version_is_refused():
    store = MemoryStore()
    runtime = lived(store).runtime("case")
    whole, change = store.get("case"), encode_change(runtime)
    assert decode_runtime(whole, change).newest_ns == runtime.newest_ns
    for broken in [change[:length] for length in range(0, len(change), 13)] + [b"\x63" + change[1:]]:
        with pytest.raises(RuntimeFormatError):
            decode_runtime(whole, broken)
