"""The local stack: Kafka, InfluxDB, Flink and Grafana as processes of one machine, without containers.

The one door is `Stack`; the rest of this room is how it keeps its promises: the same ports after a crash, no
process started twice, none left behind, no job running twice.

    from pipelines.stack import Stack

    stack = Stack()
    stack.up()
    stack.bootstrap_servers, stack.influx_url, stack.flink_rest_url
"""

from pipelines.stack.errors import StackError
from pipelines.stack.layout import StackPaths
from pipelines.stack.settings import StackSettings
from pipelines.stack.stack import Stack

__all__ = ["Stack", "StackError", "StackPaths", "StackSettings"]
