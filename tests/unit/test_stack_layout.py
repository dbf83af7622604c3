import fcntl
import os

import pytest

from pipelines.stack import Stack, StackError, StackPaths
from pipelines.stack.layout import install_paths
from pipelines.stack.lock import stack_lock
from pipelines.stack.wait import wait_until


def test_the_home_comes_from_the_argument_then_the_environment_then_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TWINSTREAM_HOME", raising=False)
    assert StackPaths.at().root == tmp_path / ".twinstream"
    monkeypatch.setenv("TWINSTREAM_HOME", str(tmp_path / "env"))
    assert StackPaths.at().root == tmp_path / "env"
    assert StackPaths.at(tmp_path / "given").root == tmp_path / "given"


def test_a_home_with_a_blank_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(StackError, match="Choose another --home"):
        StackPaths.at(tmp_path / "my twins")


def test_all_that_is_missing_is_named_at_once(tmp_path):
    with pytest.raises(StackError, match=r"Kafka broker.*Kafka connector.*InfluxDB server.*make setup"):
        install_paths(tmp_path)


def test_addresses_before_the_first_up_name_the_remedy(tmp_path):
    with pytest.raises(StackError, match="Run `twinstream up`"):
        _ = Stack(tmp_path).bootstrap_servers


def test_an_unknown_process_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(StackError, match="There are: kafka, influxd, jobmanager, taskmanager, grafana"):
        Stack(tmp_path).process("zookeeper")


def test_purge_deletes_the_stack_and_nothing_else_in_its_home(tmp_path):
    stack = Stack(tmp_path)
    stack.paths.create()
    (tmp_path / "mine.txt").write_text("keep")
    stack.down(purge=True)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_a_second_up_waits_for_the_lock_and_names_its_holder(tmp_path):
    paths = StackPaths(tmp_path)
    # a second descriptor is a second holder, also in one process
    with (
        stack_lock(paths, timeout_s=1),
        pytest.raises(StackError, match=rf"pid {os.getpid()}"),
        stack_lock(paths, timeout_s=0.01),
    ):
        pytest.fail("two holders of one lock")


def test_the_lock_is_given_back(tmp_path):
    paths = StackPaths(tmp_path)
    with stack_lock(paths, timeout_s=1):
        pass
    with (paths.run / "lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_waiting_ends_at_the_deadline_and_says_what_for():
    now = [0.0]
    with pytest.raises(StackError, match="waited 3 s for the sun, in vain"):
        wait_until(lambda: False, 3, "the sun", clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + 1))
    assert now[0] == 3.0


def test_waiting_asks_once_more_after_the_deadline():
    now = [0.0]
    waited = wait_until(lambda: now[0] >= 100, 3, "x", clock=lambda: now[0], sleep=lambda _: now.__setitem__(0, 100.0))
    assert waited == 100.0
