"""The product's own step, as each system under test calls it."""

from pipelines.twin.compiled import compile_definition
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.runtime import Runtime
from pipelines.twin.step import step
from pipelines.twin.telemetry import parse_object
from schemas.topics import Topic
from tests.bench.fleet import Fleet


def fresh(fleet: Fleet, twin_id: str) -> Runtime:
    """A twin of the fleet that has seen nothing yet."""
    return Runtime.fresh(compile_definition(fleet.definition(twin_id)))


def observed(key: bytes, value: bytes, partition: int, offset: int, received_ms: int) -> Message:
    """A message of telemetry as a Kafka client hands it over."""
    return Message(Topic.TELEMETRY, key, value, partition, offset, received_ms)


def advance(runtime: Runtime, message: Message, outputs: Outputs) -> None:
    """One observation: decoded, checked, scored, learned; points and alerts go into `outputs`."""
    step(runtime, message, parse_object(message.value), outputs)
