"""The one Python operator of the twin job: a shell round the rosters."""

import gc
from collections.abc import Iterator

from pyflink.common import Row
from pyflink.datastream import KeyedProcessFunction, RuntimeContext

from pipelines.jobs.keyed_store import KeyedStore
from pipelines.jobs.record_row import record_row
from pipelines.jobs.settings import TwinJobSettings
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.points_record import points_records
from pipelines.twin.roster import Roster
from pipelines.twin.units import check_unit
from schemas.topics import Topic

GC_THRESHOLDS = (100_000, 50, 1_000)


class TwinFunction(KeyedProcessFunction):  # type: ignore[misc]  # untyped base
    """Takes what the JVM gathered for one bucket, and tells the bucket's changed twins on a timer.

    An input row holds one list of rows (topic, key, value, partition, offset, broker time in ms) in log order.
    """

    def __init__(self, settings: TwinJobSettings) -> None:
        self._settings = settings
        self._topics = {f"{settings.topic_prefix}{topic.value}": topic for topic in Topic}

    def open(self, runtime_context: RuntimeContext) -> None:
        """Called once in each worker."""
        check_unit("Cel")  # loads the table of units now, not at the first message that names one
        # All that was imported lives as long as the worker: the collector need never look at it again.
        gc.freeze()
        # The step leaves no cycles behind: going over all twins to look for some would be in vain, so do it rarely.
        gc.set_threshold(*GC_THRESHOLDS)
        self._store = KeyedStore(runtime_context)
        self._rosters: dict[str, Roster] = {}

    def process_element(self, value: Row, ctx: KeyedProcessFunction.Context) -> Iterator[Row]:
        """Take one batch of the bucket's messages."""
        messages = [self._message(row) for row in value[0]]
        outputs = self._roster(ctx).handle(messages, ctx.timer_service().current_processing_time())
        yield from self._rows(outputs, _bucket(ctx), messages[-1].id, messages[-1].received_ms)
        self._wake_later(ctx)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[Row]:
        """Tell where the bucket's changed twins stand."""
        roster, bucket = self._roster(ctx), _bucket(ctx)
        outputs = roster.publish(timestamp)
        yield from self._rows(outputs, bucket, f"bucket-{bucket}-{timestamp}", timestamp)
        if roster.restless:
            self._wake_later(ctx)

    def _wake_later(self, ctx: KeyedProcessFunction.Context) -> None:
        """Set the bucket's timer to the next full interval; setting it twice sets it once."""
        timers = ctx.timer_service()
        interval = self._settings.publish_interval_ms
        now = timers.current_processing_time()
        timers.register_processing_time_timer(now - now % interval + interval)

    def _roster(self, ctx: KeyedProcessFunction.Context) -> Roster:
        bucket = _bucket(ctx)
        roster = self._rosters.get(bucket)
        if roster is None:
            settings = self._settings
            roster = self._rosters[bucket] = Roster(
                self._store,
                bucket,
                settings.buckets,
                settings.policy,
                settings.publish_interval_ms,
                settings.most_told,
            )
        return roster

    def _message(self, row: Row) -> Message:
        topic, key, value, partition, offset, received_ms = row
        return Message(
            self._topics[topic],
            None if key is None else bytes(key),
            None if value is None else bytes(value),
            partition,
            offset,
            received_ms,
        )

    def _rows(self, outputs: Outputs, bucket: str, batch_id: str, batch_ms: int) -> Iterator[Row]:
        prefix = self._settings.topic_prefix
        for record in outputs.records:
            yield record_row(record, prefix)
        for record in points_records(outputs.points, bucket, batch_id, batch_ms * NS_PER_MS):
            yield record_row(record, prefix)


def _bucket(ctx: KeyedProcessFunction.Context) -> str:
    key = ctx.get_current_key()
    return str(key[0] if isinstance(key, Row) else key)
