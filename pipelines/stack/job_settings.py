"""The product's jobs on the local stack: which settings each gets there."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipelines.jobs.settings import HistoryJobSettings, JobOptions, JobSettings, TwinJobSettings
from pipelines.stack.stack import Stack
from schemas.influx import BUCKET, ORG


class JobName(StrEnum):
    """The jobs of the product."""

    TWIN = "twin"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class StartedJob:
    """A job that was submitted, and the checkpoint that it went on from."""

    job_id: str
    restored_from: Path | None


def start_job(stack: Stack, job: JobName, options: JobOptions | None = None, *, resume: bool = True) -> StartedJob:
    """Submit a job with the stack's addresses, from its newest checkpoint if there is one and `resume` is set.

    Raises
    ------
    StackError
        If the job is running already, or Flink refuses it.
    """
    settings = job_settings(stack, job, options or JobOptions())
    path = stack.paths.run / f"{job}-job.json"
    path.write_text(settings.model_dump_json(indent=2), encoding="utf-8")
    restored_from = stack.jobs.newest_checkpoint(job) if resume else None
    job_id = stack.jobs.submit(job, f"pipelines.jobs.{job}", path, restored_from)
    return StartedJob(job_id, restored_from)


def job_settings(stack: Stack, job: JobName, options: JobOptions) -> JobSettings:
    """The settings of a job on this stack; secrets are named by their files."""
    common = {
        "bootstrap_servers": stack.bootstrap_servers,
        "topic_prefix": stack.settings.topic_prefix,
        **options.model_dump(),
    }
    if job is JobName.TWIN:
        return TwinJobSettings.model_validate(common)
    return HistoryJobSettings.model_validate(
        {
            **common,
            "influx_url": stack.influx_url,
            "influx_org": ORG,
            "influx_bucket": BUCKET,
            "influx_token_file": stack.paths.influx_write_token,
        }
    )
