"""Messages of twins that are not defined yet.

Definitions and telemetry are different topics, and nothing orders one before the other: after a restart the log of
both is read again from some earlier place, and an observation may come before the definition that it needs. It waits
here for a while instead of being rejected.
"""

from base64 import b64decode, b64encode

import orjson

from pipelines.twin.message import Message
from pipelines.twin.policy import TwinPolicy, UnknownTwins
from pipelines.twin.store import WAITING_MARK, Store
from schemas.topics import Topic

MAX_WAITING_BYTES = 16 * 1024 * 1024
"""For all twins of a roster together; a message beyond it is rejected."""


class WaitingRoom:
    """Holds messages in the store, in order, until their twin is defined or patience ends.

    Parameters
    ----------
    policy
        Whether messages wait, and how long a twin's first one does, in processing time. After a restart patience
        begins anew, since the definition may be read again just now.
    """

    def __init__(self, store: Store, policy: TwinPolicy) -> None:
        self._store = store
        self._policy = policy
        self._names: dict[str, list[str]] = {}
        self._since_ms: dict[str, int] = {}
        self._bytes = 0
        self._next = 0
        for name in sorted(name for name in store.names() if name.startswith(WAITING_MARK)):
            twin_id, number = name[1:].split(WAITING_MARK)
            self._names.setdefault(twin_id, []).append(name)
            self._bytes += len(store.get(name) or b"")
            self._next = max(self._next, int(number) + 1)

    def __len__(self) -> int:
        return sum(len(names) for names in self._names.values())

    def hold(self, twin_id: str, message: Message, now_ms: int) -> bool:
        """Keep a message of an undefined twin; False if it can't be kept."""
        if not self._policy.waits:
            return False
        encoded = _encode(message)
        if self._bytes + len(encoded) > MAX_WAITING_BYTES:
            return False
        # Twelve digits keep the order of names the order of messages.
        name = f"{WAITING_MARK}{twin_id}{WAITING_MARK}{self._next:012d}"
        self._store.put(name, encoded)
        self._names.setdefault(twin_id, []).append(name)
        self._since_ms.setdefault(twin_id, now_ms)
        self._next += 1
        self._bytes += len(encoded)
        return True

    def release(self, twin_id: str) -> list[Message]:
        """The twin's messages in the order in which they came; they wait no longer."""
        self._since_ms.pop(twin_id, None)
        released = []
        for name in self._names.pop(twin_id, ()):
            encoded = self._store.get(name)
            if encoded is not None:
                self._store.remove(name)
                self._bytes -= len(encoded)
                released.append(_decode(encoded))
        return released

    def expired(self, now_ms: int) -> list[str]:
        """The twins whose first message has waited long enough."""
        if self._policy.unknown is UnknownTwins.QUARANTINE:
            return []
        for twin_id in self._names:
            self._since_ms.setdefault(twin_id, now_ms)
        patience_ms = self._policy.patience_ms
        return [twin_id for twin_id, since_ms in self._since_ms.items() if now_ms - since_ms >= patience_ms]


def _encode(message: Message) -> bytes:
    return orjson.dumps(
        [
            message.topic.value,
            None if message.key is None else b64encode(message.key).decode(),
            None if message.value is None else b64encode(message.value).decode(),
            message.partition,
            message.offset,
            message.received_ms,
        ]
    )


def _decode(encoded: bytes) -> Message:
    topic, key, value, partition, offset, received_ms = orjson.loads(encoded)
    return Message(
        Topic(topic),
        None if key is None else b64decode(key),
        None if value is None else b64decode(value),
        partition,
        offset,
        received_ms,
    )
