"""A record as the row that crosses from Python to the sink."""

from pyflink.common import Row, Types
from pyflink.common.typeinfo import RowTypeInfo

from pipelines.twin.event_time import to_datetime
from pipelines.twin.record import Record
from schemas.topics import topic_name

_BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())


def record_row_type() -> RowTypeInfo:
    """The row's type: topic, key, value and the CloudEvents attributes that differ from record to record."""
    return Types.ROW_NAMED(
        ["topic", "k", "v", "event_id", "event_type", "event_time"],
        [Types.STRING(), _BYTES, _BYTES, Types.STRING(), Types.STRING(), Types.STRING()],
    )


def record_row(record: Record, prefix: str) -> Row:
    """The row of one record."""
    return Row(
        topic_name(record.topic, prefix),
        None if record.key is None else record.key.encode(),
        record.value,
        record.id,
        record.type.value,
        to_datetime(record.ts_ns).isoformat(),
    )
