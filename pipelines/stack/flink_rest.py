"""A small client of Flink's REST interface: what the cluster runs, and how it fares."""

from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field

from pipelines.stack.errors import StackError

TERMINAL_STATES = frozenset({"FINISHED", "CANCELED", "FAILED"})


class ClusterOverview(BaseModel):
    """How many TaskManagers and slots the JobManager knows."""

    model_config = ConfigDict(frozen=True)

    taskmanagers: int
    slots_total: int = Field(alias="slots-total")
    slots_available: int = Field(alias="slots-available")


class TaskManagerInfo(BaseModel):
    """A TaskManager as the JobManager knows it: its resource id and slots."""

    model_config = ConfigDict(frozen=True)

    id: str
    slots: int = Field(alias="slotsNumber")


class FlinkJob(BaseModel):
    """A job as the cluster lists it."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(alias="jid")
    name: str
    state: str

    @property
    def active(self) -> bool:
        """Whether it runs, is about to, or has not ended for good yet."""
        return self.state not in TERMINAL_STATES


class Checkpoints(BaseModel):
    """Counts of a job's checkpoints since its submission, and the newest complete one."""

    model_config = ConfigDict(frozen=True)

    completed: int
    failed: int
    restored: int
    latest_path: str | None
    latest_ended_ms: int | None
    """Epoch milliseconds."""


class FlinkRest:
    """Calls to a JobManager's REST interface at `url`; every answer is read anew.

    >>> FlinkRest("http://127.0.0.1:8081").url
    'http://127.0.0.1:8081'
    """

    def __init__(self, url: str, timeout_s: float = 5.0) -> None:
        self.url = url
        self._timeout_s = timeout_s

    def reachable(self) -> bool:
        """Whether the JobManager answers and is its own leader (it answers 503 before)."""
        try:
            self.overview()
        except StackError:
            return False
        return True

    def overview(self) -> ClusterOverview:
        """TaskManagers and slots."""
        return ClusterOverview.model_validate(self._get("/overview"))

    def taskmanagers(self) -> list[TaskManagerInfo]:
        """The registered TaskManagers; a killed one stays in the list until its heartbeat is missed."""
        return [TaskManagerInfo.model_validate(entry) for entry in self._get("/taskmanagers")["taskmanagers"]]

    def jobs(self) -> list[FlinkJob]:
        """All jobs that the JobManager remembers, ended ones too."""
        return [FlinkJob.model_validate(entry) for entry in self._get("/jobs/overview")["jobs"]]

    def job(self, job_id: str) -> dict[str, Any]:
        """A job's details as Flink gives them: vertices, their states and metrics, the plan.

        Raises:
            StackError: if the JobManager does not know the job.
        """
        return self._get(f"/jobs/{job_id}")

    def job_state(self, job_id: str) -> str | None:
        """A job's state, or None if the JobManager does not know the job."""
        return next((job.state for job in self.jobs() if job.id == job_id), None)

    def checkpoints(self, job_id: str) -> Checkpoints:
        """How a job's checkpoints fare."""
        answer = self._get(f"/jobs/{job_id}/checkpoints")
        counts, latest = answer["counts"], (answer["latest"] or {}).get("completed") or {}
        return Checkpoints(
            completed=counts["completed"],
            failed=counts["failed"],
            restored=counts["restored"],
            latest_path=latest.get("external_path"),
            latest_ended_ms=latest.get("latest_ack_timestamp"),
        )

    def root_exception(self, job_id: str) -> str | None:
        """The newest failure of a job, with its stack trace; None if it never failed."""
        history = self._get(f"/jobs/{job_id}/exceptions").get("exceptionHistory") or {}
        entries = history.get("entries") or []
        return str(entries[0]["stacktrace"]) if entries else None

    def configuration(self) -> dict[str, str]:
        """The JobManager's effective configuration."""
        # a list of pairs, not an object
        answer: Any = self._get("/jobmanager/config")
        return {entry["key"]: entry["value"] for entry in answer}

    def cancel(self, job_id: str) -> None:
        """Ask for the end of a job; its checkpoints stay. Returns before it has ended."""
        self._call("PATCH", f"/jobs/{job_id}", params={"mode": "cancel"})

    def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._call("GET", path).json()
        return answer

    def _call(self, method: str, path: str, params: dict[str, str] | None = None) -> httpx.Response:
        try:
            # a proxy of the environment has no business between us and the loopback interface
            response = httpx.request(method, self.url + path, params=params, timeout=self._timeout_s, trust_env=False)
        except httpx.HTTPError as error:
            raise StackError(
                f"Flink's JobManager at {self.url} does not answer {path}: {error!r}. "
                "See `twinstream status` and `twinstream logs jobmanager`."
            ) from error
        if not response.is_success:
            raise StackError(
                f"Flink's JobManager at {self.url} refused {method} {path}: HTTP {response.status_code} "
                f"{response.text.strip()[:500]}"
            )
        return response
