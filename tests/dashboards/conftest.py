"""The dashboards, and a bucket to ask."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboards.generate import rendered
from pipelines.stack import Stack
from tests.dashboards.world import World, fill


@dataclass(frozen=True)
class Dashboards:
    """The generated dashboards, and every query in them."""

    by_uid: Mapping[str, dict]

    def panels(self) -> Iterator[tuple[str, dict]]:
        for uid, dashboard in self.by_uid.items():
            for panel in dashboard["panels"]:
                yield uid, panel

    def queries(self) -> dict[str, str]:
        """Flux by a readable place: panels' targets, variables and annotations."""
        found = {}
        for uid, panel in self.panels():
            for target in panel.get("targets", ()):
                found[f"{uid}: {panel['title']} {target['refId']}"] = target["query"]
        for uid, dashboard in self.by_uid.items():
            for variable in dashboard.get("templating", {}).get("list", ()):
                found[f"{uid}: variable {variable['name']}"] = variable["query"]
            for annotation in dashboard.get("annotations", {}).get("list", ()):
                found[f"{uid}: annotation {annotation['name']}"] = annotation["target"]["query"]
        return found


@pytest.fixture(scope="session")
def dashboards() -> Dashboards:
    return Dashboards({one["uid"]: one for one in map(json.loads, rendered().values())})


@pytest.fixture(scope="session")
def world(stack: Stack) -> World:
    """Not the stack's own bucket: other tests count what is in there."""
    token = (stack.paths.secrets / "influx-admin-token").read_text(encoding="utf-8").strip()
    return fill(stack.influx_url, token)


@pytest.fixture(scope="session")
def committed() -> Path:
    return Path(__file__).parents[2] / "dashboards" / "json"
