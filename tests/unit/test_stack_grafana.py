import pytest
import yaml

from pipelines.stack import StackError, StackPaths, StackSettings
from pipelines.stack.grafana import Grafana, find_grafana
from pipelines.stack.layout import InstallPaths
from pipelines.stack.ports import StackPorts
from pipelines.stack.secret_file import write_secret

PORTS = StackPorts(kafka=1, kafka_controller=2, influxdb=20_086, flink_rest=4, flink_rpc=5, grafana=20_300)
READABLE = "what the token file holds"


@pytest.fixture
def grafana(tmp_path, monkeypatch):
    program = tmp_path / "grafana-home" / "bin" / "grafana"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("GRAFANA_HOME", str(tmp_path / "grafana-home"))
    paths = StackPaths(tmp_path / "home")
    write_secret(paths.secrets / "influx-read-token", READABLE)
    install = InstallPaths(tmp_path, (), tmp_path, tmp_path, tmp_path / "checkout")
    return Grafana(paths, install, PORTS, StackSettings())


def test_the_token_is_in_the_environment_and_in_no_file_or_argument(grafana):
    grafana.prepare()
    assert grafana.environment()["INFLUX_READ_TOKEN"] == READABLE
    assert not any(READABLE in str(argument) for argument in grafana.command())
    files = [file for file in grafana.paths.grafana.rglob("*") if file.is_file()]
    assert files
    assert not any(READABLE in file.read_text() for file in files)


def test_the_data_source_has_a_fixed_uid_and_the_stacks_address(grafana):
    grafana.prepare()
    file = grafana.paths.grafana / "provisioning" / "datasources" / "twinstream.yaml"
    source = yaml.safe_load(file.read_text())["datasources"][0]
    assert source["uid"] == "twinstream-influxdb"
    assert source["url"] == "http://127.0.0.1:20086"
    assert source["jsonData"] == {"version": "Flux", "organization": "twinstream", "defaultBucket": "twins"}
    assert source["secureJsonData"] == {"token": "$INFLUX_READ_TOKEN"}


def test_dashboards_are_provisioned_once_there_are_any(grafana):
    provider = grafana.paths.grafana / "provisioning" / "dashboards" / "twinstream.yaml"
    grafana.prepare()
    assert not provider.exists()
    grafana.install.dashboards.mkdir(parents=True)
    (grafana.install.dashboards / "twin.json").write_text("{}")
    grafana.prepare()
    options = yaml.safe_load(provider.read_text())["providers"][0]["options"]
    assert options["path"] == str(grafana.install.dashboards)


def test_without_grafana_there_is_none(monkeypatch, tmp_path):
    monkeypatch.delenv("GRAFANA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_grafana() is None


def test_a_wrong_grafana_home_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFANA_HOME", str(tmp_path))
    with pytest.raises(StackError, match=r"GRAFANA_HOME=.* has no bin/grafana"):
        find_grafana()
