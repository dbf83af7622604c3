"""The InfluxDB 2 server and its first set-up."""

from collections.abc import Sequence
from pathlib import Path

from pipelines.connectors.influx_setup import Action, InfluxSetup, InfluxSetupError
from pipelines.stack.errors import StackError
from pipelines.stack.secret_file import ensure_secret, read_secret, write_secret
from pipelines.stack.service import Service
from schemas.influx import BUCKET, ORG


class Influxd(Service):
    """The time-series database, reached at `url`; its tokens are files in the stack's directory of secrets."""

    name = "influxd"
    listeners = ("influxdb",)

    @property
    def url(self) -> str:
        """Base URL of its HTTP API."""
        return f"http://{self.address}"

    @property
    def admin_token_file(self) -> Path:
        """Token of the operator: may do everything. For set-up only."""
        return self.paths.secrets / "influx-admin-token"

    def command(self) -> Sequence[str | Path]:
        """The server, with its files below the stack's directory and without telemetry."""
        data = self.paths.influxdb
        files = ("--bolt-path", data / "influxd.bolt", "--sqlite-path", data / "influxd.sqlite")
        engine = ("--engine-path", data / "engine")
        network = ("--http-bind-address", self.address, "--reporting-disabled")
        return (self.install.influxd, *files, *engine, *network, "--log-level", "info", "--ui-disabled")

    def ready(self) -> bool:
        """Whether the server calls itself healthy."""
        with InfluxSetup(self.url) as setup:
            return setup.healthy()

    def provision(self) -> None:
        """Make organisation, bucket and tokens where they are missing, and apply the retention setting.

        The operator's secrets are stored before the server learns them, so that a crash in between loses nothing.

        Raises:
            StackError: if the server was set up with other secrets than those in our files, or refuses.
        """
        password = ensure_secret(self.paths.secrets / "influx-admin-password")
        admin_token = ensure_secret(self.admin_token_file)
        try:
            with InfluxSetup(self.url) as setup:
                if setup.is_new():
                    setup.onboard(ORG, BUCKET, password, admin_token, self.settings.influx_retention_s)
                bucket_id, org_id = setup.bucket_id(admin_token, BUCKET)
                setup.set_retention(admin_token, bucket_id, self.settings.influx_retention_s)
                wanted: tuple[tuple[Path, Action], ...] = (
                    (self.paths.influx_write_token, "write"),
                    (self.paths.influx_read_token, "read"),
                )
                for file, action in wanted:
                    token = read_secret(file)
                    if token is None or not setup.token_valid(token, org_id):
                        description = f"twinstream: {action} {BUCKET}"
                        token = setup.replace_scoped_token(admin_token, bucket_id, org_id, action, description)
                        write_secret(file, token)
        except InfluxSetupError as error:
            raise StackError(
                f"{error}\nIf {self.paths.secrets} was lost or is of another database, make a new token with "
                f"`{self.install.influxd} recovery auth create-operator --org {ORG} --username admin "
                f"--bolt-path {self.paths.influxdb / 'influxd.bolt'}` while the server is stopped and put it into "
                f"{self.admin_token_file}, or delete {self.paths.influxdb} to begin anew."
            ) from error
