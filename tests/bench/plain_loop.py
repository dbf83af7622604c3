"""The step in a plain consumer loop, with nothing that survives a crash: what the hardware gives one process.

usage: python -m tests.bench.plain_loop BOOTSTRAP PREFIX TWINS SENSORS
"""

import sys

from confluent_kafka import Consumer, Producer

from pipelines.twin.outputs import Outputs
from pipelines.twin.points_record import points_records
from pipelines.twin.runtime import Runtime
from schemas.topics import Topic, topic_name
from tests.bench.fleet import Fleet
from tests.bench.same_step import advance, fresh, observed

BATCH = 1_000


def main(bootstrap_servers: str, prefix: str, fleet: Fleet) -> None:
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap_servers,
            "group.id": f"{prefix}plain-loop",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": True,
        }
    )
    consumer.subscribe([topic_name(Topic.TELEMETRY, prefix)])
    producer = Producer({"bootstrap.servers": bootstrap_servers, "linger.ms": 5, "compression.type": "lz4"})
    live: dict[bytes, Runtime] = {}
    while True:
        outputs = Outputs()
        consumed = consumer.consume(BATCH, 0.05)
        for taken in consumed:
            key = taken.key()
            runtime = live.get(key)
            if runtime is None:
                runtime = live[key] = fresh(fleet, key.decode())
            message = observed(key, taken.value(), taken.partition(), taken.offset(), taken.timestamp()[1])
            advance(runtime, message, outputs)
        if consumed:
            packed = points_records(outputs.points, "0", message.id, message.received_ms * 1_000_000)
            for record in (*outputs.records, *packed):
                key = None if record.key is None else record.key.encode()
                _produce(producer, topic_name(record.topic, prefix), key, record.value)
        producer.poll(0)


def _produce(producer: Producer, topic: str, key: bytes | None, value: bytes | None) -> None:
    while True:
        try:
            producer.produce(topic, key=key, value=value)
            return
        except BufferError:
            producer.poll(0.1)


if __name__ == "__main__":
    bootstrap, prefix, twins, sensors = sys.argv[1:]
    main(bootstrap, prefix, Fleet(int(twins), int(sensors)))
