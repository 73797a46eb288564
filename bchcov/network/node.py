"""A node as a server, through the JSON-RPC of Bitcoin Cash Node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from bitcash.network.http import session
from bitcash.network.meta import Unspent

from ..encoding.addresses import check_network, locking_bytecode_of
from ..encoding.expected import kind_of
from ..encoding.printable import printable
from ..errors import BroadcastRefused, NetworkError
from ..transaction.constants import COIN
from .web import limited

__all__ = ["NodeServer"]

# The names that nodes give to networks.
_CHAINS = {
    "mainnet": ("main",),
    "testnet": ("test", "test4", "scale", "chip"),
    "testnet3": ("test",),
    "testnet4": ("test4",),
    "scalenet": ("scale",),
    "chipnet": ("chip",),
    "regtest": ("regtest",),
}
# The errors that mean that a transaction is refused, not that the node has a problem.
# Source: Bitcoin Cash Node, src/rpc/protocol.h.
_DESERIALIZATION, _VERIFY_ERROR, _VERIFY_REJECTED, _ALREADY_IN_CHAIN = -22, -25, -26, -27
_REFUSALS = frozenset((_DESERIALIZATION, _VERIFY_ERROR, _VERIFY_REJECTED, _ALREADY_IN_CHAIN))


@dataclass(frozen=True, slots=True)
class NodeServer:
    """A node's JSON-RPC at a URL, with the user and password that it requires.

    The node's network is checked with each question. Only confirmed coins are listed, not those
    in its mempool. Raises NetworkError for a URL that is not HTTP or contains a password,
    AddressError for an unknown network.
    """

    network_endpoint: str
    network: str
    user: str = field(default="", kw_only=True)
    password: str = field(default="", kw_only=True, repr=False)

    def __post_init__(self) -> None:
        check_network(self.network)
        if not isinstance(self.network_endpoint, str):
            raise NetworkError(f"a node's URL must be a str, not {kind_of(self.network_endpoint)}")
        try:
            url = urlsplit(self.network_endpoint)
        except ValueError as error:
            raise NetworkError(f"a node's URL: {error}") from None
        if url.scheme not in ("http", "https") or not url.hostname:
            raise NetworkError("a node's URL must begin with http:// or https:// and a host")
        if "@" in url.netloc:
            raise NetworkError("a node's URL must not contain user and password: pass them by name")

    def get_unspent(self, address: str, *, timeout: float) -> Sequence[object]:
        """List the unspents of an address, with tokens. Raises NetworkError or OSError."""
        self._check_chain(timeout)
        script = locking_bytecode_of(address, network=self.network).hex()
        answer = self._call("scantxoutset", ["start", [f"raw({script})"]], timeout)
        return [_unspent(each, answer["height"]) for each in answer["unspents"]]

    def broadcast_tx(self, tx_hex: str, *, timeout: float) -> bool:
        """Send a transaction to the node. Raises BroadcastRefused with the node's reason."""
        self._check_chain(timeout)
        self._call("sendrawtransaction", [tx_hex], timeout)
        return True

    def _check_chain(self, timeout: float) -> None:
        chain = self._call("getblockchaininfo", [], timeout)["chain"]
        if chain not in _CHAINS[self.network]:
            shown = printable(str(chain)[:64])
            raise NetworkError(f"it does not serve {self.network}: the node is on {shown!r}")

    def _call(self, method: str, parameters: list[object], timeout: float) -> Any:
        question = {"jsonrpc": "1.0", "id": "bchcov", "method": method, "params": parameters}
        response = session.post(
            self.network_endpoint,
            json=question,
            auth=(self.user, self.password),
            timeout=timeout,
            hooks={"response": limited},
        )
        if response.status_code in (401, 403):
            raise NetworkError(f"{response.status_code}: wrong user or password")
        answer = response.json(parse_float=Decimal)
        error = answer["error"]
        if error is None:
            return answer["result"]
        said = str(error["message"])
        if method == "sendrawtransaction" and error["code"] in _REFUSALS:
            raise BroadcastRefused(printable(said), reason=said)
        raise NetworkError(f"{method}: {printable(said)}")


def _unspent(each: Any, height: int) -> object:
    tokens = each.get("tokenData") or {}
    nft = tokens.get("nft")
    return Unspent(
        int(each["amount"] * COIN),
        height - each["height"] + 1,
        each["scriptPubKey"],
        each["txid"],
        each["vout"],
        tokens.get("category"),
        None if nft is None else nft["capability"],
        (nft and bytes.fromhex(nft["commitment"])) or None,
        int(tokens.get("amount", "0")) or None,
    )
