"""Sends a fleet's observations: all at once as a backlog, or evenly at a rate.

usage: python -m tests.bench.sender BOOTSTRAP PREFIX TWINS SENSORS backlog COUNT
       python -m tests.bench.sender BOOTSTRAP PREFIX TWINS SENSORS live RATE SECONDS [FIRST]
"""

import sys
import time

from pipelines.connectors.kafka_publisher import KafkaPublisher
from schemas.topics import Topic, topic_name
from tests.bench.fleet import Fleet

BACKLOG_RATE = 2_000.0
"""How far apart the event times of a backlog are, in observations a second."""


def send_backlog(publisher: KafkaPublisher, topic: str, fleet: Fleet, count: int) -> None:
    for key, value in fleet.backlog(count, BACKLOG_RATE, time.time_ns() // 1_000_000):
        publisher.send(topic, key, value)
    publisher.flush()


def send_live(publisher: KafkaPublisher, topic: str, fleet: Fleet, rate: float, seconds: float, first: int) -> None:
    """Each observation carries the time at which it was due, so that a sender's own delay counts as delay."""
    begin, count = time.time(), round(rate * seconds)
    for number in range(count):
        due = begin + number / rate
        while (ahead := due - time.time()) > 0:
            time.sleep(min(ahead, 0.002))
        publisher.send(topic, *fleet.observation(first + number, round(due * 1000)))
    publisher.flush()


def main(arguments: list[str]) -> None:
    bootstrap_servers, prefix, twins, sensors, mode, *rest = arguments
    fleet, topic = Fleet(int(twins), int(sensors)), topic_name(Topic.TELEMETRY, prefix)
    with KafkaPublisher(bootstrap_servers) as publisher:
        if mode == "backlog":
            send_backlog(publisher, topic, fleet, int(rest[0]))
        else:
            first = int(rest[2]) if rest[2:] else 0
            send_live(publisher, topic, fleet, float(rest[0]), float(rest[1]), first)


if __name__ == "__main__":
    main(sys.argv[1:])
