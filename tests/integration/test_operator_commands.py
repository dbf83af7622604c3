"""Operators label an alert and have a twin learn anew, through the real job: it obeys, and all of it is on record."""

import json
import time

import pytest

from pipelines.stack.wait import wait_until
from pipelines.testing.builders import noise
from schemas.alert import AlertTransition, Transition
from schemas.definition import Detection, SensorDefinition, TwinDefinition, TwinType
from schemas.model_event import ModelEvent
from schemas.state import TwinCondition, TwinState
from schemas.topics import Topic

pytestmark = pytest.mark.stack

WARM_UP, CALM, FAULT, AFTER = 20, 60, 10, 90


def operated(twin_id: str) -> TwinDefinition:
    sensors = {"t1": SensorDefinition(unit="Cel"), "t2": SensorDefinition(unit="bar")}
    twin_type = TwinType(type="operated-type", sensors=sensors, detect=Detection(warm_up=WARM_UP))
    return TwinDefinition(twin_id=twin_id, type=twin_type)


def state(pipeline, twin_id: str) -> TwinState:
    return TwinState.model_validate_json(pipeline.read(Topic.STATE, twin_id)[-1].value)


def trail(pipeline, twin_id: str) -> list[ModelEvent]:
    """The twin's model events, each once: a job that comes back from a checkpoint writes some of them again."""
    found = {dict(message.headers)["ce_id"]: message.value for message in pipeline.read(Topic.MODELS, twin_id)}
    return [ModelEvent.model_validate_json(value) for value in found.values()]


def send_fault(pipeline, twin_id: str) -> str:
    """Warm a twin up, let its first sensor go wrong for a while, and give back the id of the alert."""
    pipeline.define([operated(twin_id)])
    first = [*noise(CALM), *noise(FAULT, 60.0, seed=2), *noise(AFTER, seed=3)]
    second = noise(len(first), 3.0, 0.1, seed=4)
    begin_ms = time.time_ns() // 10**6 - len(first) * 1_000
    rows = enumerate(zip(first, second, strict=True))
    bodies = [json.dumps({"ts": begin_ms + n * 1_000, "values": {"t1": a, "t2": b}}).encode() for n, (a, b) in rows]
    pipeline.send(twin_id.encode(), bodies)
    pipeline.witness.await_drained()
    told = [AlertTransition.model_validate_json(message.value) for message in pipeline.read(Topic.ALERTS, twin_id)]
    [raised] = {
        alert.alert_id for alert in told if alert.condition == "anomaly" and alert.transition is Transition.RAISED
    }
    return raised


def test_a_label_moves_the_boundary_is_counted_and_on_record(pipeline, twinstream) -> None:
    alert_id = send_fault(pipeline, "operated-1")

    told = twinstream(
        "label", alert_id, "false_alarm", "--twin", "operated-1", "--by", "ada", "--note", "valve serviced"
    )

    assert "operated-1 has taken it: false alarm" in told
    assert "0 alerts confirmed, 1 false alarms" in told
    after = state(pipeline, "operated-1")
    assert (after.counts.commands, after.counts.commands_rejected, after.model_version) == (1, 0, 1)
    assert (after.feedback.false_alarms, after.feedback.precision) == (1, 0.0)
    warm, label, threshold = (event for event in trail(pipeline, "operated-1") if event.change != "drift")
    assert (warm.change, warm.samples, warm.by) == ("warm", WARM_UP, "rule")
    assert (label.change, label.alert_id, label.by, label.reason) == ("label", alert_id, "ada", "valve serviced")
    assert (threshold.change, threshold.sensor, threshold.boundary) == ("threshold", "t1", 4.25 * 1.25)
    wait_until(
        lambda: list(pipeline.field("model", "boundary", "operated-1").values()) == [4.25 * 1.25],
        60,
        "the point in InfluxDB",
    )

    twinstream("label", alert_id, "confirmed", "--twin", "operated-1", "--by", "bert")
    corrected = state(pipeline, "operated-1").feedback
    assert (corrected.confirmed, corrected.false_alarms, corrected.precision) == (1, 0, 1.0)
    shown = twinstream("models", "show", "operated-1")
    assert "valve serviced" in shown
    assert "1.00: 1 of 1 labelled alerts were confirmed" in shown


def test_a_twin_that_is_told_to_learn_anew_warms_up_in_the_next_version_of_its_model(pipeline, twinstream) -> None:
    send_fault(pipeline, "operated-2")
    assert state(pipeline, "operated-2").state is TwinCondition.NORMAL

    told = twinstream("relearn", "operated-2", "--by", "ada", "--reason", "new impeller")

    assert "operated-2 learns anew; version 2 of its model" in told
    after = state(pipeline, "operated-2")
    assert (after.state, after.model_version, after.training) == (TwinCondition.WARMING, 2, None)
    relearned = trail(pipeline, "operated-2")[-1]
    assert (relearned.change, relearned.version, relearned.by) == ("relearn", 2, "ada")
    assert relearned.reason == "all sensors: new impeller"
    assert relearned.samples > WARM_UP
    found = json.loads(twinstream("models", "show", "operated-2", "--json").splitlines()[0])
    assert found["trail"][-1]["reason"] == "all sensors: new impeller"
    assert "# Model card: operated-type" in twinstream("models", "card", "operated-type")


def test_a_command_that_cant_be_obeyed_is_told_with_its_remedy_and_lies_among_the_dead_letters(
    pipeline, twinstream
) -> None:
    pipeline.define([operated("operated-3")])

    told = twinstream("relearn", "operated-3", "--sensor", "t11", "--by", "ada", code=1)

    assert "unknown_sensor: operated-3 has no sensor t11; did you mean t1?" in told
    assert "unknown_alert" in twinstream("label", "no-such-alert", "confirmed", "--twin", "operated-3", code=1)
    assert "no twin 'operated-9' is defined" in twinstream("relearn", "operated-9", "--by", "ada", code=2)
    counts = state(pipeline, "operated-3").counts
    assert (counts.commands, counts.commands_rejected) == (2, 2)
    listed = twinstream("dlq", "list", "--topic", "twin.commands", "--twin", "operated-3")
    assert "unknown_sensor" in listed
    assert "unknown_alert" in listed


def test_bytes_that_are_no_command_are_counted_and_the_twin_goes_on(pipeline, twinstream) -> None:
    pipeline.define([operated("operated-4")])
    with pipeline.publisher() as publisher:
        for junk in (b"\xff\xfe", b"[]", b"", None, b'{"command":"dance","twin_id":"operated-4"}'):
            publisher.send(Topic.COMMANDS, b"operated-4", junk)

    wait_until(lambda: state(pipeline, "operated-4").counts.commands == 5, 60, "the commands to be counted")
    assert state(pipeline, "operated-4").counts.commands_rejected == 5
    assert "version 2 of its model" in twinstream("relearn", "operated-4", "--by", "ada")
    assert pipeline.stack.status().healthy, "a job stopped"
