"""What is known of each part of a transaction alone, and the sums that have limits."""

from __future__ import annotations

from typing import NamedTuple

from ..encoding.compact_size import encode_compact_size
from ..errors import EncodeError
from ..script.patterns import is_unspendable
from ..transaction.codec import encode_output
from ..transaction.constants import MAX_UINT32, MAX_UINT64, NULL_OUTPOINT
from ..transaction.fields import check_outputs
from ..transaction.known import Known, known
from ..transaction.model import Input, Output, Transaction
from ..vm.rules.ruleset import RuleSet
from .standardness import check_created, check_source_kinds, dust_threshold
from .verdict import Refused

__all__ = ["Parts", "Totals"]

_HASH_SIZE = 32
_MOST_SCRIPTS = 4_000


class Totals(NamedTuple):
    """Sums over the parts: bytes, satoshis, and bytes of data in outputs.

    `size` is without the version, the locktime and the counts.
    """

    size: int
    created: int
    spent: int
    data: int


class Parts:
    """Looks at each part alone and once; see `known`."""

    __slots__ = ("_scripts", "created", "inputs", "rules", "spent")

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.inputs: Known[Input, int | None] = known(self._of_input)
        self.created: Known[Output, tuple[int, int] | None] = known(self._of_created)
        self.spent: Known[Output, bool] = known(self._of_spent)
        # What holds for any output without tokens of a script, if it has so many satoshis.
        self._scripts: dict[bytes, tuple[int, tuple[int, int]]] = {}

    def totals(self, transaction: Transaction, coins: tuple[Output, ...]) -> Totals | None:
        """Sum up the parts, None if anything is wrong with any of them alone."""
        size = created = spent = data = 0
        for item in transaction.inputs:
            known = self.inputs(item)
            if known is None:
                return None
            size += known
        for output in transaction.outputs:
            found = self.created(output)
            if found is None:
                return None
            size += found[0]
            data += found[1]
            created += output.value
        for output in coins:
            if not self.spent(output):
                return None
            spent += output.value
        return Totals(size, created, spent, data)

    def has_valid_frame(self, transaction: Transaction, coins: tuple[Output, ...]) -> bool:
        """Whether all but the parts themselves and their sums is as it must be."""
        if type(transaction) is not Transaction:
            return False
        inputs, outputs = transaction.inputs, transaction.outputs
        version, locktime = transaction.version, transaction.locktime
        are_tuples = {type(inputs), type(outputs), type(coins)} == {tuple}
        return (
            are_tuples
            and bool(inputs and outputs)
            and type(version) is type(locktime) is int
            and 0 <= locktime <= MAX_UINT32
            and version in self.rules.policy.versions
            and len(inputs) == len(coins)
        )

    def has_valid_outpoints(self, transaction: Transaction) -> bool:
        """Whether the inputs spend outputs, each another one."""
        outpoints = {(item.outpoint_hash, item.outpoint_index) for item in transaction.inputs}
        return len(outpoints) == len(transaction.inputs) and NULL_OUTPOINT not in outpoints

    def are_within_limits(self, totals: Totals, inputs: int, outputs: int) -> bool:
        """Whether sums over so many inputs and outputs are within the limits."""
        policy = self.rules.policy
        counts = len(encode_compact_size(inputs)) + len(encode_compact_size(outputs))
        most = policy.largest_transaction
        if policy.is_standard:
            most = min(most, policy.standard_transaction)
            if totals.data > policy.data_carrier:
                return False
        return (
            policy.smallest_transaction <= 8 + counts + totals.size <= most
            and totals.created <= totals.spent <= policy.maximum_value
        )

    def _of_input(self, item: Input) -> int | None:
        """The size of an input, None if anything is wrong with it alone."""
        unlocking = item.unlocking_bytecode if type(item) is Input else None
        if (
            type(unlocking) is not bytes
            or type(item.outpoint_hash) is not bytes
            or type(item.outpoint_index) is not int
            or type(item.sequence) is not int
            or len(item.outpoint_hash) != _HASH_SIZE
            or not 0 <= item.outpoint_index <= MAX_UINT32
            or not 0 <= item.sequence <= MAX_UINT32
        ):
            return None
        size, policy = len(unlocking), self.rules.policy
        if policy.is_standard and size > policy.standard_unlocking:
            return None
        # The outpoint and the sequence number take 40 bytes.
        return 40 + len(encode_compact_size(size)) + size

    def _of_created(self, output: Output) -> tuple[int, int] | None:
        """The size of an output, and of its script if that is data; None if anything is wrong."""
        policy = self.rules.policy
        is_plain = type(output) is Output and output.token is None
        if is_plain and type(output.locking_bytecode) is bytes and type(output.value) is int:
            of_script = self._scripts.get(output.locking_bytecode)
            if of_script is not None and of_script[0] <= output.value <= MAX_UINT64:
                return of_script[1]
        try:
            if not self.rules.switches.tokens or not check_outputs((output,), "output"):
                return None
            data = check_created(0, output, policy) if policy.is_standard else 0
            found = len(encode_output(output)), data
        except (EncodeError, Refused):
            return None
        if is_plain:
            if len(self._scripts) >= _MOST_SCRIPTS:
                self._scripts.clear()
            has_smallest = policy.is_standard and not data
            smallest = dust_threshold(output, policy) if has_smallest else 0
            self._scripts[output.locking_bytecode] = smallest, found
        return found

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
