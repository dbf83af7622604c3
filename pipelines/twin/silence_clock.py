"""The processing time by which silence is judged: one that does not run while this program is not listening."""

from dataclasses import dataclass

ASLEEP_TICKS = 3
"""No call for as many ticks means that the program stood still: what was sent meanwhile has yet to be read."""

SETTLE_MS = 5_000
"""Time to catch up after that, before anything counts as silent."""

BEHIND_MS = 2_000
"""A newest message older than this means that more are waiting to be read, as long as they come."""


@dataclass(slots=True)
class SilenceClock:
    """Follows the calls of a roster. After a stop, or while a backlog is read, silence is the reader's own.

    Attributes
    ----------
    tick_ms
        How often the roster is called at least, while there is anything to wait for.

    >>> clock = SilenceClock(tick_ms=1_000)
    >>> clock.heard(1_000, received_ms=990)
    >>> clock.now_ms(2_000) is None, clock.now_ms(4_000) is None, clock.now_ms(6_500)
    (True, True, 6500)
    """

    tick_ms: int
    called_ms: int = 0
    awake_ms: int = 0
    heard_ms: int = 0
    received_ms: int = 0

    def heard(self, now_ms: int, received_ms: int) -> None:
        """Messages were read, the newest of which the broker took at `received_ms`."""
        self._call(now_ms)
        self.heard_ms, self.received_ms = now_ms, received_ms

    def now_ms(self, now_ms: int) -> int | None:
        """The time by which silence is judged now; None while it can't be."""
        self._call(now_ms)
        if now_ms - self.awake_ms < SETTLE_MS:
            return None
        if now_ms - self.heard_ms < BEHIND_MS and now_ms - self.received_ms > BEHIND_MS:
            return self.received_ms
        return now_ms

    def _call(self, now_ms: int) -> None:
        if now_ms - self.called_ms > ASLEEP_TICKS * self.tick_ms:
            self.awake_ms = now_ms
        self.called_ms = now_ms
