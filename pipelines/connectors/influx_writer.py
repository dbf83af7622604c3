"""Line protocol into InfluxDB.

Guarantee: `write` returns when every line is either stored or named as refused; until then it blocks, so a caller
that checkpoints after it loses nothing. A line that is written twice is stored once.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import structlog
from influxdb_client import InfluxDBClient, WriteApi, WritePrecision
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
TIMEOUT_MS = 60_000
REFUSALS = frozenset({400, 413, 422})
"""The server has read the batch and won't take it, or a part of it, however often it is sent."""
ACCESS_ERRORS = frozenset({401, 403, 404})

_log = structlog.get_logger(__name__)


class InfluxAccessError(RuntimeError):
    """The token, organisation or bucket is wrong: nothing will ever be written until somebody mends it."""


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that InfluxDB does not take, and what it said."""

    line: str
    error: str


class InfluxWriter:
    """Writes batches synchronously, waits out outages, and isolates lines that are refused.

    Parameters
    ----------
    send
        Posts one body of line protocol; raises `ApiException` for an HTTP error.
    sleep
        Waits that many seconds.
    """

    def __init__(self, send: Callable[[bytes], None], sleep: Callable[[float], None] = time.sleep) -> None:
        self._send = send
        self._sleep = sleep

    @classmethod
    def connect(cls, url: str, org: str, bucket: str, token: str) -> Self:
        """A writer to a real server."""
        client = InfluxDBClient(url=url, token=token, org=org, timeout=TIMEOUT_MS, enable_gzip=True)
        api: WriteApi = client.write_api(write_options=SYNCHRONOUS)

        def send(body: bytes) -> None:
            api.write(bucket=bucket, record=body, write_precision=WritePrecision.NS)

        return cls(send)

    def write(self, lines: Sequence[str]) -> list[RefusedLine]:
        """Store lines; those that the server refuses come back with its reason.

        Raises
        ------
        InfluxAccessError
            If the server denies access or knows no such bucket.
        """
        if not lines:
            return []
        refusal = self._stored_or_refused("\n".join(lines).encode())
        if refusal is None:
            return []
        if len(lines) == 1:
            return [RefusedLine(lines[0], refusal)]
        # The server doesn't say which lines: halve the batch. Lines that were stored are only written again.
        middle = len(lines) // 2
        return self.write(lines[:middle]) + self.write(lines[middle:])

    def _stored_or_refused(self, body: bytes) -> str | None:
        """None when the body is stored, what the server said when it is refused; waits while the server is away."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                self._send(body)
                return None
            except ApiException as error:
                if error.status in REFUSALS:
                    return f"{error.status} {error.body or error.reason}"
                if error.status in ACCESS_ERRORS:
                    raise InfluxAccessError(
                        f"InfluxDB answered {error.status} {error.reason}: check token file, organisation and bucket"
                    ) from error
                asked_s = _retry_after_s(error)
                problem = f"{error.status} {error.reason}"
            except (HTTPError, OSError) as error:
                asked_s, problem = 0.0, repr(error)
            pause_s = max(wait_s, asked_s)
            _log.warning("InfluxDB is away; the batch waits", problem=problem, next_try_in_s=pause_s, bytes=len(body))
            self._sleep(pause_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)


def _retry_after_s(error: ApiException) -> float:
    text = (error.headers or {}).get("Retry-After", "0")
    return float(text) if text.isdigit() else 0.0
