"""What can be said of the dashboards without a server."""

import doctest
import json
import re
from importlib import import_module
from itertools import combinations
from pathlib import Path

import pytest

from dashboards.generate import rendered, stale
from dashboards.source import DATASOURCE_UID
from pipelines.stack import grafana

SHIPPED = {"stat", "table", "timeseries", "state-timeline"}
WITH_NUMBERS = {"stat", "timeseries", "state-timeline"}
OLDEST_MIGRATED = 38
"""The schema version at which Grafana renamed the settings of table cells."""

SOURCE = {"type": "influxdb", "uid": DATASOURCE_UID}


def boxes(dashboard: dict) -> list[tuple[int, int, int, int]]:
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    return [(each["x"], each["y"], each["x"] + each["w"], each["y"] + each["h"]) for each in places]


def sources(node: object) -> list[object]:
    if isinstance(node, dict):
        own = [node["datasource"]] if "datasource" in node else []
        return own + [found for value in node.values() for found in sources(value)]
    return [found for value in node for found in sources(value)] if isinstance(node, list) else []


def test_the_committed_files_are_current(committed: Path) -> None:
    assert stale(committed) == [], "run: python -m dashboards.generate"


def test_stale_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "left-over.json").write_text("{}", encoding="utf-8")
    assert stale(tmp_path) == ["fleet.json", "left-over.json", "twin.json"]


def test_the_data_source_is_the_one_that_the_stack_provisions(dashboards) -> None:
    assert DATASOURCE_UID == grafana.DATASOURCE_UID
    for dashboard in dashboards.by_uid.values():
        found = sources(dashboard)
        assert len(found) > len(dashboard["panels"])
        assert all(source == SOURCE for source in found)


def test_every_panel_explains_itself(dashboards) -> None:
    for uid, panel in dashboards.panels():
        where = f"{uid}: {panel.get('title')}"
        assert panel["title"], where
        assert len(panel["description"]) > 20, where
        assert panel["datasource"] == SOURCE, where
        assert panel["targets"], where
        assert panel["type"] in SHIPPED, where


def test_numbers_have_a_unit(dashboards) -> None:
    for uid, panel in dashboards.panels():
        units = [panel["fieldConfig"]["defaults"].get("unit")] if panel["type"] in WITH_NUMBERS else []
        for override in panel["fieldConfig"]["overrides"] if panel["type"] == "table" else ():
            settings = {each["id"]: each.get("value") for each in override["properties"]}
            if override["matcher"]["options"] in {"score", "age", "value", "expected", "residual", "time", "since"}:
                units.append(settings.get("unit"))
        assert units, f"{uid}: {panel['title']}"
        assert all(units), f"{uid}: {panel['title']}"


def test_panels_have_ids_and_places_of_their_own(dashboards) -> None:
    for uid, dashboard in dashboards.by_uid.items():
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(set(ids)) == len(ids), uid
        for left, top, right, bottom in boxes(dashboard):
            assert 0 <= left < right <= 24, uid
            assert 0 <= top < bottom, uid
        for one, other in combinations(boxes(dashboard), 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, f"{uid}: {one} and {other} overlap"


def test_no_dashboard_knows_a_host(dashboards) -> None:
    for name, text in rendered().items():
        assert not re.search(r"https?://|localhost|127\.0\.0\.1", text), name


def test_links_lead_to_a_dashboard_that_exists(dashboards) -> None:
    targets = [uid for text in rendered().values() for uid in re.findall(r'"/d/([^/]+)/', text)]
    assert targets
    assert set(targets) <= set(dashboards.by_uid)


def test_grafana_migrates_them_from_9_4_on(dashboards) -> None:
    for dashboard in dashboards.by_uid.values():
        assert dashboard["schemaVersion"] < OLDEST_MIGRATED
        assert "cellOptions" not in json.dumps(dashboard)


def test_selections_stand_in_regular_expressions_only(dashboards) -> None:
    for where, flux in dashboards.queries().items():
        for match in re.finditer(r"\$\{?(?!__)\w+", flux):
            context = flux[match.start() - 2 : match.end() + 9]
            assert re.fullmatch(r"/\^\$\{(twin|sensor):regex\}\$/", context), f"{where}: {context}"


def test_grafana_replaces_nothing_that_is_not_meant(dashboards) -> None:
    for where, flux in dashboards.queries().items():
        assert not re.search(r"[a-zA-Z]+\.(bucket|defaultBucket|organization)", flux), where


@pytest.mark.parametrize("name", ["flux", "states"])
def test_examples(name: str) -> None:
    result = doctest.testmod(import_module(f"dashboards.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
