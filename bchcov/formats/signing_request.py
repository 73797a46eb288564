"""Requests to sign a transaction, which travel between wallets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import BuildError
from ..script.patterns import is_p2sh20, is_p2sh32, p2sh20, p2sh32
from ..script.pushes import instructions, is_push_only
from ..transaction.context import TransactionContext
from ..transaction.model import Input, Output, Transaction

__all__ = ["SigningRequest", "SourceContract", "last_push", "with_true_script"]


@dataclass(frozen=True, slots=True)
class SourceContract:
    """The contract that an input spends, as described to the wallet.

    `function` is the called function's entry in the artifact's ABI, `artifact` any part of the
    artifact; both are decoded from JSON. `redeem_script` is None if it is unknown.
    """

    function: Mapping[str, Any]
    redeem_script: bytes | None
    artifact: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """A transaction that a wallet is asked to sign, with the outputs it spends.

    An input with an empty unlocking bytecode needs a signature. In other inputs, 33 zero bytes
    are a placeholder for the wallet's public key, and 65 for its Schnorr signature. `contracts`
    are those of the inputs, None for an input without one, or empty. `remarks` say what was
    corrected in reading. Raises EncodeError for values without an encoding, BuildError if the
    numbers of outputs or contracts and of inputs differ.
    """

    transaction: Transaction
    source_outputs: tuple[Output, ...]
    contracts: tuple[SourceContract | None, ...] = ()
    broadcast: bool = True
    user_prompt: str = ""
    remarks: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        context = TransactionContext(self.transaction, self.source_outputs)
        inputs, outputs = len(self.transaction.inputs), len(context.source_outputs)
        if inputs != outputs or len(self.contracts) not in (0, inputs):
            raise BuildError(
                f"{inputs} inputs, {outputs} spent outputs and {len(self.contracts)} contracts"
            )

    def contract(self, index: int) -> SourceContract | None:
        """Return the contract that input `index` spends, None if it is unknown."""
        return self.contracts[index] if self.contracts else None


def last_push(code: bytes) -> bytes | None:
    """Return the data of the last push of a push-only script, or None."""
    if not is_push_only(code):
        return None
    found = None
    for step in instructions(code):
        found = step.data
    return found


def with_true_script(
    told: SourceContract, item: Input, source: Output, path: str
) -> tuple[SourceContract, tuple[str, ...]]:
    """Use the last push as the redeem script if the spent output has its hash.

    Returns the contract, and remarks on the redeem script that was given at `path`.
    """
    locking = source.locking_bytecode
    if not (is_p2sh20(locking) or is_p2sh32(locking)):
        return told, ()
    script, pushed = told.redeem_script, last_push(item.unlocking_bytecode)
    if script is not None and locking in (p2sh20(script), p2sh32(script)):
        return told, ()
    if pushed is None or locking not in (p2sh20(pushed), p2sh32(pushed)):
        if script is None:
            return told, ()
        return told, (f"{path}: the spent output has not the hash of this script",)
    made = SourceContract(told.function, pushed, told.artifact)
    if script is None:
        return made, ()
    what = "the locking script" if script == locking else "another script"
    return made, (f"{path} is {what}: the redeem script is the last push of the input",)
