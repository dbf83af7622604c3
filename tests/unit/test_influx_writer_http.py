"""The writer and the real client against a server on this machine."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import structlog

from pipelines.connectors.influx_writer import InfluxAccessError, InfluxWriter

LINES = ["m,s=x v=1.0 1", "m,s=\\ y v=2.0 2", 'm t="bad 3', "m v=4.0 4"]


class Influx(HTTPServer):
    """Answers `script` first; then refuses a batch with a bad line and stores any other."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[tuple[int, dict[str, str]]] = []
        self.stored: list[str] = []
        self.paths: list[str] = []
        self.tokens: set[str] = set()


class Handler(BaseHTTPRequestHandler):
    server: Influx

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        lines = body.decode().split("\n")
        self.server.paths.append(self.path)
        self.server.tokens.add(self.headers["Authorization"])
        status, headers = 204, {}
        if self.server.script:
            status, headers = self.server.script.pop(0)
        elif any("bad" in line for line in lines):
            status = 400
        if status == 204:
            self.server.stored += lines
        answer = b"" if status == 204 else b'{"code":"invalid","message":"unable to parse"}'
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def influx() -> Iterator[Influx]:
    server = Influx()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with structlog.testing.capture_logs():
        yield server
    server.shutdown()
    thread.join()
    server.server_close()


def connected(influx: Influx, waits: list[float]) -> InfluxWriter:
    writer = InfluxWriter.connect(f"http://127.0.0.1:{influx.server_port}", "org", "twins", "secret")
    writer._sleep = waits.append
    return writer


def test_lines_arrive_as_they_are_in_nanoseconds_with_the_token(influx):
    assert connected(influx, []).write([LINES[0], LINES[1]]) == []
    assert influx.stored == [LINES[0], LINES[1]]
    assert influx.tokens == {"Token secret"}
    assert "bucket=twins" in influx.paths[0]
    assert "precision=ns" in influx.paths[0]


def test_a_server_that_is_overloaded_and_then_away_gets_the_batch_once_it_is_back(influx):
    influx.script = [(429, {"Retry-After": "2"}), (503, {})]
    waits: list[float] = []
    assert connected(influx, waits).write([LINES[0]]) == []
    assert influx.stored == [LINES[0]]
    assert len(waits) == 2
    assert waits[0] >= 2


def test_a_bad_line_comes_back_with_what_the_server_said(influx):
    (refused,) = connected(influx, []).write(LINES)
    assert refused.line == LINES[2]
    assert "unable to parse" in refused.error
    assert set(influx.stored) == set(LINES) - {LINES[2]}


def test_a_token_that_is_refused_stops_loudly(influx):
    influx.script = [(401, {})]
    with pytest.raises(InfluxAccessError, match="token"):
        connected(influx, []).write(LINES)
