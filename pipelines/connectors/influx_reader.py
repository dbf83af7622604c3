"""Questions to InfluxDB, in Flux."""

from collections.abc import Mapping, Sequence

from influxdb_client import InfluxDBClient

from pipelines.connectors.closable import Closable
from schemas.influx import Measurement

TIMEOUT_MS = 60_000


class InfluxReader(Closable):
    """Reads one bucket with a token that may read it."""

    def __init__(self, url: str, org: str, bucket: str, token: str) -> None:
        self._client = InfluxDBClient(url=url, token=token, org=org, timeout=TIMEOUT_MS)
        self._bucket = bucket

    def query(self, flux: str, params: Mapping[str, str | list[str]] | None = None) -> list[dict[str, object]]:
        """The records of a Flux query, each as its columns; `params` are put in by the client, escaped."""
        tables = self._client.query_api().query(flux, params=dict(params or {}))
        return [dict(record.values) for table in tables for record in table.records]

    def observations(self, twin_ids: Sequence[str]) -> int:
        """How many observations of these twins are stored, each sensor and event time once."""
        flux = f"""
            from(bucket: "{self._bucket}") |> range(start: 0, stop: 2100-01-01T00:00:00Z)
              |> filter(fn: (r) => r._measurement == "{Measurement.OBSERVATION}" and r._field == "value")
              |> filter(fn: (r) => contains(value: r.twin_id, set: twins))
              |> group() |> count()"""
        return sum(int(str(row["_value"])) for row in self.query(flux, {"twins": list(twin_ids)}))

    def pipeline_totals(self, twin_ids: Sequence[str] | None = None) -> dict[str, int]:
        """The newest counters added up by name: of these twins, or of all and of what no twin owns."""
        wanted = "" if twin_ids is None else "|> filter(fn: (r) => contains(value: r.twin_id, set: twins))"
        flux = f"""
            from(bucket: "{self._bucket}") |> range(start: 0, stop: 2100-01-01T00:00:00Z)
              |> filter(fn: (r) => r._measurement == "{Measurement.PIPELINE}") {wanted}
              |> last() |> group(columns: ["_field"]) |> sum()"""
        rows = self.query(flux, {} if twin_ids is None else {"twins": list(twin_ids)})
        return {str(row["_field"]): round(float(str(row["_value"]))) for row in rows}

    def close(self) -> None:
        """Let go of the server."""
        self._client.close()
