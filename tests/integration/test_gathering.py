"""Gathered on the JVM, spread over workers, kept in Flink's state: a twin still sees its messages in their order.

The job runs on two workers, once as it is by default and once holding back far fewer writes than there are twins. Its
workers are killed, it goes on with one worker instead of two, and every line that it wrote equals those of the core
alone, scores to the last digit.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import orjson
import pytest

from pipelines.connectors.kafka_admin import ensure_topics
from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.connectors.kafka_tail import Consumed, KafkaTail
from pipelines.feed.definitions import await_defined, publish_definitions
from pipelines.jobs.settings import TwinJobSettings
from pipelines.stack.wait import wait_until
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.definition import Detection, SensorDefinition, TwinDefinition, TwinType
from schemas.state import TwinState
from schemas.topics import Topic, topic_name

pytestmark = pytest.mark.stack

TWINS = [f"gathered-{number}" for number in range(300)]
TYPE = TwinType(
    type="gathered",
    sensors={"t1": SensorDefinition(unit="Cel", resolution=0.01), "p1": SensorDefinition(unit="bar")},
    detect=Detection(warm_up=20),
)
TURNS = 60
START_MS = 1_700_000_000_000
JOB = "gathering"


class Gathering:
    """A twin job of its own with topics of its own."""

    def __init__(self, pipeline, write_cache: int) -> None:
        self.pipeline = pipeline
        self.prefix = f"gathered-{write_cache}."
        self.servers = pipeline.stack.bootstrap_servers
        ensure_topics(self.servers, self.prefix)
        self._write_cache = write_cache
        self.job_id = self._submit(parallelism=2)

    def rescale(self, parallelism: int) -> None:
        """End the job, and go on from its newest checkpoint with other workers."""
        self.job_id = self._submit(parallelism, self.pipeline.stack.jobs.cancel(JOB))

    def _submit(self, parallelism: int, checkpoint: Path | None = None) -> str:
        settings = TwinJobSettings(
            bootstrap_servers=self.servers,
            topic_prefix=self.prefix,
            parallelism=parallelism,
            checkpoint_interval_s=1,
            write_cache=self._write_cache,
        )
        file = self.pipeline.stack.paths.run / "gathering-job.json"
        file.write_text(settings.model_dump_json(), encoding="utf-8")
        return self.pipeline.stack.jobs.submit(JOB, "pipelines.jobs.twin", file, checkpoint)

    def define(self) -> None:
        with KafkaPublisher(self.servers) as publisher:
            publish_definitions(publisher, [TwinDefinition(twin_id=twin, type=TYPE) for twin in TWINS], self.prefix)
        await_defined(self.servers, TWINS, 90.0, self.prefix)

    def send(self, first: int, last: int) -> None:
        """Turns of all twins, one twin after the other, as fast as the broker takes them."""
        rng = Random(first)  # noqa: S311  # readings, not secrets
        with KafkaPublisher(self.servers) as publisher:
            for turn in range(first, last):
                for twin in TWINS:
                    high = 30.0 if turn % 20 > 16 else 0.0
                    values = {"t1": round(rng.gauss(20.0 + high, 0.5), 2), "p1": round(rng.gauss(4.0, 0.1), 3)}
                    body = {"ts": START_MS + 1_000 * turn, "values": values, "seq": turn}
                    publisher.send(topic_name(Topic.TELEMETRY, self.prefix), twin.encode(), orjson.dumps(body))

    def read(self, topic: Topic) -> list[Consumed]:
        with KafkaTail(self.servers, [topic_name(topic, self.prefix)], from_beginning=True) as tail:
            return list(tail.until_end(60.0))

    def states(self) -> dict[str, TwinState]:
        """The newest state of each twin."""
        return {at.key.decode(): TwinState.model_validate_json(at.value) for at in self.read(Topic.STATE)}

    def await_applied(self, turns: int) -> None:
        def applied() -> bool:
            found = self.states()
            return all(found[twin].counts.applied == 2 * turns for twin in TWINS)

        wait_until(applied, 120, f"{turns} turns of every twin to be applied")

    def lines(self) -> set[str]:
        """What was written of values and judgements."""
        bodies = (at.value.decode() for at in self.read(Topic.POINTS))
        return judged(line for body in bodies for line in body.split("\n"))

    def engine_free(self) -> set[str]:
        """The same of the core alone."""
        roster, outputs = Roster(MemoryStore(), "alone"), Outputs()
        for topic in (Topic.DEFINITIONS, Topic.TELEMETRY):
            messages = [
                Message(topic, at.key, at.value, at.partition, at.offset, at.timestamp_ms) for at in self.read(topic)
            ]
            outputs.points += roster.handle(messages).points
        return judged(outputs.points)


def judged(lines) -> set[str]:
    """Lines that depend on the messages alone, not on when somebody looks for silence or tells counters."""
    return {line for line in lines if line.startswith(("observation,", "twin,")) and "presence=" not in line}


@pytest.fixture(params=[100_000, 16], ids=["default", "more twins than writes held back"])
def gathering(pipeline, request) -> Iterator[Gathering]:
    made = Gathering(pipeline, request.param)
    yield made
    pipeline.stack.jobs.cancel(JOB)


def test_order_and_scores_survive_gathering_the_death_of_workers_and_another_number_of_them(gathering) -> None:
    stack = gathering.pipeline.stack
    gathering.define()
    gathering.send(0, 30)
    gathering.await_applied(30)
    completed = stack.flink.checkpoints(gathering.job_id).completed
    wait_until(
        lambda: stack.flink.checkpoints(gathering.job_id).completed > completed + 1, 60, "a checkpoint of all of it"
    )
    gathering.send(30, 40)
    for worker in gathering.pipeline.python_workers():
        gathering.pipeline.kill(worker)
    gathering.send(40, 50)
    gathering.await_applied(50)
    assert stack.flink.checkpoints(gathering.job_id).restored >= 1, "the job did not come back from a checkpoint"
    gathering.rescale(parallelism=1)
    gathering.send(50, TURNS)
    gathering.await_applied(TURNS)

    for twin, state in gathering.states().items():
        assert (state.counts.applied, state.counts.amended) == (2 * TURNS, 0), f"{twin} saw its messages out of order"
    written = gathering.lines()
    assert sum("score=" in line for line in written) >= len(TWINS) * (TURNS - 20)
    assert written == gathering.engine_free()
