"""A process that outlives the command that started it, and that is never mistaken for another."""

import os
import secrets
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipelines.stack.errors import StackError
from pipelines.stack.layout import StackPaths
from pipelines.stack.process_table import boot_id, process_uptime_s, session_members, start_ticks
from pipelines.stack.record import read_record, write_record
from pipelines.stack.wait import wait_until

RUN_ID_VARIABLE = "TWINSTREAM_RUN_ID"
_LOG_LIMIT_BYTES = 50 * 1024 * 1024

# Handles of our own children: they become zombies unless somebody asks for their exit status.
_children: dict[int, subprocess.Popen[bytes]] = {}


class ProcessRecord(BaseModel):
    """What proves that a process is ours: its id, when it started (kernel ticks), in which boot, and its mark.

    `run_id` is random, stands in the process's environment and is inherited by its children; it is no secret.
    """

    model_config = ConfigDict(frozen=True)

    pid: int
    start_ticks: int
    boot_id: str
    run_id: str


class ManagedProcess:
    """One named process of the stack: started in a session of its own, logged, recorded, ended.

    >>> process = ManagedProcess("kafka", StackPaths(Path("/srv/twins")))
    >>> process.log
    PosixPath('/srv/twins/logs/kafka.log')
    """

    def __init__(self, name: str, paths: StackPaths) -> None:
        self.name = name
        self.log = paths.log(name)
        self._record_path = paths.run / f"{name}.json"

    @property
    def record(self) -> ProcessRecord | None:
        """The record of the last start, or None if it was never started or was ended by `stop`."""
        return read_record(self._record_path, ProcessRecord)

    @property
    def pid(self) -> int | None:
        """The process id, if it is alive."""
        record = self.record
        return record.pid if record and _is_alive(record) else None

    def alive(self) -> bool:
        """Whether the very process that we started is running; a zombie is dead."""
        return self.pid is not None

    def uptime_s(self) -> float | None:
        """Seconds since its start, or None if it is not alive."""
        pid = self.pid
        return None if pid is None else process_uptime_s(pid)

    def start(self, command: Sequence[str | Path], environment: Mapping[str, str], cwd: Path, run_id: str) -> int:
        """Start it with exactly this environment plus its mark `run_id`, output to its log file; returns the pid.

        Raises:
            StackError: if it is running already, or if the program can't be executed.
        """
        if self.alive():
            raise StackError(f"{self.name} is running already (pid {self.pid}). Run `twinstream down` first.")
        self.end_leftovers()
        self._rotate_log()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            try:
                child = subprocess.Popen(
                    [str(part) for part in command],
                    env={**environment, RUN_ID_VARIABLE: run_id},
                    cwd=cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise StackError(f"{self.name}: can't execute {command[0]}: {error}. Run `make setup`.") from error
        _children[child.pid] = child
        ticks = start_ticks(child.pid, include_zombies=True)
        if ticks is None:  # only if somebody else reaps our children
            raise StackError(f"{self.name} (pid {child.pid}) vanished at its start. See {self.log}.")
        record = ProcessRecord(pid=child.pid, start_ticks=ticks, boot_id=boot_id(), run_id=run_id)
        write_record(self._record_path, record)
        return child.pid

    def stop(self, timeout_s: float) -> bool:
        """End it: SIGTERM, after `timeout_s` seconds SIGKILL; then end what it left behind.

        Returns whether it was alive. The record is removed only after the end is certain.

        Raises:
            StackError: if it survives SIGKILL for ten seconds (it hangs in the kernel).
        """
        record = self.record
        if record is None:
            return False
        was_alive = _signal(record, signal.SIGTERM)
        if was_alive and not _ends_within(record, timeout_s, self.name):
            _signal(record, signal.SIGKILL)
            wait_until(lambda: not _is_alive(record), 10, f"{self.name} (pid {record.pid}) to end after SIGKILL")
        self.end_leftovers()
        self._record_path.unlink(missing_ok=True)
        return was_alive

    def end_leftovers(self) -> list[int]:
        """Kill the children of a dead process that live on (a worker whose parent was killed), and name them.

        A process counts only if it is in the session that we opened *and* carries our mark in its environment.
        """
        record = self.record
        if record is None or record.boot_id != boot_id() or _is_alive(record):
            return []
        ended = session_members(record.pid, f"{RUN_ID_VARIABLE}={record.run_id}")
        for pid in ended:
            _kill_if_marked(pid, record)
        if ended:
            wait_until(
                lambda: not session_members(record.pid, f"{RUN_ID_VARIABLE}={record.run_id}"),
                10,
                f"the children of {self.name} ({', '.join(map(str, ended))}) to end after SIGKILL",
            )
        return ended

    def _rotate_log(self) -> None:
        """Keep one former log: output goes to an open file, so it can only be cut at a start."""
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_name(f"{self.log.name}.1"))


def new_run_id() -> str:
    """A mark for one start of one process."""
    return secrets.token_hex(8)


def _is_alive(record: ProcessRecord) -> bool:
    child = _children.get(record.pid)
    if child is not None and child.poll() is not None:
        del _children[record.pid]
    return record.boot_id == boot_id() and start_ticks(record.pid) == record.start_ticks


def _signal(record: ProcessRecord, signal_number: int) -> bool:
    """Send a signal to exactly the recorded process; False if it is gone.

    The descriptor pins the process: its id can't be given to another between the check and the signal.
    """
    try:
        descriptor = os.pidfd_open(record.pid)
    except ProcessLookupError:
        return False
    try:
        if not _is_alive(record):
            return False
        signal.pidfd_send_signal(descriptor, signal_number)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def _kill_if_marked(pid: int, record: ProcessRecord) -> None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if pid in session_members(record.pid, f"{RUN_ID_VARIABLE}={record.run_id}"):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        os.close(descriptor)


def _ends_within(record: ProcessRecord, timeout_s: float, name: str) -> bool:
    try:
        wait_until(lambda: not _is_alive(record), timeout_s, f"{name} to end", interval_s=0.05)
    except StackError:
        return False
    return True
