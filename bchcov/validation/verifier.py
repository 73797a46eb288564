"""Verification of many transactions that have most of their parts in common."""

from __future__ import annotations

from dataclasses import dataclass

from ..transaction.context import TransactionContext
from ..transaction.differences import Differences
from ..transaction.fields import mark_checked
from ..transaction.model import Output, Transaction
from ..vm.remembering import Memory
from ..vm.result import InputResult
from ..vm.rules.ruleset import RuleSet
from .parts import Parts, Totals
from .tokens import check_tokens
from .variation import Variation
from .verdict import Refused, Verdict
from .verify import MAX_HELD_BYTES, check_inputs, check_proposals, refusal, verify_with

__all__ = ["Base", "Verifier"]


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """A transaction from which others differ a little, and what is known of it.

    `results` are those of all inputs, also after one that is `refused`. `readers` are the inputs
    whose scripts read a part, `of_all` those that read all of them.
    """

    context: TransactionContext
    totals: Totals
    results: tuple[InputResult, ...]
    refused: tuple[int, ...]
    readers: dict[int, list[int]]
    of_all: tuple[int, ...]
    signature_checks: int
    held: int


class Verifier:
    """Judges transactions as `verify` does; what was found of a part or a run is not found again.

    Each part is looked at alone and once. Where all parts pass, what is left is what depends on
    several of them; anything else is left to `verify` itself, which says what is wrong. Of what
    differs little from a base, only what may be affected is looked at.
    """

    __slots__ = ("_parts", "memory", "rules")

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.memory = Memory(rules)
        self._parts = Parts(rules)

    def verify(self, transaction: Transaction, source_outputs: tuple[Output, ...]) -> Verdict:
        """Judge a transaction under these rules."""
        if self._totals(transaction, source_outputs) is None:
            return verify_with(self.memory, transaction, source_outputs)
        mark_checked(transaction)
        try:
            check_tokens(transaction, source_outputs, self.rules.policy)
        except Refused as refused:
            return Verdict(refused.problem, draft=self.rules.draft)
        context = TransactionContext(transaction, source_outputs, are_checked=True)
        differences = Differences(context)

        def evaluate(context: TransactionContext, index: int) -> InputResult:
            return self.memory.evaluate(context, index, differences)

        return check_inputs(context, self.rules, evaluate)

    def _totals(self, transaction: Transaction, coins: tuple[Output, ...]) -> Totals | None:
        """Sum up the parts of what passes all checks before those of tokens and scripts."""
        parts = self._parts
        if not parts.has_valid_frame(transaction, coins):
            return None
        totals = parts.totals(transaction, coins)
        if totals is None or not parts.has_valid_outpoints(transaction):
            return None
        counts = len(transaction.inputs), len(transaction.outputs)
        return totals if parts.are_within_limits(totals, *counts) else None

    def base_of(self, transaction: Transaction, source_outputs: tuple[Output, ...]) -> Base | None:
        """Prepare a transaction for judging what differs from it; None if only scripts may fail.

        That is, if it is refused before scripts are run.
        """
        totals = self._totals(transaction, source_outputs)
        if totals is None or self.memory.is_off:
            return None
        try:
            check_tokens(transaction, source_outputs, self.rules.policy)
        except Refused:
            return None
        mark_checked(transaction)
        context = TransactionContext(transaction, source_outputs, are_checked=True)
        differences, of_all, results = Differences(context), [], []
        readers: dict[int, list[int]] = {}
        for index in range(len(transaction.inputs)):
            results.append(self.memory.evaluate(context, index, differences))
            read = self.memory.run_of(context, index, differences).parts()
            if read is None:
                of_all.append(index)
            else:
                for part in read:
                    readers.setdefault(part, []).append(index)
        return Base(
            context,
            totals,
            tuple(results),
            tuple(at for at, result in enumerate(results) if not result.ok),
            readers,
            tuple(of_all),
            sum(result.metrics.signature_checks for result in results),
            sum(result.held_bytes for result in results),
        )

    def verify_from(
        self, base: Base, transaction: Transaction, source_outputs: tuple[Output, ...]
    ) -> Verdict:
        """Judge a transaction that may differ little from a base."""
        verdict = self._varied(base, transaction, source_outputs)
        return self.verify(transaction, source_outputs) if verdict is None else verdict

    def _varied(
        self, base: Base, transaction: Transaction, source_outputs: tuple[Output, ...]
    ) -> Verdict | None:
        """Judge a transaction by its differences from a base, None if they are too many."""
        parts = self._parts
        if self.memory.is_off or not parts.has_valid_frame(transaction, source_outputs):
            return None
        varied = Variation.of(base.context, transaction, source_outputs)
        if varied is None:
            return None
        totals = varied.totals(parts, base.totals)
        counts = len(transaction.inputs), len(transaction.outputs)
        if (
            totals is None
            or not parts.are_within_limits(totals, *counts)
            or (varied.is_moved and not parts.has_valid_outpoints(transaction))
        ):
            # It is refused before any script runs; why, that says.
            return verify_with(self.memory, transaction, source_outputs)
        mark_checked(transaction)
        if varied.is_moved or varied.has_other_tokens:
            try:
                check_tokens(transaction, source_outputs, self.rules.policy)
            except Refused as refused:
                return Verdict(refused.problem, draft=self.rules.draft)
        return self._judge_scripts(base, varied)

    def _judge_scripts(self, base: Base, varied: Variation) -> Verdict | None:
        """Evaluate the inputs whose scripts may do something else than those of a base."""
        changed = varied.changed
        affected = {*base.refused, *varied.other_scripts}
        if changed:
            affected.update(base.of_all)
        for part in changed:
            affected.update(base.readers.get(part, ()))
        context, rules = varied.context(base.context), self.rules
        if rules.proposals and (refused := check_proposals(context, rules)):
            return Verdict(refused, draft=rules.draft)
        differences = Differences(context)
        differences.put(base.context, changed)
        results = list(base.results)
        checks, held, problem = base.signature_checks, base.held, None
        for index in sorted(affected):
            result = self.memory.evaluate(context, index, differences)
            checks += max(
                0, result.metrics.signature_checks - results[index].metrics.signature_checks
            )
            held += result.held_bytes
            results[index] = result
            problem = refusal(result, index)
            if problem is not None:
                del results[index + 1 :]
                break
        # What may be beyond a limit that concerns all inputs is counted input by input.
        if checks > rules.policy.signature_checks or held > MAX_HELD_BYTES:
            return None
        return Verdict(problem, tuple(results), rules.draft)
