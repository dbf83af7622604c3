"""The configuration of the local Flink cluster."""

import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from pipelines.stack.errors import StackError
from pipelines.stack.layout import InstallPaths, StackPaths
from pipelines.stack.ports import HOST, StackPorts
from pipelines.stack.settings import StackSettings

_LOGGING_FILES = ("log4j-cli.properties", "log4j-console.properties", "log4j-session.properties")


def flink_options(paths: StackPaths, ports: StackPorts, settings: StackSettings) -> dict[str, str | int]:
    """Every option that differs from Flink's default, by its full key.

    Flink ignores unknown keys without a word: a test compares these with the options that Flink's jars define.
    """
    return {
        "jobmanager.rpc.address": HOST,
        "jobmanager.rpc.port": ports.flink_rpc,
        "jobmanager.bind-host": HOST,
        "jobmanager.memory.process.size": f"{settings.jobmanager_memory_mb}m",
        "taskmanager.host": HOST,
        "taskmanager.bind-host": HOST,
        "taskmanager.numberOfTaskSlots": settings.task_slots,
        "taskmanager.memory.process.size": f"{settings.taskmanager_memory_mb}m",
        # each submission of a job loads classes anew; the default of 256m fills up after some dozens
        "taskmanager.memory.jvm-metaspace.size": "512m",
        # for the Python operators' bookkeeping; state is on the heap
        "taskmanager.memory.managed.size": "128m",
        "parallelism.default": 1,
        "rest.address": HOST,
        "rest.port": ports.flink_rest,
        "rest.bind-port": str(ports.flink_rest),
        "rest.bind-address": HOST,
        # any free port: clients learn it from the JobManager
        "blob.server.port": "0",
        # A dead TaskManager is found by refused heartbeats (two in a row, 2 s apart); the time-out, for a hung
        # one, is far longer than a garbage collection.
        "heartbeat.interval": "2 s",
        "heartbeat.timeout": "20 s",
        "python.executable": sys.executable,
        "python.client.executable": sys.executable,
        "state.backend.type": "hashmap",
        "execution.checkpointing.dir": paths.checkpoints.as_uri(),
        "execution.checkpointing.savepoint-dir": paths.savepoints.as_uri(),
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "execution.checkpointing.num-retained": 3,
        # for ever, with growing pauses: an outage of Kafka or InfluxDB of any length ends without our help
        "restart-strategy.type": "exponential-delay",
        "restart-strategy.exponential-delay.attempts-before-reset-backoff": 2**31 - 1,
        "restart-strategy.exponential-delay.initial-backoff": "1 s",
        "restart-strategy.exponential-delay.max-backoff": "10 s",
        "restart-strategy.exponential-delay.reset-backoff-threshold": "1 min",
    }


def shipped_java_options(flink_home: Path) -> str:
    """The JVM options of the wheel's own configuration: Java 17 does not run Flink without its `--add-opens`.

    Raises:
        StackError: if the wheel's configuration is missing or has none.
    """
    file = flink_home / "conf" / "config.yaml"
    try:
        shipped: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        return str(shipped["env"]["java"]["opts"]["all"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise StackError(f"{file} has no env.java.opts.all ({error!r}). Run `make setup` to restore it.") from error


def write_flink_files(
    paths: StackPaths, install: InstallPaths, ports: StackPorts, settings: StackSettings
) -> tuple[Path, Path]:
    """Write the cluster's configuration and class path; returns both directories.

    The Kafka connector and Flink's Python jar stand in the cluster's class path: given to each job, they would
    load their classes once a submission until the TaskManager runs out of metaspace.
    """
    conf, lib = paths.flink / "conf", paths.flink / "lib"
    conf.mkdir(parents=True, exist_ok=True)
    options = {"env.java.opts.all": shipped_java_options(install.flink_home), **flink_options(paths, ports, settings)}
    (conf / "config.yaml").write_text(yaml.safe_dump(options, width=10_000), encoding="utf-8")
    for name in _LOGGING_FILES:
        shutil.copyfile(install.flink_home / "conf" / name, conf / name)
    _link_jars(lib, install)
    return conf, lib


def _link_jars(lib: Path, install: InstallPaths) -> None:
    lib.mkdir(parents=True, exist_ok=True)
    wheel = sorted((install.flink_home / "lib").glob("*.jar"))
    python = sorted((install.flink_home / "opt").glob("flink-python-*.jar"))
    wanted = {jar.name: jar for jar in (*wheel, *python, *install.connector_jars)}
    for old in lib.glob("*.jar"):
        if old.name not in wanted or not old.exists() or old.readlink() != wanted[old.name]:
            old.unlink()
    for name, jar in wanted.items():
        if not (lib / name).is_symlink():
            (lib / name).symlink_to(jar)
