"""What is normal is forgotten and learned anew: by rule, by an operator's command, or since a sensor is another one."""

from collections.abc import Collection, Sequence

from pipelines.twin.closing import close_anomaly, close_redefined
from pipelines.twin.compiled import CompiledTwin
from pipelines.twin.model_message import Cause, record_change, record_warm
from pipelines.twin.outputs import Outputs
from pipelines.twin.runtime import Runtime
from schemas.model_event import ModelChange

FEW = 5


def relearn(
    runtime: Runtime,
    sensors: Collection[str] | None,
    ts_ns: int,
    why: str,
    outputs: Outputs,
) -> int:
    """Forget what was learned of the sensors named, or of all, and clear the anomaly alert, whose ground is gone.

    Returns how many samples were learned before.
    """
    close_anomaly(runtime, ts_ns, why, outputs)
    samples = runtime.detector.samples
    runtime.forget(sensors)
    return samples


def redefine(runtime: Runtime, twin: CompiledTwin, ts_ns: int, cause: Cause, outputs: Outputs) -> None:
    """Take a changed definition; put on record what is forgotten by it."""
    close_redefined(runtime, twin, outputs)
    samples, warm = runtime.detector.samples, runtime.detector.warm
    if forgotten := runtime.redefine(twin):
        reason = f"defined anew: what was learned of {few(forgotten)} is forgotten"
        record_change(runtime, ModelChange.RELEARN, reason, ts_ns, outputs, cause=cause, samples=samples)
    if runtime.detector.warm and not warm:
        record_warm(runtime, ts_ns, outputs, cause)


def few(names: Sequence[str]) -> str:
    """The first names and how many more there are.

    >>> few(["a", "b"]), few(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    more = len(names) - FEW
    return ", ".join(names[:FEW]) + (f" and {more} more" if more > 0 else "")
