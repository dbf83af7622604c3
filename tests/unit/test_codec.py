"""A runtime as bytes: it goes on bit for bit, and what can't be read is refused by version (field cases C36, C37)."""

from random import Random

import msgspec
import orjson
import pytest

from pipelines.detection.memory import CAPACITY
from pipelines.testing.builders import Log, definition, feed, new_roster, noise
from pipelines.testing.readers import models
from pipelines.twin.codec import RUNTIME_VERSION, RuntimeFormatError, decode_runtime, encode_runtime
from pipelines.twin.recent import MOST
from pipelines.twin.roster import Roster
from pipelines.twin.runtime import Runtime
from pipelines.twin.runtime_state import RuntimeState
from pipelines.twin.store import MemoryStore
from schemas.definition import Timing


def log_with_everything(window: str = "0s") -> Log:
    """Warm-up, an alert, drift, a late value, a refused one, a bad one, a counter, a sensor that falls silent."""
    t1 = {"unit": "degC", "resolution": 0.1, "range": [-50, 150]}
    twin = definition(t1=t1, t2={"unit": "bar"}, total={"role": "counter"}, t3={"period": "1s"})
    timing = Timing(reorder_window=window)
    log = Log(twin.model_copy(update={"type": twin.type.model_copy(update={"timing": timing})}))
    for second, (one, two) in enumerate(zip(noise(150), noise(150, 3.0, 0.1, seed=2), strict=True)):
        values = {"t1": one + (40 if 60 <= second < 120 else 0), "t2": two if second % 3 else None, "total": second * 7}
        if second < 50:
            values["t3"] = one
        if 125 <= second < 128:
            values["t1"] = 200.0
        log.observe(second, **values)
        if second % 20 == 0:
            log.observe(second - 5, t1=1.0)
    return log


def lived(messages: int, window: str = "0s") -> Runtime:
    roster = new_roster()
    feed(log_with_everything(window).messages[:messages], roster)
    return roster.runtime("case")


def test_the_log_here_holds_all_that_a_runtime_can_remember():
    runtime = lived(136)
    assert runtime.sensors["total"].counter is not None
    assert list(runtime.sensors["t1"].health) == ["out-of-range"]
    assert list(runtime.sensors["t3"].health) == ["silent"]
    assert runtime.ledger.reasons
    assert runtime.ledger.notes
    assert runtime.ledger.flaws
    assert lived(100).episode.active
    waiting = lived(136, "3s")
    assert waiting.holding.arrivals
    assert waiting.ledger.waiting > 0


@pytest.mark.parametrize("window", ["0s", "3s"])
@pytest.mark.parametrize("messages", [1, 2, 15, 40, 66, 70, 100, 130, 136, 158])
def test_a_runtime_that_is_written_and_read_is_the_same_bytes_again(messages, window):
    encoded = encode_runtime(lived(messages, window))
    assert encode_runtime(decode_runtime(encoded)) == encoded


@pytest.mark.parametrize("window", ["0s", "3s"])
@pytest.mark.parametrize("cut", [1, 2, 15, 40, 66, 70, 100, 130, 136])
def test_a_runtime_that_is_written_and_read_goes_on_as_if_nothing_had_happened(cut, window):
    log, store = log_with_everything(window), MemoryStore()
    whole = new_roster()
    feed(log.messages[:cut], whole)
    feed(log.messages[:cut], Roster(store, "0"))
    uninterrupted = feed(log.messages[cut:], whole)
    restored = feed(log.messages[cut:], Roster(store, "0"))
    assert restored == uninterrupted


def parts(encoded: bytes) -> tuple[bytes, list]:
    """What stands before a runtime's MessagePack, and the arrays in it."""
    begin = 5 + int.from_bytes(encoded[1:5])
    return encoded[:begin], msgspec.msgpack.decode(encoded[begin:])


def test_the_first_byte_is_the_version_and_the_definition_follows_as_json():
    head, _ = parts(encode_runtime(lived(100)))
    assert head[0] == RUNTIME_VERSION
    assert orjson.loads(head[5:])["twin_id"] == "case"


@pytest.mark.parametrize("version", [RUNTIME_VERSION + 1, 99, 0])
def test_another_version_is_refused_by_name_and_says_what_the_twin_is(version):
    encoded = encode_runtime(lived(50))
    with pytest.raises(RuntimeFormatError, match=rf"case has version {version},.* reads 4 and 5") as refused:
        decode_runtime(bytes([version]) + encoded[1:])
    assert refused.value.definition == lived(50).twin.definition


@pytest.mark.parametrize(
    "encoded", [b"", b"{", b"[]", b"null", b"{}", b'{"version":2}', b"\x80\x04\x95", b'{"version":2,"definition":7}']
)
def test_bytes_that_are_no_runtime_are_refused(encoded):
    with pytest.raises(RuntimeFormatError, match="not even what it is") as refused:
        decode_runtime(encoded)
    assert refused.value.definition is None


def test_a_runtime_that_is_cut_short_is_refused_at_every_length():
    encoded = encode_runtime(lived(50))
    for length in range(0, len(encoded), 97):
        with pytest.raises(RuntimeFormatError):
            decode_runtime(encoded[:length])


@pytest.mark.parametrize("part", range(len(RuntimeState.__struct_fields__)))
@pytest.mark.parametrize("wrong", [b"left out", [[]]], ids=["bytes", "list"])
def test_a_runtime_of_which_a_part_is_something_else_is_refused_and_never_half_read(part, wrong):
    head, state = parts(encode_runtime(lived(50)))
    state[part] = wrong
    with pytest.raises(RuntimeFormatError) as refused:
        decode_runtime(head + msgspec.msgpack.encode(state))
    assert refused.value.definition is not None


@pytest.mark.parametrize("change", [lambda state: state[:-1], lambda state: [*state, 0]], ids=["fewer", "more"])
def test_a_runtime_of_other_parts_is_refused(change):
    head, state = parts(encode_runtime(lived(50)))
    with pytest.raises(RuntimeFormatError):
        decode_runtime(head + msgspec.msgpack.encode(change(state)))


def full() -> Runtime:
    """A twin of two sensors that remember as much as ever they can, a day of which is known, one of them in alert."""
    log, rng = Log(definition(t1={"range": [0, 1e3]}, t2={"range": [0, 1e3], "unit": "bar"})), Random(1)  # noqa: S311
    for number in range(2_000):
        log.observe(
            67 * number, **{name: 500 + 10 ** rng.uniform(-2, 2) * rng.choice((-1, 1)) for name in ("t1", "t2")}
        )
    roster = new_roster()
    feed(log, roster)
    second = 67 * 2_000
    while len(roster.runtime("case").sensors["t1"].recent) < MOST:
        second += 67
        late = Log(twin_id="case")
        late.observe(second, t1=2_000.0, t2=500.0)
        feed(late, roster)
    return roster.runtime("case")


def test_a_sensor_takes_no_more_than_four_kilobytes_however_much_it_has_seen():
    runtime = full()
    _, state = parts(encode_runtime(runtime))
    stored = dict(zip(RuntimeState.__struct_fields__, state, strict=True))["sensors"]
    for name, model in models(runtime).items():
        assert model.season.known
        novelty = model.novelty
        for memory in (novelty.values, novelty.departures, novelty.levels, novelty.steps):
            assert len(memory.values) > CAPACITY / 2
            while len(memory.values) < CAPACITY:
                memory.remember(float(len(memory.values)))
        learned = msgspec.msgpack.encode(model.snapshot(whole=True))
        assert len(msgspec.msgpack.encode(stored[name])) + len(learned) <= 4_096


def test_what_a_twin_takes_beside_its_sensors_is_bounded():
    runtime = full()
    head, state = parts(encode_runtime(runtime))
    sensors = len(msgspec.msgpack.encode(state[RuntimeState.__struct_fields__.index("sensors")]))
    sensors += sum(len(msgspec.msgpack.encode(one)) for one in runtime.detector.snapshot().sensors.values())
    assert len(encode_runtime(runtime)) - len(head) - sensors <= 5_000
