"""How many twins are told of at a time: none is forgotten, and those that wait longest come first."""

from pipelines.testing.builders import Log, definition
from pipelines.testing.readers import states
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore

TWINS = [f"twin-{number}" for number in range(5)]


def roster(most_told: int | None = 2) -> Roster:
    """Five twins that are defined and told."""
    made = Roster(MemoryStore(), "0", most_told=most_told)
    for twin in TWINS:
        made.handle(Log(definition(twin)).messages)
    for _ in range(len(TWINS) + 1):  # the roster's own counters take a turn, too
        made.publish()
    return made


def told(made: Roster) -> list[str]:
    return list(states(made.publish()))


def observe(made: Roster, twin: str, value: float) -> None:
    log = Log(twin_id=twin)
    log.observe(value, t1=value)
    made.handle(log.messages)


def test_changed_twins_are_told_in_the_order_of_their_change_a_few_at_a_time():
    made = roster()
    for twin in ("twin-3", "twin-1", "twin-4"):
        observe(made, twin, 1.0)
    observe(made, "twin-3", 2.0)  # it waits already, and keeps its place
    assert made.restless
    assert [told(made), told(made), told(made)] == [["twin-3", "twin-1"], ["twin-4"], []]


def test_what_is_told_late_is_the_twin_as_it_is_then():
    made = roster(most_told=1)
    observe(made, "twin-0", 1.0)
    observe(made, "twin-1", 1.0)
    assert told(made) == ["twin-0"]
    observe(made, "twin-1", 2.0)
    (state,) = states(made.publish()).values()
    assert (state.twin_id, state.sensors["t1"].value) == ("twin-1", 2.0)


def test_without_a_limit_all_are_told_at_once():
    made = roster(most_told=None)
    for twin in TWINS:
        observe(made, twin, 1.0)
    assert sorted(told(made)) == TWINS
