"""The systems that run the step: how each is started, and what it promises."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from tests.bench.child import Child, child
from tests.bench.fleet import Fleet
from tests.bench.lab import PEERS_PYTHON, Lab
from tests.bench.twin_job import FlinkRun, twin_job

Running = Child | FlinkRun

BOTH_CORES = 2
"""The parallelism that uses the machine; the others are one process each, as their own documents start them."""


class System(Protocol):
    """One of them."""

    @property
    def name(self) -> str:
        """As it stands in the report."""

    @property
    def needs_definitions(self) -> bool:
        """Whether it takes the twins' definitions from their topic: then it runs before observations are sent."""

    def started(self, lab: Lab, fleet: Fleet, prefix: str) -> AbstractContextManager[Running]:
        """It runs until the block is left."""


@dataclass(frozen=True)
class Twinstream:
    """The product's twin job, on both cores of the machine if nothing else is said."""

    parallelism: int = BOTH_CORES
    needs_definitions: bool = True

    @property
    def name(self) -> str:
        """With its parallelism, which is all that is varied."""
        return "twinstream" if self.parallelism == BOTH_CORES else f"twinstream, parallelism {self.parallelism}"

    def started(self, lab: Lab, fleet: Fleet, prefix: str) -> AbstractContextManager[FlinkRun]:
        """See `System`."""
        return twin_job(lab, fleet, prefix, self.parallelism)


@dataclass(frozen=True)
class Peer:
    """A program of `.venv-peers`; with `stateful` it gets a directory for its store."""

    name: str
    module: str
    stateful: bool = False
    options: tuple[str, ...] = ()
    needs_definitions: bool = False

    @contextmanager
    def started(self, lab: Lab, fleet: Fleet, prefix: str) -> Iterator[Child]:
        """See `System`."""
        with lab.directory(f"peer-{prefix}") as directory:
            store = [directory / "store"] if self.stateful else []
            arguments = [lab.bootstrap_servers, prefix, fleet.twins, fleet.sensors, *store, *self.options]
            with child(PEERS_PYTHON, f"tests.bench.{self.module}", arguments, directory / "output.log") as running:
                yield running


TWINSTREAM = Twinstream()
TWINSTREAM_1 = Twinstream(parallelism=1)
PLAIN_LOOP = Peer("plain loop", "plain_loop")
BYTEWAX = Peer("Bytewax", "bytewax_flow", stateful=True)
QUIX_PICKLED = Peer("Quix Streams, pickled", "quix_app", stateful=True, options=("pickled",))
QUIX_ENCODED = Peer("Quix Streams, encoded", "quix_app", stateful=True, options=("encoded",))

PROMISES = {
    TWINSTREAM.name: (
        "checkpoint every 10 s, kept over a crash; state exactly once, output at least once (the default); "
        "a transactional output can be chosen"
    ),
    TWINSTREAM_1.name: "the same",
    PLAIN_LOOP.name: "nothing: twins are gone with the process",
    BYTEWAX.name: "snapshot every 5 s (recovery store in SQLite), at least once; its Kafka sink flushes each write",
    QUIX_PICKLED.name: "commit every 5 s (RocksDB and a changelog topic), at least once; the model is pickled",
    QUIX_ENCODED.name: "the same, but with twinstream's own compact encoding in its store",
}
