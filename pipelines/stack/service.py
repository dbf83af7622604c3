"""What each process of the stack has in common: ports, preparation, start, readiness."""

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.stack.errors import StackError, last_lines
from pipelines.stack.layout import InstallPaths, StackPaths
from pipelines.stack.ports import HOST, StackPorts, require_free
from pipelines.stack.process import ManagedProcess, new_run_id
from pipelines.stack.settings import StackSettings
from pipelines.stack.status import ProcessState, ProcessStatus
from pipelines.stack.wait import wait_until

# What a process gets of our environment. A list of what is allowed, so that no secret of the user's shell
# travels into a broker, a job or its log.
_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "JAVA_HOME")


class Service(ABC):
    """One process of the stack, with what is needed to start it and to tell that it serves."""

    name: str
    listeners: tuple[str, ...]
    """Names of its ports, as in `StackPorts`; the first one is its address."""

    def __init__(self, paths: StackPaths, install: InstallPaths, ports: StackPorts, settings: StackSettings) -> None:
        self.paths = paths
        self.install = install
        self.ports = ports
        self.settings = settings
        self.process = ManagedProcess(self.name, paths)
        record = self.process.record
        self.run_id = record.run_id if record else "none"
        """The mark of its last start."""

    @property
    def port(self) -> int:
        """The port of its address."""
        return int(getattr(self.ports, self.listeners[0]))

    @property
    def address(self) -> str:
        """Where clients reach it, as `host:port`."""
        return f"{HOST}:{self.port}"

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The program and its arguments; never a secret, for all users can read them."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it serves. Answers within a few seconds and never raises for a server that is down."""

    def environment(self) -> Mapping[str, str]:
        """The whole environment of the process."""
        return inherited_environment()

    def prepare(self) -> None:  # noqa: B027 - not abstract: most processes need no preparation
        """Write what it reads at its start."""

    def start(self) -> int:
        """Start it; returns the pid.

        Raises:
            StackError: if one of its ports is taken by a foreign process, or the program is missing.
        """
        self.process.end_leftovers()  # they might hold the port
        for listener in self.listeners:
            require_free(int(getattr(self.ports, listener)), listener)
        self.run_id = new_run_id()
        self.prepare()
        return self.process.start(self.command(), self.environment(), cwd=self.paths.root, run_id=self.run_id)

    def status(self) -> ProcessStatus:
        """How the process fares now; an alive one is asked whether it serves."""
        pid = self.process.pid
        if pid is not None:
            state = ProcessState.RUNNING if self.ready() else ProcessState.NOT_READY
        else:
            state = ProcessState.NOT_STARTED if self.process.record is None else ProcessState.DEAD
        return ProcessStatus(self.name, state, pid, self.address, self.process.uptime_s(), self.process.log)

    def await_ready(self) -> float:
        """Wait until it serves; returns the seconds waited.

        Raises:
            StackError: if it dies, or is not ready in time; the text names its log and gives its last lines.
        """

        def ready_or_dead() -> bool:
            return self.ready() or not self.process.alive()

        log = self.process.log
        try:
            waited_s = wait_until(ready_or_dead, self.settings.start_timeout_s, f"{self.name} to be ready")
        except StackError as error:
            raise StackError(f"{error}. The end of {log}:\n{last_lines(log)}") from None
        if not self.process.alive():
            raise StackError(f"{self.name} ended at its start. The end of {log}:\n{last_lines(log)}")
        return waited_s


def inherited_environment() -> dict[str, str]:
    """The part of our environment that every process of the stack may see."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def find_java() -> Path:
    """The `java` of `$JAVA_HOME`, else of the path.

    Raises:
        StackError: if there is none.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if found is None:
        place = f"$JAVA_HOME/bin ({home}/bin)" if home else "$PATH"
        raise StackError(f"No java in {place}. Install it with `apt-get install -y openjdk-17-jdk-headless`.")
    return Path(found)
