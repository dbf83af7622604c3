"""Fixtures that several kinds of tests share."""

from collections.abc import Iterator

import pytest

from pipelines.stack import Stack
from pipelines.stack.ports import WELL_KNOWN, free_port


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running local stack on free ports; a test may kill its processes, but must bring them back by `up`."""
    stack = Stack(tmp_path_factory.mktemp("stack"))
    ports: dict[str, int] = {}
    for name, preferred in WELL_KNOWN.items():
        # never the well-known ports themselves: a stack that is in use may start there at any moment
        ports[name] = free_port(preferred + 10_000, taken=ports.values())
    try:
        stack.up(ports=ports)
        yield stack
    finally:
        stack.down(purge=True)
