"""kill -9 of each process while a plant is sending: `up`, and every message has still exactly one outcome."""

import os
import signal
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from pipelines.connectors.kafka_tail import KafkaTail
from pipelines.feed.station_feed import StationFeed
from pipelines.feed.station_plan import DISTURBED, StationPlan, station_definitions
from pipelines.simulation.schedule import FaultSchedule
from pipelines.stack.process_table import start_ticks
from pipelines.stack.wait import wait_until
from pipelines.twin.message import Message
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.state import TwinState
from schemas.topics import Topic

pytestmark = pytest.mark.stack

PUMPS = ("kill-1", "kill-2", "kill-3")
PERIOD_S = 0.1
FAULT = "kill-1:dry-run:15:15"


def engine_free(pipeline) -> Roster:
    """The whole log of the test's twins through the core alone: the independent account."""
    roster = Roster(MemoryStore(), bucket="verifier")
    topics = [Topic.DEFINITIONS, Topic.TELEMETRY]
    for topic in topics:
        with KafkaTail(pipeline.stack.bootstrap_servers, [topic], from_beginning=True) as tail:
            roster.handle(
                Message(topic, at.key, at.value, at.partition, at.offset, at.timestamp_ms)
                for at in tail.until_end(60.0)
                if at.key is not None and at.key.decode(errors="replace") in PUMPS
            )
    return roster


def python_worker(taskmanager: int) -> int:
    """A Python worker below the TaskManager: the process that holds the twins in memory."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
                command = (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            session = int(stat.rpartition(")")[2].split()[3])
            if session == taskmanager and b"pyflink" in command and b"python" in command.split(b"\0")[0]:
                return int(entry.name)
    raise AssertionError("no Python worker runs below the TaskManager")


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
                if victim == "worker":
                    pid = python_worker(stack.process("taskmanager").pid)
                else:
                    pid = stack.process(victim).pid
                handled = pipeline.witness.totals().get("messages", 0)
                os.kill(pid, signal.SIGKILL)
                wait_until(lambda pid=pid: start_ticks(pid) is None, 10, f"the death of {victim}")
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
    verifier = engine_free(pipeline)
    total = 0
    for pump in PUMPS:
        state = TwinState.model_validate_json(pipeline.read(Topic.STATE, pump)[-1].value)
        expected = verifier.runtime(pump).state()
        assert state.counts == expected.counts, "the twin counted other outcomes than its log holds"
        assert state == expected, "the twin is not what its log says"
        assert state.counts.balanced
        stored = pipeline.field("observation", "value", pump)
        scores = pipeline.field("twin", "score", pump)
        assert len(stored) > 0
        assert len(scores) > 0
        total += state.counts.messages
    assert total == sent.sent.messages, "a message that Kafka took was not handled"

    alerts = pipeline.read(Topic.ALERTS, "kill-1")
    assert alerts, "the fault was not alerted"
    by_id = {dict(at.headers)["ce_id"]: at.value for at in alerts}
    assert {at.value for at in alerts} == set(by_id.values()), "one id stands for two different transitions"
