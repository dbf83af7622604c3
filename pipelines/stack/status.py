"""How a stack fares, as plain data."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ProcessState(StrEnum):
    """What is known of a process without asking its users."""

    RUNNING = "running"
    NOT_READY = "not ready"
    DEAD = "dead"
    NOT_STARTED = "not started"


@dataclass(frozen=True)
class ProcessStatus:
    """One process: where it is, since when (seconds), and where it writes its log."""

    name: str
    state: ProcessState
    pid: int | None
    address: str
    uptime_s: float | None
    log: Path


@dataclass(frozen=True)
class JobStatus:
    """One desired job: its state in the cluster, complete checkpoints, and the newest failure's first line."""

    name: str
    job_id: str
    state: str
    checkpoints: int
    failure: str | None


@dataclass(frozen=True)
class StackStatus:
    """Processes and desired jobs."""

    processes: tuple[ProcessStatus, ...]
    jobs: tuple[JobStatus, ...]

    @property
    def healthy(self) -> bool:
        """Whether every process serves and every desired job runs."""
        return all(process.state is ProcessState.RUNNING for process in self.processes) and all(
            job.state == "RUNNING" for job in self.jobs
        )
