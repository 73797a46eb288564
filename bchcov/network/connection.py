"""Connections to a named network, to fetch coins and broadcast transactions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from ..encoding.addresses import check_network, encode_address, locking_bytecode_of
from ..encoding.expected import kind_of
from ..encoding.networks import ADDRESS_PREFIXES
from ..encoding.printable import printable
from ..errors import BroadcastRefused, BuildError, InvalidKey, NetworkError
from ..transaction.codec import encode_transaction, transaction_id
from ..transaction.model import Transaction
from ..wallet.balance import Spend
from ..wallet.built import BuiltTransaction
from ..wallet.coins import Coin
from ..wallet.destinations import Destination
from ..wallet.funding import Funding
from ..wallet.keys import PrivateKey
from ..wallet.unlockers import P2pkhUnlocker
from .asking import broadcast, broadcasts, unspent_coins
from .failures import FAILURES, describe
from .servers import Server, default_servers, is_of_network, is_same_network, name_of

__all__ = ["Connection", "connect"]

_T = TypeVar("_T")
# How many characters of a server's answer are kept, and how many a message shows.
_MAX_ANSWER_KEPT, _MAX_ANSWER_SHOWN = 2_000, 500


@dataclass(frozen=True, slots=True)
class Connection:
    """A network and its servers, which are asked in order until one answers; see `connect`.

    Each server has `timeout_seconds` for each question. Nothing is sent until coins or a
    broadcast are requested. Raises AddressError for an unknown network, and NetworkError for
    missing servers, a server of another network, and an invalid time-out.
    """

    network: str
    servers: tuple[Server, ...]
    timeout_seconds: float = 5

    def __post_init__(self) -> None:
        check_network(self.network)
        if not isinstance(self.servers, tuple) or not self.servers:
            raise NetworkError("servers must be a tuple of at least one server")
        seconds: object = self.timeout_seconds
        if not isinstance(seconds, (int, float)) or not 0 < seconds <= 3600:
            raise NetworkError("timeout_seconds must be a number greater than 0, at most 3600")
        for server in self.servers:
            theirs = getattr(server, "network", None)
            if theirs is None:
                raise NetworkError(
                    f"a server must be one of bitcash or a NodeServer, not {kind_of(server)}"
                )
            if not is_of_network(server, self.network):
                named = getattr(theirs, "value", theirs)
                raise NetworkError(
                    f"{printable(name_of(server))} is a server of {named}, not of {self.network}:"
                    " name its network when you create it"
                )

    def coins(self, destination: Destination) -> tuple[Coin, ...]:
        """Fetch the unspent coins of an address, with their tokens.

        The address may be given as its locking bytecode. Servers' answers are checked for their
        form only: if a coin does not exist, the broadcast of its spend is refused. Raises
        AddressError for an address of another network and a script without an address,
        NetworkError if no server answers.
        """
        locking = locking_bytecode_of(destination, network=self.network)
        address = encode_address(locking, prefix=ADDRESS_PREFIXES[self.network])

        def ask(server: Server) -> tuple[Coin, ...]:
            return unspent_coins(
                server, address, locking, network=self.network, seconds=self.timeout_seconds
            )

        return self._first_answer(ask, self.servers, f"the coins of {address}")

    def funding(self, key: PrivateKey, *, fee_rate: int | Fraction | Decimal = 1) -> Funding:
        """Fetch the coins of a key's P2PKH address to pay with; change goes back to the address.

        Raises InvalidKey if `key` is not a PrivateKey, NetworkError if no server answers.
        """
        if not isinstance(key, PrivateKey):
            raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
        unlocker = P2pkhUnlocker(key)
        spends = [Spend(coin, unlocker) for coin in self.coins(key.locking_bytecode)]
        return Funding(key.locking_bytecode, spends, fee_rate, self.network)

    def broadcast(self, built: BuiltTransaction) -> str:
        """Broadcast a transaction and return its txid.

        Raises BuildError for a transaction built for another network, BroadcastRefused with a
        server's reason if servers refused it and none accepted it, NetworkError if none answered.
        """
        if not isinstance(built, BuiltTransaction):
            raise BuildError(f"transaction must be a BuiltTransaction, not {kind_of(built)}")
        if not is_same_network(built.network, self.network):
            raise BuildError(
                f"the transaction is built for {built.network}, not for {self.network}:"
                f" use TransactionBuilder(network={self.network!r})"
            )
        return self.broadcast_transaction(built.transaction)

    def broadcast_transaction(self, transaction: Transaction) -> str:
        """Broadcast a transaction that was built elsewhere. Raises the errors of `broadcast`."""
        if not isinstance(transaction, Transaction):
            raise BuildError(f"transaction must be a Transaction, not {kind_of(transaction)}")
        encoded, txid = encode_transaction(transaction), transaction_id(transaction)

        def ask(server: Server) -> str:
            broadcast(server, encoded, txid, network=self.network, seconds=self.timeout_seconds)
            return txid

        servers = [server for server in self.servers if broadcasts(server)]
        return self._first_answer(ask, servers, f"broadcasting {txid}")

    def _first_answer(
        self, ask: Callable[[Server], _T], servers: Sequence[Server], what: str
    ) -> _T:
        """Return the first server's answer; raise NetworkError with all errors if none succeeds."""
        answers: list[tuple[str, str]] = []
        refusals: list[str] = []
        for server in servers:
            try:
                return ask(server)
            except BroadcastRefused as error:
                refusals.append(error.reason[:_MAX_ANSWER_KEPT])
                answers.append((name_of(server), refusals[-1]))
            except FAILURES as error:
                answers.append((name_of(server), describe(error)[:_MAX_ANSWER_KEPT]))
        said = "; ".join(
            f"{printable(name)}: {printable(' '.join(words.split()))[:_MAX_ANSWER_SHOWN]}"
            for name, words in answers
        )
        if refusals:
            raise BroadcastRefused(f"{what}: refused: {said}", tuple(answers), reason=refusals[0])
        raise NetworkError(
            f"{what}: no server of {self.network} succeeded: {said or 'there is none'}",
            tuple(answers),
        )


def connect(
    network: str, *, servers: Sequence[Server] = (), timeout_seconds: float = 5
) -> Connection:
    """Make a connection to a network, by its known servers or by those given.

    `network` is "mainnet", "chipnet" or another network's name; "testnet" is any test network.
    `servers` are endpoints of bitcash or `NodeServer`s. Nothing is sent yet. Raises the errors
    of `Connection`.
    """
    check_network(network)
    if not isinstance(servers, (tuple, list)):
        raise NetworkError(f"servers must be a list or tuple, not {kind_of(servers)}")
    return Connection(network, tuple(servers) or default_servers(network), timeout_seconds)
