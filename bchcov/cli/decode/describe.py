"""Descriptions of inputs and outputs as JSON, which `bchcov decode` shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...assembly import disassemble_lines
from ...crypto.der import is_strict_der
from ...encoding.addresses import encode_address
from ...errors import AddressError
from ...script.opcodes import Op
from ...script.patterns import pattern_name
from ...script.pushes import instructions
from ...transaction.model import Input, Output, Token
from ...vm.rules.upgrades import BCH_SPEC

__all__ = ["describe_input", "describe_output", "describe_token", "find_redeem_script"]

_KNOWN = BCH_SPEC.consensus.operations.keys() | set(range(0x61))
_OPENING, _CLOSING = (Op.OP_IF, Op.OP_NOTIF), Op.OP_ENDIF
_KEY_SIZES = (33, 65)
_SIGNATURE_SIZES = range(65, 74)


def _write_assembly(code: bytes) -> Iterator[str]:
    # As text a script takes up to fifty times its bytes, so it is produced as it is written.
    for number, (_, text) in enumerate(disassemble_lines(code)):
        yield f" {text}" if number else text


def _describe_script(code: bytes) -> dict[str, Any]:
    return {"hex": code.hex(), "asm": _write_assembly(code), "size": len(code)}


def describe_token(token: Token | None) -> dict[str, Any] | None:
    """Describe the tokens of an output; the amount as a decimal string."""
    if token is None:
        return None
    return {
        "category": token.category_id,
        "amount": str(token.amount),
        "nft": token.nft
        and {
            "capability": token.nft.capability.name.lower(),
            "commitment": token.nft.commitment.hex(),
        },
    }


def _is_script(data: bytes) -> bool:
    """Return whether bytes look like a script: complete, known opcodes, all branches closed."""
    depth, acts = 0, False
    for step in instructions(data):
        if step.missing or (step.data is None and step.opcode not in _KNOWN):
            return False
        depth += (step.opcode in _OPENING) - (step.opcode == _CLOSING)
        if depth < 0:
            return False
        acts = acts or step.data is None
    return acts and depth == 0


def find_redeem_script(unlocking: bytes) -> bytes | None:
    """Return the last push of an unlocking bytecode if it looks like a redeem script, else None.

    The spending transaction alone does not show whether it spends P2SH. So the unlocking
    bytecode must be push-only and its last push look like a script; a signature, or the key of
    a P2PKH spend, is not taken for one.
    """
    first, last, count = None, None, 0
    for step in instructions(unlocking):
        if step.opcode > Op.OP_16 or step.missing:
            return None
        first, last = (last, step.data) if count == 1 else (first, step.data)
        count += 1
    if not last or not _is_script(last):
        return None
    if last[0] == 0x30 and is_strict_der(last[:-1]):
        return None
    signed = count == 2 and len(first or b"") in _SIGNATURE_SIZES
    return None if signed and len(last) in _KEY_SIZES and last[0] in (2, 3, 4) else last


def describe_input(
    item: Input, spent: Output | None = None, *, prefix: str = "bitcoincash"
) -> dict[str, Any]:
    """Describe one input, with its txid as displayed; `asm` of its scripts is an iterator.

    `spent` is the output that it spends, if that is known.
    """
    redeem = find_redeem_script(item.unlocking_bytecode)
    return {
        "txid": item.outpoint_txid,
        "index": item.outpoint_index,
        "unlocking": _describe_script(item.unlocking_bytecode),
        "redeem": None if redeem is None else _describe_script(redeem),
        "sequence": item.sequence,
        **({} if spent is None else {"spent": describe_output(spent, prefix=prefix)}),
    }


def _find_address(output: Output, prefix: str) -> str | None:
    try:
        return encode_address(
            output.locking_bytecode, prefix=prefix, token_aware=output.token is not None
        )
    except AddressError:
        return None


def describe_output(output: Output, *, prefix: str = "bitcoincash") -> dict[str, Any]:
    """Describe one output, with its value in satoshis and token amount as a decimal string.

    `asm` of its script is an iterator. The address, if the script has one, has this `prefix`,
    and is token-aware if the output holds tokens.
    """
    return {
        "value": output.value,
        "pattern": pattern_name(output.locking_bytecode),
        "address": _find_address(output, prefix),
        "locking": _describe_script(output.locking_bytecode),
        "token": describe_token(output.token),
    }
