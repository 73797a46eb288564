"""A transaction that somebody is asked to sign, as it travels between wallets."""

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
    """The contract that an input spends, as the wallet is told of it.

    `function` is the entry of the artifact's ABI that is called, `artifact` any part of the
    artifact; both are as JSON has them. `redeem_script` is None where it is not told.
    """

    function: Mapping[str, Any]
    redeem_script: bytes | None
    artifact: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """A transaction that a wallet is asked to sign, with the outputs it spends.

    An input with an empty unlocking bytecode asks for a signature; in others 33 zero bytes
    stand for the wallet's public key and 65 for its Schnorr signature. `contracts` are those
    of the inputs, None where an input spends none, and may be left out. `remarks` say what
    was put right in reading. Raises EncodeError for what has no encoding, BuildError for
    another number of outputs or contracts than inputs.
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
        """The contract that input `index` spends, None where none is told."""
        return self.contracts[index] if self.contracts else None


def last_push(code: bytes) -> bytes | None:
    """The data of the last push of a script that does nothing but push, or None."""
    if not is_push_only(code):
        return None
    found = None
    for step in instructions(code):
        found = step.data
    return found


def with_true_script(
    told: SourceContract, item: Input, source: Output, path: str
) -> tuple[SourceContract, tuple[str, ...]]:
    """Take the last push for the redeem script where the spent output has its hash.

    Returns the contract, and what is to be said of the script that was told at `path`.
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
