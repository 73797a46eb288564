"""The servers of each network: those that bitcash knows, and those that the environment names."""

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

# bitcash's own test network is testnet3; it knows no servers of the others.
_OF_BITCASH = {
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
        """Hand a transaction to the network."""
        ...


def is_same_network(one: str, other: str) -> bool:
    """Whether two names can mean one network: "testnet" is any of the test networks."""
    if "testnet" in (one, other):
        return ADDRESS_PREFIXES[one] == ADDRESS_PREFIXES[other]
    return one == other


def is_of_network(server: Server, network: str) -> bool:
    """Whether a server is one of a network, as far as the caller has said."""
    theirs = server.network
    if isinstance(theirs, str):
        return theirs in ADDRESS_PREFIXES and is_same_network(theirs, network)
    return theirs is _KINDS[ADDRESS_PREFIXES[network]]


def default_servers(network: str) -> tuple[Server, ...]:
    """The servers of a network where the caller names none.

    Those of bitcash, with its environment variables (`FULCRUM_API_MAINNET`); for the networks
    that it does not know, `FULCRUM_API_CHIPNET` and its kind, or `_1`, `_2` behind it.
    Raises NetworkError where none is known, and for a variable that names no server.
    """
    try:
        return _default_servers(network)
    except (InvalidEndpointURLProvided, ValueError) as error:
        raise NetworkError(f"the environment names a server of {network}: {error}") from None


def _default_servers(network: str) -> tuple[Server, ...]:
    if network in _OF_BITCASH:
        made: tuple[Server, ...] = get_endpoints_for(_OF_BITCASH[network])
        return made
    variable = f"FULCRUM_API_{network.upper()}"
    names = [os.environ.get(variable, "")]
    while following := os.environ.get(f"{variable}_{len(names)}"):
        names.append(following)
    endpoints = [name for name in names if name] or _KNOWN.get(network, ())
    if not endpoints:
        raise NetworkError(f"no server of {network} is known: name one, or set {variable}")
    kind = _KINDS[ADDRESS_PREFIXES[network]]
    return tuple(FulcrumProtocolAPI(endpoint, network=kind) for endpoint in endpoints)


def name_of(server: Server) -> str:
    """Where a server is, for messages."""
    if isinstance(server, FulcrumProtocolAPI):
        return f"{server.hostname}:{server.port}"
    return str(getattr(server, "network_endpoint", type(server).__name__))
