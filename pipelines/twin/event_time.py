"""Event time: when a value was true, as whole nanoseconds since 1970 UTC."""

import math
import re
from datetime import UTC, datetime, timedelta

from pipelines.twin.rejection import Reason, Rejected

NS_PER_MS = 1_000_000
NS_PER_SECOND = 1_000_000_000
EARLIEST_NS = 946_684_800 * NS_PER_SECOND
LATEST_NS = 4_102_444_800 * NS_PER_SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# An epoch number below the limit is in the unit whose length in ns stands beside it.
EPOCH_UNITS = ((10**11, NS_PER_SECOND), (10**14, NS_PER_MS), (10**17, 1_000))

_NUMBER = re.compile(r"\s*[+-]?\d+(\.\d+)?\s*", re.ASCII)
_FRACTION = re.compile(r"[.,](\d{7,9})(?=Z|[+-]|$)", re.ASCII)


def parse_event_time(ts: object) -> int | Rejected:
    """Event time in ns of an ISO 8601 text with zone, or of an epoch in s, ms, µs or ns told apart by its size.

    >>> parse_event_time(1700000000) == parse_event_time("2023-11-14T22:13:20Z") == 1700000000 * 10**9
    True
    >>> parse_event_time("2024-10-27T02:30:00").reason.value
    'no_zone'
    """
    if isinstance(ts, bool) or ts is None:
        return Rejected(Reason.MISSING_TS, "send ts as ISO 8601 with zone or as an epoch number")
    if isinstance(ts, int | float):
        return _of_epoch(ts)
    if not isinstance(ts, str):
        return Rejected(Reason.BAD_TS, "ts must be a text or a number")
    if _NUMBER.fullmatch(ts) and len(ts) <= 40:
        return _of_epoch(float(ts) if "." in ts else int(ts))
    return _of_iso(ts)


def _of_epoch(number: int | float) -> int | Rejected:
    if not math.isfinite(number):
        return Rejected(Reason.BAD_TS, "ts must be a finite number")
    unit = next((ns for limit, ns in EPOCH_UNITS if number < limit), 1)
    whole = int(number)
    # The fraction apart: a float can't hold today's date in whole nanoseconds.
    return _plausible(whole * unit + round((number - whole) * unit))


def _of_iso(text: str) -> int | Rejected:
    # datetime keeps microseconds; digits beyond them are cut off there and added here.
    beyond = 0
    if match := _FRACTION.search(text):
        beyond = int(match[1].ljust(9, "0")[6:])
        text = text[: match.start(1) + 6] + text[match.end(1) :]
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return Rejected(Reason.BAD_TS, "write ts as 2023-11-14T22:13:20Z or as an epoch number")
    if moment.tzinfo is None:
        return Rejected(Reason.NO_ZONE, "add Z or an offset such as +01:00 to ts")
    try:
        since = moment - EPOCH
    except OverflowError:
        return Rejected(Reason.TS_IMPLAUSIBLE, "ts must lie between the years 2000 and 2100")
    return _plausible(since // timedelta(microseconds=1) * 1_000 + beyond)


def _plausible(ns: int) -> int | Rejected:
    if EARLIEST_NS <= ns < LATEST_NS:
        return ns
    return Rejected(Reason.TS_IMPLAUSIBLE, "ts must lie between the years 2000 and 2100; check the epoch's unit")


def to_datetime(ns: int) -> datetime:
    """The moment as an aware datetime, cut to microseconds.

    >>> to_datetime(1700000000 * NS_PER_SECOND).isoformat()
    '2023-11-14T22:13:20+00:00'
    """
    return EPOCH + timedelta(microseconds=ns // 1_000)
