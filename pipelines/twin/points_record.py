"""Points on their way to InfluxDB: lines of a batch, packed into as few messages as the broker's limit allows."""

from collections.abc import Iterator, Sequence

from pipelines.twin.record import Record
from schemas.events import EventType
from schemas.topics import Topic

MAX_BODY_BYTES = 256 * 1024
"""Well below the broker's default limit of 1 MiB, since a single line is a few hundred bytes."""


def points_records(lines: Sequence[str], bucket: str, batch_id: str, ts_ns: int) -> Iterator[Record]:
    """Messages for `twin.points`, keyed by the bucket so that a later point never overtakes an earlier one.

    >>> [record.value for record in points_records(["m v=1.0 1", "m v=2.0 2"], "0", "batch", 0)]
    [b'm v=1.0 1\\nm v=2.0 2']
    """
    for number, body in enumerate(_bodies(lines)):
        yield Record(Topic.POINTS, bucket, body, f"{batch_id}-{number}", EventType.POINTS, ts_ns)


def _bodies(lines: Sequence[str]) -> Iterator[bytes]:
    packed: list[bytes] = []
    size = 0
    for line in lines:
        encoded = line.encode()
        if packed and size + len(encoded) > MAX_BODY_BYTES:
            yield b"\n".join(packed)
            packed, size = [], 0
        packed.append(encoded)
        size += len(encoded) + 1
    if packed:
        yield b"\n".join(packed)
