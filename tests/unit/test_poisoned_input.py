"""One NaN must not poison a model: what is refused leaves no trace in what was learned (field case C01)."""

import pytest

from pipelines.testing.builders import START_S, Log, definition, feed, new_roster, noise
from pipelines.testing.readers import dead_letters, scores
from pipelines.twin.codec import encode_runtime
from pipelines.twin.ledger import Ledger
from pipelines.twin.roster import Roster
from schemas.accounting import Counts

POISON = {
    "NaN": b"NaN",
    "minus infinity": b"-Infinity",
    "too big for a float": b"1e999",
    "NaN as text": b'"NaN"',
    "null": b"null",
    "a truth value": b"true",
    "beyond all limits": b"1e300",
    "a text": b'"on"',
}


def poisoned(token: bytes | None) -> Log:
    """A log of 60 values with three bad ones after warm-up, or without them."""
    log = Log(definition())
    for second, value in enumerate(noise(60)):
        log.observe(second, t1=value)
        if token is not None and second in {5, 30, 45}:
            log.raw(b'{"ts":%d,"sensor":"t1","value":%s}' % (START_S + second, token))
            log.raw(b'{"ts":%d,"values":{"t1":%s}}' % (START_S + second + 1, token))
            log.raw(b'{"ts":%d,"sensor":"t1"}' % (START_S + second + 1))
    return log


def learned(roster: Roster) -> bytes:
    """Everything that the twin remembers but for its counters, bit for bit."""
    runtime = roster.runtime("case")
    runtime.ledger = Ledger()
    return encode_runtime(runtime)


@pytest.mark.parametrize("token", POISON.values(), ids=POISON.keys())
def test_a_bad_value_leaves_the_models_bit_for_bit_as_without_it(token):
    clean, disturbed = new_roster(), new_roster()
    expected = scores(feed(poisoned(None), clean))
    outputs = feed(poisoned(token), disturbed)
    assert len(dead_letters(outputs)) == 9
    counts = disturbed.runtime("case").ledger.counts()
    assert counts == Counts(messages=69, read=69, applied=60, rejected=9, definitions=1)
    assert [score for score in scores(outputs) if score is not None] == [s for s in expected if s is not None]
    assert learned(disturbed) == learned(clean)


@pytest.mark.parametrize("token", POISON.values(), ids=POISON.keys())
def test_a_bad_value_gives_no_point_and_no_word_that_json_does_not_know(token):
    outputs = feed(poisoned(token))
    assert len([point for point in outputs.points if point.startswith("observation")]) == 60
    everything = b"\n".join([record.value for record in outputs.records] + [point.encode() for point in outputs.points])
    assert b":NaN" not in everything
    assert b":Infinity" not in everything
    assert b"=nan" not in everything
    assert b"=inf" not in everything


def test_a_message_of_only_bad_values_is_no_news_of_the_twin():
    log = Log(definition(t1={}, t2={}))
    log.observe(0, t1=float("nan"), t2=None)
    roster = new_roster()
    (verdict,) = feed(log, roster).verdicts
    assert (verdict.outcome, verdict.score, verdict.condition) == ("rejected", None, "never_seen")
    assert roster.runtime("case").newest_ns is None
