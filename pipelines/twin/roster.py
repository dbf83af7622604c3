"""The twins of one bucket: finds the twin of each message, takes definitions, keeps what nobody owns in its books."""

from collections.abc import Iterable, Mapping

from pipelines.twin.books import load_books
from pipelines.twin.command import moment_ns, obey
from pipelines.twin.compiled import compile_definition
from pipelines.twin.deadletter import dead_letter
from pipelines.twin.definition_message import parse_definition
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.identifiers import parse_twin_id
from pipelines.twin.ledger import Ledger
from pipelines.twin.line_protocol import tag_set
from pipelines.twin.message import Message
from pipelines.twin.model_message import Cause
from pipelines.twin.outputs import Outputs, Verdict
from pipelines.twin.policy import TwinPolicy, UnknownTwins, created_definition
from pipelines.twin.presence import pass_time
from pipelines.twin.publication import counters, state_record
from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.relearning import redefine
from pipelines.twin.retirement import retire
from pipelines.twin.runtime import NEVER_MS, Runtime
from pipelines.twin.shelf import Shelf
from pipelines.twin.silence_clock import SilenceClock
from pipelines.twin.step import let_go, step
from pipelines.twin.store import Store
from pipelines.twin.telemetry import parse_object, source_of, twin_of
from pipelines.twin.untold import Untold
from pipelines.twin.waiting_room import WaitingRoom
from schemas.accounting import Outcome
from schemas.definition import TwinDefinition
from schemas.influx import Tag
from schemas.model_event import RULE
from schemas.state import TwinCondition
from schemas.topics import Topic

OWN = ""
"""The name under which the roster keeps its own books; no twin can be called so."""

UNKNOWN_TWIN = Rejected(Reason.UNKNOWN_TWIN, "define the twin first: twinstream apply FILE")


class Roster:
    """Twins in memory, backed by a store.

    `handle` takes messages in log order and writes every twin that they changed back to the store once; `publish`
    finds who has fallen silent and says where the changed twins stand. Both only speak to the store and return what
    follows, so the same roster runs in the job, in a backtest and in tests.

    Parameters
    ----------
    store
        Where encoded twins rest.
    bucket
        The roster's name in counters.
    buckets
        How many rosters share the twins. It decides which twin is where, so stored twins are bound to it.
    policy
        What becomes of twins that are not known, and of too many.
    tick_ms
        How often `publish` is called, as long as `restless`.
    most_told
        Twins that one `publish` tells of at most; the others wait for their turn.

    Raises
    ------
    BucketCountError
        If the store was filled under another number of buckets.
    """

    def __init__(
        self,
        store: Store,
        bucket: str,
        buckets: int = 1,
        policy: TwinPolicy | None = None,
        tick_ms: int = 1_000,
        most_told: int | None = None,
    ) -> None:
        self._store = store
        self._bucket = bucket
        self._policy = policy or TwinPolicy()
        self._shelf = Shelf(store)
        self._live: dict[str, Runtime] = {}
        self._silence = SilenceClock(tick_ms)
        self._books = load_books(store.get(OWN), bucket, buckets)
        self._store.put(OWN, self._books.encode())
        self._waiting = WaitingRoom(store, self._policy)
        self._known = self._shelf.twin_ids()
        # What the store holds was perhaps not told before a restart: say it once more.
        self._untold = Untold([OWN, *sorted(self._known)], most_told)
        self._asleep = set(self._known)

    def handle(self, messages: Iterable[Message], now_ms: int = 0) -> Outputs:
        """Take messages in log order, at a processing time."""
        outputs = Outputs()
        touched: set[str] = set()
        message = None
        for message in messages:
            if (name := self._handle(message, now_ms, outputs)) is not None:
                touched.add(name)
        if message is not None:
            self._silence.heard(now_ms, message.received_ms)
            touched |= self._shelf.tell_resets(now_ms or message.received_ms, outputs)
        self._keep(touched)
        return outputs

    def publish(self, now_ms: int = 0) -> Outputs:
        """Who has fallen silent, whose patience has ended, and the states and counters of twins that changed."""
        outputs = Outputs()
        self._turn_away(now_ms, outputs)
        self._pass_time(now_ms, outputs)
        told = [(name, None if name == OWN else self._runtime(name)) for name in self._untold.take()]
        if changed := self._shelf.tell_resets(now_ms, outputs):
            self._keep(changed)
        for name, runtime in told:
            if name == OWN:
                outputs.point(counters(self._books.ledger, tag_set({Tag.BUCKET: self._bucket})))
            elif runtime is not None:
                outputs.records.append(state_record(runtime))
                outputs.point(counters(runtime.ledger, runtime.twin.tag_set))
        return outputs

    def flush(self) -> Outputs:
        """Let go on what waits in reorder windows: nothing more will come."""
        outputs = Outputs()
        touched = {twin_id for twin_id, runtime in self._live.items() if runtime.holding.arrivals}
        for twin_id in sorted(touched):
            let_go(self._live[twin_id], outputs)
        self._keep(touched)
        return outputs

    def runtime(self, twin_id: str) -> Runtime | None:
        """The twin as it stands, None if it is not defined."""
        return self._runtime(twin_id)

    @property
    def restless(self) -> bool:
        """Whether something will have to be done even if no message comes."""
        return (
            bool(self._waiting)
            or bool(self._untold)
            or any(runtime.deadline_ms < NEVER_MS or runtime.holding.arrivals for runtime in self._live.values())
        )

    @property
    def ledger(self) -> Ledger:
        """Counts of messages that no twin owns."""
        return self._books.ledger

    def _handle(self, message: Message, now_ms: int, outputs: Outputs) -> str | None:
        """Take one message; the name of what it changed, None if it waits."""
        if message.topic is Topic.DEFINITIONS:
            return self._define(message, outputs)
        body = parse_object(message.value)
        if isinstance(body, Rejected):
            twin_id: str | Rejected = parse_twin_id(message.key, None)
        else:
            twin_id = twin_of(message.key, body)
        if message.topic is Topic.COMMANDS:
            return self._command(message, body, twin_id, outputs)
        if isinstance(twin_id, Rejected):
            return self._disown(message, body, body if isinstance(body, Rejected) else twin_id, None, outputs)
        runtime = self._runtime(twin_id)
        if runtime is None:
            if self._waiting.hold(twin_id, message, now_ms):
                return None
            if isinstance(body, Rejected) or not self._may_create():
                return self._disown(message, body, _why_unowned(body), twin_id, outputs)
            self._books.created += 1
            runtime = self._begin(created_definition(twin_id))
        self._step(runtime, message, body, outputs)
        return twin_id

    def _step(
        self, runtime: Runtime, message: Message, body: Mapping[str, object] | Rejected, outputs: Outputs
    ) -> None:
        found, rejected = step(runtime, message, body, outputs)
        self._books.sources.count(source_of(body), found, rejected, message.received_ms, outputs)

    def _turn_away(self, now_ms: int, outputs: Outputs) -> None:
        """Reject what has waited in vain."""
        expired = self._waiting.expired(now_ms)
        for twin_id in expired:
            for message in self._waiting.release(twin_id):
                body = parse_object(message.value)
                self._disown(message, body, _why_unowned(body), twin_id, outputs)
        if expired:
            self._keep({OWN})

    def _pass_time(self, now_ms: int, outputs: Outputs) -> None:
        """Find silent twins, and let go on what has waited long enough for messages before it."""
        silence_ms = self._silence.now_ms(now_ms)
        if silence_ms is None:
            return
        for name in self._asleep:
            self._runtime(name)
        self._asleep.clear()
        touched = set()
        for twin_id, runtime in self._live.items():
            if runtime.holding.arrivals:
                # What is held is a sign of life that has not had its turn yet.
                window_ms = runtime.twin.timing.window_ns // NS_PER_MS
                if silence_ms - runtime.ledger.received_ms < window_ms:
                    continue
                let_go(runtime, outputs)
                touched.add(twin_id)
            if silence_ms >= runtime.deadline_ms and pass_time(runtime, silence_ms, outputs):
                touched.add(twin_id)
        if touched:
            self._keep(touched)

    def _disown(
        self,
        message: Message,
        body: Mapping[str, object] | Rejected,
        rejected: Rejected,
        twin_id: str | None,
        outputs: Outputs,
    ) -> str:
        """Reject a message that belongs to no twin here."""
        self._books.ledger.received_ms = message.received_ms
        self._books.ledger.messages += 1
        self._books.ledger.reject(rejected.reason)
        source = source_of(body)
        self._books.sources.count(source, 1, 1, message.received_ms, outputs)
        outputs.records.append(dead_letter(message, rejected, twin_id, source=source))
        outputs.verdicts.append(
            Verdict(twin_id, None, Outcome.REJECTED, None, TwinCondition.NEVER_SEEN, alert=False, drift=False)
        )
        return OWN

    def _command(
        self, message: Message, body: Mapping[str, object] | Rejected, twin_id: str | Rejected, outputs: Outputs
    ) -> str:
        """Have a twin obey a command; it is counted by the twin, or in the roster's books where there is none."""
        runtime = None if isinstance(twin_id, Rejected) else self._runtime(twin_id)
        if isinstance(body, Rejected):
            rejected: Rejected | None = body
        elif isinstance(twin_id, Rejected):
            rejected = twin_id
        else:
            rejected = UNKNOWN_TWIN if runtime is None else obey(runtime, body, message, outputs)
        ledger = self._books.ledger if runtime is None else runtime.ledger
        ledger.command(message.received_ms, None if rejected is None else rejected.reason)
        named = None if isinstance(twin_id, Rejected) else twin_id
        if rejected is not None:
            outputs.records.append(dead_letter(message, rejected, named))
        return OWN if runtime is None else runtime.twin.twin_id

    def _define(self, message: Message, outputs: Outputs) -> str:
        twin_id = parse_twin_id(message.key, None)
        if isinstance(twin_id, Rejected):
            return self._refuse_definition(message, twin_id, None, outputs)
        definition = parse_definition(twin_id, message.value)
        if isinstance(definition, Rejected):
            return self._refuse_definition(message, definition, twin_id, outputs)
        if definition is None:
            return self._retire(twin_id, message, outputs)
        runtime = self._runtime(twin_id)
        if runtime is not None:
            # What waits was accepted under the old rules, and goes on under them.
            let_go(runtime, outputs)
            twin = runtime.with_created(compile_definition(definition))
            redefine(runtime, twin, moment_ns(message), Cause(RULE, message.id), outputs)
        elif len(self._known) >= self._policy.most_twins:
            most = f"a bucket holds {self._policy.most_twins} twins; retire some, or raise max_twins of the twin job"
            return self._refuse_definition(message, Rejected(Reason.TOO_MANY_TWINS, most), twin_id, outputs)
        else:
            runtime = self._begin(definition)
        runtime.ledger.definition(message.received_ms)
        for waiting in self._waiting.release(twin_id):
            self._step(runtime, waiting, parse_object(waiting.value), outputs)
        return twin_id

    def _begin(self, definition: TwinDefinition) -> Runtime:
        self._known.add(definition.twin_id)
        runtime = self._live[definition.twin_id] = Runtime.fresh(compile_definition(definition))
        return runtime

    def _may_create(self) -> bool:
        policy = self._policy
        return (
            policy.unknown is UnknownTwins.CREATE
            and self._books.created < policy.most_created
            and len(self._known) < policy.most_twins
        )

    def _refuse_definition(self, message: Message, rejected: Rejected, twin_id: str | None, outputs: Outputs) -> str:
        self._books.ledger.definition(message.received_ms, rejected.reason)
        outputs.records.append(dead_letter(message, rejected, twin_id))
        return OWN

    def _retire(self, twin_id: str, message: Message, outputs: Outputs) -> str:
        """End a twin; what it counted stays in the roster's books, so that the totals still add up."""
        runtime = self._runtime(twin_id)
        if runtime is not None:
            retire(runtime, message, outputs)
            self._books.ledger.add(runtime.ledger)
            del self._live[twin_id]
            self._known.discard(twin_id)
            self._shelf.remove(twin_id)
            self._untold.discard(twin_id)
        self._books.ledger.definition(message.received_ms)
        return OWN

    def _runtime(self, twin_id: str) -> Runtime | None:
        runtime = self._live.get(twin_id)
        if runtime is None and twin_id in self._known:
            runtime = self._shelf.take(twin_id)
            if runtime is None:
                self._known.discard(twin_id)
            else:
                self._live[twin_id] = runtime
        return runtime

    def _keep(self, names: set[str]) -> None:
        """Store what has changed and the books, and remember to tell of what has changed."""
        self._store.put(OWN, self._books.encode())
        for name in names:
            if (runtime := self._live.get(name)) is not None:
                self._shelf.put(runtime)
        self._untold.add(sorted(names))


def _why_unowned(body: Mapping[str, object] | Rejected) -> Rejected:
    """Why a message of an undefined twin is rejected: for itself if it is broken, else for its twin."""
    return body if isinstance(body, Rejected) else UNKNOWN_TWIN
