"""Verification of many transactions that have most of their parts in common."""

from __future__ import annotations

from ..encoding.compact_size import encode_compact_size
from ..errors import EncodeError
from ..script.patterns import is_unspendable
from ..transaction.codec import encode_input, encode_output
from ..transaction.constants import MAX_UINT32, NULL_OUTPOINT
from ..transaction.context import TransactionContext
from ..transaction.fields import check_outputs, check_transaction, mark_checked
from ..transaction.known import Known
from ..transaction.model import Input, Output, Transaction
from ..vm.remembering import Memory
from ..vm.rules.ruleset import RuleSet
from .standardness import check_created, check_source_kinds
from .tokens import check_tokens
from .verdict import Refused, Verdict
from .verify import check_inputs, verify_with

__all__ = ["Verifier"]


class Verifier:
    """Judges transactions as `verify` does; what was found of a part or a run is not found again.

    Each part is looked at alone and once. Where all parts pass, what is left is what depends on
    several of them; anything else is left to `verify` itself, which says what is wrong.
    """

    __slots__ = ("_created", "_inputs", "_spent", "memory", "rules")

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.memory = Memory(rules)
        self._inputs = Known(self._of_input)
        self._created = Known(self._of_created)
        self._spent = Known(self._of_spent)

    def verify(self, transaction: Transaction, source_outputs: tuple[Output, ...]) -> Verdict:
        """Judge a transaction under these rules."""
        if not self._passes(transaction, source_outputs):
            return verify_with(self.memory, transaction, source_outputs)
        mark_checked(transaction)
        try:
            check_tokens(transaction, source_outputs, self.rules.policy)
        except Refused as refused:
            return Verdict(refused.problem)
        context = TransactionContext(transaction, source_outputs, are_checked=True)
        return check_inputs(context, self.rules, self.memory.evaluate)

    def _passes(self, transaction: Transaction, source_outputs: tuple[Output, ...]) -> bool:
        """Whether a transaction passes all checks that come before those of tokens and scripts."""
        policy = self.rules.policy
        inputs, outputs = transaction.inputs, transaction.outputs
        version, locktime = transaction.version, transaction.locktime
        are_tuples = {type(inputs), type(outputs), type(source_outputs)} == {tuple}
        if not (are_tuples and type(version) is type(locktime) is int and outputs):
            return False
        if not (0 <= locktime <= MAX_UINT32 and version in policy.versions):
            return False
        outpoints = {(item.outpoint_hash, item.outpoint_index) for item in inputs}
        if not len(outpoints) == len(inputs) == len(source_outputs) or NULL_OUTPOINT in outpoints:
            return False
        size, created, spent, data = 8, 0, 0, 0
        for item in inputs:
            known = self._inputs(item)
            if known is None:
                return False
            size += known
        for output in outputs:
            found = self._created(output)
            if found is None:
                return False
            size += found[0]
            data += found[1]
            created += output.value
        for output in source_outputs:
            if not self._spent(output):
                return False
            spent += output.value
        size += len(encode_compact_size(len(inputs))) + len(encode_compact_size(len(outputs)))
        most = policy.largest_transaction
        if policy.is_standard:
            most = min(most, policy.standard_transaction)
            if data > policy.data_carrier:
                return False
        return policy.smallest_transaction <= size <= most and created <= spent <= (
            policy.maximum_value
        )

    def _of_input(self, item: Input) -> int | None:
        """The size of an input, None if anything is wrong with it alone."""
        policy, alone = self.rules.policy, Transaction((item,), ())
        try:
            check_transaction(alone)
        except EncodeError:
            return None
        is_long = len(item.unlocking_bytecode) > policy.standard_unlocking
        if not alone._is_checked or (policy.is_standard and is_long):
            return None
        return len(encode_input(item))

    def _of_created(self, output: Output) -> tuple[int, int] | None:
        """The size of an output, and of its script if that is data; None if anything is wrong."""
        policy = self.rules.policy
        try:
            if not self.rules.switches.tokens or not check_outputs((output,), "output"):
                return None
            data = check_created(0, output, policy) if policy.is_standard else 0
            return len(encode_output(output)), data
        except (EncodeError, Refused):
            return None

    def _of_spent(self, output: Output) -> bool:
        """Whether nothing is wrong with a spent output alone."""
        try:
            if not self.rules.switches.tokens or not check_outputs((output,), "output"):
                return False
            if is_unspendable(output.locking_bytecode, self.rules.limits.script_size):
                return False
            encode_output(output)
            if self.rules.policy.is_standard:
                check_source_kinds((output,), self.rules.policy)
        except (EncodeError, Refused):
            return False
        return True
