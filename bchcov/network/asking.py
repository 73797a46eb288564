"""One question to one server of any kind: coins, or a broadcast, with the server's own words."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from bitcash.exceptions import DataNotFound, InvalidAddress, InvalidEndpointResponse
from bitcash.network.APIs.BitcoinDotComAPI import BitcoinDotComAPI
from bitcash.network.APIs.ChaingraphAPI import ChaingraphAPI
from bitcash.network.APIs.FulcrumProtocolAPI import FulcrumProtocolAPI

from ..errors import BchcovError, BroadcastRefused, NetworkError
from ..wallet.coins import Coin
from .coins import coin_from_bitcash
from .electrum import asked
from .servers import Server

__all__ = ["FAILURES", "broadcast", "broadcasts", "unspent_coins", "words_of"]

FAILURES = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    InvalidEndpointResponse,
    DataNotFound,
    InvalidAddress,
    BchcovError,
)
"""What asking a server ends in where it does not answer, or what it answers makes no sense.

bitcash reads answers as they should be, and fails in any of these ways where they are not.
"""

_OK, _BAD_REQUEST = 200, 400


def _open(server: Server, network: str, seconds: float) -> AbstractContextManager[Any]:
    if isinstance(server, FulcrumProtocolAPI):
        return asked(server, network, seconds=seconds)
    return nullcontext(server)


def unspent_coins(
    server: Server, address: str, locking_bytecode: bytes, *, network: str, seconds: float
) -> tuple[Coin, ...]:
    """Ask a server for the coins of an address. Raises one of FAILURES."""
    if isinstance(server, BitcoinDotComAPI) and not server.get_balance(address, timeout=seconds):
        # bitcash asks it for the transactions of the unspents, and it refuses a question for none.
        return ()
    with _open(server, network, seconds) as opened:
        unspents: Sequence[Any] = opened.get_unspent(address, timeout=seconds)
    coins = tuple(coin_from_bitcash(unspent) for unspent in unspents)
    for coin in coins:
        if coin.locking_bytecode != locking_bytecode:
            raise NetworkError(f"it names a coin of another script: {coin}")
    if len({coin.outpoint for coin in coins}) != len(coins):
        raise NetworkError("it names a coin twice")
    return coins


def broadcasts(server: Server) -> bool:
    """Whether a server is one to broadcast by: bitcash uses Chaingraph for reading only."""
    return not isinstance(server, ChaingraphAPI)


def broadcast(server: Server, encoded: bytes, txid: str, *, network: str, seconds: float) -> None:
    """Hand a transaction to a server.

    Raises BroadcastRefused with the server's reason, and one of FAILURES where it says
    nothing about the transaction.
    """
    if isinstance(server, BitcoinDotComAPI):
        _post(server, encoded, txid, seconds)
        return
    try:
        with _open(server, network, seconds) as opened:
            taken = opened.broadcast_tx(encoded.hex(), timeout=seconds)
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

    server.broadcast_tx(encoded.hex(), timeout=seconds, hooks={"response": note})
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


def words_of(error: Exception) -> str:
    """What an error says, with its kind where that is not evident."""
    said = error.message if isinstance(error, NetworkError) else str(error)
    return said if isinstance(error, BchcovError) else f"{type(error).__name__}: {said}"
