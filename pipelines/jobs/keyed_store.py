"""A bucket's encoded twins in Flink's keyed state."""

from collections.abc import Iterable

from pyflink.common import Types
from pyflink.datastream import RuntimeContext
from pyflink.datastream.state import MapState, MapStateDescriptor

STATE_NAME = "twins"


class KeyedStore:
    """A `Store` whose entries are those of the key that Flink is processing.

    Names that are asked for together come with their bytes, a thousand in one message from the JVM. Those are handed
    out once: after a restart each twin is read once, and asking for one at a time takes half a millisecond.
    """

    def __init__(self, context: RuntimeContext) -> None:
        descriptor = MapStateDescriptor(STATE_NAME, Types.STRING(), Types.PRIMITIVE_ARRAY(Types.BYTE()))
        self._state: MapState = context.get_map_state(descriptor)
        self._come: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        """The bytes under a name, None if there are none."""
        if (come := self._come.pop(name, None)) is not None:
            return come
        encoded = self._state.get(name)
        return None if encoded is None else bytes(encoded)

    def put(self, name: str, encoded: bytes) -> None:
        """Keep bytes under a name until the next checkpoint and beyond."""
        self._come.pop(name, None)
        self._state.put(name, encoded)

    def remove(self, name: str) -> None:
        """Forget a name; nothing happens if it is not kept."""
        self._come.pop(name, None)
        if self._state.contains(name):
            self._state.remove(name)

    def names(self) -> Iterable[str]:
        """Every name kept."""
        entries = {name: bytes(encoded) for name, encoded in self._state.items()}
        # The roster's own entry has the same name in every bucket.
        self._come |= {name: encoded for name, encoded in entries.items() if name}
        return tuple(entries)
