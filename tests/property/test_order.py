"""A log that comes in another order, twice, or with restarts in between ends as the sorted log does, bit for bit."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pipelines.testing.builders import START_S, TWIN
from pipelines.testing.strategies import profile
from pipelines.twin.codec import encode_runtime
from pipelines.twin.ledger import Ledger
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.definition import TwinDefinition
from schemas.topics import Topic

WINDOW_S = 10
SENSORS = ("t1", "t2", "count", "door")


def twin(window_s: int) -> TwinDefinition:
    return TwinDefinition.model_validate(
        {
            "twin_id": TWIN,
            "type": {
                "type": "case-type",
                "sensors": {
                    "t1": {"unit": "Cel", "range": [-50, 150], "max_rate": "200/s", "stuck_after": 4, "period": "20s"},
                    "t2": {"unit": "bar", "sentinels": [-1]},
                    "count": {"role": "counter", "modulus": 1000},
                    "door": {"role": "binary"},
                },
                "timing": {"reorder_window": f"{window_s}s"},
                "detect": {"warm_up": 10},
            },
        }
    )


Event = tuple[int, bytes]
"""Event time in ms, and body."""


def event(number: int, ts_ms: int, values: dict[str, object], *, seq: bool) -> Event:
    body = {"ts": ts_ms, "values": values} | ({"seq": number} if seq else {})
    return ts_ms, json.dumps(body).encode()


values = st.fixed_dictionaries(
    {},
    optional={
        "t1": st.sampled_from([20.0, 20.5, 21.0, 21.5, 90.0, 300.0, {"value": 70.0, "unit": "[degF]"}]),
        "t2": st.sampled_from([3.0, 3.5, 4.0, -1, {"value": 350, "unit": "kPa"}, {"value": 3.0, "quality": "bad"}]),
        "count": st.integers(0, 1200),
        "door": st.sampled_from([True, "off", 1, 0]),
    },
).filter(bool)
gaps = st.sampled_from([0, 1_000, 1_000, 1_000, 2_000, 5_000, 45_000, 400_000])


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Events in order of time, of which several may stand at one time; warm first, so that alerts are possible."""
    seq = draw(st.booleans())
    ts_ms = START_S * 1000
    events = []
    for number in range(14):
        ts_ms += 1_000
        calm = {"t1": 20.0 + number % 3 * 0.5, "t2": 3.0 + number % 2 * 0.5, "count": number, "door": number % 2}
        events.append(event(number, ts_ms, calm, seq=seq))
    for number, (gap, some) in enumerate(draw(st.lists(st.tuples(gaps, values), max_size=25)), start=14):
        ts_ms += gap
        events.append(event(number, ts_ms, some, seq=seq))
    return events


def run(events: Sequence[Event], window_s: int, restarts: Iterable[int] = ()) -> tuple[Roster, Outputs]:
    """The events in this order through a roster that is restarted before some of them."""
    store = MemoryStore()
    roster = Roster(store, "0")
    outputs = Outputs()
    defined = Message(Topic.DEFINITIONS, TWIN.encode(), twin(window_s).model_dump_json().encode(), 0, 0, START_S * 1000)
    add(outputs, roster.handle([defined]))
    now_ms = 0
    for offset, (ts_ms, body) in enumerate(events):
        if offset in restarts:
            roster = Roster(store, "0")
        now_ms = max(now_ms, ts_ms + 1)
        add(outputs, roster.handle([Message(Topic.TELEMETRY, TWIN.encode(), body, 0, offset, now_ms)]))
    add(outputs, roster.flush())
    return roster, outputs


def add(outputs: Outputs, more: Outputs) -> None:
    outputs.records += more.records
    outputs.points += more.points


def learned(roster: Roster) -> bytes:
    """All that the twin remembers, but for what was counted on the way."""
    runtime = roster.runtime(TWIN)
    assert runtime is not None
    assert runtime.ledger.counts().balanced
    assert runtime.ledger.waiting == 0
    return encode_runtime(replace(runtime, ledger=Ledger()))


def told(outputs: Outputs) -> list[tuple[str, bytes | None]]:
    return [(record.id, record.value) for record in outputs.records if record.topic is not Topic.DEADLETTER]


def stored(outputs: Outputs) -> dict[tuple[str, str], dict[str, str]]:
    """The points as InfluxDB keeps them: of one series and time, later fields replace earlier ones."""
    points: dict[tuple[str, str], dict[str, str]] = {}
    for line in outputs.points:
        head, rest = line.split(" ", 1)
        fields, ts = rest.rsplit(" ", 1)
        pairs = (pair.split("=", 1) for pair in fields.split(",") if "=" in pair)
        points.setdefault((head, ts), {}).update(dict(pairs))
    return points


def assert_same(got: tuple[Roster, Outputs], expected: tuple[Roster, Outputs]) -> None:
    assert learned(got[0]) == learned(expected[0])
    assert told(got[1]) == told(expected[1])
    assert stored(got[1]) == stored(expected[1])


@profile(250)
@given(logs(), st.randoms(use_true_random=False), st.data())
def test_any_order_within_the_window_with_repeats_and_restarts_ends_as_the_sorted_log(events, random: Random, data):
    shuffled = sorted(events, key=lambda each: each[0] + random.randint(0, WINDOW_S * 1000))
    again = data.draw(st.lists(st.sampled_from(shuffled), max_size=10))
    for each in again:
        # A repeat may come at any time behind the first, far outside of the window, too.
        first = shuffled.index(each)
        shuffled.insert(random.randint(first + 1, len(shuffled)), each)
    restarts = data.draw(st.sets(st.integers(0, len(shuffled))))
    got = run(shuffled, WINDOW_S, restarts)
    expected = run(events, WINDOW_S)
    assert_same(got, expected)
    counts, alone = got[0].runtime(TWIN).ledger.counts(), expected[0].runtime(TWIN).ledger.counts()
    assert counts.applied == alone.applied
    assert counts.amended == alone.amended
    assert counts.read - counts.duplicate == alone.read - alone.duplicate


@profile(120)
@given(logs(), st.randoms(use_true_random=False), st.data())
def test_without_a_window_repeats_and_restarts_still_change_nothing(events, random: Random, data):
    repeated = list(events)
    for each in data.draw(st.lists(st.sampled_from(events), max_size=10)):
        repeated.insert(random.randint(repeated.index(each) + 1, len(repeated)), each)
    restarts = data.draw(st.sets(st.integers(0, len(repeated))))
    assert_same(run(repeated, 0, restarts), run(events, 0))


def test_the_window_is_what_makes_the_order_irrelevant():
    """Without it the same shuffled log ends elsewhere: the property above does not hold by itself."""
    events = [event(n, (START_S + n) * 1000, {"t1": 20.0 + n % 3}, seq=True) for n in range(40)]
    shuffled = events[:20] + events[20:30][::-1] + events[30:]
    assert learned(run(shuffled, WINDOW_S)[0]) == learned(run(events, WINDOW_S)[0])
    assert learned(run(shuffled, 0)[0]) != learned(run(events, 0)[0])
