"""Every opcode once: what it takes, what it leaves, what it costs, in a transaction with tokens."""

from __future__ import annotations

from dataclasses import dataclass

from bchcov import (
    Capability,
    Input,
    Nft,
    Output,
    Token,
    Transaction,
    TransactionContext,
    signature_digest,
)
from bchcov.assembly import assemble
from bchcov.crypto.hashes import hash256, sha256
from bchcov.crypto.secp256k1 import sign_schnorr
from bchcov.script.opcodes import OPCODES_BY_NAME

__all__ = ["CONTEXT", "EXAMPLES", "INDEX", "KEY", "Example", "example_of"]

KEY = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
_SECRET = (1).to_bytes(32, "big")  # of that key
_CATEGORY, _OUTPOINT = b"\xaa" * 32, b"\xbb" * 32
_MINTING = Nft(b"\3", Capability.MINTING)
CONTEXT = TransactionContext(
    Transaction(
        (Input(bytes(32), 7, b"\x51", 5), Input(_OUTPOINT, 300, b"\x51\x52", 0x1234)),
        (
            Output(1, b"\x51"),
            Output(1000, b"\x6a\x01\x07", Token(_CATEGORY, 1 << 40, _MINTING)),
        ),
        2,
        1_000,
    ),
    [
        Output(5, b"\x51"),
        Output(70_000, b"\x53\x54\x55", Token(_CATEGORY, 500, Nft(b"\1\2", Capability.MUTABLE))),
    ],
)
INDEX = 1
"""The input whose scripts run."""

_NAMED = {
    "-": b"",
    "KEY": KEY,
    "OUTPOINT": _OUTPOINT,
    "SIGNATURE": sign_schnorr(_SECRET, signature_digest(CONTEXT, INDEX, b"\xad")) + b"\x61",
    "OF_DATA": sign_schnorr(_SECRET, sha256(b"\xaa\xbb")),
    "MUTABLE": _CATEGORY + b"\1",
    "MINTING": _CATEGORY + b"\2",
    "SHA256": sha256(b"abc"),
    "HASH256": hash256(b"abc"),
}

# The opcode, with what must follow it; what it takes, bottom first; what each of these is
# (n: a number, i: an index or a count, l: a locktime, a dot: any bytes); what it leaves; what
# it costs beyond 100 for each instruction under BCH_SPEC in consensus mode.
_TABLE = """
OP_IF OP_ENDIF | 01 | . | | 0
OP_NOTIF OP_ENDIF | 01 | . | | 0
OP_NOP | | | | 0
OP_VERIFY | 0101 | . | | 0
OP_TOALTSTACK | aabb | . | | 0
OP_2DROP | aa bb | .. | | 0
OP_2DUP | aa bbcc | .. | aa bbcc aa bbcc | 3
OP_3DUP | aa bbcc ddeeff | ... | aa bbcc ddeeff aa bbcc ddeeff | 6
OP_2OVER | aa bbcc dd ee | .... | aa bbcc dd ee aa bbcc | 3
OP_2ROT | aa bbcc ddeeff 04 05 06 | ...... | ddeeff 04 05 06 aa bbcc | 3
OP_2SWAP | aa bbcc ddeeff 04 | .... | ddeeff 04 aa bbcc | 0
OP_IFDUP | aabb | . | aabb aabb | 2
OP_DEPTH | | | - | 0
OP_DROP | aa | . | | 0
OP_DUP | aabb | . | aabb aabb | 2
OP_NIP | aa bbcc | .. | bbcc | 0
OP_OVER | aabb cc | .. | aabb cc aabb | 2
OP_PICK | aabb 02 - | ..i | aabb 02 02 | 1
OP_ROLL | aabb cc 01 | ..i | cc aabb | 3
OP_ROT | aa bbcc ddeeff | ... | bbcc ddeeff aa | 0
OP_SWAP | aa bbcc | .. | bbcc aa | 0
OP_TUCK | aa bbcc | .. | bbcc aa bbcc | 2
OP_CAT | aa bbcc | .. | aabbcc | 3
OP_SPLIT | aabbcc 01 | .i | aa bbcc | 3
OP_NUM2BIN | 81 04 | .i | 01000080 | 4
OP_BIN2NUM | 01000080 | . | 81 | 1
OP_SIZE | aabbcc | . | aabbcc 03 | 1
OP_REVERSEBYTES | aabbcc | . | ccbbaa | 3
OP_AND | 0f0f 3c00 | .. | 0c00 | 2
OP_OR | 0f0f 3c00 | .. | 3f0f | 2
OP_XOR | 0f0f 3c00 | .. | 330f | 2
OP_EQUAL | aabb aabb | .. | 01 | 1
OP_EQUALVERIFY | aabb aabb | .. | | 1
OP_1ADD | ff00 | n | 0001 | 4
OP_1SUB | 8000 | n | 7f | 2
OP_NEGATE | ff00 | n | ff80 | 4
OP_ABS | ff80 | n | ff00 | 4
OP_NOT | ff00 | n | - | 0
OP_0NOTEQUAL | ff00 | n | 01 | 1
OP_ADD | ff00 01 | nn | 0001 | 4
OP_SUB | 05 ff00 | nn | fa80 | 4
OP_MUL | ff00 010203 | nn | fffefe02 | 14
OP_DIV | e803 07 | nn | 8e00 | 6
OP_MOD | e803 07 | nn | 06 | 4
OP_BOOLAND | ff00 81 | nn | 01 | 1
OP_BOOLOR | ff00 - | nn | 01 | 1
OP_NUMEQUAL | ff00 ff00 | nn | 01 | 1
OP_NUMEQUALVERIFY | ff00 ff00 | nn | | 1
OP_NUMNOTEQUAL | ff00 01 | nn | 01 | 1
OP_LESSTHAN | 01 ff00 | nn | 01 | 1
OP_GREATERTHAN | ff00 01 | nn | 01 | 1
OP_LESSTHANOREQUAL | 01 ff00 | nn | 01 | 1
OP_GREATERTHANOREQUAL | ff00 01 | nn | 01 | 1
OP_MIN | ff00 81 | nn | 81 | 2
OP_MAX | ff00 81 | nn | ff00 | 4
OP_WITHIN | 01 81 ff00 | nnn | 01 | 1
OP_RIPEMD160 | 616263 | . | 8eb208f7e05d987a9b044a8e98c6b087f15a0bfc | 84
OP_SHA1 | 616263 | . | a9993e364706816aba3e25717850c26c9cd0d89d | 84
OP_SHA256 | 616263 | . | SHA256 | 96
OP_HASH160 | 616263 | . | bb1be98c142444d7a56aa3981c3942a978e4dc33 | 148
OP_HASH256 | 616263 | . | HASH256 | 160
OP_CODESEPARATOR | | | | 0
OP_CHECKSIG | - KEY | .. | - | 0
OP_CHECKSIGVERIFY | SIGNATURE KEY | .. | | 26321
OP_CHECKDATASIGVERIFY | OF_DATA aabb KEY | ... | | 26065
OP_CHECKDATASIG | - aabb KEY | ... | - | 0
OP_CHECKMULTISIG | - - KEY 01 | .i.i | 01 | 1
OP_CHECKMULTISIGVERIFY | - - KEY 01 | .i.i | | 1
OP_CHECKLOCKTIMEVERIFY | e803 | l | e803 | 0
OP_CHECKSEQUENCEVERIFY | 0a | l | 0a | 0
OP_INPUTINDEX | | | 01 | 1
OP_ACTIVEBYTECODE | | | c1 | 1
OP_TXVERSION | | | 02 | 1
OP_TXINPUTCOUNT | | | 02 | 1
OP_TXOUTPUTCOUNT | | | 02 | 1
OP_TXLOCKTIME | | | e803 | 2
OP_UTXOVALUE | 01 | i | 701101 | 3
OP_UTXOBYTECODE | 01 | i | 535455 | 3
OP_OUTPOINTTXHASH | 01 | i | OUTPOINT | 32
OP_OUTPOINTINDEX | 01 | i | 2c01 | 2
OP_INPUTBYTECODE | 01 | i | 5152 | 2
OP_INPUTSEQUENCENUMBER | 01 | i | 3412 | 2
OP_OUTPUTVALUE | 01 | i | e803 | 2
OP_OUTPUTBYTECODE | 01 | i | 6a0107 | 3
OP_UTXOTOKENCATEGORY | 01 | i | MUTABLE | 33
OP_UTXOTOKENCOMMITMENT | 01 | i | 0102 | 2
OP_UTXOTOKENAMOUNT | 01 | i | f401 | 2
OP_OUTPUTTOKENCATEGORY | 01 | i | MINTING | 33
OP_OUTPUTTOKENCOMMITMENT | 01 | i | 03 | 1
OP_OUTPUTTOKENAMOUNT | 01 | i | 000000000001 | 6
OP_BEGIN OP_UNTIL | 01 | . | | 0
OP_INVERT | 0f0f | . | f0f0 | 2
OP_DEFINE | 515293 aa | .. | | 3
OP_LSHIFTNUM | ff00 04 | nn | f00f | 2
OP_RSHIFTNUM | e803 04 | nn | 3e | 1
OP_LSHIFTBIN | 0ff0aa 04 | .n | ff0aa0 | 3
OP_RSHIFTBIN | 0ff0aa 04 | .n | 00ff0a | 3
OP_EVAL | 05 7693 | .. | 0a | 3
OP_POW | 03 05 | .i | f300 | 44
"""


@dataclass(frozen=True)
class Example:
    """One line of the table."""

    code: bytes
    name: str
    takes: tuple[bytes, ...]
    kinds: str
    leaves: tuple[bytes, ...]
    cost: int

    @property
    def opcode(self) -> int:
        """The first byte: what the line is about."""
        return self.code[0]


def _items(words: str) -> tuple[bytes, ...]:
    return tuple(_NAMED[word] if word in _NAMED else bytes.fromhex(word) for word in words.split())


def _parse(line: str) -> Example:
    source, takes, kinds, leaves, cost = (part.strip() for part in line.split("|"))
    name = source.split()[0]
    code = assemble(source.replace(name, f"0x{OPCODES_BY_NAME[name]:02x}", 1))
    return Example(code, name, _items(takes), kinds, _items(leaves), int(cost))


EXAMPLES = tuple(_parse(line) for line in _TABLE.strip().splitlines())


def example_of(opcode: int) -> Example:
    """The line of an opcode."""
    return next(each for each in EXAMPLES if each.opcode == opcode)
