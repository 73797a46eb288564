"""A transaction together with the outputs it spends: all that a script of it may look at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ..crypto.hashes import hash256
from .codec import encode_output
from .model import Output, Transaction

__all__ = ["TransactionContext"]


class TransactionContext:
    """A transaction, its spent outputs in input order, and the hashes its signatures share.

    The hashes are computed once, at their first use, so that the signatures of a
    transaction of many inputs cost time linear in its size.
    """

    def __init__(self, transaction: Transaction, source_outputs: Sequence[Output]) -> None:
        self.transaction = transaction
        self.source_outputs = tuple(source_outputs)
        self.version = transaction.version.to_bytes(4, "little")
        self.locktime = transaction.locktime.to_bytes(4, "little")

    @cached_property
    def outpoints(self) -> tuple[bytes, ...]:
        """Each input's outpoint: 32 bytes of hash, 4 of index."""
        return tuple(
            item.outpoint_hash + item.outpoint_index.to_bytes(4, "little")
            for item in self.transaction.inputs
        )

    @cached_property
    def sequences(self) -> tuple[bytes, ...]:
        """Each input's sequence number in 4 bytes."""
        return tuple(item.sequence.to_bytes(4, "little") for item in self.transaction.inputs)

    @cached_property
    def hash_outpoints(self) -> bytes:
        """The HASH256 of all outpoints (the specifications' hashPrevouts)."""
        return hash256(b"".join(self.outpoints))

    @cached_property
    def hash_sequences(self) -> bytes:
        """The HASH256 of all sequence numbers."""
        return hash256(b"".join(self.sequences))

    @cached_property
    def hash_outputs(self) -> bytes:
        """The HASH256 of all outputs."""
        return hash256(b"".join(map(encode_output, self.transaction.outputs)))

    @cached_property
    def hash_source_outputs(self) -> bytes:
        """The HASH256 of all spent outputs (the specifications' hashUtxos)."""
        return hash256(b"".join(map(encode_output, self.source_outputs)))
