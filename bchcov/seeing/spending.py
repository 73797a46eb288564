"""A transaction to be looked at: what it spends, by which rules, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..chain.submission import Submission
from ..contract.contract import Contract
from ..errors import EncodeError
from ..reasons import Problem
from ..transaction.codec import decode_outputs, decode_transaction, transaction_id
from ..transaction.context import TransactionContext
from ..transaction.model import Output, Transaction
from ..validation.verdict import Verdict
from ..validation.verify import verify
from ..vm.result import InputResult
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from ..vm.trace import Trace, trace_input
from ..wallet.built import BuiltTransaction

__all__ = ["Fields", "Spending", "see", "see_built", "see_submission"]

Fields = Sequence[tuple[str, int]]
"""The names and the sizes in bytes of what a commitment holds, in its order."""


@dataclass(frozen=True)
class Spending:
    """A transaction with the outputs it spends and the rules that judge it.

    `contracts` are those that may run in it, `known` are names of public values (keys, hashes,
    categories), and `fields` say what is in the commitments of a contract, by its name.
    `problem` is the refusal of a chain, where that is not one of `verify`.
    """

    transaction: Transaction
    source_outputs: tuple[Output, ...]
    rules: RuleSet = BCH_2026
    contracts: tuple[Contract, ...] = ()
    known: Mapping[str, bytes] = field(default_factory=dict)
    fields: Mapping[str, Fields] = field(default_factory=dict)
    title: str = ""
    problem: Problem | None = None

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict, with the results of all inputs."""
        return verify(self.transaction, self.source_outputs, self.rules, all_inputs=True)

    @cached_property
    def results(self) -> tuple[InputResult, ...]:
        """The results of the inputs' scripts, also where another check refuses the whole."""
        if len(self.verdict.inputs) == len(self.transaction.inputs):
            return self.verdict.inputs
        judged = verify(
            self.transaction, self.source_outputs, self.rules, scripts_only=True, all_inputs=True
        )
        return judged.inputs

    @cached_property
    def context(self) -> TransactionContext:
        """The transaction as its scripts see it."""
        return TransactionContext(self.transaction, self.source_outputs)

    @property
    def error(self) -> Problem | None:
        """Why the transaction is refused, None if it is not."""
        return self.problem or self.verdict.error

    @property
    def txid(self) -> str:
        """The txid as it is displayed."""
        return transaction_id(self.transaction)

    @property
    def telling_input(self) -> int:
        """The input that is refused, or else the first."""
        error = self.error
        return 0 if error is None or error.input is None else error.input

    def trace(self, index: int = 0) -> Trace:
        """Trace one input. Raises EncodeError if it is not there."""
        return trace_input(self.context, index, self.rules)

    def contract_of(self, output: Output) -> Contract | None:
        """Return the known contract that locks an output."""
        locking = output.locking_bytecode
        return next((each for each in self.contracts if each.locking_bytecode == locking), None)


def see(
    transaction: Transaction | bytes,
    source_outputs: Sequence[Output] | bytes,
    rules: RuleSet = BCH_2026,
    *,
    contracts: Sequence[Contract] = (),
    known: Mapping[str, bytes] | None = None,
    fields: Mapping[str, Fields] | None = None,
    title: str = "",
) -> Spending:
    """Take a transaction and the outputs that it spends, to see how it is judged.

    Both may be bytes, as for `verify`. `known` names public values; private keys are of no use
    here. Raises DecodeError for bytes that are neither, and EncodeError for a number of outputs
    that is not that of the inputs.
    """
    before_tokens = not rules.switches.tokens
    if not isinstance(transaction, Transaction):
        transaction = decode_transaction(transaction, before_tokens=before_tokens)
    if isinstance(source_outputs, (bytes, bytearray, memoryview)):
        source_outputs = decode_outputs(source_outputs, before_tokens=before_tokens)
    sources = tuple(source_outputs)
    if len(sources) != len(transaction.inputs):
        raise EncodeError(
            f"{len(sources)} spent outputs for {len(transaction.inputs)} inputs: expected one each"
        )
    return Spending(transaction, sources, rules, tuple(contracts), known or {}, fields or {}, title)


def see_built(
    built: BuiltTransaction,
    rules: RuleSet = BCH_2026,
    *,
    contracts: Sequence[Contract] = (),
    known: Mapping[str, bytes] | None = None,
) -> Spending:
    """Take a transaction that a builder has built, as `build_exactly` does what is refused."""
    return see(built.transaction, built.source_outputs, rules, contracts=contracts, known=known)


def see_submission(
    submission: Submission,
    *,
    contracts: Sequence[Contract] = (),
    known: Mapping[str, bytes] | None = None,
) -> Spending:
    """Take what a chain has judged, with its rules.

    Raises EncodeError where it spends a coin that never was on the chain.
    """
    if submission.transaction is None or submission.rules is None:
        raise EncodeError("this submission has no transaction: expected one of Chain.submit")
    sources = tuple(each for each in submission.source_outputs if each is not None)
    if len(sources) != len(submission.transaction.inputs):
        raise EncodeError(f"a coin that it spends never was on this chain: {submission.error}")
    return Spending(
        submission.transaction,
        sources,
        submission.rules,
        tuple(contracts),
        known or {},
        problem=submission.error,
    )
