"""Estimating what a spend of a contract costs, before its transaction is built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..encoding.compact_size import encode_compact_size
from ..transaction.constants import SEQUENCE_FINAL
from ..transaction.context import TransactionContext
from ..transaction.model import Input, Output, Transaction
from ..vm.evaluate import evaluate_input
from ..vm.result import InputResult
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from ..wallet.coins import Coin
from ..wallet.unlockers import Unlocker

__all__ = ["Estimate", "estimate"]

# The outpoint and the sequence number; the unlocking bytecode's length is added separately.
_FIXED_INPUT_BYTES = 36 + 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated size and cost of an input.

    `unlocking_size` and `input_size` are upper bounds in bytes; at one satoshi per byte, the
    latter is the fee. `result` is the run in a transaction with only this input and the given
    outputs. Its metrics are the cost; if the run failed, they cover the part that ran.
    """

    unlocking_size: int
    input_size: int
    result: InputResult

    @property
    def is_complete(self) -> bool:
        """Whether the input was accepted, so that the metrics are those of a whole spend."""
        return self.result.ok

    def __str__(self) -> str:
        metrics = self.result.metrics
        limit = "" if metrics.op_cost_limit is None else f" of {metrics.op_cost_limit:,}"
        end = "" if self.is_complete else f"; {self.result}"
        return (
            f"{self.input_size} bytes, operation cost {metrics.op_cost:,}{limit},"
            f" signature checks {metrics.signature_checks}{end}"
        )


def estimate(
    coin: Coin,
    unlocker: Unlocker,
    outputs: Sequence[Output] = (),
    *,
    sequence: int = SEQUENCE_FINAL,
    locktime: int = 0,
    rules: RuleSet = BCH_2026,
) -> Estimate:
    """Estimate what it costs to spend a coin, by running its script in a draft transaction.

    The draft spends only this coin, creates `outputs`, and may pay any fee. For a covenant, the
    outputs must include those that it inspects. Raises BuildError if the unlocker cannot unlock
    the coin.
    """
    place = Input(coin.outpoint_hash, coin.outpoint_index, b"", sequence)
    empty = Transaction((place,), tuple(outputs), locktime=locktime)
    unlocking = unlocker.unlock(TransactionContext(empty, (coin.output,)), 0)
    transaction = replace(empty, inputs=(replace(place, unlocking_bytecode=unlocking),))
    size = unlocker.size
    result = evaluate_input(TransactionContext(transaction, (coin.output,)), 0, rules)
    return Estimate(size, _FIXED_INPUT_BYTES + len(encode_compact_size(size)) + size, result)
