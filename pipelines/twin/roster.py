"""The twins of one bucket: finds the twin of each message, takes definitions, keeps what nobody owns in its books."""

from collections.abc import Iterable, Mapping

import orjson

from pipelines.twin.codec import decode_runtime, encode_runtime, ledger_of_json, ledger_to_json
from pipelines.twin.compiled import compile_definition
from pipelines.twin.deadletter import dead_letter
from pipelines.twin.definition_message import parse_definition
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.identifiers import parse_twin_id
from pipelines.twin.ledger import Ledger
from pipelines.twin.line_protocol import Fields, line, tag_set
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs, Verdict
from pipelines.twin.record import Record
from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.runtime import Runtime
from pipelines.twin.step import step
from pipelines.twin.store import Store
from pipelines.twin.telemetry import parse_object, twin_of
from pipelines.twin.waiting_room import MARK, WaitingRoom
from schemas.accounting import Outcome
from schemas.events import EventType
from schemas.influx import Measurement, Tag
from schemas.state import TwinCondition
from schemas.topics import Topic

OWN = ""
"""The name under which the roster keeps its own books; no twin can be called so."""


UNKNOWN_TWIN = Rejected(Reason.UNKNOWN_TWIN, "define the twin first: twinstream apply FILE")


class BucketCountError(RuntimeError):
    """State and settings disagree on how twins are spread; going on would split twins in two."""


class Roster:
    """Twins in memory, backed by a store.

    `handle` takes messages in log order and writes every twin that they changed back to the store once; `publish`
    says where the changed twins stand. Both only speak to the store and return what follows, so the same roster
    runs in the job, in a backtest and in tests.

    Parameters
    ----------
    store
        Where encoded twins rest.
    bucket
        The roster's name in counters.
    buckets
        How many rosters share the twins. It decides which twin is where, so stored twins are bound to it.
    patience_ms
        How long an observation waits for the definition of its twin before it is rejected.

    Raises
    ------
    BucketCountError
        If the store was filled under another number of buckets.
    """

    def __init__(self, store: Store, bucket: str, buckets: int = 1, patience_ms: int = 0) -> None:
        self._store = store
        self._bucket = bucket
        self._buckets = buckets
        self._live: dict[str, Runtime] = {}
        self._received_ms = 0
        self._ledger = Ledger()
        self._load_own()
        self._waiting = WaitingRoom(store, patience_ms)
        # What the store holds was perhaps not published before a restart: say it once more.
        self._changed: set[str] = {name for name in store.names() if not name.startswith(MARK)}

    def handle(self, messages: Iterable[Message], now_ms: int = 0) -> Outputs:
        """Take messages in log order, at a processing time."""
        outputs = Outputs()
        touched: set[str] = set()
        for message in messages:
            if (name := self._handle(message, now_ms, outputs)) is not None:
                touched.add(name)
        self._keep(touched)
        return outputs

    def publish(self, now_ms: int = 0) -> Outputs:
        """The state of every twin that changed since the last call, the counters, and whose patience has ended."""
        outputs = Outputs()
        self._turn_away(now_ms, outputs)
        for name in sorted(self._changed):
            if name == OWN:
                # Before the first message there is nothing to say, and no time to say it at.
                outputs.point(self._own_counters() if self._received_ms else None)
            elif (runtime := self._runtime(name)) is not None:
                outputs.records.append(_state_record(runtime))
                outputs.point(_twin_counters(runtime))
        self._changed.clear()
        return outputs

    def runtime(self, twin_id: str) -> Runtime | None:
        """The twin as it stands, None if it is not defined."""
        return self._runtime(twin_id)

    @property
    def waiting(self) -> int:
        """Messages that wait for a definition."""
        return len(self._waiting)

    @property
    def ledger(self) -> Ledger:
        """Counts of messages that no twin owns."""
        return self._ledger

    def _handle(self, message: Message, now_ms: int, outputs: Outputs) -> str | None:
        """Take one message; the name of what it changed, None if it waits."""
        if message.topic is Topic.DEFINITIONS:
            return self._define(message, outputs)
        body = parse_object(message.value)
        if isinstance(body, Rejected):
            twin_id: str | Rejected = parse_twin_id(message.key, None)
        else:
            twin_id = twin_of(message.key, body)
        if isinstance(twin_id, Rejected):
            return self._disown(message, body if isinstance(body, Rejected) else twin_id, None, outputs)
        runtime = self._runtime(twin_id)
        if runtime is None:
            if self._waiting.hold(twin_id, message, now_ms):
                return None
            return self._disown(message, _why_unowned(body), twin_id, outputs)
        step(runtime, message, body, outputs)
        return twin_id

    def _turn_away(self, now_ms: int, outputs: Outputs) -> None:
        """Reject what has waited in vain."""
        expired = self._waiting.expired(now_ms)
        for twin_id in expired:
            for message in self._waiting.release(twin_id):
                self._disown(message, _why_unowned(parse_object(message.value)), twin_id, outputs)
        if expired:
            self._keep({OWN})

    def _disown(self, message: Message, rejected: Rejected, twin_id: str | None, outputs: Outputs) -> str:
        """Reject a message that belongs to no twin here."""
        self._received_ms = message.received_ms
        self._ledger.message()
        self._ledger.reject(rejected.reason)
        outputs.records.append(dead_letter(message, rejected, twin_id))
        outputs.verdicts.append(
            Verdict(twin_id, None, Outcome.REJECTED, None, TwinCondition.NEVER_SEEN, alert=False, drift=False)
        )
        return OWN

    def _define(self, message: Message, outputs: Outputs) -> str:
        twin_id = parse_twin_id(message.key, None)
        if isinstance(twin_id, Rejected):
            return self._refuse_definition(message, twin_id, None, outputs)
        definition = parse_definition(twin_id, message.value)
        if isinstance(definition, Rejected):
            return self._refuse_definition(message, definition, twin_id, outputs)
        if definition is None:
            return self._retire(twin_id, message, outputs)
        twin = compile_definition(definition)
        runtime = self._runtime(twin_id)
        if runtime is None:
            runtime = self._live[twin_id] = Runtime.fresh(twin)
        else:
            runtime.redefine(twin)
        runtime.received_ms = message.received_ms
        runtime.ledger.definition()
        for waiting in self._waiting.release(twin_id):
            step(runtime, waiting, parse_object(waiting.value), outputs)
        return twin_id

    def _refuse_definition(self, message: Message, rejected: Rejected, twin_id: str | None, outputs: Outputs) -> str:
        self._received_ms = message.received_ms
        self._ledger.definition(rejected.reason)
        outputs.records.append(dead_letter(message, rejected, twin_id))
        return OWN

    def _retire(self, twin_id: str, message: Message, outputs: Outputs) -> str:
        """End a twin; what it counted stays in the roster's books, so that the totals still add up."""
        self._received_ms = message.received_ms
        runtime = self._runtime(twin_id)
        if runtime is not None:
            self._ledger.add(runtime.ledger)
            del self._live[twin_id]
            self._store.remove(twin_id)
            self._changed.discard(twin_id)
            # Its own counters end at zero, since the totals go on in the roster's.
            outputs.point(_counters(runtime.ledger.zeroed(), runtime.twin.tags, message.received_ms))
            outputs.records.append(
                Record(
                    Topic.STATE,
                    twin_id,
                    None,
                    f"{message.id}-retired",
                    EventType.STATE,
                    message.received_ms * NS_PER_MS,
                )
            )
        self._ledger.definition()
        return OWN

    def _runtime(self, twin_id: str) -> Runtime | None:
        runtime = self._live.get(twin_id)
        if runtime is None and (encoded := self._store.get(twin_id)) is not None:
            runtime = self._live[twin_id] = decode_runtime(encoded)
        return runtime

    def _keep(self, names: set[str]) -> None:
        """Store what has changed, and remember to tell of it."""
        for name in names:
            self._write_back(name)
        self._changed |= names

    def _write_back(self, name: str) -> None:
        if name == OWN:
            self._store.put(OWN, self._encoded_own())
        elif (runtime := self._live.get(name)) is not None:
            self._store.put(name, encode_runtime(runtime))

    def _encoded_own(self) -> bytes:
        own = {"buckets": self._buckets, "received_ms": self._received_ms, "ledger": ledger_to_json(self._ledger)}
        return orjson.dumps(own)

    def _load_own(self) -> None:
        """Take the books from the store, or begin them there."""
        encoded = self._store.get(OWN)
        if encoded is None:
            self._write_back(OWN)
            return
        own = orjson.loads(encoded)
        if own["buckets"] != self._buckets:
            raise BucketCountError(
                f"the stored twins are spread over {own['buckets']} buckets, the settings say {self._buckets}; "
                f"set buckets to {own['buckets']}, or start without the stored state"
            )
        self._received_ms = own["received_ms"]
        self._ledger = ledger_of_json(own["ledger"])

    def _own_counters(self) -> str | None:
        return _counters(self._ledger, {Tag.BUCKET: self._bucket}, self._received_ms)


def _why_unowned(body: Mapping[str, object] | Rejected) -> Rejected:
    """Why a message of an undefined twin is rejected: for itself if it is broken, else for its twin."""
    return body if isinstance(body, Rejected) else UNKNOWN_TWIN


def _state_record(runtime: Runtime) -> Record:
    state = runtime.state()
    return Record(
        topic=Topic.STATE,
        key=state.twin_id,
        value=state.model_dump_json(exclude_none=True).encode(),
        id=f"{state.twin_id}-{runtime.received_ms}-{state.counts.messages}-{state.counts.definitions}",
        type=EventType.STATE,
        ts_ns=runtime.received_ms * NS_PER_MS if runtime.newest_ns is None else runtime.newest_ns,
    )


def _twin_counters(runtime: Runtime) -> str | None:
    return _counters(runtime.ledger, runtime.twin.tags, runtime.received_ms)


def _counters(ledger: Ledger, tags: Mapping[Tag, str], received_ms: int) -> str | None:
    fields: Fields = {name: float(count) for name, count in ledger.counts().model_dump().items()}
    fields |= {f"rejected_{reason}": float(count) for reason, count in ledger.reasons.items()}
    return line(f"{Measurement.PIPELINE},{tag_set(tags)}", fields, received_ms * NS_PER_MS)
