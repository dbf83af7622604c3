"""The jobs that shall run: submitted, remembered, and brought back from their newest checkpoint."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipelines.stack.checkpoints import newest_complete
from pipelines.stack.errors import StackError
from pipelines.stack.flink_rest import FlinkJob, FlinkRest
from pipelines.stack.layout import InstallPaths, StackPaths
from pipelines.stack.record import read_record, write_record
from pipelines.stack.status import JobStatus
from pipelines.stack.submission import Submission, new_job_id, submit
from pipelines.stack.wait import wait_until

# A job in one of these runs or will run without our help.
_SOUND_STATES = frozenset({"INITIALIZING", "CREATED", "RUNNING", "RESTARTING", "RECONCILING"})
_END_TIMEOUT_S = 60.0


class JobRecord(BaseModel):
    """A job as somebody wanted it, and the ids it has run under since (oldest first)."""

    model_config = ConfigDict(frozen=True)

    name: str
    module: str
    settings_path: Path
    desired: bool = True
    restore_from: Path | None = None
    """Where its first run started from; None = from nothing."""
    job_ids: tuple[str, ...] = ()

    @property
    def job_id(self) -> str:
        """The id of its last run."""
        return self.job_ids[-1]


class Jobs:
    """The jobs of one stack.

    >>> jobs.submit("twin", "pipelines.jobs.twin", Path("/srv/twins/twin-job.json"))  # doctest: +SKIP
    '8b3ad0d6…'
    """

    def __init__(self, paths: StackPaths, install: InstallPaths, rest: FlinkRest) -> None:
        self._paths = paths
        self._install = install
        self._rest = rest

    def records(self) -> list[JobRecord]:
        """Every job that was ever submitted to this stack, by name; those cancelled are not `desired`."""
        files = sorted(self._paths.jobs.glob("*.json"))
        return [record for file in files if (record := read_record(file, JobRecord))]

    def desired(self) -> list[JobRecord]:
        """The jobs that shall run."""
        return [record for record in self.records() if record.desired]

    def submit(self, name: str, module: str, settings_path: Path, restore_from: Path | None = None) -> str:
        """Start a job and keep it desired; returns its id.

        The cluster runs `python -m MODULE --settings SETTINGS_PATH`; `restore_from` is a checkpoint's or
        savepoint's directory, None begins from nothing.

        Raises:
            StackError: if a job of this name is running, or Flink refuses it. A job refused is not desired.
        """
        previous = self._record(name)
        if previous and (running := self._running(previous)):
            raise StackError(
                f"The job {name} is running already, as {running[0].id} ({running[0].state}). Cancel it first."
            )
        record = JobRecord(name=name, module=module, settings_path=settings_path.resolve(), restore_from=restore_from)
        try:
            return self._run(record, restore_from)
        except StackError:
            if made := self._record(name):
                self._write(made.model_copy(update={"desired": False}))
            raise

    def reconcile(self) -> dict[str, Path | None]:
        """Submit again each desired job that is not running, from its newest complete checkpoint.

        Returns the jobs submitted, each with what it was restored from (None = from nothing). A job that is
        ending is waited for, so that no two instances run at once.

        Raises:
            StackError: if Flink refuses a job, or one does not end within a minute.
        """
        submitted: dict[str, Path | None] = {}
        for record in self.desired():
            if any(job.state in _SOUND_STATES for job in self._running(record)):
                continue
            self._await_end(record)
            start_point = self.newest_checkpoint(record.name) or record.restore_from
            self._run(record, start_point)
            submitted[record.name] = start_point
        return submitted

    def cancel(self, name: str) -> Path | None:
        """End a job and no longer desire it; returns its newest complete checkpoint, to start again from.

        Raises:
            StackError: if there is no such job, or it does not end within a minute.
        """
        record = self._record(name)
        if record is None:
            known = ", ".join(known.name for known in self.records()) or "none"
            raise StackError(f"No job named {name} in {self._paths.jobs}. There are: {known}.")
        self._write(record.model_copy(update={"desired": False}))
        for job in self._running(record):
            self._rest.cancel(job.id)
        self._await_end(record)
        return self.newest_checkpoint(name)

    def statuses(self) -> list[JobStatus]:
        """Each desired job as the cluster sees it; `LOST` if the cluster does not know it or does not answer."""
        known = {job.id: job for job in self._rest.jobs()} if self._rest.reachable() else {}
        return [self._status(record, known.get(record.job_id)) for record in self.desired()]

    def newest_checkpoint(self, name: str) -> Path | None:
        """The newest complete checkpoint of a job since it was last begun with `submit`, or None."""
        record = self._record(name)
        return newest_complete(self._paths.checkpoints, record.job_ids) if record else None

    def _status(self, record: JobRecord, job: FlinkJob | None) -> JobStatus:
        if job is None:
            return JobStatus(record.name, record.job_id, "LOST", 0, None)
        failure = (self._rest.root_exception(job.id) or "").partition("\n")[0] or None
        completed = self._rest.checkpoints(job.id).completed
        return JobStatus(record.name, job.id, job.state, completed, failure)

    def _run(self, record: JobRecord, start_point: Path | None) -> str:
        job_id = new_job_id()
        self._write(record.model_copy(update={"job_ids": (*record.job_ids, job_id)}))
        submission = Submission(job_id, record.module, record.settings_path, start_point)
        submit(submission, self._paths, self._install, self._rest.url.removeprefix("http://"))
        return job_id

    def _running(self, record: JobRecord) -> list[FlinkJob]:
        return [job for job in self._rest.jobs() if job.id in record.job_ids and job.active]

    def _await_end(self, record: JobRecord) -> None:
        wait_until(lambda: not self._running(record), _END_TIMEOUT_S, f"the former run of the job {record.name} to end")

    def _record(self, name: str) -> JobRecord | None:
        return read_record(self._file(name), JobRecord)

    def _write(self, record: JobRecord) -> None:
        write_record(self._file(record.name), record)

    def _file(self, name: str) -> Path:
        if not name.replace("-", "").replace("_", "").isalnum():
            raise StackError(f"A job's name has letters, digits, - and _ only; {name!r} has others.")
        return self._paths.jobs / f"{name}.json"
