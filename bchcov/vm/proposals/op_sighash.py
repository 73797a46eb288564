"""CHIP-2026-06: OP_SIGHASH pushes the digest that OP_CHECKSIG would check.

What the draft leaves open is a parameter:

- `opcode`: no number is proposed. 0xd8 is the first that neither the network nor
  CHIP-2025-05 wants, so that both can be tried together.
- `hashing`: "whole" charges for hashing everything that the digest covers, each time, as the
  reviewers ask; "cached" for the last hash only, as OP_CHECKSIG is charged, where nodes keep the
  hashes of all outputs and inputs.
- `missing_output`: what SIGHASH_SINGLE gives where no output has the input's index. "zero" is
  the digest that OP_CHECKSIG checks then, which the draft promises for every case; "fail" refuses
  it, since such a digest covers no output.
"""

from __future__ import annotations

from ...errors import Reason, ScriptError
from ...transaction.codec import cover_outputs
from ...transaction.context import TransactionContext
from ..machine import Machine
from ..operations.hashing import charge_hashing
from ..operations.signatures import may_cover
from ..rules.proposal import Proposal
from ..signing.signature_encoding import check_hash_type
from ..signing.signed_bytes import covered_bytecode, transaction_digest
from .opcode import opcode as make_opcode
from .parameters import check_choice, named

__all__ = ["op_sighash"]

_DEFAULTS: dict[str, int | str] = {"opcode": 0xD8, "hashing": "whole", "missing_output": "zero"}
_NONE, _SINGLE, _UTXOS, _ANYONECANPAY = 2, 3, 0x20, 0x80
_OUTPOINT, _SEQUENCE = 36, 4  # bytes


def _charge_parts(vm: Machine, context: TransactionContext, hash_type: int) -> None:
    """Charge for the hashes within what is hashed, as if nothing of them were kept."""
    base, inputs = hash_type & 0x1F, len(context.outpoints)
    outputs = context.transaction.outputs
    every_input = not hash_type & _ANYONECANPAY
    every_output = base not in (_NONE, _SINGLE)
    if every_input:
        charge_hashing(vm, _OUTPOINT * inputs, rounds=2)
    if every_input and every_output:
        charge_hashing(vm, _SEQUENCE * inputs, rounds=2)
    if hash_type & _UTXOS:
        charge_hashing(vm, context.covered_sizes[1], rounds=2)
    if every_output:
        charge_hashing(vm, context.covered_sizes[0], rounds=2)
    elif base == _SINGLE and vm.index < len(outputs):
        charge_hashing(vm, len(cover_outputs(outputs[vm.index : vm.index + 1])), rounds=2)


def op_sighash(
    *,
    opcode: int = 0xD8,
    hashing: str = "whole",
    missing_output: str = "zero",
) -> Proposal:
    """Make CHIP-2026-06 with the number of OP_SIGHASH, its charge and its corner case.

    `hashing` is "whole" or "cached", `missing_output` "zero" or "fail". Raises RulesError for
    other words.
    Source: CHIP-2026-06 OP_SIGHASH, and the reviews of it.
    """
    check_choice("op-sighash", "hashing", hashing, ("whole", "cached"))
    check_choice("op-sighash", "missing_output", missing_output, ("zero", "fail"))
    given: dict[str, int | str] = {
        "opcode": opcode,
        "hashing": hashing,
        "missing_output": missing_output,
    }
    is_whole, fails = hashing == "whole", missing_output == "fail"
    covered = "all that it covers" if is_whole else "the digest alone"

    @make_opcode(
        "OP_SIGHASH",
        opcode,
        takes=1,
        gives=1,
        reads=may_cover,
        charge=f"the hash iterations of {covered}, and the length of the digest",
    )
    def run(vm: Machine) -> None:
        """( hash_type -- digest ) Push the digest that a signature of this type would sign."""
        item, context = vm.stack[-1], vm.context
        if context is None:
            raise ScriptError(Reason.CONTEXT_NOT_PRESENT, "the script runs without a transaction")
        if len(item) != 1:
            raise ScriptError(
                Reason.SIG_HASHTYPE, f"a hash type of {len(item)} bytes, expected 1 byte"
            )
        hash_type = item[0]
        check_hash_type(vm, hash_type)
        outputs = len(context.transaction.outputs)
        if fails and hash_type & 0x1F == _SINGLE and vm.index >= outputs:
            raise ScriptError(
                Reason.INVALID_TX_OUTPUT_INDEX,
                f"SIGHASH_SINGLE in input {vm.index}: the transaction has {outputs} outputs",
            )
        if is_whole:
            _charge_parts(vm, context, hash_type)
            vm.check_budget()
        digest = transaction_digest(vm, covered_bytecode(vm), hash_type)
        vm.stack.pop()
        vm.push(digest)
        vm.check_budget()

    return Proposal(
        named("op-sighash", _DEFAULTS, given),
        (run,),
        title="CHIP-2026-06 OP_SIGHASH",
        date="2026-06-14",
        source="CHIP-2026-06 OP_SIGHASH, https://gitlab.com/0353F40E/sighash",
    )
