"""Counters: totals that only grow, until they wrap round at their modulus or are reset."""

from dataclasses import dataclass

from pipelines.twin.event_time import NS_PER_SECOND
from schemas.quality import Flaw


@dataclass(slots=True)
class CounterState:
    """A counter's last total, and how fast it grew to it.

    Attributes
    ----------
    before
        The total before the last: what tells a glitch upwards from a counter that went back.
    reset
        A total that does not fit: the next one shows whether the counter began anew there or glitched.
    rate
        Growth per second; None where it is not known, as behind a reset.

    >>> counter = CounterState()
    >>> flaws = [counter.take(i * NS_PER_SECOND, total, 65536.0, float("inf"))
    ...          for i, total in enumerate((65530.0, 65534.0, 2.0))]
    >>> flaws, counter.rate
    ([None, None, None], 4.0)
    """

    ts_ns: int = 0
    total: float | None = None
    before: float | None = None
    reset_ns: int = 0
    reset: float | None = None
    rate: float | None = None

    def take(self, ts_ns: int, value: float, modulus: float | None, max_rate: float) -> Flaw | None:
        """Take a newer total; `max_rate` is the fastest possible growth per ns."""
        if self.total is None:
            self._accept(ts_ns, value, None)
            return None
        elapsed = ts_ns - self.ts_ns
        fastest = max_rate * elapsed
        grown = value - self.total
        if grown > fastest:
            return None if self._confirmed(ts_ns, value, max_rate) else self._doubt(ts_ns, value, Flaw.COUNTER_GLITCH)
        if grown >= 0:
            self._accept(ts_ns, value, grown / elapsed)
            return None
        if modulus is not None and grown + modulus <= min(fastest, modulus / 2):
            self._accept(ts_ns, value, (grown + modulus) / elapsed)
            return None
        return self._gone_back(ts_ns, value, max_rate)

    def _gone_back(self, ts_ns: int, value: float, max_rate: float) -> Flaw | None:
        if self._confirmed(ts_ns, value, max_rate):
            return None
        if self.before is not None and value >= self.before:
            # It goes on from the total before the last: the last one was a glitch.
            self._accept(ts_ns, value, None, restarted=True)
            return None
        return self._doubt(ts_ns, value, Flaw.COUNTER_RESET)

    def _confirmed(self, ts_ns: int, value: float, max_rate: float) -> bool:
        """Whether it goes on from the total that did not fit: the counter began anew there."""
        if self.reset is None:
            return False
        elapsed = ts_ns - self.reset_ns
        grown = value - self.reset
        if not 0 <= grown <= max_rate * elapsed:
            return False
        self._accept(ts_ns, value, grown / elapsed, restarted=True)
        return True

    def _doubt(self, ts_ns: int, value: float, flaw: Flaw) -> Flaw:
        self.reset_ns, self.reset = ts_ns, value
        return flaw

    def _accept(self, ts_ns: int, value: float, per_ns: float | None, *, restarted: bool = False) -> None:
        self.before = None if restarted else self.total
        self.ts_ns, self.total, self.reset = ts_ns, value, None
        self.rate = None if per_ns is None else per_ns * NS_PER_SECOND
