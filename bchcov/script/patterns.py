"""The standard patterns of locking bytecodes: functions that recognize and build them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..crypto.hashes import hash160, hash256
from ..encoding.expected import expect_bytes, expect_number, kind_of, shown
from ..errors import EncodeError
from .opcodes import Op
from .pushes import encode_push, encode_push_number, instructions, is_push_only

__all__ = [
    "Multisig",
    "data_output",
    "is_data_output",
    "is_p2pk",
    "is_p2pkh",
    "is_p2s",
    "is_p2sh20",
    "is_p2sh32",
    "is_unspendable",
    "is_witness_program",
    "match_multisig",
    "multisig",
    "p2pk",
    "p2pkh",
    "p2s",
    "p2sh20",
    "p2sh32",
    "pattern_name",
]

_CHECKMULTISIG, _CHECKSIG = int(Op.OP_CHECKMULTISIG), int(Op.OP_CHECKSIG)
_RETURN = int(Op.OP_RETURN)
LONGEST_P2S = 201
"""The most bytes of a script that relays without a hash, from 2026 on. Source: CHIP-2025-05 P2S."""

MAX_RELAYED_KEYS = 3
"""The most keys of a bare multisig output that relays, whatever its length.

Source: Bitcoin Cash Node 29, src/policy/policy.cpp, IsStandard.
"""

LONGEST_SCRIPT = 10_000
"""The most bytes of a script that can run. Source: Bitcoin Cash Node, MAX_SCRIPT_SIZE."""

TOKEN_PREFIX = 0xEF
"""The byte before the tokens of an output; no locking bytecode begins with it."""
MAX_MULTISIG_KEYS = 20
"""The most keys of a multisig script. Source: Bitcoin Cash Node, MAX_PUBKEYS_PER_MULTISIG."""
_KEY_PREFIXES = {33: (0x02, 0x03), 65: (0x04, 0x06, 0x07)}


@dataclass(frozen=True, slots=True)
class Multisig:
    """A bare multisig output: how many signatures, and of which public keys."""

    required: int
    public_keys: tuple[bytes, ...]


def is_p2pkh(code: bytes) -> bool:
    """Whether `code` pays to the hash of a public key (25 bytes)."""
    return len(code) == 25 and code[:3] == b"\x76\xa9\x14" and code[23:] == b"\x88\xac"


def is_p2sh20(code: bytes) -> bool:
    """Whether `code` pays to a script by its HASH160 (23 bytes)."""
    return len(code) == 23 and code[:2] == b"\xa9\x14" and code[22] == 0x87


def is_p2sh32(code: bytes) -> bool:
    """Whether `code` pays to a script by its HASH256 (35 bytes)."""
    return len(code) == 35 and code[:2] == b"\xaa\x20" and code[34] == 0x87


def _is_public_key(data: bytes) -> bool:
    # For standardness, nodes check only the length that the first byte implies, even a hybrid's.
    return bool(data) and data[0] in _KEY_PREFIXES.get(len(data), ())


def is_p2pk(code: bytes) -> bool:
    """Whether `code` pays to a public key of 33 or 65 bytes."""
    return (
        len(code) in (35, 67)
        and code[0] == len(code) - 2
        and code[-1] == _CHECKSIG
        and _is_public_key(code[1:-1])
    )


def is_data_output(code: bytes) -> bool:
    """Whether `code` is OP_RETURN followed only by complete pushes."""
    return code[:1] == b"\x6a" and is_push_only(code[1:])


def is_unspendable(code: bytes, longest: int = LONGEST_SCRIPT) -> bool:
    """Whether nobody can spend `code`: it begins with OP_RETURN, or is too long to run.

    Source: Bitcoin Cash Node 29, CScript::IsUnspendable.
    """
    return code[:1] == b"\x6a" or len(code) > longest


def is_witness_program(code: bytes) -> bool:
    """Whether `code` is a version and one push of 2 to 40 bytes, as in segregated witness."""
    return (
        4 <= len(code) <= 42
        and (code[0] == 0 or 0x51 <= code[0] <= 0x60)
        and code[1] + 2 == len(code)
    )


def _small_number(opcode: int) -> int | None:
    return opcode - 0x50 if 0x51 <= opcode <= 0x60 else None


def match_multisig(code: bytes) -> Multisig | None:
    """Read a bare multisig script of up to 16 keys, as nodes do; return None for anything else.

    A script that does not push its keys in the shortest form is no match.
    Source: Bitcoin Cash Node 29, src/script/standard.cpp, MatchMultisig.
    """
    if code[-1:] != b"\xae" or len(code) < 37:
        return None
    steps = list(instructions(code))
    if len(steps) < 4 or steps[-1].opcode != _CHECKMULTISIG:
        return None
    required, total = _small_number(steps[0].opcode), _small_number(steps[-2].opcode)
    # The length of a key is the opcode of its shortest push.
    keys = tuple(
        step.data if step.data and step.opcode == len(step.data) else b"" for step in steps[1:-2]
    )
    if required is None or total is None or not all(map(_is_public_key, keys)):
        return None
    return Multisig(required, keys) if total == len(keys) and required <= total else None


def p2pkh(public_key_hash: bytes) -> bytes:
    """Build the script that pays to a 20-byte public key hash. Raises EncodeError."""
    expect_bytes(public_key_hash, "public key hash", size=20)
    return b"\x76\xa9\x14" + public_key_hash + b"\x88\xac"


def p2pk(public_key: bytes) -> bytes:
    """Build the script that pays to a public key of 33 or 65 bytes. Raises EncodeError."""
    expect_bytes(public_key, "public key")
    if not _is_public_key(public_key):
        raise EncodeError(f"0x{public_key.hex()} is not a valid public key encoding")
    return encode_push(public_key) + b"\xac"


def p2sh20(redeem_script: bytes) -> bytes:
    """Build the script that pays to `redeem_script` by its HASH160. Raises EncodeError."""
    return b"\xa9\x14" + hash160(expect_bytes(redeem_script, "redeem script")) + b"\x87"


def p2sh32(redeem_script: bytes) -> bytes:
    """Build the script that pays to `redeem_script` by its HASH256. Raises EncodeError."""
    return b"\xaa\x20" + hash256(expect_bytes(redeem_script, "redeem script")) + b"\x87"


def multisig(required: int, public_keys: Sequence[bytes]) -> bytes:
    """Build a bare multisig of 1 <= required <= len(public_keys) <= 20. Raises EncodeError."""
    if not isinstance(public_keys, (tuple, list)):
        raise EncodeError(f"public keys must be a list of bytes, not {kind_of(public_keys)}")
    expect_number(required, "number of signatures")
    if not 1 <= required <= len(public_keys) <= 20:
        raise EncodeError(
            f"cannot require {shown(required)} signatures of {len(public_keys)} public keys:"
            " expected 1 to 20 keys, and at most as many signatures"
        )
    for key in public_keys:
        expect_bytes(key, "public key")
        if not _is_public_key(key):
            raise EncodeError(f"0x{key.hex()} is not a valid public key encoding")
    return b"".join(
        (
            encode_push_number(required),
            *map(encode_push, public_keys),
            encode_push_number(len(public_keys)),
            bytes((_CHECKMULTISIG,)),
        )
    )


def data_output(*items: bytes) -> bytes:
    """Build an OP_RETURN script that pushes each of `items`. Raises EncodeError."""
    for item in items:
        expect_bytes(item, "data output item")
    return bytes((_RETURN,)) + b"".join(map(encode_push, items))


def p2s(script: bytes) -> bytes:
    """Return `script` as a locking bytecode if it relays as P2S (pay to script), from 2026 on.

    Raises EncodeError for one of more than 201 bytes, for a bare multisig of more than 3
    keys, which nodes know as that before they look at its length, and for one that begins
    with the token prefix 0xef, which no locking bytecode can.
    """
    expect_bytes(script, "script")
    if len(script) > LONGEST_P2S:
        raise EncodeError(f"script of {len(script)} bytes, relay limit {LONGEST_P2S}: use P2SH32")
    if script[:1] == bytes((TOKEN_PREFIX,)):
        raise EncodeError("a locking bytecode cannot begin with 0xef, the token prefix")
    multisig = match_multisig(script)
    if multisig is not None and len(multisig.public_keys) > MAX_RELAYED_KEYS:
        raise EncodeError(
            f"bare multisig of {len(multisig.public_keys)} keys, relay limit {MAX_RELAYED_KEYS}"
        )
    return script


_PATTERNS = (
    (is_p2pkh, "P2PKH"),
    (is_p2sh20, "P2SH20"),
    (is_p2sh32, "P2SH32"),
    (is_p2pk, "P2PK"),
    (is_data_output, "data"),
)


def pattern_name(code: bytes) -> str:
    """Name the pattern of a locking bytecode, as "P2PKH" or "multisig 2 of 3".

    A script of no other pattern is "P2S", or "nonstandard" if it is too long to relay. Raises
    EncodeError for anything but bytes.
    """
    expect_bytes(code, "locking bytecode")
    for matches, name in _PATTERNS:
        if matches(code):
            return name
    multisig = match_multisig(code)
    if multisig is not None:
        return f"multisig {multisig.required} of {len(multisig.public_keys)}"
    return "P2S" if len(code) <= LONGEST_P2S else "nonstandard"


def is_p2s(code: bytes) -> bool:
    """Whether `code` is of no other pattern and short enough to relay as P2S, from 2026 on."""
    return pattern_name(code) == "P2S"
