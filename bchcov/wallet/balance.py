"""Inputs to be spent, and the size and fee of a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from ..encoding.compact_size import encode_compact_size
from ..errors import BuildError
from ..transaction.codec import encode_output
from ..transaction.constants import SEQUENCE_FINAL
from ..transaction.model import Output
from ..validation.standardness import dust_threshold
from ..vm.rules.policy import Policy
from .coins import Coin
from .unlockers import Unlocker

__all__ = ["Spend", "check_outputs", "fee_for", "size_of"]

_OVERHEAD = 8
_OUTPOINT_AND_SEQUENCE = 40


@dataclass(frozen=True, slots=True)
class Spend:
    """A coin to spend, its unlocker, and the sequence number of its input."""

    coin: Coin
    unlocker: Unlocker
    sequence: int = SEQUENCE_FINAL

    @property
    def size(self) -> int:
        """The maximum size of its input in bytes."""
        unlocking = self.unlocker.size
        return _OUTPOINT_AND_SEQUENCE + len(encode_compact_size(unlocking)) + unlocking


def size_of(spends: Sequence[Spend], outputs: Sequence[Output]) -> int:
    """Return the maximum size in bytes of a transaction with these inputs and outputs."""
    return (
        _OVERHEAD
        + len(encode_compact_size(len(spends)))
        + sum(spend.size for spend in spends)
        + len(encode_compact_size(len(outputs)))
        + sum(len(encode_output(output)) for output in outputs)
    )


def fee_for(size: int, rate: Fraction) -> int:
    """Return the fee for `size` bytes at `rate` satoshis per byte, rounded up."""
    return ceil(size * rate)


def check_outputs(outputs: Iterable[Output], policy: Policy) -> None:
    """Raise BuildError if an output is dust: too small for nodes to relay."""
    for index, output in enumerate(outputs):
        least = dust_threshold(output, policy)
        if output.value < least:
            raise BuildError(f"output {index} has {output.value} satoshis, dust threshold {least}")
