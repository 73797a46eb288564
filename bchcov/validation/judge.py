"""Judging mutants of one transaction, without running again what a change does not reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..encoding.expected import kind_of, shown
from ..errors import EncodeError, RulesError
from ..transaction.codec import decode_outputs, decode_transaction
from ..transaction.model import Input, Output, Transaction
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from .verdict import Verdict
from .verifier import Base, Verifier

__all__ = ["Change", "Judge"]

Buffer = bytes | bytearray | memoryview
PartT = TypeVar("PartT", Input, Output)


@dataclass(frozen=True, slots=True)
class Change:
    """What is another in a mutant of a transaction: parts by their indices, counted from 0.

    None in the place of a part takes it away; indices after the last one add parts, in order.
    An input that is added or taken away needs the same of its spent output. A version or locktime
    that is None stays as it is.
    """

    inputs: Mapping[int, Input | None] = field(default_factory=dict)
    outputs: Mapping[int, Output | None] = field(default_factory=dict)
    source_outputs: Mapping[int, Output | None] = field(default_factory=dict)
    version: int | None = None
    locktime: int | None = None

    def on(
        self, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> tuple[Transaction, tuple[Output, ...]]:
        """Make the mutant: a transaction with the outputs that it spends.

        Raises EncodeError for an index at which there is no part and none can be added.
        """
        version, locktime = self.version, self.locktime
        made = Transaction(
            _changed(transaction.inputs, self.inputs, "input"),
            _changed(transaction.outputs, self.outputs, "output"),
            transaction.version if version is None else version,
            transaction.locktime if locktime is None else locktime,
        )
        return made, _changed(tuple(source_outputs), self.source_outputs, "source output")


def _changed(
    parts: tuple[PartT, ...], changes: Mapping[int, PartT | None], what: str
) -> tuple[PartT, ...]:
    if not changes:
        return parts
    made: list[PartT | None] = list(parts)
    for at in sorted(changes):
        if at == len(made):
            made.append(changes[at])
        elif 0 <= at < len(made):
            made[at] = changes[at]
        else:
            raise EncodeError(f"{what} {shown(at)} is out of range: expected 0 to {len(made)}")
    return tuple([each for each in made if each is not None])


class Judge:
    """Judges mutants of one transaction as `verify` does, many times as fast.

    A change reaches the inputs whose scripts read what it changes. Of these it runs what follows
    the first instruction that reads something else; all else is known. Verdicts, reasons, costs
    and places are those of `verify`, of each mutant. A judge remembers a limited number of runs,
    and is for one thread.

    Takes what `verify` takes, and `rules` as there. Raises DecodeError for bytes that are not a
    transaction or a list of outputs, and RulesError for rules that are no rule set.
    """

    __slots__ = ("_base", "_is_prepared", "_verifier", "source_outputs", "transaction")

    def __init__(
        self,
        transaction: Transaction | Buffer,
        source_outputs: Sequence[Output] | Buffer,
        rules: RuleSet = BCH_2026,
    ) -> None:
        if not isinstance(rules, RuleSet):
            raise RulesError(f"rules must be a RuleSet, not {kind_of(rules)}: see find_rules")
        before = not rules.switches.tokens
        if isinstance(transaction, (bytes, bytearray, memoryview)):
            transaction = decode_transaction(transaction, before_tokens=before)
        if isinstance(source_outputs, (bytes, bytearray, memoryview)):
            source_outputs = decode_outputs(source_outputs, before_tokens=before)
        self.transaction = transaction
        self.source_outputs = tuple(source_outputs)
        self._verifier = Verifier(rules)
        self._base: Base | None = None
        self._is_prepared = False

    @property
    def rules(self) -> RuleSet:
        """The rules under which it judges."""
        return self._verifier.rules

    @property
    def verdict(self) -> Verdict:
        """The verdict on the transaction itself."""
        return self.judge(self.transaction, self.source_outputs)

    def mutant(self, change: Change) -> Verdict:
        """Judge the transaction with a change.

        Raises EncodeError for a change of what is not there; a mutant that is refused, or that
        nothing could encode, is a verdict.
        """
        return self.judge(*change.on(self.transaction, self.source_outputs))

    def judge(self, transaction: Transaction, source_outputs: Sequence[Output]) -> Verdict:
        """Judge a mutant that is given as a whole; parts that are the same objects cost least."""
        if not self._is_prepared and not self._verifier.memory.is_off:
            self._base = self._verifier.base_of(self.transaction, self.source_outputs)
            self._is_prepared = True
        sources = tuple(source_outputs)
        if self._base is None:
            return self._verifier.verify(transaction, sources)
        return self._verifier.verify_from(self._base, transaction, sources)

    def __reduce__(self) -> tuple[type[Judge], tuple[object, ...]]:
        """Copy and pickle what is judged, not what is remembered."""
        return Judge, (self.transaction, self.source_outputs, self.rules)
