"""What stands on `twin.definitions`, and when the twin job has taken it, told from `twin.state`."""

from collections.abc import Iterator, Sequence

import pytest

from pipelines.connectors.kafka_tail import Consumed
from pipelines.feed import definitions, twin_watch
from pipelines.feed.definitions import NotTakenError, await_defined, await_retired, await_taken, newest_definitions
from pipelines.feed.twin_watch import Progress, TwinWatch
from pipelines.testing.builders import definition
from schemas.accounting import Counts
from schemas.definition import TwinDefinition
from schemas.state import TwinCondition, TwinState
from schemas.topics import Topic


def on_topic(key: bytes, value: bytes | None) -> Consumed:
    return Consumed(Topic.DEFINITIONS, 0, 0, 0, key, value, ())


def defined(one: TwinDefinition) -> Consumed:
    return on_topic(one.twin_id.encode(), one.model_dump_json(exclude_defaults=True).encode())


def state(twin_id: str, taken: int) -> Consumed:
    told = TwinState(twin_id=twin_id, twin_type="t", state=TwinCondition.NEVER_SEEN, counts=Counts(definitions=taken))
    return Consumed(Topic.STATE, 0, 0, 0, twin_id.encode(), told.model_dump_json().encode(), ())


def tombstone(twin_id: str) -> Consumed:
    return Consumed(Topic.STATE, 0, 0, 0, twin_id.encode(), None, ())


@pytest.fixture
def on_state(monkeypatch):
    """Lets `twin.state` hold messages at first, and then give batches as they are polled for."""

    def script(held: Sequence[Consumed], *batches: Sequence[Consumed]) -> None:
        left = list(batches)

        class Tail:
            def __init__(self, *_: object, **__: object) -> None: ...

            def until_end(self, timeout_s: float) -> Iterator[Consumed]:
                return iter(held)

            def poll(self, timeout_s: float) -> list[Consumed]:
                return list(left.pop(0)) if left else []

            def close(self) -> None: ...

        monkeypatch.setattr(twin_watch, "KafkaTail", Tail)
        monkeypatch.setattr(definitions, "_POLL_S", 0.0)

    return script


def test_the_newest_definition_counts_and_null_retires():
    first, second = definition("a", t1={"range": [0, 5]}), definition("a", t1={"range": [0, 6]})
    found = newest_definitions(
        [defined(first), defined(definition("b")), defined(second), on_topic(b"b", None), on_topic(b"never", None)]
    )
    assert found.definitions == {"a": second}
    assert found.unusable == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"a", b"{"),
        (b"a", b""),
        (b"a", b"\xff\xfe"),
        (b"a", b"[" * 100_000),
        (b"a", definition("b").model_dump_json().encode()),
        (b"\xff", definition("a").model_dump_json().encode()),
    ],
)
def test_what_is_no_definition_is_told_and_nothing_breaks(key, value):
    found = newest_definitions([defined(definition("good")), on_topic(key, value)])
    assert list(found.definitions) == ["good"]
    ((twin_id, remedy),) = found.unusable.items()
    assert remedy
    assert found.twin_ids == {"good", twin_id}


def test_a_bad_message_after_a_good_one_is_what_stands():
    found = newest_definitions([defined(definition("a")), on_topic(b"a", b"{}")])
    assert (found.definitions, list(found.unusable)) == ({}, ["a"])
    found = newest_definitions([on_topic(b"a", b"{}"), defined(definition("a"))])
    assert (list(found.definitions), found.unusable) == (["a"], {})


def test_a_twin_is_defined_once_the_job_tells_of_it(on_state):
    on_state([state("a", 1)], [], [state("b", 1)])
    await_defined("broker:9092", ["a", "b"], 5.0)


def test_a_twin_that_was_retired_is_not_defined_by_what_was_told_before(on_state):
    on_state([state("a", 1), tombstone("a")])
    with pytest.raises(NotTakenError, match=r"1 twins are not taken .*\(a\).*twinstream run twin.*dlq list"):
        await_defined("broker:9092", ["a"], 0.05)


def test_a_changed_twin_is_awaited_until_it_has_taken_one_definition_more(on_state):
    on_state([state("a", 2)], [state("a", 2)])
    with TwinWatch("broker:9092") as watch, pytest.raises(NotTakenError):
        await_taken(watch, {"a": watch.progress("a")}, 0.05)
    on_state([state("a", 2)], [state("a", 2)], [state("a", 3)])
    with TwinWatch("broker:9092") as watch:
        await_taken(watch, {"a": watch.progress("a")}, 5.0)


def test_a_twin_that_begins_anew_has_taken_its_definition_though_it_counts_from_one(on_state):
    on_state([state("a", 7)], [tombstone("a"), state("a", 1)])
    with TwinWatch("broker:9092") as watch:
        before = watch.progress("a")
        await_taken(watch, {"a": before}, 5.0)
        assert (before, watch.progress("a")) == (Progress(0, 7), Progress(1, 1))


def test_a_retired_twin_is_awaited_until_its_state_is_gone(on_state):
    on_state([state("a", 1), state("b", 1), tombstone("b")], [state("a", 1)], [tombstone("a")])
    await_retired("broker:9092", ["a", "b", "never-taken"], 5.0)
    on_state([state("a", 1)])
    with pytest.raises(NotTakenError, match=r"1 twins are not retired .*\(a\).*twinstream run twin"):
        await_retired("broker:9092", ["a"], 0.05)
