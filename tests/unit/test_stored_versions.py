"""State that earlier versions wrote: read where it can be, begun anew and told where it can't."""

from pathlib import Path

import pytest

from pipelines.testing.builders import START_S, Log, feed, noise
from pipelines.testing.readers import alerts, model_events, models, states
from pipelines.twin.codec import RUNTIME_VERSION, decode_runtime, encode_change, encode_runtime
from pipelines.twin.message import Message
from pipelines.twin.outputs import Outputs
from pipelines.twin.roster import Roster
from pipelines.twin.state_message import twin_state
from pipelines.twin.store import CHANGE_MARK, MemoryStore
from schemas.command import Label
from schemas.model_event import ModelEvent
from schemas.state import TwinCondition
from schemas.topics import Topic

STORED = Path(__file__).with_name("runtimes")
READABLE = [f"version-{version}-{kind}.bin" for version in (4, 5) for kind in ("alert", "waiting")]


def store_of(encoded: bytes) -> MemoryStore:
    store = MemoryStore()
    Roster(store, "0")
    store.put("case", encoded)
    return store


def resets(outputs: Outputs) -> list[ModelEvent]:
    return [
        ModelEvent.model_validate_json(record.value)
        for record in outputs.records
        if record.topic is Topic.MODELS and b'"change":"reset"' in record.value
    ]


def one_more(ts_s: int = 1_000_000) -> Message:
    log = Log(twin_id="case")
    log.observe(ts_s, t1=20.0)
    return log.messages[-1]


def test_every_version_has_a_stored_runtime():
    written = {int(file.name.split("-")[1].split(".")[0]) for file in STORED.iterdir()}
    assert written == {1, 2, RUNTIME_VERSION - 1, RUNTIME_VERSION}, "of each way in which bytes can be old"


@pytest.mark.parametrize("name", READABLE)
def test_what_an_earlier_version_wrote_goes_on(name):
    """All but what another detector had learned."""
    runtime = decode_runtime((STORED / name).read_bytes())
    assert runtime.ledger.counts().balanced
    assert runtime.ledger.counts().applied in (300, 381)
    assert set(runtime.sensors) == {"t1", "t2", "t3", "total"}
    assert runtime.sensors["total"].counter.rate == 7.0
    assert list(runtime.sensors["t3"].health) == ["silent"]
    assert runtime.sensors["t1"].count > 50
    assert len(runtime.sensors["t1"].recent) >= 32
    assert list(runtime.labels.alerts) == [runtime.episode.raised_ns]
    assert runtime.model_version == 2
    assert bool(runtime.holding.arrivals) == ("waiting" in name)
    again = encode_runtime(runtime)
    assert again[0] == RUNTIME_VERSION
    assert encode_runtime(decode_runtime(again)) == again


@pytest.mark.parametrize("kind", ["alert", "waiting"])
def test_the_same_twin_reads_the_same_from_every_version(kind):
    """Once it is told that the detector of version 4 is another one."""
    read = []
    for name in READABLE:
        if kind in name:
            roster = Roster(store_of((STORED / name).read_bytes()), "0")
            roster.publish(now_ms=1)
            read.append(encode_runtime(roster.runtime("case")))
    assert len(read) == 2
    assert read[0] == read[1] == (STORED / f"version-{RUNTIME_VERSION}-{kind}.bin").read_bytes()


@pytest.mark.parametrize("kind", ["alert", "waiting"])
def test_a_twin_of_another_detector_begins_to_learn_which_is_told_once_and_its_alert_is_cleared(kind):
    store = store_of((STORED / f"version-4-{kind}.bin").read_bytes())
    before = decode_runtime(store.get("case"))
    outputs = Roster(store, "0").publish(now_ms=1_700_000_500_000)
    (event,) = resets(outputs)
    assert (event.version, event.by, event.samples) == (2, "rule", 0)
    assert "another detector" in event.reason
    (cleared,) = alerts(outputs)
    assert (cleared.transition, cleared.condition, cleared.sequence) == ("cleared", "anomaly", 2)
    assert cleared.alert_id == before.episode_id
    assert cleared.ts.timestamp() * 10**9 == before.newest_ns
    assert "new detector" in cleared.summary
    state = states(outputs)["case"]
    assert (state.state, state.alert_id, state.model_version) == (TwinCondition.WARMING, None, 2)
    assert (state.score, state.training, state.warming.samples) == (None, None, 0)
    assert state.counts == before.ledger.counts()
    again = Roster(store, "0")
    outputs = again.publish(now_ms=1_700_000_501_000)
    assert (resets(outputs), alerts(outputs)) == ([], []), "it is stored so"


def test_a_twin_of_another_detector_is_judged_again_once_it_is_warm():
    roster = Roster(store_of((STORED / "version-4-alert.bin").read_bytes()), "0")
    before = roster.runtime("case").newest_ns // 10**9 - START_S
    log = Log(twin_id="case")
    log.observe_all("t1", [*noise(60), *noise(10, 60.0, seed=2)], first=before + 1)
    outputs = feed(log, roster)
    assert [event.change for event in model_events(outputs)] == ["reset", "warm"]
    told = [alert.transition for alert in alerts(outputs) if alert.condition == "anomaly"]
    assert told == ["cleared", "raised"]
    assert roster.runtime("case").episode.active


def test_a_twin_of_another_detector_that_is_retired_stays_so():
    store = store_of((STORED / "version-4-alert.bin").read_bytes())
    log = Log(twin_id="case")
    log.define(None)
    Roster(store, "0").handle(log.messages)
    assert Roster(store, "0").runtime("case") is None


@pytest.mark.parametrize(
    ("encoded", "why"),
    [
        ((STORED / "version-1.json").read_bytes(), "has version 1, this program reads 4 and 5"),
        ((STORED / "version-2-alert.json").read_bytes(), "has version 2, this program reads 4 and 5"),
        ((STORED / f"version-{RUNTIME_VERSION}-alert.bin").read_bytes()[:-10], "can't be read"),
        (b"\x63" + (STORED / f"version-{RUNTIME_VERSION}-alert.bin").read_bytes()[1:], "has version 99"),
    ],
    ids=["version 1", "version 2", "cut short", "version 99"],
)
def test_a_twin_that_cant_be_read_begins_anew_as_it_is_defined_and_says_so_once(encoded, why):
    roster = Roster(store_of(encoded), "0")
    outputs = roster.publish(now_ms=1_700_000_000_000)
    (event,) = resets(outputs)
    assert event.twin_id == "case"
    assert why in event.reason
    assert "learns from the beginning" in event.reason
    assert event.ts.timestamp() == 1_700_000_000
    assert any(point.startswith("model,") and 'change="reset"' in point for point in outputs.points)
    assert states(outputs)["case"].state is TwinCondition.NEVER_SEEN
    assert states(outputs)["case"].counts.read == 0
    assert resets(roster.publish(now_ms=1_700_000_001_000)) == []
    roster.handle([one_more()])
    state = states(roster.publish(now_ms=1_700_000_002_000))["case"]
    assert state.state is TwinCondition.WARMING
    assert state.counts.applied == 1


def test_a_message_that_finds_its_twin_unreadable_tells_it_at_once():
    outputs = Roster(store_of((STORED / "version-1.json").read_bytes()), "0").handle([one_more()], 1_700_000_000_000)
    assert len(resets(outputs)) == 1


def test_a_twin_that_began_anew_is_stored_so_and_not_told_again_after_a_restart():
    store = store_of((STORED / "version-1.json").read_bytes())
    Roster(store, "0").publish(now_ms=1)
    assert resets(Roster(store, "0").publish(now_ms=2)) == []


def test_a_twin_of_which_nothing_can_be_read_is_unknown_until_it_is_defined_again():
    roster = Roster(store_of(b"\x00garbage"), "0")
    (event,) = resets(roster.publish(now_ms=1_700_000_000_000))
    assert "define it again" in event.reason
    assert roster.runtime("case") is None
    log = Log(twin_id="case")
    log.define(decode_runtime((STORED / "version-4-alert.bin").read_bytes()).twin.definition)
    log.observe(1_000_000, t1=20.0)
    feed(log, roster)
    assert roster.runtime("case").ledger.counts().applied == 1


def test_what_the_version_before_wrote_since_its_whole_is_read_too_and_the_twin_is_written_as_a_whole_next():
    store = store_of((STORED / "version-4-whole.bin").read_bytes())
    change = f"{CHANGE_MARK}case"
    store.put(change, (STORED / "version-4-change.bin").read_bytes())
    roster = Roster(store, "0")
    assert roster.runtime("case").ledger.counts().applied == 324
    outputs = roster.handle([one_more()])
    assert len(resets(outputs)) == 1
    assert [alert.transition for alert in alerts(outputs) if alert.condition == "anomaly"] == ["cleared"]
    assert store.get("case")[0] == RUNTIME_VERSION
    assert store.get(change) == b""
    assert Roster(store, "0").runtime("case").ledger.counts().applied == 325


def test_a_whole_and_what_has_changed_since_are_a_twin_in_full_life():
    whole, change = ((STORED / f"version-5-{part}.bin").read_bytes() for part in ("whole", "change"))
    runtime = decode_runtime(whole, change)
    assert (runtime.ledger.counts().applied, runtime.ledger.counts().amended) == (1_940, 29)
    assert runtime.condition is TwinCondition.ANOMALOUS
    assert runtime.episode.source == ("level", "t1")
    assert {name: list(sensor.health) for name, sensor in runtime.sensors.items() if sensor.health} == {
        "t2": ["out-of-range"],
        "t3": ["silent"],
    }
    assert runtime.score == twin_state(runtime).score > 0.5
    assert twin_state(runtime).contributions[0].sensor == "t1"
    assert runtime.detector.learned == {"t1", "t2", "t3", "total"}
    found = models(runtime)
    assert found["t1"].level.samples > 550
    assert found["t1"].season.known
    assert found["t1"].expected == pytest.approx(20, abs=2)
    assert runtime.detector.snapshot().group is not None
    assert not runtime.unsettled
    assert encode_change(runtime) == change
    assert encode_runtime(decode_runtime(encode_runtime(runtime))) == encode_runtime(runtime)


def test_the_alert_that_stands_in_what_the_version_before_wrote_can_be_labelled():
    roster = Roster(store_of((STORED / "version-4-alert.bin").read_bytes()), "0")
    log = Log(twin_id="case")
    roster.handle([log.command("label", alert_id=roster.runtime("case").episode_id, label="confirmed")])
    assert roster.runtime("case").labels.precision == 1.0


def test_what_is_stored_of_labels_and_versions_of_the_model():
    runtime = decode_runtime((STORED / "version-5-labelled.bin").read_bytes())
    first, second = runtime.labels.alerts.values()
    assert (first.sensor, first.label, second.sensor, second.label) == ("t1", Label.FALSE_ALARM, "t1", None)
    assert (runtime.labels.confirmed, runtime.labels.false_alarms) == (0, 1)
    assert runtime.model_version == 2
    assert runtime.learning_since_ns == 1_700_000_000 * 10**9
    assert runtime.detector.boundary("t1") == 4.25 * 1.25
    assert (runtime.episode.active, runtime.episode.source) == (False, ("level", "t1"))
    assert runtime.episode.since_ns == 1_700_000_150 * 10**9
    assert (runtime.ledger.commands, runtime.ledger.commands_rejected) == (3, 1)


def test_books_that_an_earlier_release_wrote_go_on_and_have_counted_no_commands():
    store = MemoryStore()
    store.put("", (STORED / "version-4-books.json").read_bytes())
    roster = Roster(store, "0")
    roster.handle([Log(twin_id="nobody").command("relearn")])
    assert roster.ledger.counts().commands_rejected == 1
