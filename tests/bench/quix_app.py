"""The step in Quix Streams: twins as bytes in its state store (RocksDB and a changelog topic), one message at a time.

usage: .venv-peers/bin/python -m tests.bench.quix_app BOOTSTRAP PREFIX TWINS SENSORS STATE_DIR STORED

STORED tells how a twin rests between two of its messages: `pickled` (what a user of Quix Streams does with a model of
River) or `encoded` (the product's own form of checkpointed state).

Runs until it is killed, and then goes on from its last checkpoint: the store is written there only, every 5 s by
default; until then the bytes are kept in memory. Processing is at-least-once, as by default.
"""

import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quixstreams import Application, State, message_context
from quixstreams.models import Serializer

from pipelines.twin.codec import decode_runtime, encode_runtime
from pipelines.twin.outputs import Outputs
from pipelines.twin.points_record import points_records
from pipelines.twin.record import Record
from pipelines.twin.runtime import Runtime
from schemas.topics import Topic, topic_name
from tests.bench.fleet import Fleet
from tests.bench.same_step import advance, fresh, observed


@dataclass(frozen=True)
class Form:
    """How a twin becomes bytes and comes back."""

    dumps: Callable[[Runtime], bytes]
    loads: Callable[[bytes], Runtime]


FORMS = {
    "pickled": Form(pickle.dumps, pickle.loads),
    "encoded": Form(encode_runtime, decode_runtime),
}


class Body(Serializer):
    """Sends a record's body as it is."""

    def __call__(self, value: Record, ctx: Any) -> bytes | None:
        return value.value


def stepped(fleet: Fleet, form: Form) -> Callable[[bytes, bytes, int, Any, State], list[Record]]:
    """The function that Quix Streams calls with each message and the state of its key."""

    def on_message(value: bytes, key: bytes, received_ms: int, headers: Any, state: State) -> list[Record]:
        stored = state.get_bytes("runtime")
        runtime = fresh(fleet, key.decode()) if stored is None else form.loads(stored)
        place = message_context()
        message = observed(key, value, place.partition, place.offset, received_ms)
        outputs = Outputs()
        advance(runtime, message, outputs)
        state.set_bytes("runtime", form.dumps(runtime))
        packed = points_records(outputs.points, "0", message.id, received_ms * 1_000_000)
        return [*outputs.records, *packed]

    return on_message


def main(bootstrap_servers: str, prefix: str, fleet: Fleet, state_dir: Path, stored: str) -> None:
    app = Application(
        bootstrap_servers,
        # The group names the changelog topic, too: one form must not meet the other's bytes.
        consumer_group=f"{prefix}quix-{stored}",
        auto_offset_reset="earliest",
        producer_extra_config={"linger.ms": 5, "compression.type": "lz4"},
        state_dir=state_dir,
        loglevel="WARNING",
    )
    telemetry = app.topic(topic_name(Topic.TELEMETRY, prefix), value_deserializer="bytes")
    outgoing = {
        topic: app.topic(topic_name(topic, prefix), value_serializer=Body())
        for topic in (Topic.POINTS, Topic.STATE, Topic.ALERTS, Topic.MODELS, Topic.DEADLETTER)
    }
    records = app.dataframe(telemetry).apply(stepped(fleet, FORMS[stored]), stateful=True, metadata=True, expand=True)
    records.to_topic(
        lambda record, *_: outgoing[record.topic],
        key=lambda record: None if record.key is None else record.key.encode(),
    )
    app.run()


if __name__ == "__main__":
    bootstrap, prefix, twins, sensors, state_dir, stored = sys.argv[1:]
    main(bootstrap, prefix, Fleet(int(twins), int(sensors)), Path(state_dir), stored)
