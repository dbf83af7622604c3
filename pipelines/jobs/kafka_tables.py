"""Kafka as Flink SQL tables: raw bytes with their place in the log in, records with CloudEvents headers out."""

from collections.abc import Iterable

from pipelines.jobs.settings import JobSettings
from schemas.events import DATA_SCHEMA, SPEC_VERSION
from schemas.topics import Topic, topic_name

OUTGOING = (Topic.STATE, Topic.ALERTS, Topic.MODELS, Topic.POINTS, Topic.DEADLETTER)
"""Where records may go. The connector lets a row choose its topic only if it knows more than one."""

EVENT_SOURCE = "/twinstream"
TRANSACTION_TIMEOUT_MS = 15 * 60 * 1000
"""A broker's default upper limit; a job that is down for longer than this loses an open transaction."""


def source_table(table: str, topics: Iterable[Topic], group: str, settings: JobSettings) -> str:
    """DDL of a source over several topics; keys and values stay the bytes that they are, corrupt ones too."""
    options = {
        "connector": "kafka",
        "topic": _topic_list(topics, settings),
        "properties.bootstrap.servers": settings.bootstrap_servers,
        "properties.group.id": f"{settings.topic_prefix}twinstream-{group}",
        "properties.isolation.level": "read_committed",
        "properties.allow.auto.create.topics": "false",
        "scan.startup.mode": "earliest-offset",
        "scan.topic-partition-discovery.interval": "1min",
        "key.format": "raw",
        "key.fields": "k",
        "value.format": "raw",
        "value.fields-include": "EXCEPT_KEY",
    }
    return f"""CREATE TEMPORARY TABLE {table} (
        k BYTES,
        v BYTES,
        topic STRING METADATA VIRTUAL,
        part INT METADATA FROM 'partition' VIRTUAL,
        off BIGINT METADATA FROM 'offset' VIRTUAL,
        received TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
        gathered AS PROCTIME()
    ) WITH ({_options(options)})"""


def sink_table(table: str, job: str, settings: JobSettings) -> str:
    """DDL of a sink that takes the topic of each row from the row."""
    options = {
        "connector": "kafka",
        "topic": _topic_list(OUTGOING, settings),
        "properties.bootstrap.servers": settings.bootstrap_servers,
        "properties.compression.type": "lz4",
        "properties.linger.ms": "5",
        "key.format": "raw",
        "key.fields": "k",
        "value.format": "raw",
        "value.fields-include": "EXCEPT_KEY",
        "sink.delivery-guarantee": settings.delivery_guarantee,
    }
    if settings.exactly_once:
        options |= {
            "sink.transactional-id-prefix": f"{settings.topic_prefix}twinstream-{job}",
            "properties.transaction.timeout.ms": str(TRANSACTION_TIMEOUT_MS),
        }
    return f"""CREATE TEMPORARY TABLE {table} (
        k BYTES,
        v BYTES,
        topic STRING METADATA,
        headers MAP<STRING, BYTES> METADATA
    ) WITH ({_options(options)})"""


def insert_records(table: str, records: str) -> str:
    """SQL that sends a view of record rows (see `record_row`), with CloudEvents 1.0 headers in binary mode."""
    data_schema = " ".join(f"WHEN '{kind.value}' THEN '{schema}'" for kind, schema in DATA_SCHEMA.items())
    headers = {
        "ce_specversion": f"'{SPEC_VERSION}'",
        "ce_id": "event_id",
        "ce_source": f"'{EVENT_SOURCE}'",
        "ce_type": "event_type",
        "ce_time": "event_time",
        "ce_subject": "COALESCE(CAST(k AS STRING), '')",
        "ce_dataschema": f"CASE event_type {data_schema} END",
        "content-type": "'application/json'",
    }
    entries = ", ".join(f"'{name}', CAST({value} AS BYTES)" for name, value in headers.items())
    return f"INSERT INTO {table} SELECT k, v, topic, MAP[{entries}] FROM {records}"


def epoch_ms(column: str) -> str:
    """SQL that turns a timestamp into epoch milliseconds, which Flink SQL has no function for."""
    utc = f"CAST({column} AS TIMESTAMP(3))"
    seconds = f"CAST(TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', {utc}) AS BIGINT)"
    return f"{seconds} * 1000 + EXTRACT(MILLISECOND FROM {utc})"


def _topic_list(topics: Iterable[Topic], settings: JobSettings) -> str:
    return ";".join(topic_name(topic, settings.topic_prefix) for topic in topics)


def _options(options: dict[str, str]) -> str:
    return ", ".join(f"'{key}' = '{_quoted(value)}'" for key, value in options.items())


def _quoted(value: str) -> str:
    return value.replace("'", "''")
