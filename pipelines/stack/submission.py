"""Handing one Python job to the cluster with Flink's own command-line client."""

import re
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pipelines.stack.errors import StackError
from pipelines.stack.flink import flink_environment, temporary_directory
from pipelines.stack.layout import InstallPaths, StackPaths

_SUBMITTED = re.compile(r"Job has been submitted with JobID ([0-9a-f]{32})")
_JAVA_FRAME = re.compile(r"\s*(at [\w.$/]+\(|\.\.\. \d+ more)")
_TIMEOUT_S = 180.0
# The client is short-lived: a small heap, and no time spent on optimising its code.
_CLIENT_JVM = "-Xmx512m -XX:TieredStopAtLevel=1"


def new_job_id() -> str:
    """A job id in Flink's notation, chosen by us.

    It is recorded before the submission, so that a job can't run unknown to us if we die in between.
    """
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Submission:
    """What is submitted: `python -m MODULE --settings FILE` as the job `job_id`, from a checkpoint or from nothing."""

    job_id: str
    module: str
    settings_path: Path
    restore_from: Path | None = None

    def command(self, flink_home: Path, rest_address: str) -> list[str]:
        """The command line of Flink's client."""
        restore = ["-s", self.restore_from.as_uri()] if self.restore_from else []
        python = ["-pyexec", sys.executable, "-pyclientexec", sys.executable]
        # -pym wants -pyfs beside it, though the package is installed where the workers run: the settings file
        # is the smallest thing to give it
        settings = str(self.settings_path)
        program = ["-pym", self.module, "-pyfs", settings, "--settings", settings]
        fixed_id = f"-D$internal.pipeline.job-id={self.job_id}"
        return [
            str(flink_home / "bin" / "flink"),
            "run",
            "-d",
            "-m",
            rest_address,
            fixed_id,
            *restore,
            *python,
            *program,
        ]


def submit(submission: Submission, paths: StackPaths, install: InstallPaths, rest_address: str) -> None:
    """Hand a job to the cluster and wait until it is accepted.

    Raises:
        StackError: if the client fails or takes more than three minutes; the text has the end of its output.
    """
    module, job_id = submission.module, submission.job_id
    temporary = temporary_directory(paths, "client")
    temporary.mkdir(parents=True, exist_ok=True)
    jvm = f"{_CLIENT_JVM} -Djava.io.tmpdir={temporary}"
    environment = {**flink_environment(paths, "client"), "JVM_ARGS": jvm}
    try:
        done = subprocess.run(
            submission.command(install.flink_home, rest_address),
            env=environment,
            cwd=paths.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(
            f"Submitting {module} to Flink at {rest_address} took more than {_TIMEOUT_S:g} s and was given up. "
            "See `twinstream logs jobmanager`."
        ) from error
    found = _SUBMITTED.search(done.stdout)
    if done.returncode != 0 or found is None:
        raise StackError(
            f"Flink refused the job {module} with {submission.settings_path} (exit code {done.returncode}). "
            f"The end of its client's output:\n{_tail(done.stdout)}"
        )
    if found[1] != job_id:
        raise StackError(
            f"Flink runs the job {module} as {found[1]} and not as {job_id} as told; cancel it in the web interface "
            f"at http://{rest_address} and report this version of Flink."
        )


def _tail(output: str, count: int = 40) -> str:
    """The last lines without Java's stack frames, which would leave no room for the causes between them."""
    telling = [line for line in output.splitlines() if not _JAVA_FRAME.match(line)]
    return "\n".join(f"  {line}" for line in telling[-count:])
