"""Waiting for a condition with a deadline."""

import time
from collections.abc import Callable

from pipelines.stack.errors import StackError


def wait_until(
    predicate: Callable[[], bool],
    timeout_s: float,
    what: str,
    *,
    interval_s: float = 0.2,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> float:
    """Return the seconds it took until `predicate()` was true.

    `what` completes the sentence "waited N s for ...". The predicate is asked at least once, and once more
    after the deadline, so that a slow machine does not fail a condition that has come true.

    Raises:
        StackError: if the condition is still false after `timeout_s` seconds.

    >>> wait_until(lambda: True, timeout_s=1, what="nothing", clock=lambda: 0.0)
    0.0
    """
    start = clock()
    while True:
        late = clock() - start >= timeout_s
        if predicate():
            return clock() - start
        if late:
            raise StackError(f"waited {timeout_s:g} s for {what}, in vain")
        sleep(interval_s)
