"""A gateway says of itself exactly what a careful reader finds in its messages."""

import json
import math
from collections import Counter

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulation.disturbance import Disturbance, DisturbanceRates, Disturbances, Tally
from pipelines.simulation.gateway import Gateway, Sent
from pipelines.simulation.station import Frame, PumpStation
from schemas.observation import JointObservation

START_NS = 1_700_000_000 * 10**9
SENSORS = 6
EVERYTHING = DisturbanceRates(duplicates=0.1, late=0.1, corrupt=0.1, not_a_number=0.1, nulls=0.1)


def frames(count: int = 200, pumps: int = 2, seed: int = 1) -> list[Frame]:
    station = PumpStation([f"pump-{index}" for index in range(pumps)], seed, 0.5)
    return list(station.frames(START_NS, count))


def sent_by(rates: DisturbanceRates, seed: int = 1, of: list[Frame] | None = None) -> tuple[list[Sent], Disturbances]:
    gateway = Gateway(seed, rates)
    return list(gateway.send(frames() if of is None else of)), gateway.disturbances


class Reader:
    """Reads the messages as a consumer does, without knowing what was done to them."""

    def __init__(self, messages: list[Sent]) -> None:
        self.found: Counter[str] = Counter()
        self.good: dict[tuple[str, int, str], float] = {}
        newest: dict[str, int] = {}
        seen: set[Sent] = set()
        for sent in messages:
            try:
                body = json.loads(sent.value)
            except ValueError:
                self.found["corrupt"] += 1
                self.found["observations"] += 1
                continue
            self.found["observations"] += len(body["values"])
            if sent in seen:
                self.found["duplicates"] += len(body["values"])
                continue
            seen.add(sent)
            assert sent.key.decode() == body["twin_id"]
            if body["ts"] < newest.get(body["twin_id"], 0):
                self.found["late"] += len(body["values"])
            newest[body["twin_id"]] = max(newest.get(body["twin_id"], 0), body["ts"])
            for sensor, value in body["values"].items():
                if value is None:
                    self.found["nulls"] += 1
                elif math.isnan(value):
                    self.found["not_a_number"] += 1
                else:
                    self.good[body["twin_id"], body["ts"], sensor] = value


def observations(summary: Disturbances) -> dict[str, int]:
    return {name: getattr(summary, name).observations for name in [*Disturbance, "sent"]}


@given(st.integers(), st.lists(st.floats(0, 0.2), min_size=5, max_size=5))
def test_the_summary_is_what_a_reader_finds(seed: int, rates: list[float]) -> None:
    whole = frames(40)
    messages, summary = sent_by(DisturbanceRates(*rates), seed, whole)
    reader = Reader(messages)
    reader.found["sent"] = reader.found.pop("observations")
    assert observations(summary) == {name: reader.found[name] for name in [*Disturbance, "sent"]}
    assert summary.sent.messages == len(messages)
    assert summary.rejectable == sum(reader.found[name] for name in ("corrupt", "not_a_number", "nulls"))
    # Nothing good is lost but the values that were spoiled.
    spoiled = summary.not_a_number.observations + summary.nulls.observations
    assert len(reader.good) == len(whole) * SENSORS - spoiled
    assert (
        reader.good.items()
        <= {
            (frame.twin_id, frame.ts_ns // 10**6, sensor): value
            for frame in whole
            for sensor, value in frame.values.items()
        }.items()
    )


@pytest.mark.parametrize("disturbance", Disturbance)
def test_each_disturbance_happens_about_as_often_as_asked(disturbance: Disturbance) -> None:
    _, summary = sent_by(DisturbanceRates(**{disturbance.value: 0.1}))
    for other in Disturbance:
        messages = getattr(summary, other.value).messages
        assert (20 < messages < 60) if other is disturbance else messages == 0


def test_undisturbed_frames_arrive_in_order_and_valid() -> None:
    whole = frames(20)
    messages, summary = sent_by(DisturbanceRates(), of=whole)
    read = [JointObservation.model_validate(orjson.loads(sent.value)) for sent in messages]
    assert [(one.twin_id, one.ts, one.values) for one in read] == [
        (frame.twin_id, frame.ts_ns // 10**6, frame.values) for frame in whole
    ]
    assert [one.seq for one in read if one.twin_id == "pump-0"] == list(range(20))
    assert {one.source for one in read} == {"gateway-1"}
    assert summary == Disturbances(sent=Tally(40, 40 * SENSORS))


def test_a_late_message_comes_right_behind_its_successor() -> None:
    messages, summary = sent_by(DisturbanceRates(late=0.2), of=frames(pumps=1))
    seqs = [json.loads(sent.value)["seq"] for sent in messages]
    swapped = [index for index, seq in enumerate(seqs[:-1]) if seqs[index + 1] == seq - 1]
    assert len(swapped) == summary.late.messages > 10
    for index in swapped:
        seqs[index], seqs[index + 1] = seqs[index + 1], seqs[index]
    assert seqs == sorted(seqs)


def test_what_is_held_back_at_the_end_is_sent_and_is_not_late() -> None:
    messages, summary = sent_by(DisturbanceRates(late=1.0), of=frames(1, pumps=3))
    assert len(messages) == 3
    assert summary.late == Tally()


def test_corrupt_messages_are_extra_and_are_no_json_for_any_reader() -> None:
    clean, _ = sent_by(DisturbanceRates())
    messages, summary = sent_by(DisturbanceRates(corrupt=0.2))
    extra = [sent for sent in messages if sent not in clean]
    assert [sent for sent in messages if sent in clean] == clean
    assert summary.corrupt == Tally(len(extra), len(extra))
    assert all(any(good.value.startswith(sent.value[:-1]) for good in clean) for sent in extra)
    assert max(len(sent.value) for sent in extra) <= max(len(good.value) for good in clean)
    for sent in extra:
        with pytest.raises(ValueError, match=r"."):
            orjson.loads(sent.value)


def test_a_spoiled_value_stands_among_good_ones() -> None:
    messages, _ = sent_by(DisturbanceRates(not_a_number=0.2, nulls=0.2))
    spoiled = [sent.value for sent in messages if b"NaN" in sent.value or b"null" in sent.value]
    assert spoiled
    for value in spoiled:
        values = list(json.loads(value)["values"].values())
        assert len(values) == SENSORS
        assert sum(one is not None and math.isfinite(one) for one in values) == SENSORS - 1


def test_the_seed_decides_and_each_twin_has_its_own_randomness() -> None:
    whole = frames()
    assert sent_by(EVERYTHING, 1, whole) == sent_by(EVERYTHING, 1, whole)
    assert sent_by(EVERYTHING, 1, whole) != sent_by(EVERYTHING, 2, whole)
    alone, _ = sent_by(EVERYTHING, 1, [frame for frame in whole if frame.twin_id == "pump-1"])
    messages, _ = sent_by(EVERYTHING, 1, whole)
    assert [sent for sent in messages if sent.key == b"pump-1"] == alone
    # What happens to one twin says nothing of the other: else a whole station would fail at once.
    assert [_kind(sent) for sent in messages if sent.key == b"pump-0"] != [_kind(sent) for sent in alone]


def test_the_summary_holds_for_a_run_that_is_cut_short() -> None:
    gateway = Gateway(3, EVERYTHING)
    messages = gateway.send(frames())
    taken = [next(messages) for _ in range(101)]
    assert gateway.disturbances.sent.messages == len(taken)
    assert gateway.disturbances.corrupt.messages == Reader(taken).found["corrupt"]
    assert gateway.disturbances.duplicates.observations == Reader(taken).found["duplicates"]


def _kind(sent: Sent) -> str:
    return next((mark for mark in ("NaN", "null") if mark.encode() in sent.value), "good")


@pytest.mark.parametrize("rates", [{"late": -0.1}, {"late": 0.6, "nulls": 0.6}, {"corrupt": float("nan")}])
def test_impossible_rates_are_refused(rates: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="disturbance rates"):
        DisturbanceRates(**rates)
