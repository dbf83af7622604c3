"""A bucket's encoded twins in Flink's keyed state."""

from collections.abc import Iterable

from pyflink.common import Types
from pyflink.datastream import RuntimeContext
from pyflink.datastream.state import MapState, MapStateDescriptor

STATE_NAME = "twins"


class KeyedStore:
    """A `Store` whose entries are those of the key that Flink is processing."""

    def __init__(self, context: RuntimeContext) -> None:
        descriptor = MapStateDescriptor(STATE_NAME, Types.STRING(), Types.PRIMITIVE_ARRAY(Types.BYTE()))
        self._state: MapState = context.get_map_state(descriptor)

    def get(self, name: str) -> bytes | None:
        """The bytes under a name, None if there are none."""
        encoded = self._state.get(name)
        return None if encoded is None else bytes(encoded)

    def put(self, name: str, encoded: bytes) -> None:
        """Keep bytes under a name until the next checkpoint and beyond."""
        self._state.put(name, encoded)

    def remove(self, name: str) -> None:
        """Forget a name; nothing happens if it is not kept."""
        if self._state.contains(name):
            self._state.remove(name)

    def names(self) -> Iterable[str]:
        """Every name kept."""
        return tuple(self._state.keys())
