"""Where things are: the data directory of a stack, and what `make setup` has installed for it."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pipelines
from pipelines.stack.errors import StackError
from pipelines.stack.settings import StackSettings

REMEDY = "Run `make setup` in the checkout."


@dataclass(frozen=True)
class StackPaths:
    """The directories and files of one stack, all below `root`.

    >>> StackPaths(Path("/srv/twins")).log("kafka")
    PosixPath('/srv/twins/logs/kafka.log')
    """

    root: Path

    @classmethod
    def at(cls, home: Path | None = None) -> "StackPaths":
        """The stack in `home`, else in `$TWINSTREAM_HOME`, else in `./.twinstream`.

        Raises:
            StackError: if the path holds white space, which Flink's start scripts do not survive.
        """
        root = (home if home is not None else StackSettings().home).expanduser().resolve()
        if any(character.isspace() for character in str(root)):
            raise StackError(f"The data directory {str(root)!r} has white space in its path. Choose another --home.")
        return cls(root)

    @property
    def kafka(self) -> Path:
        """Configuration and log segments of the broker."""
        return self.root / "kafka"

    @property
    def influxdb(self) -> Path:
        """InfluxDB's key-value store, SQL store and storage engine."""
        return self.root / "influxdb"

    @property
    def flink(self) -> Path:
        """Flink's own configuration, class path and temporary files."""
        return self.root / "flink"

    @property
    def checkpoints(self) -> Path:
        """Checkpoints of all jobs: `<job id>/chk-<n>/_metadata`."""
        return self.flink / "checkpoints"

    @property
    def savepoints(self) -> Path:
        """Savepoints of all jobs."""
        return self.flink / "savepoints"

    @property
    def grafana(self) -> Path:
        """Grafana's database and provisioning files."""
        return self.root / "grafana"

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """What runs: process records, ports, desired jobs, the lock."""
        return self.root / "run"

    @property
    def jobs(self) -> Path:
        """One record per desired job."""
        return self.run / "jobs"

    @property
    def secrets(self) -> Path:
        """Tokens and passwords; the directory is 0700, each file 0600."""
        return self.root / "secrets"

    @property
    def influx_write_token(self) -> Path:
        """Token that may write into the bucket and do nothing else: for the history job."""
        return self.secrets / "influx-write-token"

    @property
    def influx_read_token(self) -> Path:
        """Token that may read the bucket and do nothing else: for Grafana and queries."""
        return self.secrets / "influx-read-token"

    def log(self, name: str) -> Path:
        """The log file of a process."""
        return self.logs / f"{name}.log"

    def create(self) -> None:
        """Make the directories; those that exist stay as they are, but secrets are closed to others again."""
        for directory in (
            self.kafka,
            self.influxdb,
            self.checkpoints,
            self.savepoints,
            self.grafana,
            self.logs,
            self.jobs,
            self.secrets,
        ):
            directory.mkdir(parents=True, exist_ok=True)
        self.secrets.chmod(0o700)


@dataclass(frozen=True)
class InstallPaths:
    """What the stack runs: jars and binaries in the cache, Flink in the wheel, dashboards in the checkout."""

    kafka_jars: Path
    connector_jars: tuple[Path, ...]
    influxd: Path
    flink_home: Path
    checkout: Path

    @property
    def infra(self) -> Path:
        """The checkout's directory of set-up scripts and build files."""
        return self.checkout / "infra"

    @property
    def dashboards(self) -> Path:
        """The generated dashboards; the directory may be missing."""
        return self.checkout / "dashboards"


def cache_directory() -> Path:
    """Where `make setup` puts jars and binaries: `$TWINSTREAM_CACHE`, else `twinstream` in the user's cache."""
    if explicit := os.environ.get("TWINSTREAM_CACHE"):
        return Path(explicit).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "twinstream"


def install_paths(cache: Path | None = None) -> InstallPaths:
    """Find what `make setup` has installed.

    Raises:
        StackError: if something is missing; the text names each missing thing, its place and the remedy.
    """
    cache = cache or cache_directory()
    kafka_jars = cache / "jars" / "kafka"
    connector_jars = tuple(sorted((cache / "jars" / "flink").glob("*.jar")))
    influxd = cache / "bin" / "influxd"
    flink = find_spec("pyflink")
    missing = []
    if not any(kafka_jars.glob("kafka_2.13-*.jar")):
        missing.append(f"the Kafka broker's jars in {kafka_jars}")
    if not connector_jars:
        missing.append(f"Flink's Kafka connector in {cache / 'jars' / 'flink'}")
    if not os.access(influxd, os.X_OK):
        missing.append(f"the InfluxDB server {influxd}")
    if flink is None or flink.origin is None:
        missing.append("the Python package apache-flink")
    if missing or flink is None or flink.origin is None:
        raise StackError(f"Missing: {'; '.join(missing)}. {REMEDY}")
    return InstallPaths(
        kafka_jars=kafka_jars,
        connector_jars=connector_jars,
        influxd=influxd,
        flink_home=Path(flink.origin).parent,
        checkout=Path(pipelines.__file__).parents[1],
    )
