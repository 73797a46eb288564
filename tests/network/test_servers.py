"""Which servers a network has, that none is asked unasked, and that tests reach none of them."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest
from bitcash.network.APIs.FulcrumProtocolAPI import FulcrumProtocolAPI
from bitcash.network.services import get_endpoints_for
from bitcash.types import Network

from bchcov import PrivateKey
from bchcov.errors import NetworkError
from bchcov.network import connect
from bchcov.network.servers import name_of

KEY = PrivateKey(b"\x01" * 32)


def test_importing_speaks_to_nobody() -> None:
    code = (
        "import sys; tried = [];"
        "sys.addaudithook(lambda event, _: tried.append(event));"
        "import bchcov.network;"
        "print({*tried} & {'socket.connect', 'socket.getaddrinfo', 'socket.sendto'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("network", ["mainnet", "testnet", "testnet3", "chipnet", "regtest"])
def test_naming_a_network_speaks_to_nobody(network: str, offline: list[str]) -> None:
    assert connect(network).servers
    assert not offline


@pytest.mark.parametrize("network", ["mainnet", "chipnet"])
def test_a_request_goes_to_the_servers_of_that_network_and_the_guard_stops_it(
    network: str, offline: list[str]
) -> None:
    connection = connect(network)
    with pytest.raises(NetworkError, match="a test speaks to") as caught:
        connection.coins(KEY.locking_bytecode)
    assert [name for name, _ in caught.value.answers] == [*map(name_of, connection.servers)]
    assert len(offline) == len(connection.servers)
    assert all(("chipnet" in each) is (network == "chipnet") for each in offline)
    # They are just what this test is about.
    offline.clear()


@pytest.mark.parametrize("host", ["example.org", "8.8.8.8", "2001:db8::1", b"example.org"])
def test_the_guard_sees_names_before_they_are_looked_up(host: Any, offline: list[str]) -> None:
    with pytest.raises(PermissionError, match="a test speaks to"):
        socket.create_connection((host, 443), timeout=1)
    assert offline == [f"socket.getaddrinfo {host!r}"]
    offline.clear()


def test_the_guard_sees_numbers_that_no_name_was_looked_up_for(offline: list[str]) -> None:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as plain, pytest.raises(PermissionError):
            plain.connect(("8.8.8.8", 53))
        assert offline == ["socket.connect '8.8.8.8'"]
        offline.clear()


def test_the_servers_of_bitcash_are_its_own() -> None:
    for name, theirs in (("mainnet", "mainnet"), ("testnet3", "testnet"), ("regtest", "regtest")):
        assert [name_of(each) for each in connect(name).servers] == [
            name_of(each) for each in get_endpoints_for(theirs)
        ]


def test_the_environment_names_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FULCRUM_API_MAINNET", "localhost:1")
    first = connect("mainnet").servers[0]
    assert isinstance(first, FulcrumProtocolAPI)
    assert name_of(first) == "localhost:1"
    assert first.network is Network.main
    monkeypatch.setenv("FULCRUM_API_CHIPNET", "localhost:2")
    (only,) = connect("chipnet").servers
    assert name_of(only) == "localhost:2"
    assert only.network is Network.test
    monkeypatch.setenv("FULCRUM_API_SCALENET_1", "localhost:3")
    monkeypatch.setenv("FULCRUM_API_SCALENET_2", "localhost:4")
    assert [*map(name_of, connect("scalenet").servers)] == ["localhost:3", "localhost:4"]


@pytest.mark.parametrize("network", ["mainnet", "chipnet"])
@pytest.mark.parametrize("value", ["localhost", "localhost:port", "a:b:c"])
def test_a_variable_that_names_no_server_is_refused(
    network: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"FULCRUM_API_{network.upper()}", value)
    with pytest.raises(NetworkError, match=f"server of {network} in the environment"):
        connect(network)


@pytest.mark.parametrize("network", ["testnet4", "scalenet"])
def test_a_network_without_known_servers_says_how_to_name_one(network: str) -> None:
    with pytest.raises(NetworkError, match=f"set FULCRUM_API_{network.upper()}"):
        connect(network)
