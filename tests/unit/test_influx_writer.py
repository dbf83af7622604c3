"""Writing to an InfluxDB that is away, overloaded or refuses: nothing lost, nothing for ever (field case C38)."""

from collections.abc import Callable

import pytest
import structlog
from influxdb_client.rest import ApiException
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

from pipelines.connectors.influx_writer import FIRST_WAIT_S, LONGEST_WAIT_S, InfluxAccessError, InfluxWriter

Answer = Exception | None


def error(status: int, headers: dict[str, str] | None = None, body: str | None = None) -> ApiException:
    answer = ApiException(status=status, reason=f"reason {status}")
    answer.headers, answer.body = headers, body
    return answer


class Server:
    """Answers as scripted, then as its rule says; keeps what it has stored."""

    def __init__(self, *script: Answer, rule: Callable[[list[str]], Answer] = lambda lines: None) -> None:
        self.script = list(script)
        self.rule = rule
        self.requests: list[list[str]] = []
        self.stored: set[str] = set()
        self.waits: list[float] = []

    def send(self, body: bytes) -> None:
        lines = body.decode().split("\n")
        self.requests.append(lines)
        assert len(self.requests) < 1_000, "the writer never gives up a request that can't succeed"
        answer = self.script.pop(0) if self.script else self.rule(lines)
        if answer is not None:
            raise answer
        self.stored.update(lines)

    def writer(self) -> InfluxWriter:
        return InfluxWriter(self.send, self.waits.append)


LINES = [f"m,s=x v={number}.0 {number}" for number in range(8)]


@pytest.fixture(autouse=True)
def quiet_log():
    with structlog.testing.capture_logs() as captured:
        yield captured


def test_a_batch_is_one_request():
    server = Server()
    assert server.writer().write(LINES) == []
    assert server.requests == [LINES]
    assert server.waits == []


def test_an_empty_batch_is_no_request():
    server = Server()
    assert server.writer().write([]) == []
    assert server.requests == []


@pytest.mark.parametrize(
    "away",
    [
        error(503),
        error(500),
        error(502),
        error(429),
        ConnectionRefusedError("refused"),
        TimeoutError("slow"),
        ReadTimeoutError(None, "/api", "slow"),
        MaxRetryError(None, "/api"),
        ConnectionResetError("reset"),
    ],
    ids=repr,
)
def test_a_server_that_is_away_gets_the_same_batch_when_it_is_back(away, quiet_log):
    server = Server(away, away)
    assert server.writer().write(LINES) == []
    assert server.requests == [LINES] * 3
    assert server.stored == set(LINES)
    assert [entry["next_try_in_s"] for entry in quiet_log] == server.waits


def test_a_server_that_names_its_wait_is_not_asked_before():
    server = Server(error(429, {"Retry-After": "2"}), error(503))
    assert server.writer().write(LINES) == []
    assert server.waits[0] >= 2
    assert server.waits[1] < 2


@pytest.mark.parametrize("text", ["soon", "-1", "", "Tue, 14 Nov 2023 22:13:20 GMT", "1.5"])
def test_a_wait_that_is_no_whole_number_is_as_if_none_was_named(text):
    server = Server(error(429, {"Retry-After": text}))
    assert server.writer().write(LINES) == []
    assert len(server.waits) == 1
    assert 0 < server.waits[0] <= 2


def test_waits_grow_and_stay_bounded_in_a_long_outage():
    server = Server(*[error(503)] * 200)
    assert server.writer().write(LINES) == []
    assert server.waits[:3] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert server.waits == sorted(server.waits)
    assert max(server.waits) == LONGEST_WAIT_S
    assert server.stored == set(LINES)


def test_the_next_batch_begins_with_a_short_wait_again():
    server = Server(*[error(503)] * 10, None, error(503))
    writer = server.writer()
    writer.write(LINES)
    writer.write(LINES)
    assert server.waits[-1] == FIRST_WAIT_S


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("bad", [0, 1, 3, 7])
def test_a_line_that_is_refused_comes_back_and_all_others_are_stored(status, bad):
    server = Server(rule=lambda lines: error(status, body="unable to parse") if LINES[bad] in lines else None)
    (refused,) = server.writer().write(LINES)
    assert refused.line == LINES[bad]
    assert refused.error == f"{status} unable to parse"
    assert server.stored == set(LINES) - {LINES[bad]}
    assert server.waits == []
    assert len(server.requests) <= 7


def test_several_refused_lines_come_back_in_their_order():
    bad = {LINES[1], LINES[2], LINES[6]}
    server = Server(rule=lambda lines: error(400) if bad & set(lines) else None)
    assert [refused.line for refused in server.writer().write(LINES)] == [LINES[1], LINES[2], LINES[6]]
    assert server.stored == set(LINES) - bad


def test_a_batch_that_is_too_large_is_sent_in_parts():
    server = Server(rule=lambda lines: error(413) if len(lines) > 3 else None)
    assert server.writer().write(LINES) == []
    assert server.stored == set(LINES)
    assert max(len(lines) for lines in server.requests[1:] if len(lines) <= 3) <= 3


def test_a_single_line_that_is_too_large_comes_back():
    server = Server(rule=lambda lines: error(413))
    assert [refused.line for refused in server.writer().write(LINES[:1])] == LINES[:1]


def test_a_refusal_and_an_outage_in_one_batch_are_both_dealt_with():
    server = Server(error(503), rule=lambda lines: error(400) if LINES[5] in lines else None)
    assert [refused.line for refused in server.writer().write(LINES)] == [LINES[5]]
    assert server.stored == set(LINES) - {LINES[5]}
    assert server.waits == [FIRST_WAIT_S]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_token_or_bucket_stops_at_once_with_what_to_check(status):
    server = Server(error(status))
    with pytest.raises(InfluxAccessError, match=rf"{status}.*token.*organisation.*bucket"):
        server.writer().write(LINES)
    assert len(server.requests) == 1
    assert server.waits == []


def test_an_error_of_our_own_is_not_waited_out():
    server = Server(TypeError("a bug"))
    with pytest.raises(TypeError):
        server.writer().write(LINES)
