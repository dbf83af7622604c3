import socket

import pytest

from pipelines.stack import StackError, StackPaths
from pipelines.stack.ports import HOST, WELL_KNOWN, choose_ports, free_port, is_free, remembered_ports, require_free


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind((HOST, free_port(20_300)))
        server.listen()
        yield server.getsockname()[1]


def test_a_listening_port_is_not_free(taken_port):
    assert not is_free(taken_port)


def test_a_free_port_replaces_a_taken_one_below_the_range_of_outgoing_connections(taken_port):
    preferred = taken_port
    port = free_port(preferred)
    assert port != preferred
    assert preferred + 10_000 <= port < preferred + 10_500


def test_a_port_given_away_already_is_not_given_twice():
    first = free_port(20_100)
    assert free_port(20_100, taken=[first]) != first


def test_a_taken_port_is_named_with_the_remedy(taken_port):
    with pytest.raises(StackError, match=rf"Port {taken_port} of kafka .*ss -ltnp .*--kafka-port OTHER"):
        require_free(taken_port, "kafka")


def test_ports_are_the_same_after_a_restart_even_if_the_well_known_ones_become_free(tmp_path):
    paths = StackPaths(tmp_path)
    wishes = {name: 20_000 + number for number, name in enumerate(WELL_KNOWN)}
    first = choose_ports(paths, wishes)
    assert choose_ports(paths) == first
    assert remembered_ports(paths) == first
    assert first.kafka == 20_000


def test_a_remembered_port_is_kept_while_our_own_process_listens_on_it(tmp_path, taken_port):
    paths = StackPaths(tmp_path)
    assert choose_ports(paths, {"kafka": taken_port}).kafka == taken_port
    assert choose_ports(paths).kafka == taken_port


def test_one_port_for_two_listeners_is_refused(tmp_path):
    with pytest.raises(StackError, match="given twice"):
        choose_ports(StackPaths(tmp_path), {"kafka": 20_200, "influxdb": 20_200})


def test_an_unknown_listener_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(StackError, match=r"zookeeper.*There are: kafka, "):
        choose_ports(StackPaths(tmp_path), {"zookeeper": 2181})


def test_a_spoilt_record_of_ports_is_named(tmp_path):
    paths = StackPaths(tmp_path)
    paths.run.mkdir()
    (paths.run / "ports.json").write_text('{"kafka": "many"}')
    with pytest.raises(StackError, match=r"ports\.json is not a valid StackPorts"):
        choose_ports(paths)
