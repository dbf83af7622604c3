"""Grafana, if it is on the machine: provisioned with the data source and the dashboards of the checkout."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import yaml

from pipelines.stack.errors import StackError
from pipelines.stack.ports import HOST
from pipelines.stack.secret_file import ensure_secret, read_secret
from pipelines.stack.service import Service
from schemas.influx import BUCKET, DATASOURCE_UID, ORG

MISSING = (
    "Grafana is not on this machine, the dashboards are not shown: install the package `grafana` from Grafana's own "
    "apt repository, or unpack its tarball and set GRAFANA_HOME to the directory, then run `twinstream up` again."
)


def find_grafana() -> tuple[Path, Path] | None:
    """Grafana's program and its home directory: from `$GRAFANA_HOME`, else from the path; None if there is none.

    Raises:
        StackError: if `$GRAFANA_HOME` is set to a directory without Grafana in it.
    """
    if home := os.environ.get("GRAFANA_HOME"):
        for name in ("grafana", "grafana-server"):
            program = Path(home).expanduser() / "bin" / name
            if os.access(program, os.X_OK):
                return program, Path(home).expanduser()
        raise StackError(f"GRAFANA_HOME={home} has no bin/grafana. Set it to an unpacked Grafana, or unset it.")
    for name in ("grafana", "grafana-server"):
        if found := shutil.which(name):
            packaged = Path("/usr/share/grafana")
            return Path(found), packaged if packaged.is_dir() else Path(found).resolve().parents[1]
    return None


class Grafana(Service):
    """The dashboards' server, reached at `url`; user `admin`, password in the stack's directory of secrets."""

    name = "grafana"
    listeners = ("grafana",)

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://{self.address}"

    @property
    def password_file(self) -> Path:
        """The password of `admin`, made at the first start."""
        return self.paths.secrets / "grafana-admin-password"

    def command(self) -> Sequence[str | Path]:
        """The server in the foreground; its settings come by environment."""
        found = find_grafana()
        if found is None:
            raise StackError(MISSING)
        program, home = found
        server = ("server",) if program.name == "grafana" else ()
        return (program, *server, "--homepath", home)

    def environment(self) -> Mapping[str, str]:
        """Settings as `GF_...`; the read token is here and in no file of the provisioning."""
        data = self.paths.grafana
        token = read_secret(self.paths.influx_read_token)
        if token is None:
            raise StackError(f"grafana: no read token in {self.paths.influx_read_token}. Run `twinstream up`.")
        return {
            **super().environment(),
            "INFLUX_READ_TOKEN": token,
            "GF_SERVER_HTTP_ADDR": HOST,
            "GF_SERVER_HTTP_PORT": str(self.port),
            "GF_PATHS_DATA": str(data / "data"),
            "GF_PATHS_LOGS": str(self.paths.logs / "grafana"),
            "GF_PATHS_PLUGINS": str(data / "plugins"),
            "GF_PATHS_PROVISIONING": str(data / "provisioning"),
            "GF_LOG_MODE": "console",
            "GF_SECURITY_ADMIN_PASSWORD__FILE": str(self.password_file),
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
            "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
            "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        }

    def prepare(self) -> None:
        """Write the provisioning files, and make the password."""
        ensure_secret(self.password_file)
        provisioning = self.paths.grafana / "provisioning"
        for kind in ("datasources", "dashboards", "plugins", "alerting"):
            (provisioning / kind).mkdir(parents=True, exist_ok=True)
        _write_yaml(provisioning / "datasources" / "twinstream.yaml", self.datasource())
        provider = provisioning / "dashboards" / "twinstream.yaml"
        if any(self.install.dashboards.rglob("*.json")):
            _write_yaml(provider, self.dashboard_provider())
        else:
            provider.unlink(missing_ok=True)

    def datasource(self) -> dict[str, object]:
        """Provisioning of the Flux data source; Grafana puts the token in from its environment."""
        source = {
            "name": "twinstream",
            "uid": DATASOURCE_UID,
            "type": "influxdb",
            "access": "proxy",
            "url": f"http://{HOST}:{self.ports.influxdb}",
            "isDefault": True,
            "editable": False,
            "jsonData": {"version": "Flux", "organization": ORG, "defaultBucket": BUCKET},
            "secureJsonData": {"token": "$INFLUX_READ_TOKEN"},
        }
        return {"apiVersion": 1, "datasources": [source]}

    def dashboard_provider(self) -> dict[str, object]:
        """Provisioning of the dashboards in the checkout."""
        options = {"path": str(self.install.dashboards), "foldersFromFilesStructure": False}
        provider = {"name": "twinstream", "folder": "twinstream", "type": "file", "options": options}
        return {"apiVersion": 1, "providers": [provider]}

    def ready(self) -> bool:
        """Whether it calls its database healthy."""
        try:
            answer = httpx.get(f"{self.url}/api/health", timeout=2.0, trust_env=False)
        except httpx.HTTPError:
            return False
        return answer.is_success


def _write_yaml(path: Path, content: dict[str, object]) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
