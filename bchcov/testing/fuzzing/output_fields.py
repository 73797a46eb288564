"""Fields of outputs, as introspection instructions read them, and outputs that read as wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...errors import ScriptError
from ...script.numbers import decode_number, encode_number
from ...script.opcodes import Op
from ...transaction.constants import MAX_MONEY
from ...transaction.model import Capability, Nft, Output, Token

__all__ = ["OF_OUTPUTS", "field_of", "number_of", "output_with"]

_CATEGORY_SIZES = (0, 32, 33)
OF_OUTPUTS = frozenset(
    {
        Op.OP_OUTPUTVALUE,
        Op.OP_OUTPUTBYTECODE,
        *range(Op.OP_OUTPUTTOKENCATEGORY, Op.OP_OUTPUTTOKENAMOUNT + 1),
    }
)
"""The instructions that read an output of the transaction."""


def number_of(item: bytes) -> int | None:
    """The number that an item is, None where it is none."""
    try:
        return decode_number(item, 64)
    except ScriptError:
        return None


def field_of(output: Output, opcode: int) -> bytes:
    """Return what an introspection instruction reads of an output, or of a spent one."""
    token = output.token
    if opcode in (Op.OP_OUTPUTVALUE, Op.OP_UTXOVALUE):
        return encode_number(output.value)
    if opcode in (Op.OP_OUTPUTBYTECODE, Op.OP_UTXOBYTECODE):
        return output.locking_bytecode
    if token is None:
        return b""
    if opcode in (Op.OP_OUTPUTTOKENCATEGORY, Op.OP_UTXOTOKENCATEGORY):
        kind = 0 if token.nft is None else int(token.nft.capability)
        return token.category + (bytes((kind,)) if kind else b"")
    if opcode in (Op.OP_OUTPUTTOKENCOMMITMENT, Op.OP_UTXOTOKENCOMMITMENT):
        return b"" if token.nft is None else token.nft.commitment
    return encode_number(token.amount)


def output_with(output: Output, opcode: int, wanted: bytes) -> Iterator[Output]:
    """Yield outputs whose field, as an introspection instruction reads it, is as wanted."""
    token = output.token
    if opcode in (Op.OP_OUTPUTVALUE, Op.OP_UTXOVALUE):
        value = number_of(wanted)
        if value is not None and 0 <= value < MAX_MONEY:
            yield replace(output, value=value)
    elif opcode in (Op.OP_OUTPUTBYTECODE, Op.OP_UTXOBYTECODE):
        if len(wanted) <= 10_000 and wanted[:1] != b"\xef":
            yield replace(output, locking_bytecode=wanted)
    elif opcode in (Op.OP_OUTPUTTOKENCATEGORY, Op.OP_UTXOTOKENCATEGORY):
        if not wanted:
            yield replace(output, token=None)
        elif len(wanted) in _CATEGORY_SIZES:
            kind = Capability(wanted[32]) if len(wanted) == 33 and wanted[32] in (1, 2) else None
            if len(wanted) == 33 and kind is None:
                return
            commitment = b"" if token is None or token.nft is None else token.nft.commitment
            amount = 0 if token is None else token.amount
            nft = Nft(commitment, kind or Capability.NONE)
            yield replace(output, token=Token(wanted[:32], amount, nft))
            if kind is None:
                yield replace(output, token=Token(wanted[:32], max(amount, 1)))
    elif opcode in (Op.OP_OUTPUTTOKENCOMMITMENT, Op.OP_UTXOTOKENCOMMITMENT):
        if token is not None and len(wanted) <= 128:
            nft = token.nft or Nft()
            yield replace(output, token=replace(token, nft=replace(nft, commitment=wanted)))
    elif token is not None:
        wanted_amount = number_of(wanted)
        least = 1 if token.nft is None else 0
        if wanted_amount is not None and least <= wanted_amount < 2**63:
            yield replace(output, token=replace(token, amount=wanted_amount))
