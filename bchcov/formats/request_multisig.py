"""Multisig inputs of signing requests, which cosigners sign one after the other.

Such an input contains the signatures made so far, in the order of the script, and 65 zero bytes
for each missing one: the placeholder for signatures in wallets' requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..errors import EncodeError, InvalidKey
from ..script.patterns import is_p2sh20, is_p2sh32
from ..script.pushes import encode_push, instructions, is_push_only
from ..transaction.context import TransactionContext
from ..wallet.cosigning import PartialMultisig
from ..wallet.multisig import dummy_push, read_multisig
from ..wallet.signatures import Scheme
from .signing_request import SigningRequest

__all__ = [
    "KEY_PLACEHOLDER",
    "SIGNATURE_PLACEHOLDER",
    "partial_in",
    "partial_multisig",
    "pushed_items",
    "pushes_so_far",
    "script_of",
    "unlocked",
    "with_multisig",
]

KEY_PLACEHOLDER = bytes(33)
"""The placeholder for the public key of the wallet that is asked."""
SIGNATURE_PLACEHOLDER = bytes(65)
"""The placeholder for its Schnorr signature, hash type included."""


def pushed_items(code: bytes) -> list[bytes]:
    """Return the data of each push, empty for small numbers; no items if it is not push-only."""
    if not is_push_only(code):
        return []
    return [step.data or b"" for step in instructions(code)]


def script_of(request: SigningRequest, index: int) -> bytes | None:
    """Return the script that runs: the locking script, or the redeem script if it is known."""
    locking = request.source_outputs[index].locking_bytecode
    if not (is_p2sh20(locking) or is_p2sh32(locking)):
        return locking
    contract = request.contract(index)
    if contract is not None and contract.redeem_script is not None:
        return contract.redeem_script
    pushes = pushed_items(request.transaction.inputs[index].unlocking_bytecode)
    return pushes[-1] if pushes else None


def unlocked(request: SigningRequest, index: int, code: bytes) -> SigningRequest:
    """Return the request with an unlocking bytecode in an input."""
    inputs = list(request.transaction.inputs)
    inputs[index] = replace(inputs[index], unlocking_bytecode=code)
    return replace(request, transaction=replace(request.transaction, inputs=tuple(inputs)))


def partial_multisig(request: SigningRequest, index: int) -> PartialMultisig | None:
    """Read the signatures of a multisig made so far; None if input `index` is not a multisig.

    The redeem script of a P2SH multisig is that of its contract, or the last push. Raises
    EncodeError for an unknown input, InvalidKey for a signature that none of its keys has made.
    """
    if not isinstance(index, int) or not 0 <= index < len(request.source_outputs):
        raise EncodeError(f"input {index}: there are {len(request.source_outputs)}")
    context = TransactionContext(request.transaction, request.source_outputs)
    return partial_in(context, request, index)


def partial_in(
    context: TransactionContext, request: SigningRequest, index: int
) -> PartialMultisig | None:
    """Read a multisig as `partial_multisig` does, with a context, which is costly to make."""
    script = script_of(request, index)
    if script is None or not _is_multisig(script):
        return None
    partial = PartialMultisig(context, index, script)
    for item in pushed_items(request.transaction.inputs[index].unlocking_bytecode)[1:]:
        if item not in (SIGNATURE_PLACEHOLDER, b"", script):
            partial = _with_signature(partial, item)
    return partial


def _is_multisig(script: bytes) -> bool:
    try:
        read_multisig(script)
    except EncodeError:
        return False
    return True


def _with_signature(partial: PartialMultisig, signature: bytes) -> PartialMultisig:
    for key in partial.missing:
        try:
            return partial.add(key, signature)
        except InvalidKey:
            continue
    raise InvalidKey(
        f"input {partial.index}: 0x{signature[:80].hex()} is no signature of the multisig's keys"
        " that may still sign"
    )


def pushes_so_far(script: bytes, signed: Mapping[bytes, bytes], scheme: Scheme) -> bytes:
    """Push the dummy, the signatures in the order of the script, and placeholders."""
    multisig = read_multisig(script)
    places = [at for at, key in enumerate(multisig.public_keys) if key in signed]
    items = [signed[multisig.public_keys[at]] for at in places]
    items += [SIGNATURE_PLACEHOLDER] * (multisig.required - len(items))
    return dummy_push(multisig, places, scheme) + b"".join(map(encode_push, items))


def with_multisig(request: SigningRequest, partial: PartialMultisig) -> SigningRequest:
    """Write the signatures of a multisig, complete or not, into its input of the request."""
    if partial.is_complete:
        return unlocked(request, partial.index, partial.unlocking_bytecode)
    code = pushes_so_far(partial.script, dict(partial.signatures), partial.scheme or "schnorr")
    if request.source_outputs[partial.index].locking_bytecode != partial.script:
        code += encode_push(partial.script)
    return unlocked(request, partial.index, code)
