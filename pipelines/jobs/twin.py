"""The twin job: telemetry, definitions and commands in; states, alerts, model events, points and dead letters out.

usage: python -m pipelines.jobs.twin --settings FILE
"""

import argparse
from pathlib import Path

from pyflink.common import Types
from pyflink.datastream.data_stream import DataStream, KeyedStream
from pyflink.java_gateway import get_gateway
from pyflink.table import StreamTableEnvironment

from pipelines.jobs.bucket_keys import bucket_keys
from pipelines.jobs.environment import identify, table_environment
from pipelines.jobs.kafka_tables import epoch_ms, insert_records, sink_table, source_table
from pipelines.jobs.record_row import record_row_type
from pipelines.jobs.settings import TwinJobSettings
from pipelines.jobs.twin_function import TwinFunction
from schemas.topics import Topic

INPUTS = (Topic.TELEMETRY, Topic.DEFINITIONS, Topic.COMMANDS)
UID = "twins-by-even-buckets"
"""Names the state in a checkpoint, and with it how twins are put into buckets."""

HEX_DIGITS = "0123456789abcdef"


def main() -> None:
    """Build the job and submit it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=Path, required=True, help="JSON file, see TwinJobSettings")
    settings = TwinJobSettings.load(parser.parse_args().settings)
    python = {
        # An element is a window's worth of messages: nothing is won by waiting for more of them.
        "python.fn-execution.bundle.size": "1000",
        "python.fn-execution.bundle.time": "5",
        # A roster keeps its twins itself and reads each once. What it writes is sent at the end of a bundle.
        "python.map-state.read-cache-size": "1",
        "python.map-state.write-cache-size": str(settings.write_cache),
    }
    tables = table_environment("twin", settings, python)
    tables.execute_sql(source_table("inbox", INPUTS, "twin", settings))
    tables.execute_sql(sink_table("outbox", "twin", settings))
    records = (
        _keyed_by_bucket(tables, settings).process(TwinFunction(settings), record_row_type()).name("twins").uid(UID)
    )
    tables.create_temporary_view("records", tables.from_data_stream(records))
    tables.execute_sql(insert_records("outbox", "records"))


def _keyed_by_bucket(tables: StreamTableEnvironment, settings: TwinJobSettings) -> KeyedStream:
    """Gather each bucket's messages on the JVM, and key them there: every crossing into Python costs."""
    # The first two hex digits of the twin id's MD5 spread twins evenly and are the same in every language.
    first, second = (f"(POSITION(SUBSTR(h, {i}, 1) IN '{HEX_DIGITS}') - 1)" for i in (1, 2))
    keys = ", ".join(f"'{key}'" for key in bucket_keys(settings.buckets))
    # CASE, since COALESCE would look into the body of every message.
    twin_id = """CASE WHEN k IS NOT NULL THEN CAST(k AS STRING)
                      ELSE COALESCE(JSON_VALUE(CAST(v AS STRING), '$.twin_id'), '') END"""
    tables.execute_sql(f"""CREATE TEMPORARY VIEW bucketed AS
        SELECT ELT(MOD({first} * 16 + {second}, {settings.buckets}) + 1, {keys}) AS b,
               topic, k, v, part, off, received, gathered
        FROM (
            SELECT MD5({twin_id}) AS h,
                   topic, k, v, part, off,
                   {epoch_ms("received")} AS received,
                   gathered
            FROM inbox
        )""")
    batches = tables.sql_query(f"""SELECT b AS k, ROW(messages) AS p FROM (
        SELECT b, ARRAY_AGG(ROW(topic, k, v, part, off, received)) AS messages
        FROM TABLE(TUMBLE(TABLE bucketed, DESCRIPTOR(gathered), INTERVAL '{settings.window_ms / 1000:.3f}' SECOND))
        GROUP BY b, window_start, window_end
    )""")
    body = Types.PRIMITIVE_ARRAY(Types.BYTE())
    message = Types.ROW([Types.STRING(), body, body, Types.INT(), Types.LONG(), Types.LONG()])
    batch = Types.ROW([Types.OBJECT_ARRAY(message)])
    stream = tables.to_append_stream(batches, Types.ROW([Types.STRING(), batch]))
    identify(stream, "batches")
    return _keyed_on_the_jvm(stream, batch)


def _keyed_on_the_jvm(stream: DataStream, value_type: Types) -> KeyedStream:
    """Key a stream of (key, value) rows by their first field without a Python key selector."""
    selector = get_gateway().jvm.KeyByKeySelector()
    key_type = Types.ROW([Types.STRING()]).get_java_type_info()
    return KeyedStream(stream._j_data_stream.keyBy(selector, key_type), value_type, stream)


if __name__ == "__main__":
    main()
