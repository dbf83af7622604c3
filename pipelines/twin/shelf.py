"""Stored twins brought back to life; what can't be read begins anew, and that is told."""

from zlib import crc32

from pipelines.twin.closing import close_anomaly
from pipelines.twin.codec import RuntimeFormatError, decode_runtime, encode_change, encode_runtime
from pipelines.twin.compiled import compile_definition
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.model_message import record_change, record_reset
from pipelines.twin.outputs import Outputs
from pipelines.twin.runtime import Runtime
from pipelines.twin.store import CHANGE_MARK, WAITING_MARK, Store
from schemas.influx import Tag
from schemas.model_event import ModelChange

NEW_DETECTOR = "the release before had another detector; this one learns from the beginning"


class Shelf:
    """The twins of a store, as runtimes.

    >>> from pipelines.twin.store import MemoryStore
    >>> store = MemoryStore()
    >>> store.put("pump-1", b"no runtime")
    >>> shelf, outputs = Shelf(store), Outputs()
    >>> shelf.take("pump-1"), shelf.tell_resets(0, outputs), outputs.records[0].topic.value
    (None, set(), 'twin.models')
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._resets: list[tuple[dict[Tag, str], str]] = []
        self._upgraded: list[Runtime] = []
        self._closed = Outputs()

    def twin_ids(self) -> set[str]:
        """The twins that are stored."""
        return {name for name in self._store.names() if name and name[0] not in (CHANGE_MARK, WAITING_MARK)}

    def take(self, twin_id: str) -> Runtime | None:
        """A stored twin; None if there is none that can be read.

        One of which only the definition can be read has seen nothing and learned nothing: its counters begin at 0,
        its models are warming. One of which nothing can be read is no more, until its definition is sent again.
        """
        encoded = self._store.get(twin_id)
        if encoded is None:
            return None
        try:
            runtime = decode_runtime(encoded, self._store.get(CHANGE_MARK + twin_id) or None)
        except RuntimeFormatError as error:
            return self._begin_anew(twin_id, error)
        if runtime.model_reset:
            # At once: the detector that comes next knows nothing of the alert.
            why = f"{twin_id} has a new detector, which begins to learn"
            close_anomaly(runtime, runtime.newest_ns or 0, why, self._closed)
            self._upgraded.append(runtime)
        return runtime

    def put(self, runtime: Runtime) -> None:
        """Store a twin as it is now: as a whole, or what has changed since that was done."""
        twin_id = runtime.twin.twin_id
        if not runtime.unsettled:
            self._store.put(CHANGE_MARK + twin_id, encode_change(runtime))
            return
        whole = encode_runtime(runtime)
        runtime.settle(crc32(whole))
        self._store.put(twin_id, whole)
        # Emptied, not removed: an engine has to look for what it removes.
        self._store.put(CHANGE_MARK + twin_id, b"")

    def remove(self, twin_id: str) -> None:
        """Forget a twin."""
        self._store.remove(twin_id)
        self._store.remove(CHANGE_MARK + twin_id)

    def tell_resets(self, now_ms: int, outputs: Outputs) -> set[str]:
        """Tell of the twins that began anew since the last call, before what they have done since.

        Returns those that are to be stored, lest it is told again.
        """
        told, self._closed = self._closed, Outputs()
        for tags, reason in self._resets:
            record_reset(tags, reason, now_ms * NS_PER_MS, told)
        self._resets.clear()
        for runtime in self._upgraded:
            runtime.model_reset = False
            record_change(runtime, ModelChange.RESET, NEW_DETECTOR, now_ms * NS_PER_MS, told, samples=0)
        outputs.records[:0], outputs.points[:0] = told.records, told.points
        changed = {runtime.twin.twin_id for runtime in self._upgraded}
        self._upgraded.clear()
        return changed

    def _begin_anew(self, twin_id: str, error: RuntimeFormatError) -> Runtime | None:
        if error.definition is None or error.definition.twin_id != twin_id:
            self.remove(twin_id)
            self._resets.append(({Tag.TWIN_ID: twin_id}, f"{error}; define it again: twinstream apply FILE"))
            return None
        runtime = Runtime.fresh(compile_definition(error.definition))
        self._resets.append((dict(runtime.twin.tags), f"{error}; it learns from the beginning"))
        self.put(runtime)
        return runtime
