"""A transaction with the outputs it spends: everything that its scripts can inspect."""

from __future__ import annotations

from collections.abc import Sequence

from ..crypto.hashes import hash256
from .codec import cover_outputs
from .fields import check_outputs, check_transaction, with_tuples
from .model import Output, Transaction

__all__ = ["TransactionContext"]


class TransactionContext:
    """A transaction, its spent outputs in input order, and the hashes its signatures share.

    Each hash is computed on first use and cached, so that the signatures of a
    transaction of many inputs cost time linear in its size. Raises EncodeError for a
    transaction or spent outputs that hold what has no encoding, and says where, unless they
    `are_checked`. What is `like` in another one is taken from there.
    """

    __slots__ = (
        "_hash_each_output",
        "_hash_outpoints",
        "_hash_outputs",
        "_hash_sequences",
        "_hash_source_outputs",
        "_sizes",
        "locktime",
        "outpoints",
        "sequences",
        "source_outputs",
        "transaction",
        "version",
    )

    def __init__(
        self,
        transaction: Transaction,
        source_outputs: Sequence[Output],
        *,
        are_checked: bool = False,
        like: TransactionContext | None = None,
    ) -> None:
        if not are_checked:
            check_transaction(transaction)
            check_outputs(source_outputs, "source output")
            transaction = with_tuples(transaction)
        self.transaction = transaction
        self.source_outputs = tuple(source_outputs)
        # As on the wire: numbers take 4 bytes, outpoints 32 and 4.
        self.version = transaction.version.to_bytes(4, "little")
        self.locktime = transaction.locktime.to_bytes(4, "little")
        # Not functools.cached_property: before Python 3.12 it takes a lock at each use.
        self._hash_outpoints = b""
        self._hash_sequences = b""
        self._hash_outputs = b""
        self._hash_source_outputs = b""
        self._hash_each_output: dict[int, bytes] = {}
        self._sizes: tuple[int, int] | None = None

        self.outpoints: list[bytes]
        self.sequences: list[bytes]
        if like is None:
            self._take_inputs()
        else:
            self._take_like(like)

    def _take_inputs(self) -> None:
        inputs = self.transaction.inputs
        self.outpoints = [
            item.outpoint_hash + item.outpoint_index.to_bytes(4, "little") for item in inputs
        ]
        self.sequences = [item.sequence.to_bytes(4, "little") for item in inputs]

    def _take_like(self, like: TransactionContext) -> None:
        """Share with another context what depends on the same parts."""
        if like.transaction.inputs == self.transaction.inputs:
            self.outpoints, self.sequences = like.outpoints, like.sequences
            self._hash_outpoints, self._hash_sequences = like._hash_outpoints, like._hash_sequences
        else:
            self._take_inputs()
        if like.transaction.outputs == self.transaction.outputs:
            self._hash_outputs = like._hash_outputs
        if like.source_outputs == self.source_outputs:
            self._hash_source_outputs = like._hash_source_outputs

    @property
    def hash_outpoints(self) -> bytes:
        """The HASH256 of all outpoints (the specifications' hashPrevouts)."""
        if not self._hash_outpoints:
            self._hash_outpoints = hash256(b"".join(self.outpoints))
        return self._hash_outpoints

    @property
    def hash_sequences(self) -> bytes:
        """The HASH256 of all sequence numbers."""
        if not self._hash_sequences:
            self._hash_sequences = hash256(b"".join(self.sequences))
        return self._hash_sequences

    @property
    def hash_outputs(self) -> bytes:
        """The HASH256 of all outputs."""
        if not self._hash_outputs:
            self._hash_outputs = hash256(cover_outputs(self.transaction.outputs))
        return self._hash_outputs

    @property
    def hash_source_outputs(self) -> bytes:
        """The HASH256 of all spent outputs (the specifications' hashUtxos)."""
        if not self._hash_source_outputs:
            self._hash_source_outputs = hash256(cover_outputs(self.source_outputs))
        return self._hash_source_outputs

    def hash_output(self, index: int) -> bytes:
        """The HASH256 of one output."""
        found = self._hash_each_output.get(index)
        if found is None:
            found = hash256(cover_outputs(self.transaction.outputs[index : index + 1]))
            self._hash_each_output[index] = found
        return found

    @property
    def covered_sizes(self) -> tuple[int, int]:
        """The bytes of all outputs, and of all spent outputs, as signatures cover them."""
        if self._sizes is None:
            outputs, spent = self.transaction.outputs, self.source_outputs
            self._sizes = len(cover_outputs(outputs)), len(cover_outputs(spent))
        return self._sizes
