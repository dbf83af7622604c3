"""The step in Bytewax: live twins in the memory of one worker, snapshots in its recovery store (SQLite).

usage: .venv-peers/bin/python -m tests.bench.bytewax_flow BOOTSTRAP PREFIX TWINS SENSORS RECOVERY_DIR

Runs until it is killed. With a RECOVERY_DIR that a former run left, it goes on from that run's last snapshot; what
that run had put out since then comes out again (Bytewax's Kafka sink is at-least-once).
"""

import sys
from datetime import timedelta
from pathlib import Path

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from pipelines.twin.codec import decode_runtime, encode_runtime
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.points_record import points_records
from schemas.topics import Topic, topic_name
from tests.bench.fleet import Fleet
from tests.bench.same_step import advance, fresh, observed

BATCH = 1_000
"""Messages in one poll of a partition; as many as Bytewax advises for throughput."""
EPOCH = timedelta(seconds=5)
"""Between two snapshots: each holds the twins that have had a message since the one before."""


class Twin(StatefulBatchLogic[Message, KafkaSinkMessage, bytes]):
    """One twin; Bytewax calls it with all messages of the twin that came in one poll."""

    def __init__(self, fleet: Fleet, prefix: str, resumed: bytes | None) -> None:
        self._fleet = fleet
        self._prefix = prefix
        # Without a snapshot the first message makes it: until then the twin's id isn't known here.
        self._runtime = None if resumed is None else decode_runtime(resumed)

    def on_batch(self, values: list[Message]) -> tuple[list[KafkaSinkMessage], bool]:
        outputs = Outputs()
        if self._runtime is None:
            self._runtime = fresh(self._fleet, values[0].key.decode())
        for message in values:
            advance(self._runtime, message, outputs)
        last = values[-1]
        packed = points_records(outputs.points, "0", last.id, last.received_ms * 1_000_000)
        sent = [
            KafkaSinkMessage(
                key=None if record.key is None else record.key.encode(),
                value=record.value,
                topic=topic_name(record.topic, self._prefix),
            )
            for record in (*outputs.records, *packed)
        ]
        return sent, StatefulBatchLogic.RETAIN

    def snapshot(self) -> bytes:
        return encode_runtime(self._runtime)


def keyed(batch: list[KafkaSourceMessage]) -> list[tuple[str, Message]]:
    return [
        (taken.key.decode(), observed(taken.key, taken.value, taken.partition, taken.offset, taken.timestamp[1]))
        for taken in batch
    ]


def dataflow(bootstrap_servers: str, prefix: str, fleet: Fleet) -> Dataflow:
    flow = Dataflow("bench")
    source = KafkaSource([bootstrap_servers], [topic_name(Topic.TELEMETRY, prefix)], batch_size=BATCH)
    # topic None: each message names its own.
    sink = KafkaSink([bootstrap_servers], None, add_config={"linger.ms": "5", "compression.type": "lz4"})
    taken = op.input("telemetry", flow, source)
    messages = op.flat_map_batch("keyed", taken, keyed)
    sent = op.stateful_batch("twins", messages, lambda resumed: Twin(fleet, prefix, resumed))
    op.output("sent", op.key_rm("unkeyed", sent), sink)
    return flow


def recovery(directory: Path) -> RecoveryConfig:
    directory.mkdir(parents=True, exist_ok=True)
    if not any(directory.iterdir()):
        init_db_dir(directory, 1)  # one worker writes them
    # Nobody copies the store elsewhere, so a snapshot may go as soon as a newer one replaces it.
    return RecoveryConfig(directory, backup_interval=timedelta(0))


def main(bootstrap_servers: str, prefix: str, fleet: Fleet, recovery_dir: Path) -> None:
    cli_main(
        dataflow(bootstrap_servers, prefix, fleet),
        workers_per_process=1,
        epoch_interval=EPOCH,
        recovery_config=recovery(recovery_dir),
    )


if __name__ == "__main__":
    bootstrap, prefix, twins, sensors, recovery_dir = sys.argv[1:]
    main(bootstrap, prefix, Fleet(int(twins), int(sensors)), Path(recovery_dir))
