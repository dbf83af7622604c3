"""Fleet: every twin at a glance, worst first, and whether everything that came in is accounted for."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders import common, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models.common import BigValueTextMode, GraphDrawStyle, StackingMode

from dashboards import fleet_queries
from dashboards.frame import FLEET_UID, TWIN_UID, framed_dashboard
from dashboards.panels import (
    AGE_COLUMN,
    SCORE_COLUMN,
    STATE_COLUMN,
    TIME_COLUMN,
    Place,
    big_value,
    fixed,
    framed,
    lines,
    one_color,
    properties,
    rows,
)
from dashboards.states import COLORS
from schemas.accounting import Outcome

_OUTCOME_COLORS = {
    Outcome.APPLIED: "green",
    Outcome.AMENDED: "blue",
    Outcome.DUPLICATE: "yellow",
    Outcome.REJECTED: "red",
}

_TWIN_COLUMN: Mapping[str, object] = {
    # `percentencode`, as a name may hold what ends a query parameter; see "Configure data links" in Grafana's manual.
    "links": [
        {
            "title": "Open the twin",
            "url": f"/d/{TWIN_UID}/twin?var-twin=${{__value.raw:percentencode}}&${{__url_time_range}}",
        }
    ],
    "custom.width": 200,
}


def fleet() -> build.Dashboard:
    """The dashboard."""
    dashboard = framed_dashboard(FLEET_UID, "Fleet", "Every twin now, its alerts, and the accounts.")
    for panel in (
        framed(
            _counts(),
            "Twins by state",
            "Twins that are defined, by their newest state, whatever time range is chosen. "
            "Never seen: defined, but nothing has been observed of it.",
            fleet_queries.TWINS_BY_STATE,
            Place(0, 0, 24, 4),
        ),
        framed(
            _twins(),
            "Twins, worst first",
            "Every twin that is defined, as it stands now, whatever time range is chosen. The age is that of the "
            "newest observation by its own event time: a silent twin keeps its last state and grows old. A score is "
            "shown only if it belongs to that state; 0.5 is the decision boundary.",
            fleet_queries.TWINS_WORST_FIRST,
            Place(0, 4, 24, 11),
        ),
        framed(
            _alerts(),
            "Alerts",
            "Alerts raised and cleared in the time range, newest first, at most 200.",
            fleet_queries.ALERTS,
            Place(0, 15, 24, 8),
        ),
        framed(
            _stacked(),
            "Observations by outcome",
            "What became of every observation that was read, by the time at which Kafka took it. "
            "The four outcomes add up to what was read.",
            fleet_queries.OUTCOMES,
            Place(0, 23, 12, 8),
        ),
        framed(
            _bars().display_name("${__field.name}"),
            "Rejections by reason",
            "Why inputs were rejected, observations and definitions. Each one is in twin.deadletter with its remedy.",
            fleet_queries.REJECTIONS,
            Place(12, 23, 12, 8),
        ),
    ):
        dashboard.with_panel(panel)
    return dashboard


def _counts() -> stat.Panel:
    panel = big_value().text_mode(BigValueTextMode.VALUE_AND_NAME).unit("short").decimals(0)
    for state, color in COLORS.items():
        panel.override_by_name(state, properties({"color": fixed(color), "displayName": state.replace("_", " ")}))
    return panel


def _twins() -> table.Panel:
    return rows(
        {
            "twin": _TWIN_COLUMN,
            "state": STATE_COLUMN,
            "presence": {"custom.width": 100},
            "score": SCORE_COLUMN,
            "alert": {"displayName": "open alert"},
            "age": {**AGE_COLUMN, "displayName": "newest observation"},
            "type": {"custom.width": 150},
            "place": {"displayName": "site / area / line", "custom.width": 220},
        }
    ).no_value("")


def _alerts() -> table.Panel:
    return rows(
        {
            "time": TIME_COLUMN,
            "twin": _TWIN_COLUMN,
            "condition": {"custom.width": 110},
            "transition": {"custom.width": 110},
            "score": SCORE_COLUMN,
            "summary": {},
        }
    ).no_value("no alert in this time range")


def _bars() -> timeseries.Panel:
    stacked = common.StackingConfig().mode(StackingMode.NORMAL).group("A")
    panel = lines().unit("short").decimals(0).draw_style(GraphDrawStyle.BARS)
    return panel.fill_opacity(80).stacking(stacked).no_value("none in this time range")


def _stacked() -> timeseries.Panel:
    panel = _bars()
    for outcome, color in _OUTCOME_COLORS.items():
        panel.override_by_name(outcome, properties({"color": one_color(color).build()}))
    return panel
