"""What a store keeps of a chain, and the changes that a chain reports to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from ..transaction.model import Transaction
from ..vm.rules.ruleset import RuleSet
from .blocks import Block

__all__ = ["Change", "Records", "Store"]


@dataclass(frozen=True, slots=True)
class Records:
    """A chain as a store has kept it.

    Heights start at `height`, times at `time`. `blocks` are those after the first one,
    `mempool` its transactions in order of arrival, each with its fee.
    """

    rules: RuleSet
    height: int
    time: int
    fee_rate: int
    blocks: tuple[Block, ...] = ()
    mempool: tuple[tuple[Transaction, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a chain, of which a store writes all or nothing.

    Blocks above height `disconnected` are removed (None: no block is), `connected` are added.
    `leaving` are the txids that leave the mempool, `entering` the transactions that enter it,
    with their fees. The changes of a chain are numbered from 1, so that a store notices when
    it has written a change that the chain in memory, interrupted, does not know of.
    """

    number: int
    disconnected: int | None = None
    connected: tuple[Block, ...] = ()
    leaving: tuple[str, ...] = ()
    entering: tuple[tuple[Transaction, int], ...] = ()

    @classmethod
    def between(
        cls,
        number: int,
        blocks_before: Sequence[Block],
        blocks: Sequence[Block],
        mempool_before: Mapping[str, Transaction],
        mempool: Mapping[str, tuple[Transaction, int]],
    ) -> Change:
        """Compute the change from one state of a chain to another."""
        same = min(len(blocks_before), len(blocks))
        while blocks[same - 1] is not blocks_before[same - 1]:
            same -= 1
        gone = blocks[same - 1].height if same < len(blocks_before) else None
        # Transactions that stay must stay in order; from the first that does not, all are
        # written again.
        names = list(mempool)
        kept = 0
        leaving = []
        for name in mempool_before:
            if kept < len(names) and name == names[kept]:
                kept += 1
            else:
                leaving.append(name)
        entering = tuple(islice(mempool.values(), kept, None))
        return cls(number, gone, tuple(blocks[same:]), tuple(leaving), entering)


class Store(Protocol):
    """A place where the changes of a chain are kept."""

    def write(self, change: Change) -> None:
        """Write a change, all of it or nothing; raise an error if that fails."""
        ...
