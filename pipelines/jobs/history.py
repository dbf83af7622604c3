"""The history job: points into InfluxDB. Its outages stop nothing else.

usage: python -m pipelines.jobs.history --settings FILE
"""

import argparse
from pathlib import Path

from pyflink.common import Types

from pipelines.jobs.environment import identify, table_environment
from pipelines.jobs.history_function import HistoryFunction
from pipelines.jobs.kafka_tables import epoch_ms, insert_records, sink_table, source_table
from pipelines.jobs.record_row import record_row_type
from pipelines.jobs.settings import HistoryJobSettings
from schemas.topics import Topic


def main() -> None:
    """Build the job and submit it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=Path, required=True, help="JSON file, see HistoryJobSettings")
    settings = HistoryJobSettings.load(parser.parse_args().settings)
    # One batch is one bundle: the write is done before the next batch crosses into Python.
    tables = table_environment("history", settings, {"python.fn-execution.bundle.size": "1"})
    tables.execute_sql(source_table("inbox", (Topic.POINTS,), "history", settings))
    tables.execute_sql(sink_table("outbox", "history", settings))
    tables.execute_sql(
        f"CREATE TEMPORARY VIEW points AS SELECT v, part, off, {epoch_ms('received')} AS received, gathered FROM inbox"
    )
    batches = tables.sql_query(f"""SELECT ARRAY_AGG(ROW(v, part, off, received)) AS messages
        FROM TABLE(TUMBLE(TABLE points, DESCRIPTOR(gathered), INTERVAL '{settings.window_ms / 1000:.3f}' SECOND))
        GROUP BY window_start, window_end""")
    message = Types.ROW([Types.PRIMITIVE_ARRAY(Types.BYTE()), Types.INT(), Types.LONG(), Types.LONG()])
    stream = tables.to_append_stream(batches, Types.ROW([Types.OBJECT_ARRAY(message)]))
    identify(stream, "batches")
    refused = stream.flat_map(HistoryFunction(settings), record_row_type()).name("influxdb").uid("influxdb")
    tables.create_temporary_view("refused", tables.from_data_stream(refused))
    tables.execute_sql(insert_records("outbox", "refused"))


if __name__ == "__main__":
    main()
