"""The stack that a benchmark brings up for itself: free ports, a temporary home, gone at the end."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from pipelines.connectors.kafka_admin import ensure_topics
from pipelines.stack import Stack
from pipelines.stack.ports import WELL_KNOWN, free_port
from pipelines.stack.wait import wait_until
from tests.bench.bench_error import BenchError
from tests.bench.consumption import descendants
from tests.bench.progress import Progress

ROOT = Path(__file__).parents[2]
WORKERS_END_S = 30.0
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"


class Lab:
    """A stack of its own. Use it as a context manager: leaving it ends what it started and deletes its data."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.home = Path(tempfile.mkdtemp(prefix="twinstream-bench-"))
        self.stack = Stack(self.home / "stack")
        self._prefixes = 0

    def __enter__(self) -> Self:
        ports: dict[str, int] = {}
        for name, preferred in WELL_KNOWN.items():
            # never the well-known ports themselves: a stack that is in use may start there at any moment
            ports[name] = free_port(preferred + 10_000, taken=ports.values())
        try:
            self.stack.up(ports=ports)
        except BaseException:
            self._end()
            raise
        self.progress.tell(f"stack of its own is up in {self.home}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def bootstrap_servers(self) -> str:
        """The broker."""
        return self.stack.bootstrap_servers

    def process_id(self, name: str) -> int:
        """Of one process of the stack."""
        pid = self.stack.process(name).pid
        if pid is None:
            raise BenchError(f"{name} has ended; its log was {self.stack.process(name).log}")
        return pid

    def fresh_prefix(self, name: str) -> str:
        """Topics that nobody has used, all made, behind a prefix."""
        self._prefixes += 1
        prefix = f"{name}-{self._prefixes}."
        ensure_topics(self.bootstrap_servers, prefix)
        return prefix

    def ensure_up(self) -> None:
        """Bring back a TaskManager that died when the last job was cancelled (Beam's Python runner sometimes does)."""
        if not self.stack.process("taskmanager").alive():
            self.progress.tell("  the TaskManager died at the end of the last job; it is started again")
            self.stack.up()

    def await_workers_gone(self) -> None:
        """Wait until the cancelled jobs' Python workers have ended: they must not disturb what comes next."""

        def gone() -> bool:
            pid = self.stack.process("taskmanager").pid
            return pid is None or self.jobs_running or not descendants(pid)

        wait_until(gone, WORKERS_END_S, "the Python workers of a cancelled job to end")

    @property
    def jobs_running(self) -> bool:
        """Whether a job shall run here now."""
        return bool(self.stack.jobs.desired())

    @contextmanager
    def directory(self, name: str) -> Iterator[Path]:
        """An empty directory that is deleted afterwards."""
        path = self.home / name
        path.mkdir(parents=True)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def _end(self) -> None:
        self.stack.down(purge=True)
        shutil.rmtree(self.home, ignore_errors=True)
