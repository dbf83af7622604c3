"""Twin ids as they come with a message."""

import re

from pipelines.twin.rejection import Reason, Rejected
from schemas.base import ID_PATTERN, MAX_ID_LENGTH

_IDENTIFIER = re.compile(ID_PATTERN)


def parse_twin_id(key: bytes | None, claimed: object) -> str | Rejected:
    """The twin that a message speaks of: its Kafka key, or the `twin_id` in its body; both must agree.

    >>> parse_twin_id(b"pump-1", None), parse_twin_id(None, "pump-1")
    ('pump-1', 'pump-1')
    >>> parse_twin_id(b"pump-1", "pump-2").reason.value
    'key_mismatch'
    """
    if key is None:
        if claimed is None:
            return Rejected(Reason.MISSING_TWIN_ID, "key the message by its twin id, or add twin_id to the body")
        twin_id = claimed
    else:
        try:
            twin_id = key.decode()
        except UnicodeDecodeError:
            return Rejected(Reason.BAD_ID, "write the Kafka key in UTF-8")
        if claimed is not None and claimed != twin_id:
            return Rejected(Reason.KEY_MISMATCH, "key the message by the twin_id that its body names")
    return parse_identifier(twin_id)


def parse_identifier(text: object) -> str | Rejected:
    """An id of a twin or a sensor, which must survive as a tag in InfluxDB.

    >>> parse_identifier("Kühler °C/1"), parse_identifier("l1\\nl2").reason.value
    ('Kühler °C/1', 'bad_id')
    """
    if not isinstance(text, str) or len(text) > MAX_ID_LENGTH or not _IDENTIFIER.fullmatch(text):
        return _BAD_ID
    return text


_BAD_ID = Rejected(
    Reason.BAD_ID,
    f"an id is a text of 1 to {MAX_ID_LENGTH} characters, without control characters, "
    "and ends in neither a blank nor a backslash",
)
