"""The README's commands, in its order, as a newcomer types them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.simulation.gearbox import write_csv
from pipelines.stack.job_settings import JobName, start_job

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
RUN_BY_CI = {"make demo DEMO_SECONDS=90", "make test", "make setup", "source .venv/bin/activate"}
"""`make` cannot run inside itself: CI runs these (`.ci/run`); the demo has a test of its own."""


def commands(file: Path) -> list[str]:
    blocks = BLOCK.findall(file.read_text(encoding="utf-8"))
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_every_documented_command_is_run_by_a_test() -> None:
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    documented = {command for file in documents for command in commands(file)}
    run_here = {command for command in commands(ROOT / "README.md") if command.startswith("twinstream ")}
    assert documented - run_here - RUN_BY_CI == set()


@pytest.mark.stack
def test_the_commands_for_ones_own_data(pipeline, twinstream, tmp_path: Path) -> None:
    stack = pipeline.stack
    for job in JobName:
        stack.jobs.cancel(job)
    write_csv(tmp_path / "machine.csv", 300, 1, start=datetime(2024, 1, 1, tzinfo=UTC))
    try:
        for command in commands(ROOT / "README.md"):
            if not command.startswith("twinstream "):
                continue
            twinstream(*command.split()[1:])
        assert not stack.status().healthy, "down ended nothing"
    finally:
        stack.up()
        for job in set(JobName) - {record.name for record in stack.jobs.desired()}:
            start_job(stack, job)
    pipeline.witness.await_drained()
    assert len(pipeline.field("observation", "value", "machine")) == 300
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8").count("\n") == 301
