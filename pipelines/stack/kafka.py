"""The Kafka broker: one KRaft node that is broker and controller, started from the jars of `make setup`."""

import base64
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from pipelines.connectors.kafka_admin import broker_ready
from pipelines.stack.errors import StackError
from pipelines.stack.ports import HOST
from pipelines.stack.service import Service, find_java, inherited_environment

# Broker and topic limit alike. Producers and consumers have limits of their own (1 MiB by default): a larger
# message needs `max.request.size` or `message.max.bytes` there, too.
MESSAGE_MAX_BYTES = 1_048_588

_LOGGING = """\
# the broker's own words at INFO; controller, clients and storage speak up from WARN on
rootLogger.level = WARN
rootLogger.appenderRef.stdout.ref = STDOUT
appender.stdout.type = Console
appender.stdout.name = STDOUT
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %c{1} - %m%n
logger.server.name = kafka.server
logger.server.level = INFO
"""


class Kafka(Service):
    """The broker, reached at `address`, plain text, on the loopback interface only."""

    name = "kafka"
    listeners = ("kafka", "kafka_controller")

    @property
    def _data(self) -> Path:
        return self.paths.kafka / "data"

    @property
    def _properties(self) -> Path:
        return self.paths.kafka / "server.properties"

    def properties(self) -> dict[str, str]:
        """The broker's configuration.

        The quorum is named by `controller.quorum.voters`: it is read at each start, while a quorum formatted
        with `--standalone` stores its address in the metadata log and could not follow a change of port.
        """
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{HOST}:{self.ports.kafka_controller}",
            "listeners": f"PLAINTEXT://{HOST}:{self.ports.kafka},CONTROLLER://{HOST}:{self.ports.kafka_controller}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.ports.kafka}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self._data),
            "message.max.bytes": str(MESSAGE_MAX_BYTES),
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            # After a kill the controller refuses the new broker until the old one's session has ended, by default
            # after 9 s.
            "broker.session.timeout.ms": "4000",
            "broker.heartbeat.interval.ms": "1000",
        }

    def command(self) -> Sequence[str | Path]:
        """The broker in a JVM of its own."""
        heap = f"-Xmx{self.settings.kafka_heap_mb}m"
        logging = f"-Dlog4j2.configurationFile={self.paths.kafka / 'log4j2.properties'}"
        jvm = (heap, "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true", logging)
        return (find_java(), *jvm, "-cp", self._class_path, "kafka.Kafka", self._properties)

    def ready(self) -> bool:
        """Whether the broker answers a metadata request."""
        return broker_ready(self.address)

    def prepare(self) -> None:
        """Write its configuration and, the first time only, format its data directory."""
        lines = "".join(f"{key}={value}\n" for key, value in self.properties().items())
        self._properties.write_text(lines, encoding="utf-8")
        (self.paths.kafka / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
        if not (self._data / "meta.properties").exists():
            self._format()

    @property
    def _class_path(self) -> str:
        return f"{self.install.kafka_jars}/*"

    def _format(self) -> None:
        logging = f"-Dlog4j2.configurationFile={self.paths.kafka / 'log4j2.properties'}"
        tool = (find_java(), logging, "-cp", self._class_path, "kafka.tools.StorageTool", "format")
        # a format that was interrupted is completed, not refused
        arguments = ("--ignore-formatted", "--cluster-id", new_cluster_id(), "--config", self._properties)
        done = subprocess.run(
            [str(part) for part in (*tool, *arguments)],
            env=inherited_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StackError(
                f"kafka: {self._data} can't be formatted (exit code {done.returncode}):\n"
                f"{(done.stdout + done.stderr).strip()[-2000:]}\n"
                "If it holds nothing of value, delete it and run `twinstream up` again."
            )


def new_cluster_id() -> str:
    """A random id in Kafka's notation: 22 characters of URL-safe base64, the first of them no dash.

    >>> len(new_cluster_id())
    22
    """
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        if not text.startswith("-"):  # the tool would take it for an option
            return text
