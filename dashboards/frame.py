"""What the dashboards have in common."""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

from dashboards.source import datasource

TAG = "twinstream"
FLEET_UID = "twinstream-fleet"
TWIN_UID = "twinstream-twin"


def framed_dashboard(uid: str, title: str, description: str) -> build.Dashboard:
    """An empty dashboard of the last hour that refreshes itself and links to its siblings."""
    siblings = build.DashboardLink(TAG).type(model.DashboardLinkType.DASHBOARDS).tags([TAG]).keep_time(True)
    return (
        build.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG])
        .time("now-1h", "now")
        .timezone("browser")
        .refresh("10s")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .link(siblings)
    )


def variable(name: str, label: str, flux: str) -> build.QueryVariable:
    """A selection that is filled from InfluxDB, anew when the time range changes."""
    return (
        build.QueryVariable(name)
        .label(label)
        .datasource(datasource())
        .query(flux)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
    )
