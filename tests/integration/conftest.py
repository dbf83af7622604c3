"""The running pipeline: the stack with both jobs, and what tests ask of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.connectors.kafka_tail import Consumed, KafkaTail
from pipelines.demo.witness import Witness
from pipelines.feed.definitions import await_defined, publish_definitions
from pipelines.stack import Stack
from pipelines.stack.job_settings import JobName, start_job
from pipelines.stack.process_table import start_ticks
from pipelines.stack.wait import wait_until
from pipelines.twin.event_time import EPOCH
from schemas.definition import TwinDefinition
from schemas.influx import BUCKET
from schemas.topics import Topic

TWINSTREAM = Path(sys.executable).with_name("twinstream")


@dataclass(frozen=True)
class Pipeline:
    """Both jobs on a stack; every test uses twins of its own."""

    stack: Stack
    witness: Witness

    def define(self, definitions: Sequence[TwinDefinition]) -> None:
        with self.publisher() as publisher:
            publish_definitions(publisher, definitions)
        await_defined(self.stack.bootstrap_servers, [one.twin_id for one in definitions], 60.0)

    def publisher(self) -> KafkaPublisher:
        return KafkaPublisher(self.stack.bootstrap_servers)

    def send(self, key: bytes | None, values: Sequence[bytes | None]) -> None:
        with self.publisher() as publisher:
            for value in values:
                publisher.send(Topic.TELEMETRY, key, value)

    def kill(self, pid: int) -> None:
        """End one of the stack's own processes as a crash would, and wait until it is gone."""
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: start_ticks(pid) is None, 10, f"the death of process {pid}")

    def python_workers(self) -> list[int]:
        """The processes below the TaskManager that hold twins in memory, or write points."""
        taskmanager = self.stack.process("taskmanager").pid
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    stat = (entry / "stat").read_text()
                    command = (entry / "cmdline").read_bytes()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                session = int(stat.rpartition(")")[2].split()[3])
                if session == taskmanager and b"pyflink" in command and b"python" in command.split(b"\0")[0]:
                    found.append(int(entry.name))
        assert found, "no Python worker runs below the TaskManager"
        return found

    def read(self, topic: Topic, twin_id: str | None = None) -> list[Consumed]:
        with KafkaTail(self.stack.bootstrap_servers, [topic], from_beginning=True) as tail:
            messages = list(tail.until_end(60.0))
        wanted = None if twin_id is None else twin_id.encode()
        return [message for message in messages if wanted is None or message.key == wanted]

    def field(self, measurement: str, field: str, twin_id: str) -> dict[int, float]:
        """A numeric field of a twin by event time in ns, as InfluxDB has it."""
        flux = f"""from(bucket: "{BUCKET}") |> range(start: 0, stop: 2100-01-01T00:00:00Z)
            |> filter(fn: (r) => r._measurement == "{measurement}" and r._field == "{field}")
            |> filter(fn: (r) => r.twin_id == twin) |> group() |> keep(columns: ["_time", "_value"])"""
        with self.witness.reader() as reader:
            rows = reader.query(flux, {"twin": twin_id})
        return {round((row["_time"] - EPOCH).total_seconds() * 1_000_000) * 1_000: row["_value"] for row in rows}


@pytest.fixture(scope="session")
def pipeline(stack: Stack) -> Iterator[Pipeline]:
    for job in JobName:
        start_job(stack, job)
    yield Pipeline(stack, Witness(stack))
    for job in JobName:
        stack.jobs.cancel(job)


@pytest.fixture
def twinstream(pipeline, tmp_path: Path):
    def run(*arguments: str, code: int = 0) -> str:
        environment = {**os.environ, "TWINSTREAM_HOME": str(pipeline.stack.paths.root), "COLUMNS": "160"}
        done = subprocess.run(
            [TWINSTREAM, *arguments],
            check=False,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout + done.stderr

    return run
