"""Describing scripts as a node's JSON does: assembly, type and addresses.

Source: Bitcoin Cash Node 29, src/core_write.cpp, ScriptToAsmStr and ScriptPubKeyToUniv;
src/script/standard.cpp, Solver and ExtractDestinations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..crypto.der import is_strict_der
from ..crypto.hashes import hash160
from ..encoding.addresses import encode_address
from ..script.opcodes import Op, opcode_name
from ..script.patterns import (
    is_data_output,
    is_p2pk,
    is_p2pkh,
    is_p2s,
    is_p2sh20,
    is_p2sh32,
    is_unspendable,
    match_multisig,
    p2pkh,
)
from ..script.pushes import instructions

__all__ = ["describe_locking", "describe_spent", "node_assembly"]

# The node knows no later meaning of 0x62, and has names for three bytes that mean nothing.
_NAMES = {
    0x62: "OP_VER",
    0xD4: "OP_RESERVED3",
    0xD5: "OP_RESERVED4",
    0xEF: "SPECIAL_TOKEN_PREFIX",
    Op.OP_1NEGATE: "-1",
    **{0x50 + number: str(number) for number in range(1, 17)},
}
_LONGEST_NUMBER = 8
_SCHNORR_SIZE = 64
_BASES = {1: "ALL", 2: "NONE", 3: "SINGLE"}
# Fork id, ANYONECANPAY and UTXOS, as far as a node takes them for a hash type.
_MODIFIERS = {
    0x00: "",
    0x80: "|ANYONECANPAY",
    0x40: "|FORKID",
    0xC0: "|FORKID|ANYONECANPAY",
    0x60: "|FORKID|UTXOS",
}
_HASH_TYPES = {
    base | modifier: name + more
    for base, name in _BASES.items()
    for modifier, more in _MODIFIERS.items()
}


def _number(item: bytes) -> int:
    """Decode a number in any encoding, as nodes do: magnitude and sign."""
    value = int.from_bytes(item, "little")
    return (1 << (8 * len(item) - 1)) - value if item and item[-1] & 0x80 else value


def _data(item: bytes, *, with_signatures: bool) -> str:
    if len(item) <= _LONGEST_NUMBER:
        return str(_number(item))
    name = _HASH_TYPES.get(item[-1])
    body = item[:-1]
    if with_signatures and name and (len(body) == _SCHNORR_SIZE or is_strict_der(body)):
        return f"{body.hex()}[{name}]"
    return item.hex()


def _words(code: bytes, *, with_signatures: bool) -> Iterator[str]:
    for step in instructions(code):
        if step.missing:
            yield "[error]"
        elif step.opcode <= Op.OP_PUSHDATA_4:
            yield _data(step.data or b"", with_signatures=with_signatures)
        else:
            name = _NAMES.get(step.opcode) or opcode_name(step.opcode)
            yield "OP_UNKNOWN" if name.startswith("OP_UNKNOWN") else name


def node_assembly(code: bytes, *, unlocking: bool = False) -> str:
    """Write a script as a node's `asm`: pushes of up to 8 bytes are numbers, others hexadecimal.

    In an unlocking script, the hash types of signatures are written by name.
    """
    with_signatures = unlocking and not is_unspendable(code)
    return " ".join(_words(code, with_signatures=with_signatures))


def _kind(code: bytes) -> tuple[str, int, list[bytes]]:
    """Return a locking script's type, its number of signatures, and the scripts with addresses."""
    if is_p2sh20(code) or is_p2sh32(code):
        return "scripthash", 1, [code]
    if is_data_output(code):
        return "nulldata", 0, []
    if is_p2pk(code):
        return "pubkey", 1, [p2pkh(hash160(code[1:-1]))]
    if is_p2pkh(code):
        return "pubkeyhash", 1, [code]
    multisig = match_multisig(code)
    if multisig is not None:
        addressed = [p2pkh(hash160(key)) for key in multisig.public_keys]
        return "multisig", multisig.required, addressed
    return "script" if is_p2s(code) else "nonstandard", 0, []


def describe_locking(code: bytes, prefix: str) -> dict[str, Any]:
    """Describe the locking script of a transaction's own output: `scriptPubKey` in `vout`."""
    kind, required, scripts = _kind(code)
    described: dict[str, Any] = {"asm": node_assembly(code), "hex": code.hex()}
    if scripts:
        described["reqSigs"] = required
    described["type"] = kind
    if scripts:
        described["addresses"] = [encode_address(each, prefix=prefix) for each in scripts]
    return described


def describe_spent(code: bytes, prefix: str) -> dict[str, Any]:
    """Describe the locking script of a spent output: `scriptPubKey` in `vin`."""
    kind, _, scripts = _kind(code)
    described: dict[str, Any] = {"asm": node_assembly(code), "hex": code.hex(), "type": kind}
    if scripts and kind != "multisig":
        described["address"] = encode_address(scripts[0], prefix=prefix)
    return described
