"""The bytes that a signature covers, for every hash type, and before there were fork ids.

Source: "BUIP-HF Digest for replay protected signature verification across hard forks";
CHIP-2022-02-CashTokens, "Signing Serialization".
"""

from __future__ import annotations

from ..crypto.hashes import hash256
from ..encoding.compact_size import encode_compact_size, encode_var_bytes
from ..script.opcodes import Op
from ..script.pushes import instructions
from .codec import encode_output, encode_token_prefix
from .context import TransactionContext

__all__ = ["legacy_digest", "legacy_signing_serialization", "signing_serialization"]

# Members of an IntFlag are slow to combine; signatures are checked by the thousand.
_NONE, _SINGLE, _UTXOS, _ANYONECANPAY = 2, 3, 0x20, 0x80
_NOTHING = bytes(32)
_CODESEPARATOR = int(Op.OP_CODESEPARATOR)
_ONE = (1).to_bytes(32, "little")
_BLANK_OUTPUT = b"\xff" * 8 + b"\x00"


def signing_serialization(
    context: TransactionContext,
    index: int,
    covered_bytecode: bytes,
    hash_type: int,
    *,
    tokens: bool = True,
) -> bytes:
    """Serialize what a signature in input `index` covers, for a hash type with the fork id.

    `covered_bytecode` is the script from its last executed OP_CODESEPARATOR on.
    Without `tokens` the format is the one before CashTokens, which had no UTXOS hash type.
    """
    base = hash_type & 0x1F
    every_input = not hash_type & _ANYONECANPAY
    every_output = base not in (_NONE, _SINGLE)
    if every_output:
        outputs = context.hash_outputs
    elif base == _SINGLE and index < len(context.transaction.outputs):
        outputs = context.hash_output(index)
    else:
        outputs = _NOTHING
    source = context.source_outputs[index]
    return b"".join(
        (
            context.version,
            context.hash_outpoints if every_input else _NOTHING,
            context.hash_source_outputs if tokens and hash_type & _UTXOS else b"",
            context.hash_sequences if every_input and every_output else _NOTHING,
            context.outpoints[index],
            encode_token_prefix(source.token) if tokens and source.token is not None else b"",
            encode_compact_size(len(covered_bytecode)),
            covered_bytecode,
            source.value.to_bytes(8, "little"),
            context.sequences[index],
            outputs,
            context.locktime,
            (hash_type & 0xFFFF_FFFF).to_bytes(4, "little"),
        )
    )


def _without_code_separators(code: bytes) -> bytes:
    if _CODESEPARATOR not in code:
        return code
    kept, start = [], 0
    for step in instructions(code):
        if step.opcode == _CODESEPARATOR:
            kept.append(code[start : step.offset])
            start = step.offset + 1
    return b"".join(kept) + code[start:]


def legacy_signing_serialization(
    context: TransactionContext, index: int, covered_bytecode: bytes, hash_type: int
) -> bytes | None:
    """Serialize what a signature covered before the fork id; `hash_type` has 32 bits.

    None for SINGLE without an output of the same index: such a signature covers nothing.
    Source: Bitcoin 0.1, SignatureHash.
    """
    transaction = context.transaction
    base = hash_type & 0x1F
    if base == _SINGLE and index >= len(transaction.outputs):
        return None
    code = encode_var_bytes(_without_code_separators(covered_bytecode))
    if hash_type & _ANYONECANPAY:
        inputs = [context.outpoints[index] + code + context.sequences[index]]
    else:
        others = bytes(4) if base in (_NONE, _SINGLE) else None
        inputs = [
            outpoint + (code + sequence if at == index else b"\x00" + (others or sequence))
            for at, (outpoint, sequence) in enumerate(
                zip(context.outpoints, context.sequences, strict=True)
            )
        ]
    if base == _NONE:
        outputs = []
    elif base == _SINGLE:
        outputs = [_BLANK_OUTPUT] * index + [
            encode_output(transaction.outputs[index], before_tokens=True)
        ]
    else:
        outputs = [encode_output(output, before_tokens=True) for output in transaction.outputs]
    return b"".join(
        (
            context.version,
            encode_compact_size(len(inputs)),
            *inputs,
            encode_compact_size(len(outputs)),
            *outputs,
            context.locktime,
            (hash_type & 0xFFFF_FFFF).to_bytes(4, "little"),
        )
    )


def legacy_digest(serialization: bytes | None) -> bytes:
    """Hash a legacy signing serialization; the digest of None is the number 1."""
    return _ONE if serialization is None else hash256(serialization)
