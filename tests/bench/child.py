"""A program that the benchmark starts and ends by its process id."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.bench_error import BenchError
from tests.bench.lab import ROOT

_END_S = 10.0


class Child:
    """One running program; its output is in a log file."""

    def __init__(self, process: subprocess.Popen[bytes], name: str, log: Path) -> None:
        self._process = process
        self._name = name
        self._log = log

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def finished(self) -> bool:
        """Whether it has ended well; raises if it has ended badly."""
        if self._process.poll() is None:
            return False
        if self._process.returncode != 0:
            self.fail(f"ended with code {self._process.returncode}")
        return True

    def check_running(self) -> None:
        """Raise if it has ended: it should run until it is told to end."""
        if self.finished:
            self.fail("ended by itself")

    def fail(self, why: str) -> None:
        """Raise with the end of its output."""
        text = self._log.read_text(encoding="utf-8", errors="replace").strip()
        raise BenchError(f"{self._name} {why}. The end of its output:\n" + "\n".join(text.splitlines()[-15:]))


@contextmanager
def child(python: Path, module: str, arguments: Sequence[object], log: Path) -> Iterator[Child]:
    """Run a module of the checkout until the block is left."""
    command = [str(python), "-m", module, *(str(argument) for argument in arguments)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Child(process, module.rpartition(".")[2], log)
    finally:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
