"""The guard of `connections.py` counts what leaves this machine, and lets what stays on it pass."""

import socket

import pytest
from connections import OUTSIDE


def test_a_connection_to_another_machine_is_refused_and_counted():
    with socket.socket() as outside, pytest.raises(ConnectionRefusedError):
        outside.connect(("192.0.2.7", 9))
    with pytest.raises(socket.gaierror):
        socket.create_connection(("example.org", 80))
    seen = OUTSIDE[-2:]
    assert seen == ["a connection to 192.0.2.7", "the address of example.org"]
    del OUTSIDE[-2:]  # meant, so this test does not fail for them


def test_a_connection_within_this_machine_passes():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port)), server.accept()[0]:
            pass
    assert OUTSIDE == []
