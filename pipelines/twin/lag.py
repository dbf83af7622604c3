"""How far a twin's event times are behind the broker's clock: a backlog that is made up for, or a clock that is slow.

Both look the same in one message. A backlog shrinks while it is sent; a wrong clock stays as wrong as it is.
"""

from dataclasses import dataclass

STEADY = 0.2
"""Share of the smallest lag by which the lag of a wrong clock may vary."""


@dataclass(slots=True)
class LagWatch:
    """The lag of a twin's newest observations, as long as it is too large for live data.

    Attributes
    ----------
    since_ms
        When it became too large, by the broker's clock; 0 while it is not.
    low_ns, high_ns
        The smallest and the largest lag since then.

    >>> watch = LagWatch()
    >>> hour, minute = 3600 * 10**9, 60 * 10**9
    >>> [watch.slow_clock(hour, at * 60_000, 5 * minute) for at in (1, 3, 5, 7)]
    [False, False, False, True]
    """

    since_ms: int = 0
    low_ns: int = 0
    high_ns: int = 0

    def slow_clock(self, lag_ns: int, received_ms: int, live_within_ns: int) -> bool:
        """Take the lag of the newest observation; whether it is that of a slow clock, as far as is known."""
        if lag_ns <= live_within_ns:
            self.since_ms = 0
            return False
        if self.since_ms == 0:
            self._begin(lag_ns, received_ms)
        self.low_ns, self.high_ns = min(self.low_ns, lag_ns), max(self.high_ns, lag_ns)
        if self.high_ns - self.low_ns > STEADY * self.low_ns:
            self._begin(lag_ns, received_ms)
        return (received_ms - self.since_ms) * 1_000_000 >= live_within_ns

    def _begin(self, lag_ns: int, received_ms: int) -> None:
        self.since_ms, self.low_ns, self.high_ns = received_ms, lag_ns, lag_ns
