"""One `up` or `down` at a time for each stack."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.stack.errors import StackError
from pipelines.stack.layout import StackPaths
from pipelines.stack.wait import wait_until


@contextmanager
def stack_lock(paths: StackPaths, timeout_s: float) -> Iterator[None]:
    """Hold the stack's lock; waits up to `timeout_s` seconds for another holder.

    The kernel gives the lock back when its holder dies, so it is never stale.

    Raises:
        StackError: if another process keeps it too long; names that process.
    """
    paths.run.mkdir(parents=True, exist_ok=True)
    file = paths.run / "lock"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            wait_until(lambda: _try_lock(descriptor), timeout_s, f"the lock {file}")
        except StackError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip() or "unknown"
            raise StackError(
                f"Another `twinstream up` or `down` (pid {holder}) works on {paths.root} and has held {file} for "
                f"{timeout_s:g} s. Wait for it, or end that process."
            ) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
