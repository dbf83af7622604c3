"""What a time stamp means: the epoch's unit, the zone, daylight saving (C16, C18)."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.testing.builders import Log
from pipelines.twin.rejection import Reason
from schemas.topics import Topic
from tests.cases.room import Played, play, twin

MOMENT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
LATE_2024_MS = 1_735_000_000_000


def stamped(ts: object, zone: str | None = None, **timing: object) -> Played:
    """One value with this time stamp, which the broker took at the end of 2024."""
    log = Log(twin(timing=timing, place={"time_zone": zone}))
    log.now_ms = LATE_2024_MS
    log.raw(json.dumps({"sensor": "t1", "ts": ts, "value": 21.5}).encode())
    return play(log)


@pytest.fixture(params=["UTC", "Australia/Melbourne", "America/St_Johns", "Europe/Berlin"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine's own zone, which must never count."""
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    if before is None:
        monkeypatch.delenv("TZ")
    else:
        monkeypatch.setenv("TZ", before)
    time.tzset()


@pytest.mark.parametrize(
    "ts",
    [
        1700000000,
        1700000000000,
        1700000000000000,
        1700000000000000000,
        1700000000.0,
        1.7e12,
        1.7e18,
        "1700000000",
        "1700000000000",
        "1700000000000000000",
        " 1700000000 ",
        "1700000000.0",
        "2023-11-14T22:13:20Z",
        "2023-11-14 22:13:20+00:00",
        "2023-11-14T23:13:20+0100",
        "2023-11-15T09:13:20+11:00",
        "20231114T221320Z",
    ],
)
def test_every_way_to_write_a_moment_is_that_moment(ts):
    assert stamped(ts).sensor().ts == MOMENT


@pytest.mark.parametrize(
    ("ts", "micros"),
    [
        (1700000000.25, 250_000),
        ("1700000000.25", 250_000),
        (1700000000250, 250_000),
        (1700000000250.5, 250_500),
        (1700000000250001, 250_001),
        ("2023-11-14T22:13:20.25Z", 250_000),
        ("2023-11-14T22:13:20,250001999Z", 250_001),
    ],
)
def test_a_fraction_of_a_second_is_kept(ts, micros):
    assert stamped(ts).sensor().ts == MOMENT.replace(microsecond=micros)


def test_nanoseconds_reach_the_point_digit_by_digit():
    assert stamped(1700000000123456789).points()[0].endswith(" 1700000000123456789")
    assert stamped("2023-11-14T22:13:20.123456789Z").points()[0].endswith(" 1700000000123456789")


@pytest.mark.parametrize(
    "ts",
    [0, -5, -1.5, 170_000_000_000, 946_684_799, 9_999_999_999, 170_000_000, "0", 17_000_000_000_000_000, 1e300, 10**30],
)
def test_a_moment_that_can_not_be_is_refused_and_the_twin_has_no_time_from_it(ts):
    played = stamped(ts)
    assert played.reasons == [Reason.TS_IMPLAUSIBLE]
    assert played.state.ts is None


@pytest.mark.parametrize(
    ("ts", "reason"),
    [
        (None, Reason.MISSING_TS),
        (True, Reason.MISSING_TS),
        ("", Reason.BAD_TS),
        ("now", Reason.BAD_TS),
        ([1700000000], Reason.BAD_TS),
        ({"ms": 1}, Reason.BAD_TS),
        ("2023-13-01T00:00:00Z", Reason.BAD_TS),
        ("2023-02-30T00:00:00Z", Reason.BAD_TS),
        ("14.11.2023 22:13:20", Reason.BAD_TS),
        ("2023-11-14T22:13:20 Berlin", Reason.BAD_TS),
        (float("nan"), Reason.BAD_TS),
        (float("inf"), Reason.BAD_TS),
    ],
)
def test_what_is_no_time_is_refused_and_never_replaced_by_now(ts, reason):
    played = stamped(ts)
    assert played.reasons == [reason]
    assert played.outputs.points == []


@pytest.mark.parametrize(
    ("unit", "ts", "expected"),
    [
        ("s", 1700000000, MOMENT),
        ("ms", 1700000000000, MOMENT),
        ("us", 1700000000000000, MOMENT),
        ("ns", 1700000000000000000, MOMENT),
        ("ms", 1000000000000, datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)),
        ("ms", "1700000000000", MOMENT),
        ("s", "2023-11-14T22:13:20Z", MOMENT),
        ("s", 1700000000000, None),
        ("ms", 1700000000, None),
        ("ns", 1700000000000000, None),
    ],
)
def test_a_declared_unit_beats_guessing(unit, ts, expected):
    played = stamped(ts, epoch_unit=unit)
    if expected is None:
        assert played.reasons == [Reason.TS_IMPLAUSIBLE]
    else:
        assert played.sensor().ts == expected


@pytest.mark.usefixtures("machine_zone")
class TestWhateverTheMachinesZone:
    def test_an_offset_counts_as_it_stands(self):
        assert stamped("2023-10-29T13:34:16+0100").sensor().ts.timestamp() == 1698582856

    @pytest.mark.parametrize("zone", [None, "America/New_York"])
    def test_an_offset_beats_the_twins_zone(self, zone):
        assert stamped("2024-07-01T12:00:00+02:00", zone).sensor().ts == datetime(2024, 7, 1, 10, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("zone", "text", "utc"),
        [
            ("Europe/Berlin", "2024-07-01T12:00:00", "2024-07-01T10:00:00+00:00"),
            ("Europe/Berlin", "2024-01-01T12:00:00", "2024-01-01T11:00:00+00:00"),
            ("Europe/Berlin", "2024-10-27T01:59:59", "2024-10-26T23:59:59+00:00"),
            ("Europe/Berlin", "2024-10-27T03:00:00", "2024-10-27T02:00:00+00:00"),
            ("Europe/Berlin", "2024-03-31T03:00:00", "2024-03-31T01:00:00+00:00"),
            ("Australia/Melbourne", "2024-01-01T12:00:00", "2024-01-01T01:00:00+00:00"),
            ("Asia/Kolkata", "2024-01-01T12:00:00", "2024-01-01T06:30:00+00:00"),
            ("UTC", "2024-03-31T02:30:00", "2024-03-31T02:30:00+00:00"),
            ("Asia/Tokyo", "2024-03-31T02:30:00", "2024-03-30T17:30:00+00:00"),
        ],
    )
    def test_a_local_time_is_read_in_the_twins_zone(self, zone, text, utc):
        played = stamped(text, zone)
        assert played.sensor().ts == datetime.fromisoformat(utc)
        assert played.sensor().flaw is None

    @pytest.mark.parametrize(
        ("zone", "text", "earlier"),
        [
            ("Europe/Berlin", "2024-10-27T02:30:00", "2024-10-27T00:30:00+00:00"),
            ("Europe/Berlin", "2024-10-27 02:00:00", "2024-10-27T00:00:00+00:00"),
            ("Australia/Melbourne", "2024-04-07T02:30:00", "2024-04-06T15:30:00+00:00"),
            ("Australia/Lord_Howe", "2024-04-07T01:45:00", "2024-04-06T14:45:00+00:00"),
            ("America/New_York", "2024-11-03T01:30:00", "2024-11-03T05:30:00+00:00"),
        ],
    )
    def test_an_hour_that_comes_twice_is_the_earlier_one_and_flagged(self, zone, text, earlier):
        played = stamped(text, zone)
        assert played.sensor().ts == datetime.fromisoformat(earlier)
        assert (played.sensor().quality, played.sensor().flaw) == ("uncertain", "uncertain-time")

    @pytest.mark.parametrize(
        ("zone", "text"),
        [
            ("Europe/Berlin", "2024-03-31T02:30:00"),
            ("Europe/Berlin", "2024-03-31T02:00:00"),
            ("America/New_York", "2024-03-10T02:59:59"),
            ("Australia/Melbourne", "2024-10-06T02:30:00"),
            ("Australia/Lord_Howe", "2024-10-06T02:15:00"),
        ],
    )
    def test_an_hour_that_is_skipped_is_refused(self, zone, text):
        assert stamped(text, zone).reasons == [Reason.NO_SUCH_TIME]

    @pytest.mark.parametrize("text", ["2024-10-27T02:30:00", "2024-03-31T02:30:00", "2024-07-01 12:00:00"])
    def test_without_any_zone_a_local_time_is_refused(self, text):
        assert stamped(text).reasons == [Reason.NO_ZONE]

    def test_a_year_of_half_hours_has_as_many_as_it_should(self):
        """The day in spring is short of two half hours, the one in autumn holds two that come twice."""
        berlin = ZoneInfo("Europe/Berlin")
        log = Log(twin(place={"time_zone": "Europe/Berlin"}))
        log.now_ms = LATE_2024_MS
        for day in (30, 31):
            for half in range(48):
                moment = datetime(2024, 3, day, half // 2, half % 2 * 30, tzinfo=berlin)
                log.raw(json.dumps({"ts": moment.replace(tzinfo=None).isoformat(), "values": {"t1": half}}).encode())
        played = play(log)
        assert played.counts.applied == 94
        assert played.reasons == [Reason.NO_SUCH_TIME] * 2


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "CEST", "../etc/passwd", "/etc/localtime", "", "x" * 65])
def test_a_definition_with_a_zone_that_is_none_is_refused(zone):
    body = twin().model_dump(mode="json") | {"time_zone": zone}
    log = Log()
    log.raw(json.dumps(body).encode(), topic=Topic.DEFINITIONS)
    assert play(log).reasons == [Reason.BAD_DEFINITION]
