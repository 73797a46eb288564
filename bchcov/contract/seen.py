"""Contracts read from transactions: the script that an input spent, and the items it pushed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..encoding.expected import kind_of, shown
from ..errors import ContractError
from ..script.patterns import is_p2sh20, is_p2sh32, p2sh20, p2sh32
from ..script.pushes import instructions, is_push_only
from ..transaction.model import Output, Transaction
from .contract import Contract, Locking
from .moves import constant
from .spend_paths import Argument, SpendPath
from .unlocking import ContractUnlocker

__all__ = ["SeenSpend", "read_spend"]


@dataclass(frozen=True, slots=True)
class SeenSpend:
    """The contract that an input spent, and the items that the input pushed, the last on top."""

    contract: Contract
    items: tuple[bytes, ...]

    @property
    def unlocker(self) -> ContractUnlocker:
        """An unlocker that pushes the same items again."""
        return self.contract.unlock.seen(*self.items)


def read_spend(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    index: int = 0,
    *,
    name: str = "seen",
) -> SeenSpend:
    """Read the contract that input `index` of a transaction spent, and the items it pushed.

    The contract's script is the redeem script for P2SH, otherwise the locking bytecode. Its only
    spend path is called "seen" and has a bytes argument for each item: `a0`, `a1`, ..., so that
    it can be spent again with other items. Raises ContractError for an unknown input, a redeem
    script that does not match its hash, and an unlocking script that does more than push.
    """
    if not isinstance(index, int):
        raise ContractError(f"input index must be an integer, not {kind_of(index)}")
    if not 0 <= index < len(transaction.inputs):
        raise ContractError(
            f"input {shown(index)} is out of range: the transaction has"
            f" {len(transaction.inputs)} inputs"
        )
    if len(source_outputs) != len(transaction.inputs):
        raise ContractError(
            f"expected {len(transaction.inputs)} spent outputs, one for each input,"
            f" got {len(source_outputs)}"
        )
    unlocking = transaction.inputs[index].unlocking_bytecode
    locking = source_outputs[index].locking_bytecode
    if not is_push_only(unlocking):
        raise ContractError(f"input {index}: the unlocking script is not push-only")
    items = [constant(step) or b"" for step in instructions(unlocking)]
    kind: Locking = "p2s"
    code = locking
    if is_p2sh20(locking) or is_p2sh32(locking):
        if not items:
            raise ContractError(f"input {index}: the redeem script is missing")
        kind, code = ("p2sh32" if is_p2sh32(locking) else "p2sh20"), items.pop()
        if (p2sh32 if kind == "p2sh32" else p2sh20)(code) != locking:
            raise ContractError(f"input {index}: the redeem script does not match its hash")
    arguments = tuple(Argument(f"a{number}", "bytes") for number in range(len(items)))
    contract = Contract(name, code, kind, (), (SpendPath("seen", arguments),))
    return SeenSpend(contract, tuple(items))
