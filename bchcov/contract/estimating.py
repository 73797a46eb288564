"""What a spend of a contract costs, before the transaction around it is built."""

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

# The outpoint, the sequence number, and the length of the unlocking bytecode is beside them.
_INPUT_BYTES = 36 + 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an input is about to cost.

    `unlocking_size` and `input_size` are bytes, at most; a fee of one satoshi a byte is the
    latter. `result` is the run in a transaction that has nothing but this input and the outputs:
    its metrics are the cost, and where it is refused they count as far as it came.
    """

    unlocking_size: int
    input_size: int
    result: InputResult

    @property
    def is_complete(self) -> bool:
        """Whether the run came to an accepted end, so that the costs are those of a spend."""
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
    """Estimate what it costs to spend a coin, by running its script in a transaction of its own.

    The transaction spends the coin alone, to `outputs` or else to nobody, whatever its fee:
    what a covenant looks at has to be among them. Raises BuildError for an unlocker that cannot
    unlock the coin.
    """
    place = Input(coin.outpoint_hash, coin.outpoint_index, b"", sequence)
    empty = Transaction((place,), tuple(outputs), locktime=locktime)
    unlocking = unlocker.unlock(TransactionContext(empty, (coin.output,)), 0)
    transaction = replace(empty, inputs=(replace(place, unlocking_bytecode=unlocking),))
    size = unlocker.size
    result = evaluate_input(TransactionContext(transaction, (coin.output,)), 0, rules)
    return Estimate(size, _INPUT_BYTES + len(encode_compact_size(size)) + size, result)
