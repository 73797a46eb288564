"""One question to one server of any kind: coins, or a broadcast, with the server's own words."""

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
            raise NetworkError(f"it names a coin of another script: {coin}")
    if len({coin.outpoint for coin in coins}) != len(coins):
        raise NetworkError("it names a coin twice")
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
        # bitcash asks it for the transactions of the unspents, and it refuses a question for none.
        return ()
    return server.get_unspent(address, timeout=seconds, **hooks)


def broadcasts(server: Server) -> bool:
    """Whether a server is one to broadcast by: bitcash uses Chaingraph for reading only."""
    return not isinstance(server, ChaingraphAPI)


def broadcast(server: Server, encoded: bytes, txid: str, *, network: str, seconds: float) -> None:
    """Hand a transaction to a server.

    Raises BroadcastRefused with the server's reason, and one of FAILURES where it says
    nothing about the transaction.
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
            # Negative codes are of JSON-RPC itself: the transaction was not looked at.
            raise
        raise BroadcastRefused(said, reason=said) from None
    if taken is not True:
        raise NetworkError("it does not say that it has taken the transaction")


def _post(server: BitcoinDotComAPI, encoded: bytes, txid: str, seconds: float) -> None:
    """Hand a transaction to a REST server; bitcash keeps nothing of its answer but whether."""
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
        raise NetworkError(f"it does not name the transaction: {said[:500]}")


def _json_rpc_error(error: Exception) -> tuple[object, str]:
    """The code and the message that bitcash writes behind a colon, as Python writes a dict."""
    text = str(error)
    try:
        answer = literal_eval(text.partition(": ")[2])
        return answer["code"], str(answer["message"])
    except (ValueError, SyntaxError, LookupError, TypeError, RecursionError, MemoryError):
        return None, text
