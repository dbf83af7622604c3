"""Event time: when a value was true, as whole nanoseconds since 1970 UTC."""

import math
import re
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.twin.rejection import Reason, Rejected
from schemas.definition import EpochUnit

NS_PER_MS = 1_000_000
NS_PER_SECOND = 1_000_000_000
EARLIEST_NS = 946_684_800 * NS_PER_SECOND
LATEST_NS = 4_102_444_800 * NS_PER_SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# An epoch number below the limit is in the unit whose length in ns stands beside it.
EPOCH_UNITS = ((10**11, NS_PER_SECOND), (10**14, NS_PER_MS), (10**17, 1_000))
_UNIT_NS = {
    EpochUnit.SECONDS: NS_PER_SECOND,
    EpochUnit.MILLISECONDS: NS_PER_MS,
    EpochUnit.MICROSECONDS: 1_000,
    EpochUnit.NANOSECONDS: 1,
}

_NUMBER = re.compile(r"\s*[+-]?\d+(\.\d+)?\s*", re.ASCII)
_FRACTION = re.compile(r"[.,](\d{7,9})(?=Z|[+-]|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Clock:
    """What is known of a source's way to write time.

    Attributes
    ----------
    epoch_unit
        Unit of epoch numbers; told by their size where it is None.
    zone
        Zone of texts that name none; such texts are rejected where it is None.
    """

    epoch_unit: EpochUnit | None = None
    zone: ZoneInfo | None = None


ANY_CLOCK = Clock()


@dataclass(frozen=True, slots=True)
class AmbiguousTime:
    """A local time that daylight saving repeats; the earlier of the two is taken."""

    ts_ns: int


def parse_event_time(ts: object, clock: Clock = ANY_CLOCK) -> int | AmbiguousTime | Rejected:
    """Event time in ns of an ISO 8601 text, or of an epoch in s, ms, µs or ns told apart by its size.

    >>> parse_event_time(1700000000) == parse_event_time("2023-11-14T22:13:20Z") == 1700000000 * 10**9
    True
    >>> parse_event_time("2024-10-27T02:30:00").reason.value
    'no_zone'
    >>> berlin = Clock(zone=ZoneInfo("Europe/Berlin"))
    >>> to_datetime(parse_event_time("2024-10-27T02:30:00", berlin).ts_ns).isoformat()
    '2024-10-27T00:30:00+00:00'
    """
    if isinstance(ts, bool) or ts is None:
        return Rejected(Reason.MISSING_TS, "send ts as ISO 8601 with zone or as an epoch number")
    if isinstance(ts, int | float):
        return _of_epoch(ts, clock.epoch_unit)
    if not isinstance(ts, str):
        return Rejected(Reason.BAD_TS, "ts must be a text or a number")
    if _NUMBER.fullmatch(ts):
        if len(ts) > 40:
            return Rejected(Reason.BAD_TS, "an epoch has at most 19 digits and a fraction")
        return _of_epoch(float(ts) if "." in ts else int(ts), clock.epoch_unit)
    return _of_iso(ts, clock.zone)


def _of_epoch(number: int | float, declared: EpochUnit | None) -> int | Rejected:
    if not math.isfinite(number):
        return Rejected(Reason.BAD_TS, "ts must be a finite number")
    unit = _unit_by_size(number) if declared is None else _UNIT_NS[declared]
    whole = int(number)
    # The fraction apart: a float can't hold today's date in whole nanoseconds.
    return _plausible(whole * unit + round((number - whole) * unit))


def _unit_by_size(number: int | float) -> int:
    return next((ns for limit, ns in EPOCH_UNITS if number < limit), 1)


def _of_iso(text: str, zone: ZoneInfo | None) -> int | AmbiguousTime | Rejected:
    # datetime keeps microseconds; digits beyond them are cut off there and added here.
    beyond = 0
    text = text.strip().upper()  # RFC 3339 allows "t" and "z"
    if "T" not in text and " " not in text:
        return _BAD_TS  # a date alone is no moment
    if match := _FRACTION.search(text):
        beyond = int(match[1].ljust(9, "0")[6:])
        text = text[: match.start(1) + 6] + text[match.end(1) :]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _BAD_TS
    if moment.tzinfo is not None:
        return _since_epoch(moment, beyond)
    if zone is None:
        return Rejected(Reason.NO_ZONE, "add Z or an offset such as +01:00 to ts, or time_zone to the twin")
    return _of_local(moment, zone, beyond)


_BAD_TS = Rejected(Reason.BAD_TS, "write ts as 2023-11-14T22:13:20Z or as an epoch number")


def _of_local(moment: datetime, zone: ZoneInfo, beyond: int) -> int | AmbiguousTime | Rejected:
    """A local time in its zone: it may exist once, twice (autumn) or never (spring)."""
    if not EPOCH.year < moment.year < MAXYEAR:  # near the calendar's ends a zone can't be applied
        return _IMPLAUSIBLE
    first = moment.replace(tzinfo=zone, fold=0)
    second = moment.replace(tzinfo=zone, fold=1)
    ts_ns = _since_epoch(first, beyond)
    if isinstance(ts_ns, Rejected) or first.utcoffset() == second.utcoffset():
        return ts_ns
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        return Rejected(Reason.NO_SUCH_TIME, f"clocks in {zone.key} skip {moment}; send UTC, or an offset with ts")
    return AmbiguousTime(ts_ns)


def _since_epoch(moment: datetime, beyond: int) -> int | Rejected:
    try:
        since = moment - EPOCH
    except OverflowError:
        return _IMPLAUSIBLE
    return _plausible(since // timedelta(microseconds=1) * 1_000 + beyond)


_IMPLAUSIBLE = Rejected(Reason.TS_IMPLAUSIBLE, "ts must lie between the years 2000 and 2100; check the epoch's unit")


def _plausible(ns: int) -> int | Rejected:
    return ns if EARLIEST_NS <= ns < LATEST_NS else _IMPLAUSIBLE


def to_datetime(ns: int) -> datetime:
    """The moment as an aware datetime, cut to microseconds.

    >>> to_datetime(1700000000 * NS_PER_SECOND).isoformat()
    '2023-11-14T22:13:20+00:00'
    """
    return EPOCH + timedelta(microseconds=ns // 1_000)
