"""A running twin job under an even load: what it puts out, how late, and how far it is behind.

All times are event times against this reader's clock. An observation's event time is when it was due to be sent, so
the sender's own delay counts; the reader looks every 2 ms.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import orjson
from confluent_kafka import Consumer, TopicPartition

from pipelines.connectors.closable import Closable
from pipelines.connectors.kafka_tail import METADATA_TIMEOUT_S, Consumed, KafkaTail
from schemas.alert import Transition
from schemas.topics import Topic, topic_name
from tests.bench.backlog_run import CHECK_EVERY_S
from tests.bench.bench_error import BenchError
from tests.bench.child import Child, child
from tests.bench.figures import lag_growth, sustained
from tests.bench.fleet import CALM, EXCURSION, WARM_UP, Fleet
from tests.bench.lab import Lab
from tests.bench.points_counter import PointsCounter, event_times_ms
from tests.bench.systems import BOTH_CORES
from tests.bench.twin_job import Checkpoint, FlinkRun, twin_job

POLL_S = 0.002
SAMPLE_EVERY_S = 0.1
LEAD_S = 2.0
"""Delays of observations that were due earlier in a run are left out: the sender is still connecting."""
SENT_EVERY = 5
"""Samples between two questions to the broker."""
SETTLE_S = 0.5
DRAIN_LIMIT_S = 40.0
"""From when the last observation was due until all have come out."""
WARM_TURNS = 2 * WARM_UP + CALM + EXCURSION
"""Observations of each twin beforehand: warm, and each has been away from its level once."""
WARM_LIMIT_S = 60.0


@dataclass(frozen=True)
class LiveFigures:
    """What one run gave.

    Attributes
    ----------
    lag
        Events that were due and not seen, by seconds since the begin.
    sender_lag
        Events that were due and not in the broker: what of the lag is the sender's own.
    """

    rate: float
    seconds: float
    alerts_ms: list[float]
    points_ms: list[float]
    lag: list[tuple[float, float]]
    sender_lag: list[tuple[float, float]]
    checkpoints: list[Checkpoint]

    @property
    def growth(self) -> float:
        """By how many events a second the lag grew in the second half."""
        return lag_growth(self.lag, 0.0, self.seconds)

    @property
    def sender_growth(self) -> float:
        """By how many events a second the sender fell behind."""
        return lag_growth(self.sender_lag, 0.0, self.seconds)

    @property
    def sustained(self) -> bool:
        """Whether the job kept up."""
        return sustained(self.rate, self.growth)


class LiveTwins:
    """A warm fleet in a running twin job."""

    def __init__(self, lab: Lab, fleet: Fleet, prefix: str, running: FlinkRun) -> None:
        self.lab = lab
        self.fleet = fleet
        self.prefix = prefix
        self.running = running
        self._next = 0
        self._runs = 0

    def warm(self) -> None:
        """Send each twin its first observations at once, and wait until all have come out."""
        count = WARM_TURNS * self.fleet.twins
        deadline = time.monotonic() + WARM_LIMIT_S
        with PointsCounter(self.lab.bootstrap_servers, self.prefix) as counter:
            arguments = [self.lab.bootstrap_servers, self.prefix, self.fleet.twins, self.fleet.sensors]
            with self._sender([*arguments, "backlog", count]):
                while counter.seen < count:
                    counter.count(SAMPLE_EVERY_S)
                    if time.monotonic() > deadline:
                        self.running.check_running()
                        raise BenchError(f"warming took more than {WARM_LIMIT_S:g} s: {counter.seen} of {count} events")
        self._next = count

    @contextmanager
    def sending(self, rate: float, seconds: float) -> Iterator[Child]:
        """Observations at an even rate, in a process of its own."""
        first, self._next = self._next, self._next + round(rate * seconds)
        arguments = [self.lab.bootstrap_servers, self.prefix, self.fleet.twins, self.fleet.sensors]
        with self._sender([*arguments, "live", rate, seconds, first]) as sender:
            yield sender

    def run(self, rate: float, seconds: float) -> LiveFigures:
        """Offer a rate for some time, and read until all has come out."""
        topics = [topic_name(topic, self.prefix) for topic in (Topic.ALERTS, Topic.POINTS)]
        began_ms = time.time_ns() // 1_000_000
        with (
            _Sent(self.lab.bootstrap_servers, topic_name(Topic.TELEMETRY, self.prefix)) as sent,
            KafkaTail(self.lab.bootstrap_servers, topics, from_beginning=False) as tail,
        ):
            tail.poll(SETTLE_S)  # the end of each topic is looked up before the first message of this run comes
            reader = _Reader(rate, seconds, sent)
            with self.sending(rate, seconds) as sender:
                self._read(tail, reader, sender)
        self.running.check_running()
        checkpoints = [made for made in self.running.checkpoints() if made.began_ms >= began_ms]
        alerts_ms, points_ms = reader.delays_ms(reader.alerts), reader.delays_ms(reader.points)
        return LiveFigures(rate, seconds, alerts_ms, points_ms, reader.lag, reader.sender_lag, checkpoints)

    def _read(self, tail: KafkaTail, reader: "_Reader", sender: Child) -> None:
        began = checked = sampled = time.monotonic()
        while reader.seen < reader.count:
            messages = tail.poll(POLL_S)
            reader.take(messages, time.time())
            now = time.monotonic()
            if now - sampled >= SAMPLE_EVERY_S:
                reader.sample(time.time())
                sampled = now
            if now - checked > CHECK_EVERY_S:
                self.running.check_running()
                _ = sender.finished  # raises if it has failed
                checked = now
            if now - began > reader.seconds + DRAIN_LIMIT_S:
                raise BenchError(
                    f"{reader.seen} of {reader.count} events at {reader.rate:.0f}/s came out within "
                    f"{reader.seconds + DRAIN_LIMIT_S:g} s"
                )

    @contextmanager
    def _sender(self, arguments: list[object]) -> Iterator[Child]:
        self._runs += 1
        log = self.lab.home / f"sender-{self.prefix}{self._runs}.log"
        with child(Path(sys.executable), "tests.bench.sender", arguments, log) as sender:
            yield sender


class _Sent(Closable):
    """How many messages a topic has got since this was made."""

    def __init__(self, bootstrap_servers: str, topic: str) -> None:
        self._consumer = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": "bench-sent"})
        found = self._consumer.list_topics(topic, timeout=METADATA_TIMEOUT_S).topics[topic]
        self._partitions = [TopicPartition(topic, number) for number in found.partitions]
        self._before = self._ends()

    def count(self) -> int:
        """Until now."""
        return self._ends() - self._before

    def close(self) -> None:
        self._consumer.close()

    def _ends(self) -> int:
        ends = (self._consumer.get_watermark_offsets(each, timeout=METADATA_TIMEOUT_S) for each in self._partitions)
        return sum(end for _, end in ends)


@dataclass
class _Reader:
    """Collects what one run puts out; alerts and points as event time and time of sight."""

    rate: float
    seconds: float
    sent: _Sent
    seen: int = 0
    began: float | None = None
    alerts: list[tuple[float, float]] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    lag: list[tuple[float, float]] = field(default_factory=list)
    sender_lag: list[tuple[float, float]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return round(self.rate * self.seconds)

    def take(self, messages: list[Consumed], now: float) -> None:
        for message in messages:
            if message.topic.endswith(Topic.ALERTS):
                self._take_alert(orjson.loads(message.value or b"{}"), now)
            else:
                times = event_times_ms(message.value or b"")
                self.seen += len(times)
                self.points += [(ts_ms / 1000, now) for ts_ms in times]
                if times:
                    self.began = min(self.began or now, min(times) / 1000)

    def delays_ms(self, seen: list[tuple[float, float]]) -> list[float]:
        """From event to sight, of those that were due after the lead."""
        first = (self.began or 0.0) + LEAD_S
        return [(now - ts) * 1000 for ts, now in seen if ts >= first]

    def sample(self, now: float) -> None:
        """How far behind it is now; before the first point there is nothing to compare with."""
        if self.began is not None:
            due = min(self.count, round((now - self.began) * self.rate))
            self.lag.append((now - self.began, due - self.seen))
            if len(self.lag) % SENT_EVERY == 0:
                self.sender_lag.append((now - self.began, due - self.sent.count()))

    def _take_alert(self, alert: dict[str, str], now: float) -> None:
        if alert.get("transition") == Transition.RAISED:
            self.alerts.append((datetime.fromisoformat(alert["ts"]).timestamp(), now))


@contextmanager
def live_twins(lab: Lab, fleet: Fleet, name: str) -> Iterator[LiveTwins]:
    """A warm fleet in a twin job of its own, on both cores."""
    prefix = lab.fresh_prefix(name)
    with twin_job(lab, fleet, prefix, parallelism=BOTH_CORES) as running:
        twins = LiveTwins(lab, fleet, prefix, running)
        twins.warm()
        yield twins
