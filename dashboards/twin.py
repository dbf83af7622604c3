"""Twin: one twin in detail, what was measured against what was expected, and why it is judged so."""

from grafana_foundation_sdk.builders import common, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import BigValueColorMode, VisibilityMode

from dashboards import twin_queries
from dashboards.frame import TWIN_UID, framed_dashboard, variable
from dashboards.panels import (
    AGE_COLUMN,
    SCORE_COLUMN,
    TIME_COLUMN,
    Place,
    big_value,
    boundary,
    by_threshold,
    fixed,
    framed,
    lines,
    properties,
    rows,
    score_lines,
)
from dashboards.source import FluxAnnotation
from dashboards.states import level_mapping
from schemas.quality import Quality

_QUALITY_COLORS = {Quality.GOOD: "green", Quality.UNCERTAIN: "orange", Quality.BAD: "red"}


def twin() -> build.Dashboard:
    """The dashboard."""
    dashboard = framed_dashboard(TWIN_UID, "Twin", "One twin: measured against expected, score, state, alerts.")
    every = model.VariableOption(selected=True, text=["All"], value=["$__all"])
    dashboard.with_variable(variable("twin", "Twin", twin_queries.TWIN_NAMES).multi(False).include_all(False))
    sensor = variable("sensor", "Sensor", twin_queries.SENSOR_NAMES)
    dashboard.with_variable(sensor.multi(True).include_all(True).current(every))
    dashboard.annotation(FluxAnnotation("alerts", twin_queries.ALERT_MARKS, "red"))
    dashboard.annotation(FluxAnnotation("model events", twin_queries.MODEL_MARKS, "purple"))
    for panel in (*_now(), *_judgement(), *_sensors()):
        dashboard.with_panel(panel)
    return dashboard


def _now() -> tuple[stat.Panel | table.Panel, ...]:
    return (
        framed(
            _level(big_value()),
            "State",
            "The newest state of the twin, whatever time range is chosen.",
            twin_queries.STATE,
            Place(0, 0, 4, 5),
        ),
        framed(
            big_value().unit("none").decimals(2).thresholds(boundary()).color_scheme(by_threshold()).no_value("none"),
            "Score",
            "The score of the newest state: 0 as usual, 0.5 the decision boundary. None while the twin is warming.",
            twin_queries.SCORE_NOW,
            Place(4, 0, 4, 5),
        ),
        framed(
            big_value().color_mode(BigValueColorMode.NONE).unit("s").decimals(0),
            "Age of the newest observation",
            "Time since the newest observation by its own event time.",
            twin_queries.AGE_NOW,
            Place(8, 0, 4, 5),
        ),
        framed(
            _open_alerts(),
            "Open alerts",
            "Alerts of the twin that are raised and not yet cleared, whatever time range is chosen.",
            twin_queries.OPEN_ALERTS,
            Place(12, 0, 12, 5),
        ),
    )


def _judgement() -> tuple[timeseries.Panel | statetimeline.Panel, ...]:
    return (
        framed(
            score_lines(),
            "Score over time",
            "The highest score of each interval. The dashed line is the decision boundary, 0.5. "
            "Marks are alerts (red) and what happened to the twin's models (purple).",
            twin_queries.SCORE,
            Place(0, 5, 12, 7),
        ),
        framed(
            _timeline(),
            "State over time",
            "The worst state of each interval.",
            twin_queries.STATES,
            Place(12, 5, 12, 7),
        ),
    )


def _sensors() -> tuple[timeseries.Panel | table.Panel, ...]:
    return (
        framed(
            _measured(),
            "$sensor: measured against expected",
            "Means of each interval, in the sensor's own unit. Within the band a value is normal. "
            "There is no band while the twin is warming, and none for values of bad quality.",
            twin_queries.MEASURED,
            Place(0, 12, 24, 9),
        ),
        framed(
            lines(legend=False).unit("none").repeat("sensor").repeat_direction("h"),
            "$sensor: residual",
            "Measured minus expected, mean of each interval, in the sensor's own unit.",
            twin_queries.RESIDUAL,
            Place(0, 21, 24, 6),
        ),
        framed(
            _last_values(),
            "Last values",
            "The newest value of every sensor of the twin, whatever time range is chosen, in the sensor's own unit; "
            "expected and residual only where that value was judged.",
            twin_queries.LAST_VALUES,
            Place(0, 27, 24, 9),
        ),
    )


def _level(panel: stat.Panel) -> stat.Panel:
    return panel.unit("none").mappings([level_mapping()]).no_value("never seen")


def _timeline() -> statetimeline.Panel:
    return (
        statetimeline.Panel()
        .unit("none")
        .mappings([level_mapping()])
        .display_name("${__field.labels.twin_id}")
        .show_value(VisibilityMode.NEVER)
        .merge_values(True)
        .fill_opacity(80)
        .line_width(0)
        .row_height(0.8)
        .interval("1s")
    )


def _measured() -> timeseries.Panel:
    dashed = common.LineStyle().fill("dash").dash([8, 6]).build()
    unseen = common.HideSeriesConfig().legend(True).tooltip(False).viz(False).build()
    edge: dict[str, object] = {"color": fixed("green"), "custom.lineWidth": 0}
    band = {"custom.fillBelowTo": "lower", "custom.fillOpacity": 15, "displayName": "expected band"}
    styles: dict[str, dict[str, object]] = {
        "value": {"color": fixed("blue"), "custom.lineWidth": 2, "displayName": "measured"},
        "expected": {"color": fixed("text"), "custom.lineStyle": dashed},
        "lower": {**edge, "custom.hideFrom": unseen},
        "upper": {**edge, **band},
    }
    panel = lines().unit("none").repeat("sensor").repeat_direction("h")
    for name, style in styles.items():
        panel.override_by_name(name, properties(style))
    return panel


def _open_alerts() -> table.Panel:
    return rows(
        {"since": TIME_COLUMN, "condition": {"custom.width": 110}, "score": SCORE_COLUMN, "summary": {}}
    ).no_value("no open alert")


def _last_values() -> table.Panel:
    colors = {
        quality.value: model.ValueMappingResult(text=quality, color=color, index=index)
        for index, (quality, color) in enumerate(_QUALITY_COLORS.items())
    }
    number = {"unit": "none"}
    return rows(
        {
            "sensor": {},
            "value": number,
            "expected": number,
            "residual": number,
            "quality": {"mappings": [model.ValueMap(colors)], "custom.displayMode": "color-text"},
            "age": AGE_COLUMN,
        }
    )
