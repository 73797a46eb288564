"""A connection to a network that is named: coins in, transactions out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from ..encoding.expected import kind_of
from ..encoding.networks import ADDRESS_PREFIXES
from ..encoding.printable import printable
from ..errors import BroadcastRefused, BuildError, InvalidKey, NetworkError
from ..script.addresses import check_network, encode_address, locking_bytecode_of
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
from .failures import FAILURES, words_of
from .servers import Server, default_servers, is_of_network, is_same_network, name_of

__all__ = ["Connection", "connect"]

_T = TypeVar("_T")
# What is kept of a server's words, and what a message shows of them.
_KEPT, _SHOWN = 2_000, 500


@dataclass(frozen=True, slots=True)
class Connection:
    """A network and its servers, asked in their order until one answers; `connect` makes it.

    Each server has `timeout_seconds` for each question. Nothing is sent before it is asked
    for something. Raises AddressError for no network, and NetworkError for no server and for
    one of another network.
    """

    network: str
    servers: tuple[Server, ...]
    timeout_seconds: float = 5

    def __post_init__(self) -> None:
        check_network(self.network)
        if not isinstance(self.servers, tuple) or not self.servers:
            raise NetworkError("a connection has a tuple of servers, at least one")
        seconds: object = self.timeout_seconds
        if not isinstance(seconds, (int, float)) or not 0 < seconds <= 3600:
            raise NetworkError("a time-out is a number of seconds, more than 0, at most 3600")
        for server in self.servers:
            theirs = getattr(server, "network", None)
            if theirs is None:
                raise NetworkError(f"a server is one of bitcash or a NodeServer, not {server!r}")
            if not is_of_network(server, self.network):
                named = getattr(theirs, "value", theirs)
                raise NetworkError(
                    f"{printable(name_of(server))} is a server of {named}, not of {self.network}:"
                    " say which network it serves where it is made"
                )

    def coins(self, destination: Destination) -> tuple[Coin, ...]:
        """Fetch the coins of an address, with their tokens, spent by no transaction.

        A locking bytecode stands for its address. What servers say is checked for its form
        only: a transaction with a coin that is not there is refused when it is broadcast.
        Raises AddressError for an address of another network and a script without one,
        NetworkError where no server answers.
        """
        locking = locking_bytecode_of(destination, network=self.network)
        address = encode_address(locking, prefix=ADDRESS_PREFIXES[self.network])

        def ask(server: Server) -> tuple[Coin, ...]:
            return unspent_coins(
                server, address, locking, network=self.network, seconds=self.timeout_seconds
            )

        return self._first_answer(ask, self.servers, f"the coins of {address}")

    def funding(self, key: PrivateKey, *, fee_rate: int | Fraction | Decimal = 1) -> Funding:
        """Fetch the coins of a key's P2PKH address, to pay with them; change goes back to it.

        Raises InvalidKey for what is no key, NetworkError where no server answers.
        """
        if not isinstance(key, PrivateKey):
            raise InvalidKey(f"coins are spent with a PrivateKey, not {kind_of(key)}")
        unlocker = P2pkhUnlocker(key)
        spends = [Spend(coin, unlocker) for coin in self.coins(key.locking_bytecode)]
        return Funding(key.locking_bytecode, spends, fee_rate, self.network)

    def broadcast(self, built: BuiltTransaction) -> str:
        """Hand a transaction to the network and return its txid.

        Raises BuildError for one whose builder was of another network, BroadcastRefused with
        a server's reason where none has taken it, NetworkError where none has said anything.
        """
        if not isinstance(built, BuiltTransaction):
            raise BuildError(f"what is broadcast is a BuiltTransaction, not {kind_of(built)}")
        if not is_same_network(built.network, self.network):
            raise BuildError(
                f"the transaction is built for {built.network}, not for {self.network}:"
                f" TransactionBuilder(network={self.network!r})"
            )
        return self.broadcast_transaction(built.transaction)

    def broadcast_transaction(self, transaction: Transaction) -> str:
        """Hand a transaction from elsewhere to the network. Raises as `broadcast` does."""
        if not isinstance(transaction, Transaction):
            raise BuildError(f"what is broadcast is a Transaction, not {kind_of(transaction)}")
        encoded, txid = encode_transaction(transaction), transaction_id(transaction)

        def ask(server: Server) -> str:
            broadcast(server, encoded, txid, network=self.network, seconds=self.timeout_seconds)
            return txid

        servers = [server for server in self.servers if broadcasts(server)]
        return self._first_answer(ask, servers, f"broadcasting {txid}")

    def _first_answer(
        self, ask: Callable[[Server], _T], servers: Sequence[Server], what: str
    ) -> _T:
        """What the first server says that answers; raises NetworkError with all they have said."""
        answers: list[tuple[str, str]] = []
        refusals: list[str] = []
        for server in servers:
            try:
                return ask(server)
            except BroadcastRefused as error:
                refusals.append(error.reason[:_KEPT])
                answers.append((name_of(server), error.reason[:_KEPT]))
            except FAILURES as error:
                answers.append((name_of(server), words_of(error)[:_KEPT]))
        said = "; ".join(
            f"{printable(name)}: {printable(' '.join(words.split()))[:_SHOWN]}"
            for name, words in answers
        )
        if refusals:
            raise BroadcastRefused(f"{what}: refused: {said}", tuple(answers), reason=refusals[0])
        raise NetworkError(
            f"{what}: no server of {self.network} does it: {said or 'there is none'}",
            tuple(answers),
        )


def connect(
    network: str, *, servers: Sequence[Server] = (), timeout_seconds: float = 5
) -> Connection:
    """Name the network to speak to, and, unless the known ones will do, its servers.

    `network` is "mainnet", "chipnet" or another by its name; "testnet" is any test network.
    `servers` are endpoints of bitcash, or `NodeServer`s. Nothing is sent yet. Raises as
    `Connection` does.
    """
    check_network(network)
    if not isinstance(servers, (tuple, list)):
        raise NetworkError(f"servers are a list, not {kind_of(servers)}")
    return Connection(network, tuple(servers) or default_servers(network), timeout_seconds)
