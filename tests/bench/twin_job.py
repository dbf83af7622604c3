"""The twin job on the benchmark's stack, and the history job behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.definitions import await_defined, publish_definitions
from pipelines.jobs.settings import HistoryJobSettings, JobSettings, TwinJobSettings
from schemas.influx import BUCKET, ORG
from tests.bench.bench_error import BenchError
from tests.bench.fleet import Fleet
from tests.bench.lab import Lab

CHECKPOINT_INTERVAL_S = 10
DEFINED_WITHIN_S = 120.0


@dataclass(frozen=True)
class Checkpoint:
    """One complete checkpoint."""

    began_ms: int
    duration_ms: int
    state_bytes: int


class FlinkRun:
    """A job as it runs."""

    def __init__(self, lab: Lab, job_id: str) -> None:
        self._lab = lab
        self._job_id = job_id

    @property
    def pid(self) -> int:
        """The TaskManager: the job's Python workers are its children."""
        return self._lab.process_id("taskmanager")

    def check_running(self) -> None:
        """Raise if the job has failed once, even if it was restarted since."""
        flink = self._lab.stack.flink
        failure = flink.root_exception(self._job_id)
        state = flink.job_state(self._job_id)
        if failure is not None or state not in {"INITIALIZING", "CREATED", "RUNNING"}:
            raise BenchError(f"the job is {state} and has failed:\n{(failure or '')[:3_000]}")

    def checkpoints(self) -> list[Checkpoint]:
        """The last complete ones that Flink remembers (ten), oldest first."""
        url = f"{self._lab.stack.flink_rest_url}/jobs/{self._job_id}/checkpoints"
        answer: dict[str, Any] = httpx.get(url, timeout=5.0, trust_env=False).raise_for_status().json()
        complete = [
            Checkpoint(entry["trigger_timestamp"], entry["end_to_end_duration"], entry["state_size"])
            for entry in answer["history"]
            if entry["status"] == "COMPLETED"
        ]
        return sorted(complete, key=lambda checkpoint: checkpoint.began_ms)


@contextmanager
def twin_job(lab: Lab, fleet: Fleet, prefix: str, parallelism: int) -> Iterator[FlinkRun]:
    """The twin job with every other setting as it is by default; it has taken the definitions of the whole fleet."""
    settings = TwinJobSettings(
        bootstrap_servers=lab.bootstrap_servers,
        topic_prefix=prefix,
        parallelism=parallelism,
        checkpoint_interval_s=CHECKPOINT_INTERVAL_S,
    )
    with KafkaPublisher(lab.bootstrap_servers) as publisher:
        publish_definitions(publisher, (fleet.definition(twin_id) for twin_id in fleet.twin_ids), prefix)
    with _submitted(lab, "bench-twin", "pipelines.jobs.twin", settings) as run:
        await_defined(lab.bootstrap_servers, fleet.twin_ids, DEFINED_WITHIN_S, prefix)
        yield run


@contextmanager
def history_job(lab: Lab, prefix: str) -> Iterator[FlinkRun]:
    """The history job with its settings as they are by default."""
    settings = HistoryJobSettings(
        bootstrap_servers=lab.bootstrap_servers,
        topic_prefix=prefix,
        checkpoint_interval_s=CHECKPOINT_INTERVAL_S,
        influx_url=lab.stack.influx_url,
        influx_org=ORG,
        influx_bucket=BUCKET,
        influx_token_file=lab.stack.paths.influx_write_token,
    )
    with _submitted(lab, "bench-history", "pipelines.jobs.history", settings) as run:
        yield run


@contextmanager
def _submitted(lab: Lab, name: str, module: str, settings: JobSettings) -> Iterator[FlinkRun]:
    lab.ensure_up()
    path = lab.home / f"{name}.json"
    path.write_text(settings.model_dump_json(indent=2), encoding="utf-8")
    job_id = lab.stack.jobs.submit(name, module, path)
    try:
        yield FlinkRun(lab, job_id)
    finally:
        lab.stack.jobs.cancel(name)
        lab.await_workers_gone()
