"""Contracts from bytes: a redeem script, or a spend that was seen on a chain."""

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
    """What an input spent: the contract, and the items that the input pushed, the last on top."""

    contract: Contract
    items: tuple[bytes, ...]

    @property
    def unlocker(self) -> ContractUnlocker:
        """What pushes the same items again."""
        return self.contract.unlock.seen(*self.items)


def read_spend(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    index: int = 0,
    *,
    name: str = "seen",
) -> SeenSpend:
    """Read what input `index` of a transaction spent: the script, and what was pushed for it.

    The script is what P2SH hashes, or the locking bytecode itself. The contract's one spend path
    is called "seen", with an argument for each item: `a0`, `a1`, ..., as bytes, so that it can
    be spent again with others. Raises ContractError for an input that is not there, a
    redeem script that is not the one hashed, and an unlocking script that does more than push.
    """
    if not isinstance(index, int) or not 0 <= index < len(transaction.inputs):
        where = shown(index) if isinstance(index, int) else kind_of(index)
        raise ContractError(f"input {where}: the transaction has {len(transaction.inputs)} inputs")
    if len(source_outputs) != len(transaction.inputs):
        raise ContractError(
            f"{len(transaction.inputs)} inputs, but {len(source_outputs)} spent outputs"
        )
    unlocking = transaction.inputs[index].unlocking_bytecode
    locking = source_outputs[index].locking_bytecode
    if not is_push_only(unlocking):
        raise ContractError(f"input {index}: its unlocking script does more than push")
    items = [constant(step) or b"" for step in instructions(unlocking)]
    kind: Locking = "p2s"
    code = locking
    if is_p2sh20(locking) or is_p2sh32(locking):
        if not items:
            raise ContractError(f"input {index}: it pushes no redeem script")
        kind, code = ("p2sh32" if is_p2sh32(locking) else "p2sh20"), items.pop()
        if (p2sh32 if kind == "p2sh32" else p2sh20)(code) != locking:
            raise ContractError(f"input {index}: its last push is not the script that is hashed")
    arguments = tuple(Argument(f"a{number}", "bytes") for number in range(len(items)))
    contract = Contract(name, code, kind, (), (SpendPath("seen", arguments),))
    return SeenSpend(contract, tuple(items))
