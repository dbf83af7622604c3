"""Late and swapped values, backlogs, and the reorder window (C20)."""

import random

import pytest

from pipelines.testing.builders import START_S, noise
from schemas.events import EventType
from schemas.topics import Topic
from tests.cases.room import Job, twin

HOUR = 3600.0


def told_live(job: Job) -> list[str]:
    return [f"{alert.condition} {alert.transition.value}" for alert in job.alerts if not alert.historical]


def test_a_swapped_pair_leaves_the_newer_value_and_keeps_both_in_history():
    job = Job(twin())
    job.wait(10)
    job.send(at=5, t1=2.0)
    job.send(at=3, t1=1.0)
    assert (job.sensor().value, job.sensor().ts.timestamp()) == (2.0, START_S + 5)
    assert job.values() == [2.0, 1.0]
    assert [line.rsplit(" ", 1)[1] for line in job.points()] == [f"{START_S + 5}000000000", f"{START_S + 3}000000000"]
    assert job.notes()["amended_late"] == 1
    assert (job.counts.read, job.counts.applied, job.counts.amended) == (2, 1, 1)


def test_fresh_and_old_values_in_turn_show_only_the_fresh_ones():
    job = Job(twin())
    for number in range(40):
        job.send(t1=20.0 + number % 3 * 0.1)
        shown = job.sensor().value
        job.send(at=job.second - 600, t1=-10.0)
        assert job.sensor().value == shown
        job.wait(10)
    assert job.notes()["amended_late"] == 40
    assert job.told() == []


def test_a_late_value_of_one_sensor_is_none_of_another():
    job = Job(twin({"t1": {}, "t2": {}}))
    job.send(at=0, t1=1.0)
    job.send(at=-5, t2=2.0)
    assert (job.counts.applied, job.counts.amended) == (2, 0)
    assert job.state.ts.timestamp() == START_S


def test_one_message_may_be_new_for_one_sensor_and_late_for_another():
    job = Job(twin({"t1": {}, "t2": {}}))
    job.send(at=0, t1=1.0)
    job.send(at=-5, t1=0.5, t2=2.0)
    assert (job.counts.applied, job.counts.amended) == (2, 1)
    assert job.sensor("t1").value == 1.0


def lived(values: int = 100, **sensor: object) -> Job:
    job = Job(twin({"t1": {"unit": "degC", "period": "1min", "range": [-50, 150], **sensor}}))
    job.wait(6)
    for value in noise(values):
        job.send(t1=value)
        job.wait(60)
    return job


def backlog(job: Job, values: list[float], every: float = 7.2) -> None:
    """The link was down for as long as these values take, and they all come now."""
    began = job.second
    job.wait(len(values) * every)
    for number, value in enumerate(values):
        job.send(at=began + number * every, t1=value)
        job.now_ms += 20


def test_a_calm_backlog_of_500_points_tells_of_nothing_but_the_silence():
    job = lived()
    backlog(job, noise(500, seed=4))
    job.send(t1=20.0)
    job.wait(10)
    assert job.told() == ["offline raised", "offline cleared"]
    assert job.counts.applied == 601
    assert "spike" not in job.flaws()
    assert "rate" not in job.flaws()


@pytest.mark.parametrize(
    ("wild", "condition"),
    [([95.0] * 30, "anomaly"), ([-9999.0] * 5, "sentinel"), ([300.0] * 5, "out-of-range")],
)
def test_what_a_backlog_shows_is_history_and_not_news(wild, condition):
    job = lived()
    backlog(job, [*noise(200, seed=4), *wild, *noise(270, seed=5)])
    job.send(t1=20.0)
    (raised, cleared) = [alert for alert in job.alerts if alert.condition == condition]
    assert (raised.historical, cleared.historical) == (True, True)
    assert raised.ts.timestamp() < job.now_ms / 1000 - 1800
    assert not [text for text in told_live(job) if not text.startswith("offline")]
    types = {record.type for record in job.outputs.records if condition.encode() in (record.value or b"")}
    assert EventType.HISTORICAL_ALERT in types


@pytest.mark.parametrize(
    ("wild", "condition", "spec"),
    [
        (95.0, "anomaly", {"allow_constant": True}),
        (-9999.0, "sentinel", {}),
        (300.0, "out-of-range", {}),
        (20.5, "stuck", {"stuck_after": 10}),
        (1.0e4, "unit-suspect", {"range": None}),
    ],
)
def test_what_still_stands_when_live_data_come_is_news_then(wild, condition, spec):
    job = lived(**spec)
    level = 100.0 if condition == "unit-suspect" else 20.0
    backlog(job, [*noise(400, level, seed=4), *[wild] * 70])
    for _ in range(3):
        job.send(t1=wild)
        job.wait(7)
    found = [alert for alert in job.alerts if alert.condition == condition]
    assert [(alert.transition, alert.historical) for alert in found][:2] == [("raised", True), ("continues", False)]
    assert found[0].alert_id == found[1].alert_id
    assert found[1].raised_at == found[0].ts
    assert [alert.sequence for alert in found] == list(range(1, len(found) + 1))


def test_a_jump_that_spans_the_gap_is_no_jump():
    job = lived(max_rate="5/min")
    job.wait(HOUR)
    job.send(t1=45.0)
    assert job.sensor().flaw == "rewarming"
    assert [text for text in job.told() if not text.startswith("offline")] == []


def test_a_backfill_that_says_so_is_history_however_young():
    job = Job(twin())
    values = [*noise(60), *[95.0] * 5]
    for value in values:
        job.say({"ts": job.now_ms, "historical": True, "values": {"t1": value}})
        job.wait(1)
    assert job.alerts
    assert all(alert.historical for alert in job.alerts)
    assert job.notes()["historical"] == 65
    assert job.state.presence == "offline"


def windowed(window: str = "10s", **sensor: object) -> Job:
    job = Job(twin({"t1": {"unit": "degC", **sensor}}, timing={"reorder_window": window}))
    job.wait(6)
    return job


def test_within_the_window_nothing_is_late():
    job = windowed()
    for second in (0, 3, 1, 2, 5, 4, 9, 8, 7, 6):
        job.send(at=second, t1=float(second))
    assert job.counts.waiting == 10
    job.wait(30)
    assert (job.counts.applied, job.counts.amended, job.counts.waiting) == (10, 0, 0)
    assert job.values() == [float(second) for second in range(10)]


def test_beyond_the_window_it_is_late_and_counted():
    job = windowed()
    for second in (0, 30, 5, 31):
        job.send(at=second, t1=float(second))
    job.wait(60)
    assert job.counts.applied + job.counts.amended == 4
    assert job.sensor().value == 31.0
    assert sorted(job.values()) == [0.0, 5.0, 30.0, 31.0]


def test_what_waits_goes_on_when_nothing_more_comes():
    job = windowed("10s")
    job.send(t1=20.0)
    job.wait(9)
    assert job.counts.waiting == 1
    job.wait(6)
    assert (job.counts.waiting, job.counts.applied) == (0, 1)
    assert job.published()["case"].sensors["t1"].value == 20.0


def test_what_waits_goes_on_at_the_end_of_a_recording():
    job = windowed("1h")
    job.send(t1=20.0)
    flushed = job.roster.flush()
    assert job.counts.applied == 1
    assert len(flushed.verdicts) == 1
    assert job.roster.flush().verdicts == []


def test_what_waits_survives_a_restart_and_comes_once():
    job = windowed("10s")
    for second in (0, 2, 1):
        job.send(at=second, t1=float(second))
    job.restart(after=60)
    job.wait(30)
    assert job.values() == [0.0, 1.0, 2.0]
    assert (job.counts.applied, job.counts.waiting) == (3, 0)


def test_what_waits_goes_on_under_the_old_definition():
    job = windowed("10s")
    job.send(t1=20.0)
    changed = twin({"t1": {"unit": "degF"}})
    job.deliver(Topic.DEFINITIONS, changed.model_dump_json().encode())
    assert job.counts.applied + job.counts.waiting == 1
    assert job.counts.waiting == 0


def test_a_twin_that_is_retired_leaves_nothing_waiting():
    job = windowed("10s")
    job.send(t1=20.0)
    job.deliver(Topic.DEFINITIONS, None)
    totals = job.roster.ledger.counts()
    assert (totals.applied, totals.waiting, totals.balanced) == (1, 0, True)


@pytest.mark.parametrize("seed", range(5))
def test_any_order_within_the_window_ends_in_the_same_twin(seed):
    values = list(enumerate([*noise(60), *[95.0] * 5, *noise(60, seed=2)]))
    straight, mixed = windowed("10s"), windowed("10s")
    rng = random.Random(seed)  # noqa: S311
    shuffled = sorted(values, key=lambda each: each[0] + rng.uniform(0, 9))
    for job, order in ((straight, values), (mixed, shuffled)):
        job.now_ms += 100_000
        for second, value in order:
            job.send(at=second, t1=value)
        job.wait(30)
    assert mixed.values() == straight.values()
    assert mixed.alerts == straight.alerts
    assert mixed.counts == straight.counts
    assert straight.told() == ["anomaly raised", "anomaly cleared"]
