import os
import signal
import subprocess
import sys

import pytest

from pipelines.stack import StackError, StackPaths
from pipelines.stack.process import RUN_ID_VARIABLE, ManagedProcess, ProcessRecord
from pipelines.stack.process_table import boot_id, session_members, start_ticks
from pipelines.stack.record import write_record
from pipelines.stack.wait import wait_until

RUN_ID = "0123456789abcdef"
SLEEP = (sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)",
)
# a child in the same session that does not end with its parent
WITH_WORKER = (
    sys.executable,
    "-c",
    "import subprocess, sys, time\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('ready', flush=True); time.sleep(600)",
)


@pytest.fixture
def paths(tmp_path):
    return StackPaths(tmp_path)


@pytest.fixture
def process(paths):
    process = ManagedProcess("sleeper", paths)
    yield process
    process.stop(timeout_s=0.1)


def start(process, command, tmp_path):
    pid = process.start(command, {"PATH": os.environ["PATH"], "SHOWN": "1"}, cwd=tmp_path, run_id=RUN_ID)
    wait_until(lambda: "ready" in process.log.read_text(), 20, "the process to speak")
    return pid


def members(pid):
    return session_members(pid, f"{RUN_ID_VARIABLE}={RUN_ID}")


def test_a_started_process_is_alive_for_every_reader_of_its_record(process, paths, tmp_path):
    pid = start(process, SLEEP, tmp_path)
    elsewhere = ManagedProcess("sleeper", paths)
    assert elsewhere.pid == pid
    assert elsewhere.alive()
    uptime = elsewhere.uptime_s()
    assert uptime is not None
    assert 0 <= uptime < 60


def test_it_gets_exactly_the_given_environment_and_its_mark(process, tmp_path, monkeypatch):
    monkeypatch.setenv("A_SECRET", "do not pass on")
    code = "import os; print('ready', dict(os.environ), flush=True); import time; time.sleep(600)"
    start(process, (sys.executable, "-c", code), tmp_path)
    told = process.log.read_text()
    assert "'SHOWN': '1'" in told
    assert RUN_ID in told
    assert "A_SECRET" not in told


def test_stop_ends_it_and_forgets_it(process, tmp_path):
    pid = start(process, SLEEP, tmp_path)
    assert process.stop(timeout_s=10)
    assert start_ticks(pid) is None
    assert process.record is None
    assert not process.stop(timeout_s=10)


def test_stop_kills_what_ignores_sigterm(process, tmp_path):
    pid = start(process, STUBBORN, tmp_path)
    assert process.stop(timeout_s=0.1)
    assert start_ticks(pid) is None


def test_a_killed_process_is_dead_though_nobody_has_asked_for_its_exit_status(process, paths, tmp_path):
    child = subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL, start_new_session=True)
    ticks = start_ticks(child.pid)
    assert ticks is not None
    record = ProcessRecord(pid=child.pid, start_ticks=ticks, boot_id=boot_id(), run_id=RUN_ID)
    write_record(paths.run / "sleeper.json", record)
    assert process.alive()

    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it is a zombie now, and stays one
    assert start_ticks(child.pid, include_zombies=True) == ticks

    assert not process.alive()
    child.wait()


@pytest.mark.parametrize("change", [{"start_ticks": 1}, {"boot_id": "another boot"}])
def test_a_recycled_pid_is_not_taken_for_ours_and_not_killed(process, paths, change):
    foreign = subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        truth = {"pid": foreign.pid, "start_ticks": start_ticks(foreign.pid), "boot_id": boot_id(), "run_id": RUN_ID}
        write_record(paths.run / "sleeper.json", ProcessRecord.model_validate({**truth, **change}))
        assert not process.alive()
        assert not process.stop(timeout_s=0.1)
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_workers_of_a_killed_process_are_ended_by_stop(process, tmp_path):
    pid = start(process, WITH_WORKER, tmp_path)
    assert len(members(pid)) == 2
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not process.alive(), 10, "its death")
    assert len(members(pid)) == 1, "the worker lives on, else this test proves nothing"

    process.stop(timeout_s=1)

    assert members(pid) == []


def test_workers_of_a_killed_process_are_ended_before_it_is_started_again(process, tmp_path):
    pid = start(process, WITH_WORKER, tmp_path)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not process.alive(), 10, "its death")

    start(process, SLEEP, tmp_path)

    assert members(pid) == []


def test_a_process_in_the_session_without_our_mark_is_spared(process, paths, tmp_path):
    pid = start(process, WITH_WORKER, tmp_path)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not process.alive(), 10, "its death")
    record = process.record
    assert record is not None
    write_record(paths.run / "sleeper.json", record.model_copy(update={"run_id": "another run"}))

    assert process.end_leftovers() == []

    assert len(members(pid)) == 1
    write_record(paths.run / "sleeper.json", record)


def test_a_second_start_is_refused(process, tmp_path):
    start(process, SLEEP, tmp_path)
    with pytest.raises(StackError, match="sleeper is running already"):
        start(process, SLEEP, tmp_path)


def test_a_missing_program_is_named_with_the_remedy(process, tmp_path):
    with pytest.raises(StackError, match=r"sleeper: can't execute /no/such/program.*make setup"):
        process.start(("/no/such/program",), {}, cwd=tmp_path, run_id=RUN_ID)
