"""Drift: what was learned fits less and less, though nothing is wrong at any single moment."""

from array import array
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple, Protocol, Self

from river import drift

from pipelines.detection.finite import INFINITE, unfinite
from schemas.definition import DriftTest

BLOCK = 32
"""Samples of which the mean is one observation of a test: neighbours are not independent, and tests cost."""

REMEMBERED = 128
"""Observations that a test has seen at most; then it begins anew with the newest half."""

COOL_DOWN = 32
"""Observations behind a drift that are left out: one change is told once."""

FURTHEST = 2.0
FURTHEST_WANDER = 10.0
"""An error counts as at most so much: a single excursion is no drift."""


class _Test(Protocol):
    drift_detected: bool

    def update(self, x: float) -> object: ...


_TESTS: dict[DriftTest, Callable[[], _Test]] = {
    DriftTest.PAGE_HINKLEY: lambda: drift.PageHinkley(min_instances=20, delta=0.1, threshold=5.0, mode="up"),
    DriftTest.ADWIN: lambda: drift.ADWIN(delta=0.002, clock=1, grace_period=10, min_window_length=5),
    DriftTest.KSWIN: lambda: drift.KSWIN(alpha=0.0005, window_size=60, stat_size=20, seed=1),
}


class DriftSnapshot(NamedTuple):
    """A `DriftMonitor`; what the tests have seen is empty in a change between two wholes."""

    sum: float
    samples: int
    residual_cooling: int
    residual: bytes
    error_cooling: int
    error: bytes

    def since(self, whole: "DriftSnapshot") -> "DriftSnapshot":
        """A whole snapshot of one of what has changed since, and of the whole before it."""
        return whole._replace(sum=self.sum, samples=self.samples)


class DriftWatch:
    """One of River's tests on an error that is 0 or more, for rises alone: a model that gets better is no drift.

    What the test has seen is kept, not its insides: a restored watch shows it all to a new test, which is then the
    same to the last bit, whatever River keeps in it.

    >>> watch = DriftWatch(DriftTest.PAGE_HINKLEY)
    >>> any(watch.update(0.2) for _ in range(100)), sum(watch.update(3.0) for _ in range(20))
    (False, 1)
    """

    __slots__ = ("_cooling", "_kind", "_seen", "_test")

    def __init__(self, test: DriftTest) -> None:
        self._kind = test
        self._test = _TESTS[test]()
        self._seen = array("f")
        self._cooling = 0

    def update(self, error: float) -> bool:
        """Take the next error; True where it is found to have risen, once for each change."""
        if self._cooling:
            self._cooling -= 1
            return False
        if len(self._seen) >= REMEMBERED:
            self._begin(self._seen[REMEMBERED // 2 :])
        before = sum(self._seen) / len(self._seen) if self._seen else error
        self._observe(error)
        found = bool(self._test.drift_detected)
        if found:
            self._begin([])
            self._cooling = COOL_DOWN
        return found and error > before

    def _begin(self, seen: Iterable[float]) -> None:
        self._test, self._seen = _TESTS[self._kind](), array("f")
        for error in seen:
            self._observe(error)

    def _observe(self, error: float) -> None:
        """Remember an error, and show it to the test as it is remembered."""
        self._seen.append(error)
        self._test.update(self._seen[-1])

    def snapshot(self) -> tuple[int, bytes]:
        """How long it is to cool down yet, and what the test has seen."""
        return self._cooling, self._seen.tobytes()

    def restore(self, cooling: int, seen: bytes) -> Self:
        """Go on bit for bit where a snapshot was taken."""
        self._cooling = cooling
        self._begin(array("f", seen))
        return self


class Drifted(StrEnum):
    """What is found to have drifted."""

    RESIDUAL = "residual"
    """The usual level has moved away from where it was, too slowly for an alert."""
    ERROR = "error"
    """Values are further from what is expected of them than they used to be."""


class DriftMonitor:
    """Watches what a twin's detector can't see from one moment to the next, once in `BLOCK` samples.

    Parameters
    ----------
    test
        One of River's, for both errors.

    Attributes
    ----------
    settled
        Whether the tests have seen nothing since it was stored as a whole.
    """

    __slots__ = ("_count", "_error", "_residual", "_sum", "settled")

    def __init__(self, test: DriftTest) -> None:
        self._error, self._residual = DriftWatch(test), DriftWatch(test)
        self._sum, self._count = 0.0, 0
        self.settled = False

    def update(self, distance: float, wander: Callable[[], float]) -> Drifted | None:
        """Take the next distance from the usual, in boundaries, while no alert stands.

        Parameters
        ----------
        wander
            Tells how far the usual levels have moved, in standard deviations; asked once a block.
        """
        if not -INFINITE < distance < INFINITE:
            raise unfinite(distance)
        self._sum += min(distance, FURTHEST)
        self._count += 1
        if self._count < BLOCK:
            return None
        mean = self._sum / self._count
        self._sum, self._count = 0.0, 0
        self.settled = False
        if self._residual.update(min(wander(), FURTHEST_WANDER)):
            return Drifted.RESIDUAL
        return Drifted.ERROR if self._error.update(mean) else None

    def stored(self) -> None:
        """It was stored as a whole."""
        self.settled = True

    def snapshot(self, *, whole: bool = True) -> DriftSnapshot:
        """The block that is being filled and, in the whole, what the tests have seen."""
        residual, error = self._residual.snapshot(), self._error.snapshot()
        return DriftSnapshot(self._sum, self._count, *(residual + error if whole else (0, b"", 0, b"")))

    def restore(self, snapshot: DriftSnapshot) -> Self:
        """Go on bit for bit where a whole snapshot was taken."""
        self._sum, self._count = snapshot.sum, snapshot.samples
        self._residual.restore(snapshot.residual_cooling, snapshot.residual)
        self._error.restore(snapshot.error_cooling, snapshot.error)
        self.settled = True
        return self
