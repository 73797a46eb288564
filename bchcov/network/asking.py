"""Asking one server of any kind for coins or to broadcast, keeping its own error messages."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Sequence
from typing import Any

from bitcash.exceptions import InvalidEndpointResponse
from bitcash.network.APIs.BitcoinDotComAPI import BitcoinDotComAPI
from bitcash.network.APIs.ChaingraphAPI import ChaingraphAPI
from bitcash.network.APIs.FulcrumProtocolAPI import FulcrumProtocolAPI

from ..errors import BroadcastRefused, NetworkError
from ..wallet.coins import Coin
from .coins import coin_from_bitcash
from .electrum import asked
from .servers import Server
from .web import limited, within

__all__ = ["broadcast", "broadcasts", "unspent_coins"]

_OK, _BAD_REQUEST = 200, 400


def unspent_coins(
    server: Server, address: str, locking_bytecode: bytes, *, network: str, seconds: float
) -> tuple[Coin, ...]:
    """Ask a server for the coins of an address. Raises one of FAILURES."""
    unspents = within(seconds, lambda: _unspents(server, address, network, seconds))
    coins = tuple(coin_from_bitcash(unspent) for unspent in unspents)
    for coin in coins:
        if coin.locking_bytecode != locking_bytecode:
            raise NetworkError(f"the answer has a coin of another script: {coin}")
    if len({coin.outpoint for coin in coins}) != len(coins):
        raise NetworkError("the answer has the same coin twice")
    return coins


def _unspents(server: Server, address: str, network: str, seconds: float) -> Sequence[Any]:
    if isinstance(server, FulcrumProtocolAPI):
        with asked(server, network, seconds=seconds) as opened:
            unspents: Sequence[Any] = opened.get_unspent(address)
            return unspents
    is_web = isinstance(server, (BitcoinDotComAPI, ChaingraphAPI))
    hooks: dict[str, Any] = {"hooks": {"response": limited}} if is_web else {}
    if isinstance(server, BitcoinDotComAPI) and not server.get_balance(
        address, timeout=seconds, **hooks
    ):
        # bitcash asks for the unspents' transactions, and the server refuses an empty list.
        return ()
    return server.get_unspent(address, timeout=seconds, **hooks)


def broadcasts(server: Server) -> bool:
    """Whether a server broadcasts transactions: bitcash uses Chaingraph for reading only."""
    return not isinstance(server, ChaingraphAPI)


def broadcast(server: Server, encoded: bytes, txid: str, *, network: str, seconds: float) -> None:
    """Send a transaction to a server.

    Raises BroadcastRefused with the server's reason, or one of FAILURES if the server did not
    judge the transaction.
    """
    within(seconds, lambda: _broadcast(server, encoded, txid, network, seconds))


def _broadcast(server: Server, encoded: bytes, txid: str, network: str, seconds: float) -> None:
    if isinstance(server, BitcoinDotComAPI):
        _post(server, encoded, txid, seconds)
        return
    try:
        if isinstance(server, FulcrumProtocolAPI):
            with asked(server, network, seconds=seconds) as opened:
                taken = opened.broadcast_tx(encoded.hex())
        else:
            taken = server.broadcast_tx(encoded.hex(), timeout=seconds)
    except InvalidEndpointResponse as error:
        code, said = _json_rpc_error(error)
        if not isinstance(code, int) or code < 0:
            # Negative codes are errors of JSON-RPC itself: the transaction was not judged.
            raise
        raise BroadcastRefused(said, reason=said) from None
    if taken is not True:
        raise NetworkError("the answer does not confirm the transaction")


def _post(server: BitcoinDotComAPI, encoded: bytes, txid: str, seconds: float) -> None:
    """Send a transaction to a REST server, keeping its answer, which bitcash drops."""
    answers: list[Any] = []

    def note(response: Any, *_: object, **__: object) -> None:
        answers.append(response)

    server.broadcast_tx(encoded.hex(), timeout=seconds, hooks={"response": [limited, note]})
    status, said = answers[-1].status_code, answers[-1].text
    if status == _BAD_REQUEST:
        raise BroadcastRefused(said, reason=said)
    if status != _OK:
        raise NetworkError(f"{status} {answers[-1].reason}: {said[:500]}")
    if txid not in said:
        raise NetworkError(f"the answer does not have the txid: {said[:500]}")


def _json_rpc_error(error: Exception) -> tuple[object, str]:
    """Return the code and message from bitcash's error, which has them as a dict after a colon."""
    text = str(error)
    try:
        answer = literal_eval(text.partition(": ")[2])
        return answer["code"], str(answer["message"])
    except (ValueError, SyntaxError, LookupError, TypeError, RecursionError, MemoryError):
        return None, text
