"""The end of a twin: what stands open is closed, its last counters and its tombstone go out."""

from pipelines.twin.closing import close_all
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.publication import counters, retirement
from pipelines.twin.runtime import Runtime
from pipelines.twin.step import let_go


def retire(runtime: Runtime, message: Message, outputs: Outputs) -> None:
    """Close a twin's alerts and tell that it is no more. What it counted is left for the roster's books."""
    let_go(runtime, outputs)
    close_all(runtime, outputs)
    # Its own counters end at zero, since the totals go on in the roster's.
    ended = runtime.ledger.zeroed()
    ended.received_ms = message.received_ms
    outputs.point(counters(ended, runtime.twin.tag_set))
    outputs.records.append(retirement(runtime, message))
