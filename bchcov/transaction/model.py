"""Transactions as frozen data, in the wire's byte order unless a name says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from .constants import SEQUENCE_FINAL

__all__ = ["Capability", "Input", "Nft", "Output", "Token", "Transaction"]


class Capability(IntEnum):
    """What the holder of a non-fungible token may do with it."""

    NONE = 0
    MUTABLE = 1
    MINTING = 2


@dataclass(frozen=True, slots=True)
class Nft:
    """A non-fungible token; the commitment is at most 40 bytes, from 2026 on 128."""

    commitment: bytes = b""
    capability: Capability = Capability.NONE


@dataclass(frozen=True, slots=True)
class Token:
    """The CashTokens of one output: 32 bytes of category, an amount (0: none), an NFT or none.

    Source: CHIP-2022-02-CashTokens, "Token Output Format".
    """

    category: bytes
    amount: int = 0
    nft: Nft | None = None

    @property
    def category_id(self) -> str:
        """The category as it is displayed: hexadecimal, reversed, as txids are."""
        return self.category[::-1].hex()


@dataclass(frozen=True, slots=True)
class Input:
    """An input: it spends output `outpoint_index` of the transaction with `outpoint_hash`.

    `outpoint_hash` is 32 bytes as on the wire, the reverse of the displayed txid.
    """

    outpoint_hash: bytes
    outpoint_index: int
    unlocking_bytecode: bytes = b""
    sequence: int = SEQUENCE_FINAL

    @property
    def outpoint_txid(self) -> str:
        """The txid of the spent transaction as it is displayed."""
        return self.outpoint_hash[::-1].hex()


@dataclass(frozen=True, slots=True)
class Output:
    """An amount in satoshis, the script that locks it, and the tokens it carries."""

    value: int
    locking_bytecode: bytes
    token: Token | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction; version and locktime are unsigned 32-bit numbers."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    version: int = 2
    locktime: int = 0
    # Set by `fields.mark_checked`: a frozen transaction is checked only once.
    _is_checked: bool = field(default=False, init=False, repr=False, compare=False)
