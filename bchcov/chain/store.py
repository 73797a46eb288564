"""What a store keeps of a chain, and what it is told of each change."""

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

    Heights begin at `height`, times at `time`; the blocks are those after the first one,
    the mempool's transactions stand in their order with their fees.
    """

    rules: RuleSet
    height: int
    time: int
    fee_rate: int
    blocks: tuple[Block, ...] = ()
    mempool: tuple[tuple[Transaction, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A change as a whole: either all of it is kept or nothing.

    Blocks above height `disconnected` are gone, None where none are; `connected` are new.
    `leaving` are txids of the mempool, `entering` its new transactions with their fees.
    Changes of one chain are numbered from 1: a store that has kept more than the chain in
    memory knows of, since that was interrupted, can tell.
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
        """The change from one state of a chain to another."""
        same = min(len(blocks_before), len(blocks))
        while blocks[same - 1] is not blocks_before[same - 1]:
            same -= 1
        gone = blocks[same - 1].height if same < len(blocks_before) else None
        # What stays keeps its order; from the first on that does not, all is written anew.
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
    """Where changes of a chain are kept."""

    def write(self, change: Change) -> None:
        """Keep a change, all of it or nothing; raise where that fails."""
        ...
