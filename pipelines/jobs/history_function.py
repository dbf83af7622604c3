"""The one Python operator of the history job: a batch of points into InfluxDB."""

from collections.abc import Iterator

from pyflink.common import Row
from pyflink.datastream import FlatMapFunction, RuntimeContext

from pipelines.connectors.influx_writer import InfluxWriter, RefusedLine
from pipelines.jobs.record_row import record_row
from pipelines.jobs.settings import HistoryJobSettings
from pipelines.twin.deadletter import dead_letter
from pipelines.twin.message import Message
from pipelines.twin.rejection import Reason, Rejected
from schemas.topics import Topic


class HistoryFunction(FlatMapFunction):  # type: ignore[misc]  # untyped base
    """Writes what the JVM gathered and returns when it is stored, so a checkpoint covers only stored points.

    An input row holds one list of rows (value, partition, offset, broker time in ms). What InfluxDB refuses comes
    out as dead letters.
    """

    def __init__(self, settings: HistoryJobSettings) -> None:
        self._settings = settings

    def open(self, runtime_context: RuntimeContext) -> None:
        """Called once in each worker; the token is read here and is part of no job graph."""
        del runtime_context
        settings = self._settings
        token = settings.influx_token_file.read_text(encoding="utf-8").strip()
        self._writer = InfluxWriter.connect(settings.influx_url, settings.influx_org, settings.influx_bucket, token)

    def flat_map(self, value: Row) -> Iterator[Row]:
        """Write one batch."""
        messages = [
            Message(Topic.POINTS, None, bytes(body), partition, offset, received_ms)
            for body, partition, offset, received_ms in value[0]
            if body is not None
        ]
        lines = [line for message in messages for line in _lines(message)]
        refused = {refusal.line: refusal for refusal in self._writer.write(lines)}
        for message in messages if refused else ():
            for number, line in enumerate(_lines(message)):
                if line in refused:
                    yield self._dead_letter(message, number, refused[line])

    def _dead_letter(self, message: Message, number: int, refusal: RefusedLine) -> Row:
        remedy = f"InfluxDB said: {refusal.error}"
        line = Message(
            message.topic, None, refusal.line.encode(), message.partition, message.offset, message.received_ms
        )
        record = dead_letter(line, Rejected(Reason.REFUSED_BY_INFLUX, remedy), twin_id=None, part=number)
        return record_row(record, self._settings.topic_prefix)


def _lines(message: Message) -> list[str]:
    return (message.value or b"").decode().split("\n")
