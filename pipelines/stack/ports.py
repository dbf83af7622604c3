"""The loopback ports of a stack: chosen once, remembered, and the same after every restart."""

import socket
from collections.abc import Collection, Mapping

from pydantic import BaseModel, ConfigDict

from pipelines.stack.errors import StackError
from pipelines.stack.layout import StackPaths
from pipelines.stack.record import read_record, write_record
from pipelines.stack.wait import wait_until

HOST = "127.0.0.1"

WELL_KNOWN: dict[str, int] = {
    "kafka": 9092,
    "kafka_controller": 9093,
    "influxdb": 8086,
    "flink_rest": 8081,
    "flink_rpc": 6123,
    "grafana": 3000,
}

# Below the kernel's usual range for outgoing connections (from 32768): a port from there could be taken by any
# client on the machine while our process is down.
_FALLBACK_OFFSET = 10_000
_FALLBACK_COUNT = 500


class StackPorts(BaseModel):
    """One port per listener; field names are the keys of `WELL_KNOWN`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kafka: int
    kafka_controller: int
    influxdb: int
    flink_rest: int
    flink_rpc: int
    grafana: int


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # as servers do: connections of a former server that still linger do not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(port: int, name: str, patience_s: float = 5.0) -> None:
    """Make sure that no foreign process listens where ours is about to start.

    A process that was killed may still hold its port for a moment, while its threads end: that is waited for.

    Raises:
        StackError: naming the port, its use, and the remedy.
    """
    try:
        wait_until(lambda: is_free(port), patience_s, f"port {port}")
    except StackError as error:
        raise StackError(
            f"Port {port} of {name} on {HOST} is taken by a process that this stack did not start. Find it with "
            f"`ss -ltnp 'sport = :{port}'` and end it, or run `twinstream down` and then `twinstream up "
            f"--{name.replace('_', '-')}-port OTHER` (jobs and clients must then be told)."
        ) from error


def free_port(preferred: int, taken: Collection[int] = ()) -> int:
    """The preferred port if it is free, else the first free one from `preferred + 10000` on.

    Raises:
        StackError: if 500 ports from there on are all taken.
    """
    start = preferred + _FALLBACK_OFFSET
    candidates: list[int] = [preferred, *range(start, start + _FALLBACK_COUNT)]
    for port in candidates:
        if port <= 65_535 and port not in taken and is_free(port):
            return port
    raise StackError(f"No free port in {start}-{start + _FALLBACK_COUNT - 1} on {HOST}. Give ports explicitly.")


def remembered_ports(paths: StackPaths) -> StackPorts | None:
    """The ports of the last `up`, or None before the first."""
    return read_record(paths.run / "ports.json", StackPorts)


def choose_ports(paths: StackPaths, requested: Mapping[str, int] | None = None) -> StackPorts:
    """The requested ports, else the remembered ones, else free ones; remembered from now on.

    Whether a remembered port is still free is asked when its process is started, by `require_free`: if the
    process is alive, the port is of course taken, by us.

    Raises:
        StackError: for an unknown name, or if two listeners were given one port.
    """
    requested = dict(requested or {})
    if unknown := requested.keys() - WELL_KNOWN.keys():
        raise StackError(f"No listener named {', '.join(sorted(unknown))}. There are: {', '.join(WELL_KNOWN)}.")
    known = remembered_ports(paths)
    chosen: dict[str, int] = {**(known.model_dump() if known else {}), **requested}
    for name, preferred in WELL_KNOWN.items():
        if name not in chosen:
            chosen[name] = free_port(preferred, taken=chosen.values())
    by_port = {port: name for name, port in chosen.items()}
    if clashing := [name for name, port in chosen.items() if by_port[port] != name]:
        raise StackError(f"The port of {clashing[0]}, {chosen[clashing[0]]}, is given twice. Choose another.")
    ports = StackPorts(**chosen)
    if ports != known:
        write_record(paths.run / "ports.json", ports)
    return ports
