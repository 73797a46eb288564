"""Reading and writing unspent outputs of Electrum Cash servers, and script hashes.

Servers' answers do not contain the script: the caller gives it, and it is checked if the answer
has its hash. Source: Electrum Cash 1.6, "blockchain.scripthash.listunspent",
"blockchain.utxo.get_info" and "Script Hashes".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..crypto.hashes import sha256
from ..encoding.expected import expect_bytes
from ..transaction.constants import MAX_UINT32, MAX_UINT64
from ..transaction.model import Output
from ..wallet.coins import Coin
from .fields import Field
from .token_data import read_token_data, write_token_data

__all__ = ["read_unspent", "read_utxo_info", "script_hash", "write_unspent"]


def script_hash(locking_bytecode: bytes) -> str:
    """Compute the script hash by which servers know a locking bytecode: SHA-256, reversed.

    Raises EncodeError if it is not bytes.
    """
    return sha256(expect_bytes(locking_bytecode, "locking bytecode"))[::-1].hex()


def _read_output(field: Field, locking_bytecode: bytes) -> Output:
    expect_bytes(locking_bytecode, "locking bytecode")
    return Output(
        field.get("value").number(MAX_UINT64),
        locking_bytecode,
        read_token_data(field.get("token_data")),
    )


def read_unspent(data: object, locking_bytecode: bytes) -> tuple[Coin, ...]:
    """Read the answer of `listunspent` for the script hash or address of a locking bytecode.

    Raises FormatError, which names the wrong field.
    """
    return tuple(
        Coin(
            field.get("tx_hash").reversed_hash(),
            field.get("tx_pos").number(MAX_UINT32),
            _read_output(field, locking_bytecode),
        )
        for field in Field(data).items()
    )


def read_utxo_info(data: object, txid: str, index: int, locking_bytecode: bytes) -> Coin:
    """Read the answer of `blockchain.utxo.get_info` for a txid in displayed order and an index.

    Raises FormatError, which names the wrong field, also if the script is not the one given,
    and for null, the answer for an output that is spent or does not exist.
    """
    outpoint = Field(txid, "txid").reversed_hash(), Field(index, "index").number(MAX_UINT32)
    found = Field(data)
    if not found.is_there:
        found.refuse(f"is null: {txid}:{index} is spent, or was never there")
    told, ours = found.get("scripthash"), script_hash(locking_bytecode)
    if told.reversed_hash()[::-1].hex() != ours:
        told.refuse(f"is not {ours}: the output is locked by another script than the one given")
    return Coin(*outpoint, _read_output(found, locking_bytecode))


def write_unspent(coins: Iterable[Coin], *, height: int = 0) -> list[dict[str, Any]]:
    """Write coins of one script as `listunspent` does; `height` 0 means unconfirmed."""
    return [
        {
            "height": height,
            "tx_hash": coin.txid,
            "tx_pos": coin.outpoint_index,
            "value": coin.value,
            **({} if coin.token is None else {"token_data": write_token_data(coin.token)}),
        }
        for coin in coins
    ]
