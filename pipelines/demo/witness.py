"""Independent witnesses of what went through: offsets in Kafka, counters and points in InfluxDB, dead letters."""

from collections.abc import Sequence

from pipelines.connectors.influx_reader import InfluxReader
from pipelines.connectors.kafka_tail import KafkaTail
from pipelines.stack import Stack
from pipelines.stack.wait import wait_until
from schemas.deadletter import DeadLetter
from schemas.influx import BUCKET, ORG
from schemas.topics import Topic, topic_name

DRAIN_TIMEOUT_S = 120.0


class Witness:
    """Counts of a stack, each from its own source."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._prefix = stack.settings.topic_prefix

    def reader(self) -> InfluxReader:
        """InfluxDB, with the token that may only read."""
        token = self._stack.paths.influx_read_token.read_text(encoding="utf-8").strip()
        return InfluxReader(self._stack.influx_url, ORG, BUCKET, token)

    def produced(self) -> int:
        """Telemetry messages that Kafka has taken."""
        with self._tail(Topic.TELEMETRY, from_beginning=False) as tail:
            return sum(tail.end_offsets().values())

    def totals(self, twin_ids: Sequence[str] | None = None) -> dict[str, int]:
        """Counters added up, of these twins or of all that was read; empty as long as there are none."""
        with self.reader() as reader:
            return reader.pipeline_totals(twin_ids)

    def observations(self, twin_ids: Sequence[str]) -> int:
        """Observations of these twins in InfluxDB, each sensor and event time once."""
        with self.reader() as reader:
            return reader.observations(twin_ids)

    def dead_letters(self) -> int:
        """Rejected observations on the dead-letter topic; a letter repeated after a restart has the same id."""
        letters: dict[bytes, int] = {}
        with self._tail(Topic.DEADLETTER, from_beginning=True) as tail:
            for message in tail.until_end(DRAIN_TIMEOUT_S):
                letter = DeadLetter.model_validate_json(message.value or b"")
                if letter.topic == Topic.TELEMETRY:
                    letters[dict(message.headers)["ce_id"]] = max(1, len(letter.sensors))
        return sum(letters.values())

    def await_drained(self) -> None:
        """Wait until the counters in InfluxDB have caught up with Kafka.

        Raises
        ------
        StackError
            If they have not within two minutes.
        """
        produced = self.produced()
        wait_until(
            lambda: self.totals().get("messages", 0) >= produced,
            DRAIN_TIMEOUT_S,
            f"all {produced} messages to be counted in InfluxDB (are both jobs running? twinstream status)",
            interval_s=0.5,
        )

    def _tail(self, topic: Topic, *, from_beginning: bool) -> KafkaTail:
        name = topic_name(topic, self._prefix)
        return KafkaTail(self._stack.bootstrap_servers, [name], from_beginning=from_beginning)
