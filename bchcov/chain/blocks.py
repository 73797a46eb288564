"""Blocks: what was confirmed together, when, and on what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..crypto.hashes import hash256
from ..transaction.codec import transaction_hash
from ..transaction.constants import NULL_OUTPOINT
from ..transaction.model import Input, Output, Transaction

__all__ = ["Block", "make_coinbase", "make_funding", "median_time"]

_SUBSIDY = 312_500_000

_MEDIAN_OF = 11


@dataclass(frozen=True)
class Block:
    """A block: its height, its time in seconds since 1970, and its transactions.

    The first one is the coinbase; where `is_funding`, the only one, and it makes coins out
    of nothing. `previous` and `hash` are 32 bytes as on the wire; there is no proof of
    work, so the hash is only a name.
    """

    height: int
    time: int
    previous: bytes
    transactions: tuple[Transaction, ...]
    is_funding: bool = False

    @cached_property
    def hash(self) -> bytes:
        """The HASH256 of the previous hash, the height, the time and the transactions' hashes."""
        return hash256(
            self.previous
            + self.height.to_bytes(4, "little")
            + self.time.to_bytes(8, "little")
            + b"".join(map(transaction_hash, self.transactions))
        )


def median_time(blocks: list[Block]) -> int:
    """The median time past: of the last 11 blocks, the middle one's time. Source: BIP113."""
    times = sorted(block.time for block in blocks[-_MEDIAN_OF:])
    return times[len(times) // 2]


def make_coinbase(height: int, fees: int, reward_to: bytes) -> Transaction:
    """The transaction that pays the subsidy and the fees of a block to a locking bytecode."""
    nothing = Input(*NULL_OUTPOINT, height.to_bytes(8, "little"))
    return Transaction((nothing,), (Output(_SUBSIDY + fees, reward_to),))


def make_funding(number: int, outputs: tuple[Output, ...]) -> Transaction:
    """The transaction that makes coins out of nothing; its number makes its txid its own."""
    return Transaction((Input(*NULL_OUTPOINT, number.to_bytes(8, "big")),), outputs)
