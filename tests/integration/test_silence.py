"""A twin that stops sending is told once, by a timer of the real job: no event says that nothing comes."""

import time

import orjson
import pytest

from pipelines.stack.wait import wait_until
from schemas.alert import AlertTransition, Transition
from schemas.definition import SensorDefinition, TwinDefinition, TwinType
from schemas.state import Presence, TwinState
from schemas.topics import Topic

pytestmark = pytest.mark.stack

TWIN = "falls-silent"
TYPE = TwinType(
    type="silent-type",
    sensors={"t1": SensorDefinition(unit="Cel", period="2s"), "t9": SensorDefinition(unit="Cel", period="2s")},
)


def alerts(pipeline) -> list[AlertTransition]:
    return [AlertTransition.model_validate_json(message.value) for message in pipeline.read(Topic.ALERTS, TWIN)]


def state(pipeline) -> TwinState:
    return TwinState.model_validate_json(pipeline.read(Topic.STATE, TWIN)[-1].value)


def send(pipeline, ts_ms: int) -> None:
    pipeline.send(TWIN.encode(), [orjson.dumps({"ts": ts_ms, "values": {"t1": 20.0 + ts_ms % 7}})])


def test_silence_is_told_once_with_its_own_time_and_so_is_the_return(pipeline) -> None:
    pipeline.define([TwinDefinition(twin_id=TWIN, type=TYPE)])
    assert state(pipeline).presence is Presence.NEVER_SEEN
    last_ms = time.time_ns() // 10**6
    send(pipeline, last_ms)
    wait_until(lambda: state(pipeline).presence is Presence.ONLINE, 30, "the twin to be online")
    wait_until(lambda: state(pipeline).presence is Presence.OFFLINE, 60, "the silence to be found")
    [raised] = alerts(pipeline)
    assert (raised.condition, raised.transition, raised.historical) == ("offline", Transition.RAISED, False)
    dated_ms = round(raised.ts.timestamp() * 1000) - last_ms
    assert 3 * 2_000 <= dated_ms < 3 * 2_000 + 1_000, "the alert is not dated by its deadline"
    assert state(pipeline).sensors.keys() == {"t1"}, "a sensor that was never seen has no value"

    # What a broker kept for three days does not bring the twin back.
    send(pipeline, last_ms - 3 * 86_400_000)
    pipeline.witness.await_drained()
    assert state(pipeline).presence is Presence.OFFLINE

    send(pipeline, time.time_ns() // 10**6)
    wait_until(lambda: len(alerts(pipeline)) >= 2, 30, "the return to be told")
    told = alerts(pipeline)[:2]
    assert [alert.transition for alert in told] == [Transition.RAISED, Transition.CLEARED]
    assert len({alert.alert_id for alert in told}) == 1
