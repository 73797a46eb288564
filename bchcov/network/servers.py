"""The servers of each network, from bitcash and from environment variables."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from bitcash.exceptions import InvalidEndpointURLProvided
from bitcash.network.APIs.FulcrumProtocolAPI import FulcrumProtocolAPI
from bitcash.network.services import get_endpoints_for
from bitcash.types import Network

from ..encoding.networks import ADDRESS_PREFIXES
from ..errors import NetworkError

__all__ = ["Server", "default_servers", "is_of_network", "is_same_network", "name_of"]

# bitcash's names of networks. Its test network is testnet3; it has no servers of the others.
_BITCASH_NAMES = {
    "mainnet": "mainnet",
    "testnet": "testnet",
    "testnet3": "testnet",
    "regtest": "regtest",
}
_KNOWN: dict[str, tuple[str, ...]] = {
    "chipnet": ("chipnet.imaginary.cash:50002", "chipnet.bch.ninja:50002")
}
_KINDS = {"bitcoincash": Network.main, "bchtest": Network.test, "bchreg": Network.regtest}


class Server(Protocol):
    """A server as bitcash describes it; `network` is its `bitcash.types.Network`, or a name."""

    @property
    def network(self) -> object:
        """The network that it serves."""
        ...

    def get_unspent(self, address: str, *, timeout: float) -> Sequence[object]:
        """List the unspents of an address."""
        ...

    def broadcast_tx(self, tx_hex: str, *, timeout: float) -> bool:
        """Send a transaction to the network."""
        ...


def is_same_network(one: str, other: str) -> bool:
    """Whether two names can mean the same network: "testnet" is any of the test networks."""
    if "testnet" in (one, other):
        return ADDRESS_PREFIXES[one] == ADDRESS_PREFIXES[other]
    return one == other


def is_of_network(server: Server, network: str) -> bool:
    """Whether a server belongs to a network, according to its `network`."""
    theirs = server.network
    if isinstance(theirs, str):
        return theirs in ADDRESS_PREFIXES and is_same_network(theirs, network)
    return theirs is _KINDS[ADDRESS_PREFIXES[network]]


def default_servers(network: str) -> tuple[Server, ...]:
    """Return the servers of a network to use if the caller names none.

    These are bitcash's, which its environment variables can replace (`FULCRUM_API_MAINNET`). For
    networks unknown to bitcash, such as chipnet, this reads `FULCRUM_API_CHIPNET`, and more
    servers from `FULCRUM_API_CHIPNET_1`, `_2` and so on. Raises NetworkError if no server is
    known, and for a variable without a valid server.
    """
    try:
        return _default_servers(network)
    except (InvalidEndpointURLProvided, ValueError) as error:
        raise NetworkError(f"server of {network} in the environment: {error}") from None


def _default_servers(network: str) -> tuple[Server, ...]:
    if network in _BITCASH_NAMES:
        made: tuple[Server, ...] = get_endpoints_for(_BITCASH_NAMES[network])
        return made
    variable = f"FULCRUM_API_{network.upper()}"
    names = [os.environ.get(variable, "")]
    while following := os.environ.get(f"{variable}_{len(names)}"):
        names.append(following)
    endpoints = [name for name in names if name] or _KNOWN.get(network, ())
    if not endpoints:
        raise NetworkError(f"no known server of {network}: pass one, or set {variable}")
    kind = _KINDS[ADDRESS_PREFIXES[network]]
    return tuple(FulcrumProtocolAPI(endpoint, network=kind) for endpoint in endpoints)


def name_of(server: Server) -> str:
    """Return a server's host and port, or its URL, for messages."""
    if isinstance(server, FulcrumProtocolAPI):
        return f"{server.hostname}:{server.port}"
    return str(getattr(server, "network_endpoint", type(server).__name__))
