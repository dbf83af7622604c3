"""What was rejected is found, understood, mended and sent again, as an operator does it."""

import json

import pytest

from pipelines.stack.wait import wait_until
from schemas.accounting import Counts
from schemas.definition import SensorDefinition, TwinDefinition, TwinType
from schemas.state import TwinState
from schemas.topics import Topic

pytestmark = pytest.mark.stack

GOOD = b'{"ts":1700000000000,"values":{"t1":20.5}}'
UNKNOWN = b'{"ts":1700000001000,"values":{"t1":21.5,"t2":3.5}}'
HOSTILE = b'{"ts":1700000002000,"values":{"\\u001b[2J[red]t3":1}}'
JUNK = b"\xff\xfe not json"


def probe(twin_id: str, *sensors: str) -> TwinDefinition:
    return TwinDefinition(
        twin_id=twin_id, type=TwinType(type="probe", sensors={name: SensorDefinition(unit="Cel") for name in sensors})
    )


def state(pipeline, twin_id: str) -> TwinState:
    return TwinState.model_validate_json(pipeline.read(Topic.STATE, twin_id)[-1].value)


def counts(pipeline, twin_id: str) -> Counts:
    return state(pipeline, twin_id).counts


def listed(twinstream, *arguments: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in twinstream("dlq", "list", "--json", *arguments).splitlines()]


def test_a_rejected_reading_is_applied_once_its_sensor_is_known(pipeline, twinstream) -> None:
    pipeline.define([probe("dlq-1", "t1")])
    pipeline.send(b"dlq-1", [GOOD, UNKNOWN, JUNK])
    pipeline.witness.await_drained()

    shown = twinstream("dlq", "list", "--twin", "dlq-1")
    for part in ("Dead letters by reason", "2 letters, newest last", "unknown_sensor", "not_json", "t2"):
        assert part in shown
    [letter] = listed(twinstream, "--twin", "dlq-1", "--reason", "unknown_sensor")
    assert letter["sensors"] == ["t2"]
    shown = twinstream("dlq", "show", str(letter["id"])[:-3])
    assert '"t2": 3.5' in shown
    assert str(letter["raw_sha256"]) in shown

    with pipeline.publisher() as publisher:
        publisher.send(Topic.DEFINITIONS, b"dlq-1", probe("dlq-1", "t1", "t2").model_dump_json().encode())
    wait_until(lambda: counts(pipeline, "dlq-1").definitions == 2, 60, "the twin's second definition")
    before = counts(pipeline, "dlq-1")
    assert "dry run" in twinstream("dlq", "replay", "--twin", "dlq-1", "--reason", "unknown_sensor", "--dry-run")
    assert "sent 1 messages again" in twinstream("dlq", "replay", str(letter["id"]), "--yes")
    wait_until(lambda: counts(pipeline, "dlq-1").messages == before.messages + 1, 60, "the message sent again")

    after = state(pipeline, "dlq-1")
    assert after.sensors["t2"].value == 3.5
    assert after.counts.applied == before.applied + 1, "the reading that was unknown"
    assert after.counts.duplicate == before.duplicate + 1, "the reading that was applied before"
    assert after.counts.rejected == before.rejected


def test_what_stays_wrong_comes_back_and_is_not_doubled_by_the_next_replay(pipeline, twinstream) -> None:
    pipeline.define([probe("dlq-2", "t1")])
    pipeline.send(b"dlq-2", [JUNK, HOSTILE])
    pipeline.witness.await_drained()

    for times in (2, 3):
        assert "sent 2 messages again" in twinstream("dlq", "replay", "--twin", "dlq-2", "--yes")
        pipeline.witness.await_drained()
        letters = listed(twinstream, "--twin", "dlq-2")
        assert len(letters) == len({letter["id"] for letter in letters}) == 2 * times
        assert len({letter["raw_sha256"] for letter in letters}) == 2, "bytes were changed on the way"

    shown = twinstream("dlq", "list", "--twin", "dlq-2")
    assert "\x1b" not in shown
    assert "\\x1b[2J[red]t3" in shown


def test_what_was_not_kept_whole_is_named_and_not_sent(pipeline, twinstream) -> None:
    pipeline.define([probe("dlq-3", "t1")])
    pipeline.send(b"dlq-3", [b'{"note":"' + b"x" * 300_000 + b'"}'])
    pipeline.witness.await_drained()
    produced = pipeline.witness.produced()

    told = twinstream("dlq", "replay", "--twin", "dlq-3", "--yes", code=1)

    assert "1 can't be sent again: only the beginning of the message is kept" in told
    assert pipeline.witness.produced() == produced
    assert "choose by ids" in twinstream("dlq", "replay", "--all", "--twin", "dlq-3", code=2)
