"""Signatures, and the parts of what they sign, as values of identifiers.

Source: libauth, "signing_serialization" and the operations of keys.
"""

from __future__ import annotations

from collections.abc import Callable

from ...crypto.hashes import hash256, sha256
from ...crypto.secp256k1 import sign_ecdsa, sign_schnorr
from ...encoding.compact_size import encode_compact_size
from ...errors import TemplateError
from ...transaction.codec import encode_output, encode_token_prefix
from ...transaction.context import TransactionContext
from ...transaction.sighash import HashType, signing_serialization
from .data import CompilationData

__all__ = [
    "DATA_SIGNATURES",
    "SIGNATURES",
    "covers_bytecode",
    "data_signature",
    "data_signed",
    "serialization_part",
    "transaction_signature",
]

_UTXOS, _ONE_INPUT = HashType.UTXOS, HashType.ANYONECANPAY
_OUTPUTS = {
    "all_outputs": HashType.ALL,
    "corresponding_output": HashType.SINGLE,
    "no_outputs": HashType.NONE,
}
_INPUTS = {
    "": 0,
    "_all_utxos": _UTXOS,
    "_single_input": _ONE_INPUT,
    # No node accepts it: contracts are tested with it.
    "_single_input_INVALID_all_utxos": _ONE_INPUT | _UTXOS,
}
_HASH_TYPES = {
    f"{outputs}{inputs}": int(base | modifier | HashType.FORKID)
    for outputs, base in _OUTPUTS.items()
    for inputs, modifier in _INPUTS.items()
}
_HASH_TYPES["default"] = _HASH_TYPES["all_outputs_all_utxos"]

SIGNATURES = {"schnorr_signature": sign_schnorr, "ecdsa_signature": sign_ecdsa}
"""The operations that sign the transaction."""

DATA_SIGNATURES = {"schnorr_data_signature": sign_schnorr, "ecdsa_data_signature": sign_ecdsa}
"""The operations that sign the bytes of a script."""


def _context(data: CompilationData, identifier: str) -> TransactionContext:
    if data.context is None:
        raise TemplateError(
            f"{identifier[:80]!r} needs a transaction: the data gives none", missing=identifier
        )
    return data.context


def covers_bytecode(identifier: str) -> bool:
    """Whether a part of the signing serialization has the locking script in it."""
    part = identifier.split(".")[1:2]
    return bool(part) and part[0].startswith(("full_", "covered_bytecode"))


def _hash_type(name: str, known: str = "") -> int:
    found = _HASH_TYPES.get(name)
    if found is None:
        raise TemplateError(f"no signing serialization is called {known}{name[:60]}")
    return found


def _argument(identifier: str, what: str) -> str:
    parts = identifier.split(".")
    if len(parts) != 3:
        raise TemplateError(f"{identifier[:80]!r}: a signature is written key.{parts[1]}.{what}")
    return parts[2]


def transaction_signature(
    identifier: str, private_key: bytes, covered_bytecode: bytes, data: CompilationData
) -> bytes:
    """Sign the transaction by `key.operation.serialization`; the hash type is the last byte.

    Raises TemplateError without a place.
    """
    hash_type = _hash_type(_argument(identifier, "all_outputs_all_utxos"))
    context = _context(data, identifier)
    signed = signing_serialization(context, data.input, covered_bytecode, hash_type)
    sign = SIGNATURES[identifier.split(".")[1]]
    return sign(private_key, hash256(signed)) + bytes((hash_type,))


def data_signature(identifier: str, private_key: bytes, message: bytes) -> bytes:
    """Sign bytes by `key.operation.script`, without a hash type."""
    return DATA_SIGNATURES[identifier.split(".")[1]](private_key, sha256(message))


def data_signed(identifier: str) -> str:
    """The script whose bytes `key.operation.script` signs. Raises TemplateError."""
    return _argument(identifier, "script")


def serialization_part(identifier: str, covered_bytecode: bytes, data: CompilationData) -> bytes:
    """Return the bytes of `signing_serialization.part`. Raises TemplateError without a place."""
    part, *rest = identifier.split(".")[1:] or [""]
    context, at = _context(data, identifier), data.input
    if part.startswith("full_") and not rest:
        hash_type = _hash_type(part.removeprefix("full_"), "full_")
        return signing_serialization(context, at, covered_bytecode, hash_type)
    if part == "covered_bytecode":
        return covered_bytecode
    if part == "covered_bytecode_length":
        return encode_compact_size(len(covered_bytecode))
    make = _PARTS.get(part)
    if make is None:
        raise TemplateError(f"there is no {identifier[:80]!r}")
    return make(context, at)


def _outputs(context: TransactionContext, _index: int) -> bytes:
    return b"".join(map(encode_output, context.transaction.outputs))


def _output(context: TransactionContext, index: int) -> bytes:
    """Encode the output of the input's index, or nothing where there is none."""
    outputs = context.transaction.outputs
    return encode_output(outputs[index]) if index < len(outputs) else b""


def _output_hash(context: TransactionContext, index: int) -> bytes:
    output = _output(context, index)
    return hash256(output) if output else b""


_PARTS: dict[str, Callable[[TransactionContext, int], bytes]] = {
    "corresponding_output": _output,
    "corresponding_output_hash": _output_hash,
    "locktime": lambda context, _: context.locktime,
    "outpoint_index": lambda context, at: context.outpoints[at][32:],
    # The other way round than on the wire, as libauth has it.
    "outpoint_transaction_hash": lambda context, at: context.outpoints[at][31::-1],
    "output_value": lambda context, at: context.source_outputs[at].value.to_bytes(8, "little"),
    "sequence_number": lambda context, at: context.sequences[at],
    "token_prefix": lambda context, at: encode_token_prefix(context.source_outputs[at].token),
    "transaction_outpoints": lambda context, _: b"".join(context.outpoints),
    "transaction_outpoints_hash": lambda context, _: context.hash_outpoints,
    "transaction_outputs": _outputs,
    "transaction_outputs_hash": lambda context, _: context.hash_outputs,
    "transaction_sequence_numbers": lambda context, _: b"".join(context.sequences),
    "transaction_sequence_numbers_hash": lambda context, _: context.hash_sequences,
    "version": lambda context, _: context.version,
}
