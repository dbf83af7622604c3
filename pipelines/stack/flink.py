"""The Flink cluster: a JobManager and a TaskManager from the wheel's own start scripts."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.stack.errors import StackError
from pipelines.stack.flink_config import write_flink_files
from pipelines.stack.flink_rest import FlinkRest
from pipelines.stack.layout import InstallPaths, StackPaths
from pipelines.stack.ports import HOST, StackPorts
from pipelines.stack.service import Service, inherited_environment
from pipelines.stack.settings import StackSettings


def temporary_directory(paths: StackPaths, role: str) -> Path:
    """Where a process of Flink keeps unpacked jars and job artefacts while it lives."""
    return paths.flink / "tmp" / role


def flink_environment(paths: StackPaths, role: str) -> dict[str, str]:
    """The environment of Flink's scripts: our configuration and class path instead of the wheel's.

    Each role (jobmanager, taskmanager, client) has temporary files of its own.
    """
    return {
        **inherited_environment(),
        "FLINK_CONF_DIR": str(paths.flink / "conf"),
        "FLINK_LIB_DIR": str(paths.flink / "lib"),
        "FLINK_LOG_DIR": str(paths.logs / "flink"),
        "FLINK_PID_DIR": str(paths.run / "flink"),
        "TMPDIR": str(temporary_directory(paths, role)),
    }


class FlinkService(Service):
    """What JobManager and TaskManager share."""

    def __init__(self, paths: StackPaths, install: InstallPaths, ports: StackPorts, settings: StackSettings) -> None:
        super().__init__(paths, install, ports, settings)
        self.rest = FlinkRest(f"http://{HOST}:{ports.flink_rest}")

    def environment(self) -> Mapping[str, str]:
        """The environment of Flink's scripts."""
        jvm = f"-Djava.io.tmpdir={temporary_directory(self.paths, self.name)}"
        return {**flink_environment(self.paths, self.name), "JVM_ARGS": jvm}

    def prepare(self) -> None:
        """Write the cluster's configuration, and clear away the temporary files of a killed predecessor."""
        write_flink_files(self.paths, self.install, self.ports, self.settings)
        temporary = temporary_directory(self.paths, self.name)
        if temporary.exists():
            shutil.rmtree(temporary)
        temporary.mkdir(parents=True)
        (self.paths.logs / "flink").mkdir(parents=True, exist_ok=True)
        (self.paths.run / "flink").mkdir(parents=True, exist_ok=True)

    def _temporary_options(self) -> tuple[str, ...]:
        temporary = temporary_directory(self.paths, self.name)
        return ("-D", f"io.tmp.dirs={temporary}", "-D", f"web.tmpdir={temporary}")


class JobManager(FlinkService):
    """The cluster's coordinator. It holds no state of its own: the jobs' checkpoints are files."""

    name = "jobmanager"
    listeners = ("flink_rest", "flink_rpc")

    def command(self) -> Sequence[str | Path]:
        """The script replaces itself by the JVM, so the process id is the JVM's."""
        return (self.install.flink_home / "bin" / "jobmanager.sh", "start-foreground", *self._temporary_options())

    def ready(self) -> bool:
        """Whether it answers REST calls."""
        return self.rest.reachable()


class TaskManager(FlinkService):
    """The cluster's worker, parent of the Python processes that run the twins. It listens on free ports only."""

    name = "taskmanager"
    listeners = ()

    @property
    def address(self) -> str:
        """What it offers instead of an address: clients never reach it themselves."""
        return f"{self.settings.task_slots} slots"

    @property
    def resource_id(self) -> str:
        """What it is called in the cluster; another after each start, so that a dead one is not taken for it."""
        return f"taskmanager-{self.run_id}"

    def command(self) -> Sequence[str | Path]:
        """The script replaces itself by the JVM, so the process id is the JVM's."""
        script = self.install.flink_home / "bin" / "taskmanager.sh"
        name = ("-D", f"taskmanager.resource-id={self.resource_id}")
        return (script, "start-foreground", *name, *self._temporary_options())

    def ready(self) -> bool:
        """Whether this very TaskManager has registered all its slots."""
        try:
            known = {manager.id: manager.slots for manager in self.rest.taskmanagers()}
        except StackError:  # the JobManager is not there yet; its own readiness is asked elsewhere
            return False
        return known.get(self.resource_id, 0) >= self.settings.task_slots
