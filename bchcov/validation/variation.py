"""How a transaction varies another one: which of its parts are others, and what follows at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..transaction.context import TransactionContext
from ..transaction.differences import FRAME, part_of_input, part_of_output, part_of_source
from ..transaction.model import Input, Output, Transaction
from .parts import Parts, Totals

__all__ = ["Variation"]


@dataclass(slots=True, eq=False)
class Variation:
    """A transaction of as many inputs as another one, by the parts that are other objects.

    Of each it has what it is and what it was, None for an output that is added or taken away.
    `changed` are the parts that are not equal. `is_moved` says that other outpoints are spent,
    `other_scripts` are the inputs that run other scripts; it `is_odd` if a part is none at all.
    """

    transaction: Transaction
    source_outputs: tuple[Output, ...]
    inputs: list[tuple[Input, Input]] = field(default_factory=list)
    outputs: list[tuple[Output | None, Output | None]] = field(default_factory=list)
    sources: list[tuple[Output, Output]] = field(default_factory=list)
    changed: frozenset[int] = frozenset()
    other_scripts: list[int] = field(default_factory=list)
    is_moved: bool = False
    has_other_tokens: bool = False
    is_odd: bool = False

    @classmethod
    def of(
        cls, context: TransactionContext, transaction: Transaction, sources: tuple[Output, ...]
    ) -> Variation | None:
        """Compare a transaction with another one; None if they spend not equally many outputs."""
        was = context.transaction
        if len(was.inputs) != len(transaction.inputs):
            return None
        found, changed = cls(transaction, sources), []
        if (was.version, was.locktime) != (transaction.version, transaction.locktime) or len(
            was.outputs
        ) != len(transaction.outputs):
            changed.append(FRAME)
        found._compare_inputs(was.inputs, changed)
        found._compare_outputs(was.outputs, changed)
        found._compare_sources(context.source_outputs, changed)
        found.changed = frozenset(changed)
        return found

    def _compare_inputs(self, others: tuple[Input, ...], changed: list[int]) -> None:
        for at, (one, other) in enumerate(zip(self.transaction.inputs, others, strict=True)):
            if type(one) is not Input:
                self.is_odd = True
            elif one is not other:
                self.inputs.append((one, other))
                if one != other:
                    changed.append(part_of_input(at))
                    if one.unlocking_bytecode != other.unlocking_bytecode:
                        self.other_scripts.append(at)
                    if (
                        one.outpoint_hash != other.outpoint_hash
                        or one.outpoint_index != other.outpoint_index
                    ):
                        self.is_moved = True

    def _compare_outputs(self, others: tuple[Output, ...], changed: list[int]) -> None:
        outputs = self.transaction.outputs
        common = min(len(outputs), len(others))
        pairs, unequal = self._compare_each(outputs[:common], others[:common])
        changed += map(part_of_output, unequal)
        self.outputs += pairs
        self.outputs += [(output, None) for output in outputs[common:]]
        self.outputs += [(None, output) for output in others[common:]]
        if len(outputs) != len(others):
            self.has_other_tokens = True
            changed += map(part_of_output, range(common, max(len(outputs), len(others))))

    def _compare_sources(self, others: Sequence[Output], changed: list[int]) -> None:
        sources = self.source_outputs
        self.sources, unequal = self._compare_each(sources, others)
        changed += map(part_of_source, unequal)
        self.other_scripts += [
            at for at in unequal if sources[at].locking_bytecode != others[at].locking_bytecode
        ]

    def _compare_each(
        self, outputs: Sequence[Output], others: Sequence[Output]
    ) -> tuple[list[tuple[Output, Output]], list[int]]:
        """Return the pairs at one place that are not one object, and where they are not equal."""
        pairs, unequal = [], []
        for at, (one, other) in enumerate(zip(outputs, others, strict=True)):
            if type(one) is not Output:
                self.is_odd = True
            elif one is not other:
                pairs.append((one, other))
                if one.token is not other.token:
                    self.has_other_tokens = True
                if one != other:
                    unequal.append(at)
        return pairs, unequal

    def totals(self, parts: Parts, before: Totals) -> Totals | None:
        """Return the sums over its parts, None if anything is wrong with one of them alone.

        `before` are those of the other one, of which all parts are right.
        """
        if self.is_odd:
            return None
        size, created, spent, data = before
        for item, old in self.inputs:
            now, then = parts.inputs(item), parts.inputs(old)
            if now is None or then is None:
                return None
            size += now - then
        for output, was in self.outputs:
            if output is not None:
                found = parts.created(output)
                if found is None:
                    return None
                size, data, created = size + found[0], data + found[1], created + output.value
            if was is not None:
                found = parts.created(was)
                if found is None:
                    return None
                size, data, created = size - found[0], data - found[1], created - was.value
        for coin, before_it in self.sources:
            if not parts.spent(coin):
                return None
            spent += coin.value - before_it.value
        return Totals(size, created, spent, data)

    def context(self, other: TransactionContext) -> TransactionContext:
        """Make what scripts see of it; the other one's is what it is compared with."""
        return TransactionContext(
            self.transaction, self.source_outputs, are_checked=True, like=other
        )
