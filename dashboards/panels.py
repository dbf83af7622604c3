"""What panels have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from grafana_foundation_sdk.builders import common, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    TooltipDisplayMode,
    VisibilityMode,
)

from dashboards.source import FluxQuery, datasource
from dashboards.states import state_mapping

BOUNDARY = 0.5
"""The score at which a value stops being normal."""


class AnyPanel(Protocol):
    """What the SDK's builders of panels share without saying so."""

    def title(self, title: str) -> Self:
        """The panel's heading."""

    def description(self, description: str) -> Self:
        """What its `i` shows."""

    def datasource(self, datasource: model.DataSourceRef) -> Self:
        """Where its queries go."""

    def grid_pos(self, grid_pos: model.GridPos) -> Self:
        """Its place."""

    def with_target(self, target: Builder[Dataquery]) -> Self:
        """One query more."""


P = TypeVar("P", bound=AnyPanel)


@dataclass(frozen=True)
class Place:
    """Where a panel stands on the grid of 24 columns."""

    x: int
    y: int
    w: int
    h: int


def framed(panel: P, title: str, description: str, flux: str, place: Place) -> P:
    """A panel with its heading, its explanation, its query and its place."""
    position = model.GridPos(h=place.h, w=place.w, x=place.x, y=place.y)
    panel.title(title).description(description).datasource(datasource()).grid_pos(position)
    return panel.with_target(FluxQuery(flux))


def properties(values: Mapping[str, object]) -> list[model.DynamicConfigValue]:
    """An override's settings, by Grafana's names for them."""
    return [model.DynamicConfigValue(id_val=name, value=value) for name, value in values.items()]


def fixed(color: str) -> dict[str, object]:
    """A colour that no value changes."""
    return {"mode": "fixed", "fixedColor": color}


def boundary() -> build.ThresholdsConfig:
    """Green below the decision boundary, red from there."""
    steps = [model.Threshold(value=None, color="green"), model.Threshold(value=BOUNDARY, color="red")]
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def by_threshold() -> build.FieldColor:
    """Coloured by the threshold that a value has passed."""
    return build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS)


def one_color(color: str) -> build.FieldColor:
    """Always coloured the same."""
    return build.FieldColor().mode(model.FieldColorModeId.FIXED).fixed_color(color)


def big_value() -> stat.Panel:
    """The newest value, large."""
    newest = common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False)
    return (
        stat.Panel()
        .reduce_options(newest)
        .graph_mode(BigValueGraphMode.NONE)
        .color_mode(BigValueColorMode.BACKGROUND)
        .text_mode(BigValueTextMode.VALUE)
    )


def lines(legend: bool = True) -> timeseries.Panel:
    """Plain lines over time."""
    shown = common.VizLegendOptions().show_legend(legend).placement(LegendPlacement.BOTTOM).calcs([])
    return (
        timeseries.Panel()
        .legend(shown.display_mode(LegendDisplayMode.LIST))
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
        .line_width(1)
        .fill_opacity(0)
        .show_points(VisibilityMode.NEVER)
        .interval("1s")
    )


def score_lines() -> timeseries.Panel:
    """Scores over time, with the decision boundary as a dashed line."""
    style = common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.DASHED)
    return (
        lines(legend=False)
        .unit("none")
        .min(0)
        .max(1)
        .decimals(2)
        .thresholds(boundary())
        .thresholds_style(style)
        .color_scheme(by_threshold())
    )


def rows(columns: Mapping[str, Mapping[str, object]]) -> table.Panel:
    """A table of these columns in this order, each with its settings.

    Cells are set by `custom.displayMode`: Grafana 9.4 knows nothing else, and newer ones migrate it because the
    dashboard states a schema version below 38.
    """
    order = {name: index for index, name in enumerate(columns)}
    panel = table.Panel().show_header(True)
    panel.with_transformation(
        model.DataTransformerConfig("organize", options={"indexByName": order, "excludeByName": {}, "renameByName": {}})
    )
    for name, settings in columns.items():
        if settings:
            panel.override_by_name(name, properties(settings))
    return panel


SCORE_COLUMN: Mapping[str, object] = {
    "unit": "none",
    "decimals": 2,
    "min": 0,
    "max": 1,
    "thresholds": boundary().build(),
    "custom.displayMode": "basic",
    "custom.width": 150,
}
STATE_COLUMN: Mapping[str, object] = {
    "mappings": [state_mapping()],
    "custom.displayMode": "color-background-solid",
    "custom.width": 110,
}
AGE_COLUMN: Mapping[str, object] = {"unit": "s", "decimals": 0, "custom.width": 120}
TIME_COLUMN: Mapping[str, object] = {"unit": "dateTimeAsIso", "custom.width": 170}
