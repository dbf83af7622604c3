"""The stack as a whole: up, down, status."""

import shutil
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from pipelines.connectors.kafka_admin import TopicError, ensure_topics
from pipelines.stack.errors import StackError
from pipelines.stack.flink import JobManager, TaskManager
from pipelines.stack.flink_rest import FlinkRest
from pipelines.stack.grafana import MISSING as GRAFANA_MISSING
from pipelines.stack.grafana import Grafana, find_grafana
from pipelines.stack.influxd import Influxd
from pipelines.stack.jobs import Jobs
from pipelines.stack.kafka import Kafka
from pipelines.stack.layout import InstallPaths, StackPaths, install_paths
from pipelines.stack.lock import stack_lock
from pipelines.stack.ports import HOST, StackPorts, choose_ports, remembered_ports
from pipelines.stack.process import ManagedProcess
from pipelines.stack.service import Service
from pipelines.stack.settings import StackSettings
from pipelines.stack.status import StackStatus

Progress = Callable[[str], None]

# In the order of their start; they are stopped in the reverse order.
PROCESS_NAMES = (Kafka.name, Influxd.name, JobManager.name, TaskManager.name, Grafana.name)


def _silent(_: str) -> None:
    return None


class Stack:
    """A local stack in `home` (default `$TWINSTREAM_HOME`, else `./.twinstream`).

        stack = Stack(Path("/srv/twins"))
        stack.up(print)
        stack.jobs.submit("twin", "pipelines.jobs.twin", Path("twin-job.json"))
        stack.down()

    Nothing runs in this object: another `Stack` of the same directory, in another process, sees the same stack.
    """

    def __init__(self, home: Path | None = None, settings: StackSettings | None = None) -> None:
        self.settings = settings or StackSettings()
        self.paths = StackPaths.at(home if home is not None else self.settings.home)

    @cached_property
    def install(self) -> InstallPaths:
        """What `make setup` installed; raises StackError if something is missing."""
        return install_paths()

    @property
    def ports(self) -> StackPorts:
        """The stack's ports, the same from its first `up` on.

        Raises:
            StackError: if there was no `up` yet.
        """
        ports = remembered_ports(self.paths)
        if ports is None:
            raise StackError(f"There is no stack in {self.paths.root} yet. Run `twinstream up`.")
        return ports

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's address for clients."""
        return f"{HOST}:{self.ports.kafka}"

    @property
    def influx_url(self) -> str:
        """Base URL of InfluxDB's HTTP API."""
        return f"http://{HOST}:{self.ports.influxdb}"

    @property
    def flink_rest_url(self) -> str:
        """Base URL of Flink's REST and web interface."""
        return f"http://{HOST}:{self.ports.flink_rest}"

    @property
    def flink_rpc(self) -> str:
        """The JobManager's address for TaskManagers."""
        return f"{HOST}:{self.ports.flink_rpc}"

    @property
    def grafana_url(self) -> str | None:
        """Where a browser finds the dashboards, or None if Grafana does not run."""
        return f"http://{HOST}:{self.ports.grafana}" if self.process(Grafana.name).alive() else None

    @property
    def flink(self) -> FlinkRest:
        """A client of the cluster."""
        return FlinkRest(self.flink_rest_url)

    @property
    def jobs(self) -> Jobs:
        """The jobs that shall run here."""
        return Jobs(self.paths, self.install, self.flink)

    def process(self, name: str) -> ManagedProcess:
        """One process of the stack by its name.

        Raises:
            StackError: if there is no such process; names those there are.
        """
        if name not in PROCESS_NAMES:
            raise StackError(f"No process named {name!r}. There are: {', '.join(PROCESS_NAMES)}.")
        return ManagedProcess(name, self.paths)

    def up(self, progress: Progress = _silent, ports: Mapping[str, int] | None = None) -> None:
        """Start what is not running, wait until all serve, make topics and tokens, bring back desired jobs.

        What runs stays untouched, so `up` may be called at any time. `ports` are wishes by listener
        (`pipelines.stack.ports.WELL_KNOWN`), remembered from then on.

        Raises:
            StackError: naming what failed, the end of its log, and the remedy. What was started stays up.
        """
        self.paths.create()
        with stack_lock(self.paths, self.settings.start_timeout_s):
            self._refuse_port_change(ports or {})
            kafka, influxd, jobmanager, taskmanager, grafana = self._services(choose_ports(self.paths, ports))
            self._stop_orphan(jobmanager, taskmanager, progress)
            self._start_dead((kafka, influxd, jobmanager, taskmanager), progress)
            self._await(kafka, progress)
            self._ensure_topics(progress)
            self._await(influxd, progress)
            influxd.provision()
            self._start_grafana(grafana, progress)
            self._await(jobmanager, progress)
            self._await(taskmanager, progress)
            for name, restored_from in self.jobs.reconcile().items():
                progress(f"job {name} submitted again, from {restored_from or 'its beginning'}")

    def down(self, progress: Progress = _silent, purge: bool = False) -> None:
        """Stop what `up` started, in reverse order. Data and desired jobs stay: the next `up` resumes them.

        With `purge` the data, tokens and desired jobs are deleted after all processes have ended.

        Raises:
            StackError: if a process can't be ended; then nothing is deleted.
        """
        if not self.paths.run.exists():
            progress(f"there is no stack in {self.paths.root}")
            return
        with stack_lock(self.paths, self.settings.start_timeout_s):
            for name in reversed(PROCESS_NAMES):
                if self.process(name).stop(self.settings.stop_timeout_s):
                    progress(f"{name} stopped")
            if purge:
                self._purge()
                progress(f"data in {self.paths.root} deleted")

    def status(self) -> StackStatus:
        """Every process and desired job, as they are now.

        Raises:
            StackError: if there was no `up` yet, or a record can't be read.
        """
        services = [service for service in self._services(self.ports) if self._expected(service)]
        return StackStatus(
            processes=tuple(service.status() for service in services),
            jobs=tuple(self.jobs.statuses()),
        )

    def _services(self, ports: StackPorts) -> tuple[Kafka, Influxd, JobManager, TaskManager, Grafana]:
        common = (self.paths, self.install, ports, self.settings)
        return Kafka(*common), Influxd(*common), JobManager(*common), TaskManager(*common), Grafana(*common)

    def _expected(self, service: Service) -> bool:
        return service.name != Grafana.name or service.process.record is not None or find_grafana() is not None

    def _refuse_port_change(self, wishes: Mapping[str, int]) -> None:
        known = remembered_ports(self.paths)
        if known is None:
            return
        changed = {name for name, port in wishes.items() if getattr(known, name, None) != port}
        for service in self._services(known):
            if (affected := changed & set(service.listeners)) and service.process.alive():
                raise StackError(
                    f"{service.name} is running with another port of {', '.join(sorted(affected))}. "
                    "Run `twinstream down` first, then `twinstream up` with the new port."
                )

    def _start_dead(self, services: tuple[Service, ...], progress: Progress) -> None:
        """Start all that are dead before waiting for any: their start-up times overlap."""
        for service in services:
            if not service.process.alive():
                progress(f"{service.name} starting (pid {service.start()})")

    def _await(self, service: Service, progress: Progress) -> None:
        waited_s = service.await_ready()
        progress(f"{service.name} ready at {service.address} ({waited_s:.1f} s)")

    def _ensure_topics(self, progress: Progress) -> None:
        try:
            created = ensure_topics(self.bootstrap_servers, self.settings.topic_prefix)
        except TopicError as error:
            raise StackError(str(error)) from error
        if created:
            progress(f"topics created: {', '.join(created)}")

    def _start_grafana(self, grafana: Grafana, progress: Progress) -> None:
        if not grafana.process.alive():
            if find_grafana() is None:
                progress(GRAFANA_MISSING)
                return
            progress(f"{grafana.name} starting (pid {grafana.start()})")
        self._await(grafana, progress)

    def _stop_orphan(self, jobmanager: JobManager, taskmanager: TaskManager, progress: Progress) -> None:
        """End a TaskManager that outlived its JobManager.

        Left alone it registers with the new JobManager within half a minute, but may run the former tasks until
        then, beside those that are submitted again. A new one is there sooner and runs nothing twice.
        """
        if taskmanager.process.alive() and not jobmanager.process.alive():
            taskmanager.process.stop(timeout_s=1.0)  # it would wait for the JobManager; there is nobody to hand over to
            progress(f"{taskmanager.name} stopped: its jobs ended with the JobManager")

    def _purge(self) -> None:
        """Delete our own directories, not the home as a whole: it may hold other things."""
        for directory in (
            self.paths.kafka,
            self.paths.influxdb,
            self.paths.flink,
            self.paths.grafana,
            self.paths.secrets,
            self.paths.logs,
            self.paths.run,
        ):
            if directory.exists():
                shutil.rmtree(directory)
        if not any(self.paths.root.iterdir()):
            self.paths.root.rmdir()
