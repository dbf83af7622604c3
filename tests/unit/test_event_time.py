"""When a value was true: epochs told apart by size, ISO 8601 with zone, and nothing guessed (field cases C16, C18)."""

import os
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest

from pipelines.twin.event_time import Clock, parse_event_time, to_datetime
from pipelines.twin.rejection import Reason, Rejected

WANTED = 1_700_000_000 * 10**9


def reason_of(ts: object) -> Reason:
    rejected = parse_event_time(ts)
    assert isinstance(rejected, Rejected)
    assert rejected.remedy
    return rejected.reason


@pytest.mark.parametrize(
    "ts",
    [
        1_700_000_000,
        1_700_000_000_000,
        1_700_000_000_000_000,
        1_700_000_000_000_000_000,
        "1700000000",
        "1700000000000",
        " 1700000000 ",
        1.7e9,
        "2023-11-14T22:13:20Z",
        "2023-11-14 22:13:20+00:00",
        "2023-11-14T23:13:20+01:00",
        "2023-11-14T23:13:20+0100",
        "2023-11-14T17:13:20-05:00",
        "20231114T221320Z",
    ],
)
def test_every_way_to_write_a_moment_gives_the_same_event_time(ts):
    assert parse_event_time(ts) == WANTED


@pytest.mark.parametrize(
    ("ts", "beyond_ns"),
    [
        (1_700_000_000.25, 250_000_000),
        ("1700000000.25", 250_000_000),
        (1_700_000_000_000.5, 500_000),
        (1_700_000_000_123_456, 123_456_000),
        (1_700_000_000_123_456_789, 123_456_789),
        ("1700000000123456789", 123_456_789),
        ("2023-11-14T22:13:20.250Z", 250_000_000),
        ("2023-11-14T22:13:20.123456789Z", 123_456_789),
        ("2023-11-14T23:13:20.123456789+01:00", 123_456_789),
        ("2023-11-14T22:13:20,1234567Z", 123_456_700),
        ("2023-11-14T22:13:20.000000001Z", 1),
    ],
)
def test_parts_of_a_second_are_kept_to_the_nanosecond(ts, beyond_ns):
    assert parse_event_time(ts) == WANTED + beyond_ns


def test_an_offset_without_a_colon_is_the_offset_that_it_says():
    assert parse_event_time("2023-10-29T13:34:16+0100") == 1_698_582_856 * 10**9


@pytest.mark.parametrize("ts", [0, -5, 170_000_000_000, -1.7e9, 4_102_444_800, 946_684_799, 10**25, 1e300])
def test_an_epoch_outside_2000_to_2100_is_refused_rather_than_taken_in_another_unit(ts):
    assert reason_of(ts) is Reason.TS_IMPLAUSIBLE


@pytest.mark.parametrize("ts", ["1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_date_outside_2000_to_2100_is_refused(ts):
    assert reason_of(ts) is Reason.TS_IMPLAUSIBLE


@pytest.mark.parametrize("ts", [946_684_800, "2099-12-31T23:59:59.999999999Z"])
def test_the_ends_of_the_plausible_time_are_taken(ts):
    assert isinstance(parse_event_time(ts), int)


@pytest.mark.parametrize("ts", ["2024-10-27T02:30:00", "2024-03-31T02:30:00", "2023-11-14T22:13:20.5"])
def test_a_time_without_zone_is_refused_and_never_taken_as_the_servers(ts):
    assert reason_of(ts) is Reason.NO_ZONE


@pytest.mark.parametrize(
    "ts", ["", "yesterday", "2023-11-14T25:00:00Z", "1e9", "0x65", "\u0661\u0667" + "\u0660" * 8, "9" * 5_000, [], {}]
)
def test_what_is_no_time_is_refused(ts):
    assert reason_of(ts) is Reason.BAD_TS


@pytest.mark.parametrize("ts", [float("nan"), float("inf"), float("-inf")])
def test_a_time_that_is_not_finite_is_refused(ts):
    assert reason_of(ts) is Reason.BAD_TS


@pytest.mark.parametrize("ts", [None, True, False])
def test_no_time_is_said_to_be_missing(ts):
    assert reason_of(ts) is Reason.MISSING_TS


def test_times_go_out_as_they_came_in_to_the_microsecond():
    assert to_datetime(WANTED + 123_456_789).isoformat() == "2023-11-14T22:13:20.123456+00:00"


def test_the_zone_of_the_server_changes_nothing():
    program = (
        "from pipelines.twin.event_time import parse_event_time as p\n"
        "print(p('2023-10-29T13:34:16+0100'), p('2024-10-27T02:30:00').reason, p(1700000000))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "TZ": zone}, check=True, capture_output=True, text=True
        ).stdout
        for zone in ("UTC", "Australia/Melbourne")
    }
    assert told == {"1698582856000000000 no_zone 1700000000000000000\n"}


@pytest.mark.parametrize("ts", ["2023-11-15", "2023-W46", "20231115", "2023111410" + "1" * 40])
def test_a_date_alone_is_no_moment_wherever_the_twin_stands(ts):
    parsed = parse_event_time(ts, Clock(zone=ZoneInfo("Europe/Berlin")))
    assert isinstance(parsed, Rejected)


def test_the_letters_of_a_time_may_be_small():
    assert parse_event_time("2023-11-14t22:13:20z") == 1_700_000_000 * 10**9
