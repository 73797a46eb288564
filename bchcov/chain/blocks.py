"""Blocks, their median time past, and the transactions that only a block can hold."""

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

    The first transaction is the coinbase. In a block that `is_funding` it is the only one,
    and creates coins out of nothing. `previous` and `hash` are 32 bytes in wire order; there
    is no proof of work, so the hash only identifies the block.
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


def median_time(blocks: list[Block], *, sub_blocks: int = 1) -> int:
    """Compute the median time past: the median of the last 11 blocks' times. Source: BIP113.

    Of `sub_blocks` to a block only the last one, which closes the block, counts; `blocks` begins
    with a closed block.
    """
    last = (len(blocks) - 1) // sub_blocks * sub_blocks
    first = max(0, last - (_MEDIAN_OF - 1) * sub_blocks)
    times = sorted(block.time for block in blocks[first : last + 1 : sub_blocks])
    return times[len(times) // 2]


def make_coinbase(height: int, fees: int, reward_to: bytes, *, seconds: int = 600) -> Transaction:
    """Make the transaction that pays a block's subsidy and fees to a locking bytecode.

    A block of `seconds` of target time has the subsidy in proportion to ten minutes.
    """
    nothing = Input(*NULL_OUTPOINT, height.to_bytes(8, "little"))
    return Transaction((nothing,), (Output(_SUBSIDY * seconds // 600 + fees, reward_to),))


def make_funding(number: int, outputs: tuple[Output, ...]) -> Transaction:
    """Make the transaction that creates coins out of nothing; `number` makes its txid unique."""
    return Transaction((Input(*NULL_OUTPOINT, number.to_bytes(8, "big")),), outputs)
