"""Twins that have changed and were not told of since, those that wait longest first."""

from collections.abc import Iterable


class Untold:
    """Names in the order in which they came, each once; no more than `most` are let go at a time.

    With very many twins, telling each of them every second would take more time than their observations.

    >>> untold = Untold(["pump-1", "pump-2"], most=2)
    >>> untold.add(["pump-1", "pump-3"])
    >>> untold.take(), untold.take(), bool(untold)
    (['pump-1', 'pump-2'], ['pump-3'], False)
    """

    def __init__(self, names: Iterable[str] = (), most: int | None = None) -> None:
        self._names = dict.fromkeys(names)
        self._most = most

    def add(self, names: Iterable[str]) -> None:
        """Names that have changed; one that waits already keeps its place."""
        self._names.update(dict.fromkeys(names))

    def discard(self, name: str) -> None:
        """Nothing is left to tell of a name."""
        self._names.pop(name, None)

    def take(self) -> list[str]:
        """The names whose turn it is, no more to be told."""
        taken = list(self._names)[: self._most]
        for name in taken:
            del self._names[name]
        return taken

    def __bool__(self) -> bool:
        return bool(self._names)
