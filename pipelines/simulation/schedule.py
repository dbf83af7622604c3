"""When which pump has which fault: the ground truth of a run."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

from pipelines.simulation.faults import Fault, FaultKind
from pipelines.twin.event_time import NS_PER_SECOND, to_datetime
from schemas.truth import InjectedFault


def nanoseconds(seconds: float) -> int:
    """Seconds as whole nanoseconds.

    >>> nanoseconds(0.1)
    100000000
    """
    return round(seconds * NS_PER_SECOND)


@dataclass(frozen=True, slots=True)
class FaultInterval:
    """One fault of one twin, acting from `start_ns` to before `end_ns` of event time."""

    twin_id: str
    fault: Fault
    start_ns: int
    end_ns: int

    def __post_init__(self) -> None:
        if not self.start_ns < self.end_ns:
            raise ValueError(f"{self.fault.kind.value} of {self.twin_id}: must end after its start")

    def severity_at(self, ts_ns: int) -> float:
        """The severity reached at this event time, within the interval."""
        return self.fault.severity_at((ts_ns - self.start_ns) / NS_PER_SECOND)

    def truth(self, run_id: str) -> InjectedFault:
        """What is published on `twin.truth`."""
        return InjectedFault(
            twin_id=self.twin_id,
            fault=self.fault.kind.value,
            start=to_datetime(self.start_ns),
            end=to_datetime(self.end_ns),
            run_id=run_id,
        )

    @classmethod
    def parse(cls, text: str, start_ns: int) -> Self:
        """Read `twin:fault:start:duration`, both in seconds, the start counted from the run's `start_ns`.

        >>> interval = FaultInterval.parse("pump-1:dry-run:30:20", start_ns=0)
        >>> interval.twin_id, interval.fault.kind.value, interval.start_ns, interval.end_ns
        ('pump-1', 'dry-run', 30000000000, 50000000000)
        """
        kinds = ", ".join(FaultKind)
        wanted = f"fault {text!r}: write twin:fault:start:duration, as pump-1:dry-run:30:20"
        # From the right: a twin id may hold colons of its own.
        parts = text.rsplit(":", 3)
        if len(parts) != 4 or not parts[0]:
            raise ValueError(f"{wanted}, with a fault of {kinds}")
        twin_id, kind, start, duration = parts
        if kind not in set(FaultKind):
            raise ValueError(f"{wanted}; there is no fault {kind!r}, only {kinds}")
        start_s, duration_s = _seconds(start), _seconds(duration)
        if start_s is None or not duration_s:
            raise ValueError(f"{wanted}; start is 0 s or more, duration above 0 s")
        first = start_ns + nanoseconds(start_s)
        return cls(twin_id, Fault(FaultKind(kind)), first, first + max(1, nanoseconds(duration_s)))


def _seconds(text: str) -> float | None:
    """A finite number of seconds that is not negative, or None."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


@dataclass(frozen=True)
class FaultSchedule:
    """All faults of a run; a pump has at most one at a time.

    >>> schedule = FaultSchedule((FaultInterval.parse("pump-1:dry-run:30:20", start_ns=0),))
    >>> acting = schedule.acting("pump-1", 31 * NS_PER_SECOND)
    >>> acting is not None and acting.fault.kind is FaultKind.DRY_RUN
    True
    >>> schedule.acting("pump-1", 50 * NS_PER_SECOND) is None
    True
    """

    intervals: tuple[FaultInterval, ...] = ()

    def __post_init__(self) -> None:
        for twin_id, intervals in self._by_twin.items():
            for earlier, later in pairwise(intervals):
                if later.start_ns < earlier.end_ns:
                    raise ValueError(
                        f"{twin_id}: {later.fault.kind.value} starts before {earlier.fault.kind.value} ends; "
                        "a pump has one fault at a time"
                    )

    @classmethod
    def parse(cls, texts: Iterable[str], start_ns: int) -> Self:
        """A schedule of faults written as `FaultInterval.parse` reads them."""
        return cls(tuple(FaultInterval.parse(text, start_ns) for text in texts))

    @cached_property
    def _by_twin(self) -> Mapping[str, tuple[FaultInterval, ...]]:
        found: defaultdict[str, list[FaultInterval]] = defaultdict(list)
        for interval in sorted(self.intervals, key=lambda one: one.start_ns):
            found[interval.twin_id].append(interval)
        return {twin_id: tuple(intervals) for twin_id, intervals in found.items()}

    def acting(self, twin_id: str, ts_ns: int) -> FaultInterval | None:
        """The fault that the twin has at this event time, if any."""
        intervals = self._by_twin.get(twin_id, ())
        index = bisect_right(intervals, ts_ns, key=lambda one: one.start_ns) - 1
        return intervals[index] if index >= 0 and ts_ns < intervals[index].end_ns else None

    def truth(self, run_id: str) -> tuple[InjectedFault, ...]:
        """The ground truth to publish."""
        return tuple(interval.truth(run_id) for interval in self.intervals)
