"""What hot code costs, beside a piece of plain Python in the same run: a slowdown of a quarter is seen.

Absolute times depend on the machine and on what else it does; the ratio of the two fastest rounds hardly does.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import pytest

from pipelines.twin.codec import decode_runtime, encode_change, encode_runtime
from pipelines.twin.compiled import compile_definition
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.runtime import Runtime
from schemas.definition import TwinDefinition
from tests.bench.fleet import Fleet
from tests.bench.same_step import advance, fresh, observed

EVENTS = 500
ROUNDS = 40
SLOWER = 1.25
"""What is reported as a slowdown."""

COST = {"step": 47.0, "step without detectors": 7.3, "encode": 28.5, "encode change": 12.4, "decode": 203.0}
"""Cost in units of `plain_python`, as it was when it was last looked at. Lower it when something gets faster."""

FLEET = Fleet(twins=1, sensors=8)


@dataclass
class Reading:
    name: str
    value: float
    ts: int


def plain_python(rows: int = EVENTS) -> int:
    """A unit of work of the kind that the hot path does: objects, dicts, floats, text."""
    last: dict[str, float] = {}
    written = 0
    for number in range(rows):
        for name in ("a", "b", "c", "d"):
            reading = Reading(name, number * 0.5, number)
            change = reading.value - last.get(reading.name, 0.0)
            last[reading.name] = reading.value
            written += len(f"{reading.name} value={change} {reading.ts}")
    return written


def without_detectors() -> Runtime:
    definition = FLEET.definition("twin-0").model_dump(mode="json", exclude_defaults=True)
    definition["type"]["detect"]["profile"] = "off"
    return Runtime.fresh(compile_definition(TwinDefinition.model_validate(definition)))


def log(count: int) -> list[Message]:
    end_ms = 1_700_000_000_000
    return [
        observed(key, value, 0, number, end_ms + number * 100 + 20)
        for number, (key, value) in enumerate(FLEET.backlog(count, 10.0, end_ms + count * 100))
    ]


def stepping(runtime: Runtime) -> Callable[[], None]:
    """The next `EVENTS` observations of a twin, each time it is called."""
    messages = iter(log(EVENTS * (ROUNDS + 1)))

    def advance_on() -> None:
        outputs = Outputs()
        for _ in range(EVENTS):
            advance(runtime, next(messages), outputs)

    advance_on()
    return advance_on


def warm() -> Runtime:
    runtime = fresh(FLEET, "twin-0")
    for message in log(EVENTS):
        advance(runtime, message, Outputs())
    return runtime


def repeated(work: Callable[[], object], times: int) -> Callable[[], None]:
    def again() -> None:
        for _ in range(times):
            work()

    return again


def works() -> dict[str, Callable[[], None]]:
    runtime = warm()
    encoded = encode_runtime(runtime)
    settled = decode_runtime(encoded)
    settled.settle(crc32(encoded))
    return {
        "step": stepping(fresh(FLEET, "twin-0")),
        "step without detectors": stepping(without_detectors()),
        "encode": repeated(lambda: encode_runtime(runtime), EVENTS),
        "encode change": repeated(lambda: encode_change(settled), EVENTS),
        "decode": repeated(lambda: decode_runtime(encoded), EVENTS),
    }


def fastest(work: Callable[[], object], reference: Callable[[], object]) -> tuple[float, float]:
    """The shortest time of each over rounds in which they take turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for one, taken in zip((work, reference), times, strict=True):
            began = time.perf_counter()
            one()
            taken.append(time.perf_counter() - began)
    return min(times[0]), min(times[1])


@pytest.mark.parametrize("name", COST)
def test_hot_code_costs_no_more_than_it_did(name, capsys):
    taken, unit = fastest(works()[name], plain_python)
    ratio = taken / unit
    with capsys.disabled():
        print(f"\n{name}: {taken / EVENTS * 1e6:.1f} µs, {ratio:.2f} units; was {COST[name]} units")  # noqa: T201
    assert ratio < COST[name] * SLOWER, f"{name} has become slower than {SLOWER} times what it cost"


def test_the_gate_sees_a_slowdown_of_a_quarter():
    """The same measure of the same work, and of it with half of it done twice."""
    alone, unit = fastest(plain_python, plain_python)
    more, unit_again = fastest(lambda: (plain_python(), plain_python(EVENTS // 2)), plain_python)
    assert alone / unit < SLOWER < more / unit_again
