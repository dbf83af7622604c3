"""The stack after `kill -9`: `up` brings back what died, where it was, and touches nothing else."""

import os
import signal

import pytest

from pipelines.connectors.kafka_admin import broker_ready, ensure_topics
from pipelines.stack import Stack
from pipelines.stack.process_table import start_ticks
from pipelines.stack.wait import wait_until

pytestmark = pytest.mark.stack

PROCESSES = ("kafka", "influxd", "jobmanager", "taskmanager")


def pids(stack: Stack) -> dict[str, int | None]:
    return {name: stack.process(name).pid for name in PROCESSES}


@pytest.mark.parametrize("victim", PROCESSES)
def test_a_killed_process_comes_back_on_the_same_ports(stack: Stack, victim: str) -> None:
    ports_before, before = stack.ports, pids(stack)
    pid = before[victim]
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: start_ticks(pid) is None, 10, f"the death of {victim}")
    assert stack.process(victim).pid is None
    assert not stack.status().healthy

    stack.up()

    after = pids(stack)
    assert after[victim] not in (None, pid)
    assert stack.ports == ports_before
    # a TaskManager is renewed with its JobManager; all else is left alone
    renewed = {victim, "taskmanager"} if victim == "jobmanager" else {victim}
    assert {name for name in PROCESSES if after[name] != before[name]} == renewed
    # a job that the death has failed is restarted by Flink, which takes some seconds
    wait_until(lambda: stack.status().healthy, 60, f"every job to run again after the death of {victim}")
    assert broker_ready(stack.bootstrap_servers)
    assert ensure_topics(stack.bootstrap_servers) == [], "the topics were lost"


def test_up_on_a_running_stack_changes_nothing(stack: Stack) -> None:
    before, messages = pids(stack), []
    tokens = {file.name: file.read_text() for file in stack.paths.secrets.iterdir()}

    stack.up(messages.append)

    assert pids(stack) == before
    assert {file.name: file.read_text() for file in stack.paths.secrets.iterdir()} == tokens
    assert not any("starting" in message or "created" in message for message in messages)


def test_lost_scoped_tokens_are_made_anew(stack: Stack) -> None:
    token_file = stack.paths.secrets / "influx-write-token"
    old = token_file.read_text()
    token_file.unlink()  # as if a crash came between the server's answer and our file

    stack.up()

    assert token_file.read_text() not in ("", old)
    assert token_file.stat().st_mode & 0o777 == 0o600
