"""Flink's settings, common to all jobs."""

from pyflink.common import Configuration
from pyflink.datastream import DataStream, StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

from pipelines.jobs.bucket_keys import KEY_GROUPS
from pipelines.jobs.settings import JobSettings

BUFFER_TIMEOUT_MS = 5


def table_environment(name: str, settings: JobSettings, python: dict[str, str]) -> StreamTableEnvironment:
    """A streaming table environment for the job `name`; `python` holds the settings of its Python operator."""
    configuration = Configuration()
    for key, value in (_common(name, settings) | python).items():
        configuration.set_string(key, value)
    environment = StreamExecutionEnvironment.get_execution_environment(configuration)
    environment.set_parallelism(settings.parallelism)
    # At each exchange a record waits this long for company; Flink's 100 ms would be more than half of the latency.
    environment.set_buffer_timeout(BUFFER_TIMEOUT_MS)
    return StreamTableEnvironment.create(environment)


def _common(name: str, settings: JobSettings) -> dict[str, str]:
    return {
        "pipeline.name": f"twinstream-{name}",
        # Without a uid an operator's state is lost when the plan changes: refuse to start rather than make one up.
        "pipeline.auto-generate-uids": "false",
        "table.exec.uid.generation": "ALWAYS",
        "pipeline.max-parallelism": str(KEY_GROUPS),
        "pipeline.object-reuse": "true",
        "execution.checkpointing.mode": "EXACTLY_ONCE",
        "execution.checkpointing.interval": f"{settings.checkpoint_interval_s}s",
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "execution.checkpointing.timeout": "10min",
        # An outage of a sink blocks checkpoints; the job waits for it instead of failing.
        "execution.checkpointing.tolerable-failed-checkpoints": "1000000",
        # One phase keeps the order of a bucket's events while they are gathered.
        "table.optimizer.agg-phase-strategy": "ONE_PHASE",
        "table.local-time-zone": "UTC",
    }


def identify(stream: DataStream, uid: str) -> None:
    """Give a uid to the conversion from a table, which Flink leaves without one and PyFlink has no call for."""
    stream._j_data_stream.getTransformation().setUid(uid)
