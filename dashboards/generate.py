"""Writes the dashboards as Grafana reads them: `python -m dashboards.generate`, or `--check` to find stale files.

The builders are those that Grafana's SDK generates for its oldest release, 10.1: they write schema version 36, which
Grafana 9.4 reads as it is and every newer one migrates. Nothing in Grafana migrates back, so the builders for newer
releases are not of use here.
"""

import json
from collections.abc import Callable
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.fleet import fleet
from dashboards.twin import twin
from schemas.generated import stale_files, write_or_check

DASHBOARDS: dict[str, Callable[[], Dashboard]] = {"fleet": fleet, "twin": twin}
NOT_OF_A_QUERY = ("id", "auto", "auto_min", "auto_count")
"""What the builders write into every variable: one id for all of them, and settings of intervals."""

DIRECTORY = Path(__file__).parent / "json"


def rendered() -> dict[str, str]:
    """The text of each dashboard's file, by file name."""
    return {f"{name}.json": _text(make()) for name, make in DASHBOARDS.items()}


def stale(directory: Path = DIRECTORY) -> list[str]:
    """Names of files that are missing, outdated or left over."""
    return stale_files(rendered(), directory)


def _text(dashboard: Dashboard) -> str:
    board = dashboard.build()
    for number, panel in enumerate(board.panels or (), start=1):
        panel.id_val = number  # the builders leave it out, and Grafana would give new ones at each load
    plain = json.loads(json.dumps(board, cls=JSONEncoder))
    for variable in plain.get("templating", {}).get("list", ()):
        for name in NOT_OF_A_QUERY:
            variable.pop(name, None)
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_or_check(rendered(), DIRECTORY, "dashboards.generate")
