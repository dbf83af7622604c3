"""Names in InfluxDB: measurements and the only tags that points may carry."""

from enum import StrEnum

BUCKET = "twins"
ORG = "twinstream"
DATASOURCE_UID = "twinstream-influxdb"
"""Grafana's data source: the stack provisions it, the dashboards refer to it."""
NO_TAG_VALUE = "unknown"
"""Stands for a place in the hierarchy that a definition leaves out: an empty tag can't be written."""


class Measurement(StrEnum):
    """Every measurement of the bucket."""

    OBSERVATION = "observation"
    TWIN = "twin"
    ALERT = "alert"
    MODEL = "model"
    PIPELINE = "pipeline"


class Tag(StrEnum):
    """The allow-list of tags."""

    TWIN_ID = "twin_id"
    TWIN_TYPE = "twin_type"
    SENSOR = "sensor"
    SITE = "site"
    AREA = "area"
    LINE = "line"
    CONDITION = "condition"
    MODEL = "model"
    SOURCE = "source"
    BUCKET = "bucket"
