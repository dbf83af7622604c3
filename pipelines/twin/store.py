"""Where encoded twins rest between messages."""

from collections.abc import Iterable
from typing import Protocol

WAITING_MARK = "\x00"
"""Begins the name of a message that waits for its twin; no twin id can hold it."""

CHANGE_MARK = "\x01"
"""Begins the name of what has changed of a twin since it was stored as a whole."""


class Store(Protocol):
    """Bytes by name: the engine's keyed state, or memory in a backtest.

    Names are twin ids, perhaps behind a mark; "" is the roster's own.
    """

    def get(self, name: str) -> bytes | None:
        """The bytes under a name, None if there are none."""

    def put(self, name: str, encoded: bytes) -> None:
        """Keep bytes under a name."""

    def remove(self, name: str) -> None:
        """Forget a name; nothing happens if it is not kept."""

    def names(self) -> Iterable[str]:
        """Every name kept."""


class MemoryStore:
    """A store that lasts as long as the process.

    >>> store = MemoryStore()
    >>> store.put("pump-1", b"{}"); store.get("pump-1"), list(store.names())
    (b'{}', ['pump-1'])
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        """The bytes under a name, None if there are none."""
        return self._kept.get(name)

    def put(self, name: str, encoded: bytes) -> None:
        """Keep bytes under a name."""
        self._kept[name] = encoded

    def remove(self, name: str) -> None:
        """Forget a name; nothing happens if it is not kept."""
        self._kept.pop(name, None)

    def names(self) -> Iterable[str]:
        """Every name kept."""
        return tuple(self._kept)
