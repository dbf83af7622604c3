"""A message that comes twice is learned once."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.testing.strategies import log_of, profile, steps
from pipelines.twin.message import Message
from pipelines.twin.record import Record
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.topics import Topic


def judged(messages: list[Message]) -> tuple[dict[int, float | None], list[Record]]:
    """The score of each message when it first came, and all alerts and model events."""
    roster = Roster(MemoryStore(), "0")
    scores: dict[int, float | None] = {}
    records: list[Record] = []
    for message in messages:
        outputs = roster.handle([message])
        records += [record for record in outputs.records if record.topic in {Topic.ALERTS, Topic.MODELS}]
        for verdict in outputs.verdicts:
            if message.offset in scores:
                assert verdict.score is None
                assert verdict.outcome in {"duplicate", "amended"}
            else:
                scores[message.offset] = verdict.score
    return scores, records


@profile(120)
@given(st.data(), steps(1.0, 2.5, 60.0))
def test_messages_that_come_again_at_any_later_time_change_no_score_and_no_alert(data, made):
    messages = log_of(made).messages
    expected = judged(messages)
    repeated = list(messages)
    for _ in range(data.draw(st.integers(1, 10))):
        first = data.draw(st.integers(1, len(repeated) - 1))
        again = data.draw(st.integers(first + 1, len(repeated)))
        repeated.insert(again, repeated[first])
    assert judged(repeated) == expected


@profile(40)
@given(steps(1.0, 2.5))
def test_a_log_of_which_every_message_comes_twice_at_once_is_as_if_it_came_once(made):
    messages = log_of(made).messages
    assert judged([message for message in messages for _ in range(2)]) == judged(messages)
