"""What is wrong with a signature that does not verify: found by trying what else it may be of."""

from __future__ import annotations

from collections.abc import Iterator

from ..crypto.der import parse_lax_der
from ..crypto.hashes import hash256, sha256
from ..crypto.secp256k1 import is_public_key, recover_public_key, verify_ecdsa, verify_schnorr
from ..errors import ScriptError
from ..reasons import Reason
from ..script.numbers import decode_number
from ..script.opcodes import Op
from ..script.pushes import instructions
from ..transaction.context import TransactionContext
from ..transaction.sighash import (
    HashType,
    legacy_digest,
    legacy_signing_serialization,
    signing_serialization,
)
from .failing import Failing
from .items import shorten
from .signature_variants import variants_of

__all__ = ["signature_hints"]

_HASH_TYPES = tuple(
    base | flags | HashType.FORKID
    for flags in (0, HashType.UTXOS, HashType.ANYONECANPAY)
    for base in (HashType.ALL, HashType.NONE, HashType.SINGLE)
)
_FAILURES = (
    Reason.SIG_NULLFAIL,
    Reason.CHECKSIGVERIFY,
    Reason.CHECKMULTISIGVERIFY,
    Reason.CHECKDATASIGVERIFY,
    Reason.EVAL_FALSE,
)
_MOST_TRIED = 4_000


def signature_hints(failing: Failing) -> Iterator[str]:
    """Say which part of a signature differs, where it can be found by trying."""
    reason, step, stack = failing.result.reason, failing.step, failing.stack
    if reason is Reason.MUST_USE_FORKID:
        yield "the last byte of the signature, its hash type, lacks 0x40: 0x41 signs everything"
    if reason not in _FAILURES or step is None:
        return
    if step.opcode in (Op.OP_CHECKSIG, Op.OP_CHECKSIGVERIFY) and len(stack) > 1:
        yield from _of_transaction(failing, stack[-2], stack[-1])
    elif step.opcode in (Op.OP_CHECKDATASIG, Op.OP_CHECKDATASIGVERIFY) and len(stack) > 2:
        yield from _of_data(failing, *stack[-3:])
    elif step.opcode in (Op.OP_CHECKMULTISIG, Op.OP_CHECKMULTISIGVERIFY):
        yield from _of_several(failing)


def _verifies(signature: bytes, digest: bytes, public_key: bytes) -> bool:
    """Whether a signature without hash type is that of a digest."""
    if len(signature) == 64:
        return verify_schnorr(signature, digest, public_key)
    numbers = parse_lax_der(signature)
    return numbers is not None and verify_ecdsa(*numbers, digest, public_key)


def _digest(context: TransactionContext, index: int, covered: bytes, hash_type: int) -> bytes:
    if not hash_type & HashType.FORKID:
        return legacy_digest(legacy_signing_serialization(context, index, covered, hash_type))
    return hash256(signing_serialization(context, index, covered, hash_type))


def _covered(failing: Failing) -> bytes:
    """Return what a signature covers: the running script from its last OP_CODESEPARATOR on."""
    step = failing.step
    assert step is not None
    start = 0
    for number in range(step.number):
        if failing.trace.steps.place(number)[0] == step.code:
            each = failing.trace.steps[number]
            if each.opcode == Op.OP_CODESEPARATOR and each.executed:
                start = each.offset + 1
    return step.code[start:]


def _of_transaction(failing: Failing, signature: bytes, public_key: bytes) -> Iterator[str]:
    if not signature:
        yield "the signature is the empty item: this input is not signed"
        return
    if not is_public_key(public_key):
        yield f"{shorten(public_key)} is no public key: signature and key may be swapped"
        return
    found = _explained(failing, signature, public_key)
    yield found or _not_explained(failing, signature, public_key)


def _explained(failing: Failing, signature: bytes, public_key: bytes) -> str:
    """Find the one mistake that explains a signature, "" if none does."""
    body, told = signature[:-1], signature[-1]
    covered, step = _covered(failing), failing.step
    assert step is not None
    others = [each for each in (*_HASH_TYPES, 1) if each != told]
    tried = 0
    for text, context, index, script in variants_of(
        failing.spending, failing.index, covered, public_key=public_key, code=step.code
    ):
        for hash_type in (told, *others):
            if _verifies(body, _digest(context, index, script, hash_type), public_key):
                if hash_type == told:
                    return f"the signature is valid for something else: {text}"
                said = (
                    f"the signature is made with hash type 0x{hash_type:02x} and says 0x{told:02x}"
                )
                return f"{said}; besides, {text}" if text else said
            tried += 1
        if tried > _MOST_TRIED:
            break
    return ""


def _not_explained(failing: Failing, signature: bytes, public_key: bytes) -> str:
    body, covered = signature[:-1], _covered(failing)
    digest = _digest(failing.context, failing.index, covered, signature[-1])
    for key, name in _other_keys(failing, public_key):
        if _verifies(body, digest, key):
            return _other_key(failing, name, public_key)
    numbers = parse_lax_der(body) if len(body) != 64 else None
    if numbers is not None and max(numbers) < 1 << 256:
        compact = b"".join(each.to_bytes(32, "big") for each in numbers)
        for recovery in range(2):
            recovered = recover_public_key(compact, recovery, digest)
            named = "" if recovered is None else failing.names.of(recovered)
            if named:
                return _other_key(failing, named, public_key)
    return (
        "the signature is not explained by one mistake in hash type, covered script, coin, outputs,"
        " sequence numbers, version or locktime, nor by another key that is known here: it is of"
        " another key or of other amounts"
    )


def _other_key(failing: Failing, name: str, asked: bytes) -> str:
    return (
        f"the signature is that of another key, {name}: the script asks for {_name(failing, asked)}"
    )


def _name(failing: Failing, public_key: bytes) -> str:
    return failing.names.of(public_key) or shorten(public_key)


def _other_keys(failing: Failing, public_key: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield the public keys that are known or pushed somewhere in the transaction."""
    pushed = {
        each.data
        for item in failing.spending.transaction.inputs
        for each in instructions(item.unlocking_bytecode)
        if each.data is not None
    }
    scripts = [item for item in pushed if len(item) > 65]
    if failing.step is not None:
        scripts.append(failing.step.code)
    inner = {each.data for code in scripts for each in instructions(code) if each.data is not None}
    for key in {*failing.names.by_value, *pushed, *inner} - {public_key}:
        if len(key) in (33, 65) and is_public_key(key):
            yield key, _name(failing, key)


def _of_data(failing: Failing, signature: bytes, message: bytes, key: bytes) -> Iterator[str]:
    if not signature:
        yield "the signature is the empty item: the message is not signed"
        return
    tries = {
        "is made of the SHA256 of the message": sha256(sha256(message)),
        "is made of the message itself, which should be hashed once": message[:32].ljust(32, b"\0"),
        "is made of the reversed message": sha256(message[::-1]),
    }
    found = False
    for text, digest in tries.items():
        if is_public_key(key) and _verifies(signature, digest, key):
            found = True
            yield f"the signature {text}"
    if _verifies(signature[:-1], sha256(message), key):
        found = True
        yield "the signature has a hash type behind it: signatures of data have none"
    for other, name in _other_keys(failing, key):
        if _verifies(signature, sha256(message), other):
            found = True
            yield _other_key(failing, name, key)
    if not found:
        yield (
            "the signature is not of this message, hashed once, twice or not, nor of a key that is"
            " known here: it is of another message or of another key"
        )


def _of_several(failing: Failing) -> Iterator[str]:
    stack = failing.stack
    try:
        key_count = decode_number(stack[-1])
        keys = stack[-1 - key_count : -1]
        count = decode_number(stack[-2 - key_count])
    except (IndexError, ScriptError):
        return
    below = len(stack) - 2 - key_count
    signatures = stack[below - count : below]
    covered = _covered(failing)
    order = []
    for number, signature in enumerate(signatures, 1):
        if not signature:
            yield f"signature {number} of {count} is the empty item"
            continue
        digest = _digest(failing.context, failing.index, covered, signature[-1])
        fits = [at for at, key in enumerate(keys) if _verifies(signature[:-1], digest, key)]
        if fits:
            order.append(fits[0])
            continue
        said = next(filter(None, (_explained(failing, signature, key) for key in keys)), "")
        none = f"is that of none of the {key_count} keys"
        yield f"signature {number} of {count} {none}{f': {said}' if said else ''}"
    if len(order) == count and order != sorted(order):
        yield (
            f"the signatures are those of keys {', '.join(str(at + 1) for at in order)}: they have"
            " to be in the order of the keys"
        )
