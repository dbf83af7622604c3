"""The data source, and queries to it as dashboards hold them."""

from dataclasses import dataclass, field

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import AnnotationQuery, DataSourceRef

from schemas.influx import DATASOURCE_UID


def datasource() -> DataSourceRef:
    """InfluxDB, by its uid: no dashboard knows where it runs."""
    return DataSourceRef(type_val="influxdb", uid=DATASOURCE_UID)


@dataclass(frozen=True)
class FluxQuery(Dataquery, Builder[Dataquery]):
    """A query in Flux; the SDK has builders for other data sources only."""

    flux: str
    ref_id: str = "A"

    def build(self) -> Dataquery:
        """Itself: there is nothing to complete."""
        return self

    def to_json(self) -> dict[str, object]:
        """As Grafana reads it."""
        return {"refId": self.ref_id, "datasource": datasource(), "query": self.flux}


@dataclass
class FluxAnnotation(AnnotationQuery, Builder[AnnotationQuery]):
    """Marks from a query with the columns time, title and text; the SDK knows marks by tags only."""

    name: str
    flux: str
    icon_color: str
    datasource: DataSourceRef = field(default_factory=datasource)

    def build(self) -> AnnotationQuery:
        """Itself: there is nothing to complete."""
        return self

    def to_json(self) -> dict[str, object]:
        """As Grafana reads it; the mappings say which column is what, as it takes numbers for values otherwise."""
        return {
            "name": self.name,
            "datasource": self.datasource,
            "enable": True,
            "iconColor": self.icon_color,
            "target": FluxQuery(self.flux, "Anno"),
            "mappings": {name: {"source": "field", "value": name} for name in ("time", "title", "text")},
        }
