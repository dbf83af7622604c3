import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from pipelines.stack import StackError, StackPaths, StackSettings
from pipelines.stack.flink_config import flink_options, shipped_java_options, write_flink_files
from pipelines.stack.layout import InstallPaths
from pipelines.stack.ports import StackPorts

PORTS = StackPorts(kafka=1, kafka_controller=2, influxdb=3, flink_rest=20_081, flink_rpc=20_123, grafana=6)
FLINK_HOME = Path(str(find_spec("pyflink").origin)).parent


@pytest.fixture
def paths(tmp_path):
    return StackPaths(tmp_path / "home")


@pytest.fixture
def install(tmp_path):
    connector = tmp_path / "flink-sql-connector-kafka-1.jar"
    connector.touch()
    return InstallPaths(tmp_path, (connector,), tmp_path, FLINK_HOME, tmp_path)


def written(paths, install, **settings):
    conf, lib = write_flink_files(paths, install, PORTS, StackSettings(**settings))
    return yaml.safe_load((conf / "config.yaml").read_text()), conf, lib


def test_flink_knows_every_option_that_we_set(paths):
    wanted = set(flink_options(paths, PORTS, StackSettings())) | {
        "io.tmp.dirs",
        "web.tmpdir",
        "taskmanager.resource-id",
    }
    jars = [*FLINK_HOME.glob("lib/flink-dist-*.jar"), *FLINK_HOME.glob("opt/flink-python-*.jar")]
    unknown = set(wanted)
    for jar in jars:
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if name.endswith(("Options.class", "OptionsInternal.class")):
                    code = archive.read(name)
                    unknown -= {option for option in unknown if option.encode() in code}
    assert not unknown, "Flink ignores unknown options without a word"


def test_the_java_options_of_the_wheel_are_kept(paths, install):
    config, _, _ = written(paths, install)
    assert config["env.java.opts.all"] == shipped_java_options(FLINK_HOME)
    assert "--add-opens=java.base/java.util=ALL-UNNAMED" in config["env.java.opts.all"]


def test_a_wheel_without_java_options_is_named(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "config.yaml").write_text("env: {}\n")
    with pytest.raises(StackError, match=r"config\.yaml has no env\.java\.opts\.all.*make setup"):
        shipped_java_options(tmp_path)


def test_the_cluster_listens_on_the_given_loopback_ports_only(paths, install):
    config, _, _ = written(paths, install)
    assert (config["rest.port"], config["rest.bind-port"]) == (20_081, "20081")
    assert config["jobmanager.rpc.port"] == 20_123
    addresses = {key: value for key, value in config.items() if key.endswith(("address", "bind-host", ".host"))}
    assert set(addresses.values()) == {"127.0.0.1"}
    assert len(addresses) == 6


def test_checkpoints_are_kept_in_the_data_directory(paths, install):
    config, _, _ = written(paths, install)
    assert config["execution.checkpointing.dir"] == paths.checkpoints.as_uri()
    assert config["execution.checkpointing.externalized-checkpoint-retention"] == "RETAIN_ON_CANCELLATION"


def test_jobs_and_workers_run_in_this_python(paths, install):
    config, _, _ = written(paths, install)
    assert config["python.executable"] == config["python.client.executable"] == sys.executable


def test_slots_and_memory_follow_the_settings(paths, install):
    config, _, _ = written(paths, install, task_slots=7, taskmanager_memory_mb=3000)
    assert config["taskmanager.numberOfTaskSlots"] == 7
    assert config["taskmanager.memory.process.size"] == "3000m"


def test_the_class_path_has_the_wheels_jars_and_the_connector_of_now(paths, install, tmp_path):
    _, _, lib = written(paths, install)
    (lib / "flink-sql-connector-kafka-0.jar").symlink_to(tmp_path / "gone.jar")  # of a former version

    written(paths, install)

    names = {jar.name for jar in lib.iterdir()}
    assert "flink-sql-connector-kafka-1.jar" in names
    assert "flink-sql-connector-kafka-0.jar" not in names
    assert {jar.name for jar in (FLINK_HOME / "lib").glob("*.jar")} <= names
    assert any(name.startswith("flink-python-") for name in names)
    assert all(jar.exists() for jar in lib.iterdir())
