"""Unspent outputs as Electrum Cash servers list them, and the script hashes they are asked by.

Servers do not repeat the script that was asked for: it is given here, and checked where the
answer names its hash. Source: Electrum Cash 1.6, "blockchain.scripthash.listunspent",
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
    """Hash a locking bytecode as servers are asked for it: SHA-256, displayed, so reversed.

    Raises EncodeError for what is no bytes.
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
    """Read what `listunspent` answered for the script hash or address of a locking bytecode.

    Raises FormatError with the field that is wrong.
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
    """Read what `blockchain.utxo.get_info` answered to a txid, as it is displayed, and an index.

    Raises FormatError for another script than the one given, for a field that is wrong, and
    for null, which is the answer for an output that is spent or was never there.
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
    """Write coins as `listunspent` lists those of one script; `height` 0 is not confirmed."""
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
