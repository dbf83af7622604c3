"""However a log is cut into batches, and wherever a restart falls, the outcome is the same."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipelines.testing.builders import Log
from pipelines.testing.strategies import mixed_log, profile
from pipelines.twin.codec import encode_runtime
from pipelines.twin.outputs import Outputs
from pipelines.twin.roster import Roster
from pipelines.twin.shelf import Shelf
from pipelines.twin.store import WAITING_MARK, MemoryStore


def stored(store: MemoryStore) -> dict[str, bytes | None]:
    """The books, what waits, and each twin as it would be read back."""
    shelf = Shelf(store)
    twins = {twin_id: encode_runtime(shelf.take(twin_id)) for twin_id in shelf.twin_ids()}
    others = {name: store.get(name) for name in store.names() if not name or name[0] == WAITING_MARK}
    return twins | others


def in_one_go(log: Log) -> tuple[Outputs, dict[str, bytes | None]]:
    store = MemoryStore()
    outputs = Roster(store, "0").handle(log.messages)
    return outputs, stored(store)


def in_parts(log: Log, cuts: list[int], restarts: set[int]) -> tuple[Outputs, dict[str, bytes | None]]:
    """Handled piece by piece; behind some cuts by another roster over the same store."""
    store = MemoryStore()
    roster, outputs = Roster(store, "0"), Outputs()
    edges = [0, *sorted(cuts), len(log.messages)]
    for number, (start, end) in enumerate(pairwise(edges)):
        if number in restarts:
            roster = Roster(store, "0")
        part = roster.handle(log.messages[start:end])
        outputs.records += part.records
        outputs.points += part.points
        outputs.verdicts += part.verdicts
        if number % 2:
            roster.publish()
    return outputs, stored(store)


@profile(120)
@given(st.data())
def test_batches_and_restarts_change_nothing(data):
    log = mixed_log(data.draw, size=25)
    cuts = data.draw(st.lists(st.integers(0, len(log.messages)), max_size=6))
    restarts = data.draw(st.sets(st.integers(0, len(cuts))))
    assert in_parts(log, cuts, restarts) == in_one_go(log)


@profile(15)
@given(st.data())
def test_a_restart_behind_every_message_changes_nothing(data):
    log = mixed_log(data.draw, size=15)
    everywhere = list(range(len(log.messages)))
    assert in_parts(log, everywhere, set(everywhere)) == in_one_go(log)
