"""kill -9 of each process while a plant is sending: `up`, and every message has still exactly one outcome."""

import time
from threading import Event, Thread

import pytest

from pipelines.connectors.kafka_tail import KafkaTail
from pipelines.feed.station_feed import StationFeed
from pipelines.feed.station_plan import DISTURBED, StationPlan, station_definitions
from pipelines.simulation.schedule import FaultSchedule
from pipelines.stack.wait import wait_until
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.roster import Roster
from pipelines.twin.state_message import twin_state
from pipelines.twin.store import MemoryStore
from schemas.state import TwinState
from schemas.topics import Topic

pytestmark = pytest.mark.stack

PUMPS = ("kill-1", "kill-2", "kill-3")
PERIOD_S = 0.1
FAULT = "kill-1:dry-run:15:15"


def engine_free(pipeline) -> tuple[Roster, Outputs]:
    """The whole log of the test's twins through the core alone: the independent account."""
    roster = Roster(MemoryStore(), bucket="verifier")
    for topic in (Topic.DEFINITIONS, Topic.TELEMETRY):
        with KafkaTail(pipeline.stack.bootstrap_servers, [topic], from_beginning=True) as tail:
            outputs = roster.handle(
                Message(topic, at.key, at.value, at.partition, at.offset, at.timestamp_ms)
                for at in tail.until_end(60.0)
                if at.key is not None and at.key.decode(errors="replace") in PUMPS
            )
    return roster, outputs


def times(outputs: Outputs, measurement: str, pump: str, field: str) -> list[int]:
    """The distinct event times at which the core wrote a field of a twin."""
    lines = (line for line in outputs.points if line.startswith(f"{measurement},") and f"twin_id={pump}," in line)
    return sorted({int(line.rpartition(" ")[2]) for line in lines if f"{field}=" in line})


def without_presence(state: TwinState) -> TwinState:
    """The state but for what depends on when one looks: the plant has stopped sending, and time goes on."""
    sensors = {name: sensor.model_copy(update={"presence": None}) for name, sensor in state.sensors.items()}
    return state.model_copy(update={"presence": None, "sensors": sensors})


def test_a_plant_that_sends_through_every_crash(pipeline) -> None:
    stack = pipeline.stack
    pipeline.define([one.model_copy(update={"twin_id": one.twin_id}) for one in station_definitions(PUMPS)])
    start_ns = time.time_ns()
    schedule = FaultSchedule.parse([FAULT], start_ns)
    plan = StationPlan(PUMPS, schedule, 3, PERIOD_S, start_ns, "kill-test", DISTURBED)
    stop = Event()
    with pipeline.publisher() as publisher:
        feed = StationFeed(plan, publisher)
        sender = Thread(target=feed.run, args=(None, stop))
        sender.start()
        try:
            for victim in ("worker", "taskmanager", "jobmanager", "influxd", "kafka"):
                pid = pipeline.python_workers()[0] if victim == "worker" else stack.process(victim).pid
                handled = pipeline.witness.totals().get("messages", 0)
                pipeline.kill(pid)
                stack.up()
                wait_until(
                    lambda handled=handled: pipeline.witness.totals().get("messages", 0) > handled,
                    90,
                    f"messages to be handled again after the end of {victim}",
                )
        finally:
            stop.set()
            sender.join()
    pipeline.witness.await_drained()

    sent = feed.disturbances
    assert sent.rejectable > 0
    verifier, expected = engine_free(pipeline)
    total = 0
    for pump in PUMPS:
        state = TwinState.model_validate_json(pipeline.read(Topic.STATE, pump)[-1].value)
        alone = twin_state(verifier.runtime(pump))
        assert state.counts == alone.counts, "the twin counted other outcomes than its log holds"
        assert without_presence(state) == without_presence(alone), "the twin is not what its log says"
        total += state.counts.messages
        assert sorted(pipeline.field("observation", "value", pump)) == times(expected, "observation", pump, "value")
        assert sorted(pipeline.field("twin", "score", pump)) == times(expected, "twin", pump, "score")
    assert total == sent.sent.messages, "a message that Kafka took was not handled"

    told = {dict(at.headers)["ce_id"].decode(): at.value for pump in PUMPS for at in pipeline.read(Topic.ALERTS, pump)}
    assert told == {record.id: record.value for record in expected.records if record.topic is Topic.ALERTS}
    assert any(b"kill-1" in value for value in told.values()), "the fault was not alerted"
