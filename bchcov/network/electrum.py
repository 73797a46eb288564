"""Asking servers of the Electrum Cash protocol with bitcash, through sockets with a deadline.

bitcash's own socket waits forever if a server disconnects during an answer, and takes a late
answer for that of the next question. Therefore each question has its own socket, with one
deadline for the whole exchange.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from bitcash.network.APIs.FulcrumProtocolAPI import (
    FULCRUM_PROTOCOL,
    FulcrumProtocolAPI,
    context,
    send_json_rpc_payload,
)

from ..encoding.printable import printable

__all__ = ["Channel", "asked"]

_MAX_ANSWER = 64 * 1024 * 1024
_GENESIS = {
    "mainnet": "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
    "testnet3": "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
    # Chipnet forked from testnet4 with an early upgrade, so they share the genesis block.
    "testnet4": "000000001dd410c49a788668ce26751718cc797474d3152a5fc073dd44fd9f7b",
    "chipnet": "000000001dd410c49a788668ce26751718cc797474d3152a5fc073dd44fd9f7b",
    "scalenet": "00000000e6453dc2dfe1ffa19023f86002eb11dbb8e87d0291a4599f0430be52",
    "regtest": "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
}
_TEST = frozenset(_GENESIS[each] for each in ("testnet3", "testnet4", "scalenet"))


class Channel:
    """A socket that fails at a deadline, at the end of the stream, and on too long an answer."""

    def __init__(self, stream: socket.socket, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds
        self._deadline = monotonic() + seconds
        self._received = 0

    def _wait(self) -> None:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError(f"no answer within {self._seconds:g} s")
        self._stream.settimeout(left)

    def sendall(self, data: bytes) -> None:
        """Send all. Raises OSError."""
        self._wait()
        self._stream.sendall(data)

    def recv(self, size: int) -> bytes:
        """Receive some bytes, at least one. Raises OSError."""
        self._wait()
        try:
            data = self._stream.recv(size)
        except TimeoutError:
            raise TimeoutError(f"no answer within {self._seconds:g} s") from None
        self._received += len(data)
        if not data:
            raise ConnectionError("the connection ended in the middle of an answer")
        if self._received > _MAX_ANSWER:
            raise ConnectionError(f"answer of more than {_MAX_ANSWER} bytes")
        return data


@contextmanager
def asked(
    server: FulcrumProtocolAPI, network: str, *, seconds: float
) -> Iterator[FulcrumProtocolAPI]:
    """Open a connection to a server for the block, after checking that it serves the network.

    Each block has its own connection, so several threads can ask at once. Raises OSError and
    ValueError if the server does not answer or serves another network.
    """
    with (
        socket.create_connection((server.hostname, server.port), timeout=seconds) as plain,
        context.wrap_socket(plain, server_hostname=server.hostname) as stream,
    ):
        channel = Channel(stream, seconds)
        send_json_rpc_payload(channel, "server.version", ["bchcov", FULCRUM_PROTOCOL])
        genesis = send_json_rpc_payload(channel, "server.features", [])["genesis_hash"]
        if genesis not in (_TEST if network == "testnet" else {_GENESIS[network]}):
            raise ValueError(
                f"it does not serve {network}: its genesis block is {printable(str(genesis))[:64]}"
            )
        opened = FulcrumProtocolAPI(f"{server.hostname}:{server.port}", network=server.network)
        opened.sock = channel
        yield opened
