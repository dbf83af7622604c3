"""The reorder window: readings wait until no earlier one can come any more."""

from bisect import insort
from dataclasses import dataclass, field

from pipelines.twin.recent import NO_SEQ
from schemas.quality import Flaw

MOST_HELD = 10_000
"""Messages that one twin holds; with more, the earliest go on before their time."""

AdmittedReading = tuple[str, float, Flaw | None]
"""Sensor, value in the sensor's unit, and what is wrong with it as its sender says."""


@dataclass(slots=True)
class Arrival:
    """The accepted readings of one message.

    Attributes
    ----------
    delay_ms
        From its event time until the broker took it; None if it was overtaken, so that this tells nothing of its way.
    """

    ts_ns: int
    seq: int | None
    readings: list[AdmittedReading]
    historical: bool
    declared_historical: bool
    received_ms: int
    delay_ms: int | None

    @property
    def order(self) -> tuple[int, int, list[tuple[str, float, str]]]:
        """Event time, then the source's running number, then content: the same whatever order they came in."""
        content = sorted((name, value, flaw or "") for name, value, flaw in self.readings)
        return self.ts_ns, NO_SEQ if self.seq is None else self.seq, content


@dataclass(slots=True)
class Holding:
    """What waits in a twin's reorder window.

    Attributes
    ----------
    arrivals
        In the order in which they will go on.
    newest_ns
        The newest event time that came; what is older by more than the window can go on.

    >>> holding = Holding()
    >>> def arrival(second): return Arrival(second * 10**9, None, [("t1", 20.0, None)], False, False, 0, 0)
    >>> holding.hold(arrival(5)); holding.hold(arrival(3)); holding.hold(arrival(9))
    >>> [released.ts_ns // 10**9 for released in holding.release(window_ns=3 * 10**9)]
    [3, 5]
    """

    arrivals: list[Arrival] = field(default_factory=list)
    newest_ns: int = 0

    def hold(self, arrival: Arrival) -> None:
        """Keep the readings of a message in their place."""
        insort(self.arrivals, arrival, key=lambda held: held.order)
        self.newest_ns = max(self.newest_ns, arrival.ts_ns)

    def release(self, window_ns: int) -> list[Arrival]:
        """Those that no earlier one can precede any more."""
        watermark = self.newest_ns - window_ns
        count = 0
        excess = len(self.arrivals) - MOST_HELD
        while count < len(self.arrivals) and (self.arrivals[count].ts_ns < watermark or count < excess):
            count += 1
        released = self.arrivals[:count]
        del self.arrivals[:count]
        return released

    def release_all(self) -> list[Arrival]:
        """Everything, since the twin has fallen silent or its rules change."""
        released, self.arrivals = self.arrivals, []
        return released
