"""Verification of a whole transaction, check by check in the order of nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ..encoding.expected import kind_of
from ..errors import DecodeError, EncodeError, RulesError
from ..reasons import Problem, Reason, TransactionCheck, TransactionReason
from ..transaction.codec import (
    decode_outputs,
    decode_transaction,
    encode_outputs,
    encode_transaction,
)
from ..transaction.context import TransactionContext
from ..transaction.fields import with_tuples
from ..transaction.model import Output, Transaction
from ..vm.evaluate import evaluate_input
from ..vm.remembering import Memory
from ..vm.result import InputResult, explain
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from .standardness import check_source_kinds, check_standardness
from .structure import (
    check_counts,
    check_smallest,
    check_sources,
    check_spent_values,
    check_structure,
    check_version,
)
from .tokens import check_tokens
from .verdict import Refused, Verdict

__all__ = ["MAX_HELD_BYTES", "check_inputs", "refusal", "verify", "verify_with"]

# Each byte of an input pays for 800 bytes of stack items; results are kept up to this size.
MAX_HELD_BYTES = 32_000_000
"""How much the results of a verdict may hold before those that follow are `omitted`."""

Buffer = bytes | bytearray | memoryview


def _decode(
    transaction: Transaction | Buffer, source_outputs: Sequence[Output] | Buffer, rules: RuleSet
) -> tuple[Transaction, Sequence[Output], int]:
    """Decode both arguments if they are bytes; return them and the transaction's size."""
    before = not rules.switches.tokens
    try:
        if isinstance(transaction, Transaction):
            size = len(encode_transaction(transaction, before_tokens=before))
            transaction = with_tuples(transaction)
        else:
            transaction = decode_transaction(raw := transaction, before_tokens=before)
            size = memoryview(raw).nbytes
    except (DecodeError, EncodeError) as error:
        raise Refused(TransactionReason.TX_DECODE, str(error)) from error
    try:
        if isinstance(source_outputs, (bytes, bytearray, memoryview)):
            source_outputs = decode_outputs(source_outputs, before_tokens=before)
        else:
            encode_outputs(source_outputs, before_tokens=before)
    except (DecodeError, EncodeError) as error:
        raise Refused(TransactionReason.TX_SOURCE_OUTPUTS_DECODE, str(error)) from error
    return transaction, source_outputs, size


def _check_transaction(
    transaction: Transaction, source_outputs: Sequence[Output], size: int, rules: RuleSet
) -> None:
    # The order is that of Bitcoin Cash Node 29, AcceptToMemoryPool: it decides which of
    # several reasons is given.
    policy = rules.policy
    check_counts(transaction)
    check_sources(transaction, source_outputs)
    check_structure(transaction, size, policy)
    if policy.is_standard:
        check_standardness(transaction, size, policy)
    check_smallest(size, policy)
    check_version(transaction, policy)
    check_spent_values(transaction, source_outputs, policy, longest_script=rules.limits.script_size)
    if policy.is_standard:
        check_source_kinds(source_outputs, policy)
    check_tokens(transaction, source_outputs, policy)


def refusal(result: InputResult, index: int) -> Problem | None:
    """Make the problem of an input that is refused; None if it is accepted."""
    if result.reason is None:
        return None
    # With what the text needs, which is little, and not the result with all its stacks.
    named = result.run if result.run is not None and result.run.rules.proposals else None
    text = partial(explain, result.detail, result.phase, result.code, result.position, named)
    return Problem.of_script(result.reason, text, index)


def check_inputs(
    context: TransactionContext,
    rules: RuleSet,
    evaluate: Callable[[TransactionContext, int], InputResult],
    *,
    all_inputs: bool = False,
    bounded: bool = True,
) -> Verdict:
    """Judge the scripts of a transaction that passes all other checks."""
    if rules.proposals and bounded and (problem := check_proposals(context, rules)):
        return Verdict(problem, draft=rules.draft)
    limit = rules.policy.signature_checks
    results: list[InputResult] = []
    problem = None
    checks = held = 0
    for index in range(len(context.transaction.inputs)):
        result = evaluate(context, index)
        checks += result.metrics.signature_checks
        if problem is None and result.reason is not None:
            problem = refusal(result, index)
        elif problem is None and bounded and checks > limit:
            reason = Reason.SIGCHECKS_LIMIT_EXCEEDED
            detail = f"{checks} signature checks up to this input, limit {limit} per transaction"
            problem = Problem(TransactionCheck.SIGNATURE_CHECKS, reason, detail, index)
        held += result.held_bytes
        if held > MAX_HELD_BYTES:
            held -= result.held_bytes
            result = result.without_stacks()
        results.append(result)
        if problem is not None and not all_inputs:
            break
    return Verdict(problem, tuple(results), rules.draft)


def check_proposals(context: TransactionContext, rules: RuleSet) -> Problem | None:
    """Make the checks of whole transactions that proposals add."""
    for name, check in rules.checks:
        said = check(context)
        if said is not None:
            return Problem.of(TransactionReason.TX_PROPOSAL, f"{name}: {said}")
    return None


def verify(
    transaction: Transaction | Buffer,
    source_outputs: Sequence[Output] | Buffer,
    rules: RuleSet = BCH_2026,
    *,
    scripts_only: bool = False,
    all_inputs: bool = False,
) -> Verdict:
    """Judge a transaction that spends `source_outputs`, given in the order of its inputs.

    Both may be bytes: the transaction, and a compact size count with the outputs. The
    rules are those of nodes that relay; `rules.consensus` are those of a block. With
    `scripts_only` every check is skipped but decoding, that each input has its spent
    output, and the scripts; with `all_inputs` the inputs after a failing one are judged
    too. What the inputs leave on their stacks is kept up to 32 MB (see
    `InputResult.omitted`). A transaction that is refused, or does not decode, is a
    verdict and never an exception; RulesError is raised for rules that are no rule set.
    """
    if not isinstance(rules, RuleSet):
        raise RulesError(f"rules must be a RuleSet, not {kind_of(rules)}: see find_rules")
    try:
        decoded, sources, size = _decode(transaction, source_outputs, rules)
        if scripts_only:
            check_sources(decoded, sources)
        else:
            _check_transaction(decoded, sources, size, rules)
        return check_inputs(
            TransactionContext(decoded, sources),
            rules,
            partial(evaluate_input, rules=rules),
            all_inputs=all_inputs,
            bounded=not scripts_only,
        )
    except Refused as refused:
        return Verdict(refused.problem, draft=rules.draft)


def verify_with(
    memory: Memory, transaction: Transaction, source_outputs: Sequence[Output]
) -> Verdict:
    """Judge a transaction as `verify` does under a memory's rules, which evaluates its inputs."""
    rules = memory.rules
    try:
        decoded, sources, size = _decode(transaction, source_outputs, rules)
        _check_transaction(decoded, sources, size, rules)
        return check_inputs(TransactionContext(decoded, sources), rules, memory.evaluate)
    except Refused as refused:
        return Verdict(refused.problem, draft=rules.draft)
