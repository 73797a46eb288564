"""An epoch: the places of the tickets that are revealed and settled together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...wallet.coins import Coin
from ..events import Entry
from .state import NO_EPOCH, append_leaves, promote

__all__ = ["Batch", "Epoch", "Slot"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of an epoch: the coin that is spent to reveal, and the hash it is bound to."""

    coin: Coin
    leaf: bytes

    @property
    def entry(self) -> Entry:
        """The place as an entry of the queue; there is no deadline but the epoch's window."""
        return Entry(self.coin.outpoint_index - 1, 0, self.leaf)


@dataclass(frozen=True, slots=True)
class Batch:
    """The places that one transaction made; `before` is the txid that the chain of batches names.

    Both txids are in wire order. A pool that is closed while tickets wait adds a batch without
    places.
    """

    before: bytes
    txid: bytes
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Epoch:
    """The batches of an epoch, in order."""

    batches: tuple[Batch, ...] = ()

    def __len__(self) -> int:
        return sum(len(batch.slots) for batch in self.batches)

    def __iter__(self) -> Iterator[Slot]:
        return (slot for batch in self.batches for slot in batch.slots)

    def add(self, batch: Batch) -> Epoch:
        """Add a batch."""
        return Epoch((*self.batches, batch))

    @property
    def chain(self) -> bytes:
        """What the state calls this epoch while it takes tickets."""
        chain = NO_EPOCH
        for batch in self.batches:
            chain = append_leaves(chain, batch.before, b"".join(s.leaf for s in batch.slots))
        return chain

    @property
    def closed_chain(self) -> bytes:
        """What the state calls this epoch while it is revealed."""
        return promote(self.chain, self.batches[-1].txid) if self.batches else NO_EPOCH
