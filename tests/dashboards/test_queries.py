"""Every query, as Grafana would send it, against a real InfluxDB that the real core has filled."""

import re
from collections import Counter

import pytest

from pipelines.twin.ledger import Ledger
from pipelines.twin.state_message import twin_state
from schemas.accounting import Outcome
from tests.dashboards.recording import FAULTY, RETIRED, SENSORS, SILENT, SPECIAL

pytestmark = pytest.mark.stack

SELECTIONS = [*((name,) for name in SPECIAL), ("xe-0/0/1", "xe-0/0/10"), ("a\\b", "n/a"), SPECIAL]
ONLY_OF_SOME = {"Open alerts", "annotation alerts", "annotation model events"}
"""Queries that may be empty for a twin that is well."""


def literal(text: str) -> str:
    """A string of Flux, escaped as its specification says and not as Grafana does it."""
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("${", "\\${")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def exact(flux: str, variable: str, values: tuple[str, ...]) -> str:
    """The same query with the selection as plain equality."""

    def equals(found: re.Match[str]) -> str:
        return "(" + " or ".join(f"{found[1]} == {literal(value)}" for value in values) + ")"

    return re.sub(rf"(r\.\w+) =~ /\^\$\{{{variable}:regex\}}\$/", equals, flux)


def comparable(rows: list[dict]) -> Counter:
    """Rows without what depends on the moment of the query."""
    return Counter(
        tuple(sorted((name, repr(value)) for name, value in row.items() if name not in {"result", "table", "age"}))
        for row in rows
    )


def test_every_query_returns_rows(dashboards, world) -> None:
    queries = dashboards.queries()
    assert len(queries) == 18
    for where, flux in queries.items():
        assert world.query(flux), where


def test_no_query_fails_before_there_is_anything(dashboards, world) -> None:
    for where, flux in dashboards.queries().items():
        rows = world.query(flux, empty=True)
        assert len(rows) == (4 if "Twins by state" in where else 0), where


@pytest.mark.parametrize("twins", SELECTIONS, ids=str)
def test_selected_twins_return_their_own_rows(dashboards, world, twins: tuple[str, ...]) -> None:
    asked = 0
    for where, flux in dashboards.queries().items():
        wanted = exact(flux, "twin", twins)
        if wanted == flux:
            continue
        rows = comparable(world.query(flux, twin=twins))
        # an age is measured at the moment of the query: there is no comparing it
        if "Age" not in where:
            assert rows == comparable(world.query(wanted, twin=())), where
        assert rows or any(name in where for name in ONLY_OF_SOME), where
        asked += 1
    assert asked >= 11


@pytest.mark.parametrize("sensors", SELECTIONS, ids=str)
def test_selected_sensors_return_their_own_rows(dashboards, world, sensors: tuple[str, ...]) -> None:
    asked = 0
    for where, flux in dashboards.queries().items():
        wanted = exact(flux, "sensor", sensors)
        if wanted == flux:
            continue
        rows = comparable(world.query(flux, twin=(SENSORS,), sensor=sensors))
        assert rows, where
        assert rows == comparable(world.query(wanted, twin=(SENSORS,), sensor=())), where
        asked += 1
    assert asked == 2


def test_variables_offer_every_name(dashboards, world) -> None:
    queries = dashboards.queries()
    twins = {row["_value"] for row in world.query(queries["twinstream-twin: variable twin"])}
    assert twins == {*SPECIAL, FAULTY, SILENT, SENSORS, RETIRED}
    sensors = {row["_value"] for row in world.query(queries["twinstream-twin: variable sensor"], twin=(SENSORS,))}
    assert sensors == set(SPECIAL)


def test_the_fleet_is_what_the_core_says(dashboards, world) -> None:
    queries = dashboards.queries()
    rows = world.query(queries["twinstream-fleet: Twins, worst first A"])
    worst = [row for row in rows if row["state"] == "anomalous"]
    assert {row["twin"] for row in worst} == {FAULTY, "n/a"}
    assert [row["score"] for row in worst] == sorted((row["score"] for row in worst), reverse=True)
    assert {row["twin"] for row in rows} == {*SPECIAL, FAULTY, SILENT, SENSORS}, "retired twins are gone"
    for row in rows:
        state = twin_state(world.roster.runtime(row["twin"]))
        assert row["state"] == state.state, row["twin"]
        assert row["score"] == state.score, row["twin"]
        assert row["presence"] == state.presence, row["twin"]
        assert bool(row["alert"]) == (state.alert_id is not None or bool(state.health)), row["twin"]
        assert (row["age"] is None) == (state.ts is None), row["twin"]
    ranks = [["anomalous", "warming", "normal", "never_seen"].index(row["state"]) for row in rows]
    assert ranks == sorted(ranks)

    counted = {row["_field"]: row["_value"] for row in world.query(queries["twinstream-fleet: Twins by state A"])}
    assert {name: count for name, count in counted.items() if count} == Counter(row["state"] for row in rows)


def test_the_accounts_add_up(dashboards, world) -> None:
    total = Ledger()
    total.add(world.roster.ledger)
    for twin in (*SPECIAL, FAULTY, SILENT, SENSORS):
        total.add(world.roster.runtime(twin).ledger)
    queries = dashboards.queries()
    for panel, expected in (
        ("Observations by outcome", {outcome: getattr(total, outcome) for outcome in Outcome}),
        ("Rejections by reason", {f"rejected_{reason}": count for reason, count in total.reasons.items()}),
    ):
        shown: Counter = Counter()
        for row in world.query(queries[f"twinstream-fleet: {panel} A"]):
            shown[row["_field"]] += row["_value"]
        assert shown == Counter(expected), panel
    assert all(getattr(total, outcome) > 0 for outcome in Outcome)


def test_a_later_range_counts_only_what_is_new(dashboards, world) -> None:
    flux = dashboards.queries()["twinstream-fleet: Observations by outcome A"]
    later = flux.replace("v.timeRangeStart", f"time(v: {world.start_ns + 400 * 1_000_000_000})")
    applied = sum(row["_value"] for row in world.query(later) if row["_field"] == "applied")
    # from second 400 on only the faulty pump is observed, six sensors a second, to second 739
    assert applied == pytest.approx(6 * 340, abs=6 * 10)


def test_marks_tell_of_alerts_and_models(dashboards, world) -> None:
    queries = dashboards.queries()
    alerts = [row["title"] for row in world.query(queries["twinstream-twin: annotation alerts"])]
    assert alerts == ["raised", "cleared", "raised"]
    models = [row["title"] for row in world.query(queries["twinstream-twin: annotation model events"])]
    assert models == ["warm", "drift", "relearn", "warm"]
