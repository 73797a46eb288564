"""What slow scripts and transactions are made of: see slowest.py."""

from __future__ import annotations

from collections.abc import Callable

from bchcov import Input, Output, Transaction, encode_outputs, encode_transaction
from bchcov.crypto.hashes import sha256
from bchcov.script.patterns import p2pkh, p2sh32
from bchcov.script.pushes import encode_push

Spend = tuple[bytes, bytes]  # a transaction and the outputs it spends

_KEY = "<0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798>"
_UNARY = (
    "RIPEMD160 SHA1 SHA256 HASH160 HASH256 REVERSEBYTES INVERT NEGATE ABS NOT 0NOTEQUAL 1ADD"
    " 1SUB BIN2NUM SIZE IFDUP"
)
_BINARY = (
    "CAT AND OR XOR EQUAL ADD SUB MUL DIV MOD NUMEQUAL NUMNOTEQUAL LESSTHAN GREATERTHAN"
    " LESSTHANOREQUAL GREATERTHANOREQUAL MIN MAX BOOLAND BOOLOR"
)
_NULLARY = (
    "DEPTH INPUTINDEX ACTIVEBYTECODE TXVERSION TXINPUTCOUNT TXOUTPUTCOUNT TXLOCKTIME 0 1 16 1NEGATE"
)
_INDEXED = (
    "UTXOVALUE UTXOBYTECODE OUTPOINTTXHASH OUTPOINTINDEX INPUTBYTECODE INPUTSEQUENCENUMBER"
    " OUTPUTVALUE OUTPUTBYTECODE UTXOTOKENCATEGORY UTXOTOKENCOMMITMENT UTXOTOKENAMOUNT"
    " OUTPUTTOKENCATEGORY OUTPUTTOKENCOMMITMENT OUTPUTTOKENAMOUNT"
)


def _multisig(signatures: int, keys: int) -> str:
    pushes = "OP_0 " + "OP_0 " * signatures + f"<{signatures}> "
    return pushes + f"{_KEY} " + "OP_DUP " * (keys - 1) + f"<{keys}> OP_CHECKMULTISIG OP_DROP"


def cheap_multisig(signatures: int, keys: int) -> str:
    """The same from items that lie on the stack, copied three at a time."""
    return (
        "OP_0 "
        + "OP_0 " * signatures
        + f"<{signatures}> {_KEY} OP_DUP OP_DUP "
        + "OP_3DUP " * ((keys - 3) // 3)
        + "OP_DUP " * ((keys - 3) % 3)
        + f"<{keys}> OP_CHECKMULTISIG OP_DROP"
    )


_SIGNING = (
    f"OP_0 {_KEY} OP_CHECKSIG OP_DROP",
    f"OP_0 OP_OVER {_KEY} OP_CHECKDATASIG OP_DROP",
    *(
        make(signatures, keys)
        for make in (_multisig, cheap_multisig)
        for signatures, keys in ((0, 20), (1, 20), (3, 20), (10, 20), (20, 20), (1, 1), (0, 0))
    ),
    "OP_0 OP_0 OP_0 OP_CHECKMULTISIG OP_DROP",
)
_CONTROL = (
    "OP_1 OP_IF OP_ENDIF",
    "OP_0 OP_IF OP_ENDIF",
    "OP_1 OP_IF OP_ELSE OP_ELSE OP_ELSE OP_ELSE OP_ENDIF",
    "OP_0 OP_IF " + "OP_NOP " * 100 + "OP_ENDIF",
    "OP_0 OP_IF " + "OP_PUSHBYTES_1 0x05 " * 50 + "OP_ENDIF",
    "OP_0 OP_IF " + "OP_PUSHDATA_1 0x00 " * 50 + "OP_ENDIF",
    "OP_0 OP_IF " + "OP_CODESEPARATOR " * 100 + "OP_ENDIF",
    "OP_0 OP_IF " + "OP_IF OP_ENDIF " * 20 + "OP_ENDIF",
    "OP_0 OP_IF " + "OP_IF " * 30 + "OP_ELSE OP_ELSE OP_ELSE " + "OP_ENDIF " * 30 + "OP_ENDIF",
    "OP_0 OP_IF OP_BEGIN OP_UNTIL OP_ENDIF",
    "OP_BEGIN OP_1 OP_UNTIL",
    "OP_1 OP_IF " * 20 + "OP_ELSE OP_ELSE " * 10 + "OP_ENDIF " * 20,
)
_OTHERS = (
    "OP_NOP",
    "OP_CODESEPARATOR",
    "OP_CODESEPARATOR OP_ACTIVEBYTECODE OP_DROP",
    "OP_0 OP_CHECKSEQUENCEVERIFY OP_DROP",
    "OP_0 OP_CHECKLOCKTIMEVERIFY OP_DROP",
    "OP_REVERSEBYTES",
    "OP_INVERT",
    "OP_NEGATE",
    "OP_BIN2NUM",
    "OP_SIZE OP_DROP",
    "OP_IFDUP OP_DROP",
    "OP_SIZE OP_NUM2BIN",
    "OP_DUP OP_3 OP_NUM2BIN OP_DROP",
    "OP_1 OP_SIZE OP_NUM2BIN OP_DROP",
    "OP_0 OP_SPLIT OP_CAT",
    "OP_SIZE OP_2 OP_DIV OP_SPLIT OP_CAT",
    "OP_SIZE OP_2 OP_DIV OP_SPLIT OP_SWAP OP_CAT",
    "OP_TOALTSTACK OP_FROMALTSTACK",
    "OP_DUP OP_TOALTSTACK OP_FROMALTSTACK OP_DROP",
    "OP_DUP OP_DROP",
    "OP_2DUP OP_2DROP",
    "OP_3DUP OP_2DROP OP_DROP",
    "OP_2OVER OP_2DROP",
    "OP_2SWAP",
    "OP_2ROT",
    "OP_ROT",
    "OP_SWAP",
    "OP_TUCK OP_DROP",
    "OP_OVER OP_NIP",
    "OP_0 OP_PICK OP_DROP",
    "OP_3 OP_PICK OP_DROP",
    "<900> OP_PICK OP_DROP",
    "<900> OP_ROLL",
    "OP_DEPTH OP_2 OP_SUB OP_ROLL",
    "OP_DEPTH OP_2 OP_SUB OP_PICK OP_DROP",
    "OP_DUP OP_0 OP_1 OP_WITHIN OP_DROP",
    "OP_DUP OP_DUP OP_DUP OP_WITHIN OP_DROP",
    "OP_DUP OP_1 OP_MUL OP_DROP",
    "OP_DUP OP_3 OP_DIV OP_DROP",
    "OP_DUP OP_3 OP_MOD OP_DROP",
    "OP_DUP <0x1fffffffffffff> OP_DIV OP_DROP",
    "OP_DUP OP_SIZE OP_2 OP_DIV OP_SPLIT OP_DROP OP_DIV OP_DROP",
    "OP_DUP OP_SIZE OP_2 OP_DIV OP_SPLIT OP_DROP OP_MOD OP_DROP",
    "OP_1 OP_LSHIFTBIN",
    "OP_DUP OP_1 OP_LSHIFTNUM OP_DROP",
    "OP_DUP OP_7 OP_RSHIFTNUM OP_DROP",
    "OP_1 OP_RSHIFTBIN",
    "OP_1 <79000> OP_LSHIFTNUM OP_DROP",
    "OP_1 OP_VERIFY",
    "OP_DUP OP_DUP OP_EQUALVERIFY",
    "OP_0 OP_INVOKE",
    "OP_1 OP_INVOKE",
    "OP_2 OP_INVOKE",
    "OP_3 OP_INVOKE",
)
SNIPPETS = (
    *(f"OP_DUP OP_{name} OP_DROP" for name in _UNARY.split()),
    *(f"OP_DUP OP_DUP OP_{name} OP_DROP" for name in _BINARY.split()),
    *(f"OP_{name} OP_DROP" for name in _NULLARY.split()),
    *(f"OP_0 OP_{name} OP_DROP" for name in _INDEXED.split()),
    *_SIGNING,
    *_CONTROL,
    *_OTHERS,
)
"""Pieces of script that leave the stack as it was, an item of any size on its top."""

FUNCTIONS = (
    "<OP_NOP> OP_0 OP_DEFINE <OP_0 OP_INVOKE> OP_1 OP_DEFINE"
    " <OP_0 OP_IF " + "OP_PUSHBYTES_1 0x05 " * 200 + "OP_ENDIF> OP_2 OP_DEFINE"
    " <> OP_3 OP_DEFINE"
)
SETUPS = (
    "",
    FUNCTIONS,
    # An item of that many bytes, whatever lies on the stack, and others beneath it.
    "<{size}> OP_NUM2BIN",
    "OP_0 <{size}> OP_NUM2BIN",
    "OP_DUP OP_DUP OP_DUP OP_DUP OP_DUP",
    "OP_1 " * 90,
    "OP_1 " * 990 + "<{size}> OP_NUM2BIN",
    "OP_1 OP_IF " * 98,
    "OP_1 OP_IF " * 60 + FUNCTIONS,
)
"""What is done once, before a snippet is done over and over."""


def _many(inputs: int, unlocking: bytes, locking: bytes, outputs: tuple[Output, ...]) -> Spend:
    items = tuple(Input(sha256(at.to_bytes(4, "big")), 0, unlocking) for at in range(inputs))
    sources = tuple(Output(10_000, locking) for _ in range(inputs))
    return encode_transaction(Transaction(items, outputs)), encode_outputs(sources)


_PAID = (Output(1_000, p2pkh(bytes(20))),)


def _smallest_inputs() -> Spend:
    return _many(1_500, b"", b"\x51", _PAID)


def _smallest_redeems() -> Spend:
    return _many(1_500, encode_push(b"\x51"), p2sh32(b"\x51"), _PAID)


def _smallest_outputs() -> Spend:
    return _many(1, b"\x51", p2sh32(b"\x51"), (Output(1_000, b""),) * 9_000)


def _data_of_many_pushes() -> Spend:
    return _many(1, b"\x51", p2sh32(b"\x51"), (Output(0, b"\x6a" + b"\x00" * 90_000),))


def _many_data_outputs() -> Spend:
    return _many(1, b"\x51", p2sh32(b"\x51"), (Output(0, b"\x6a" + b"\x00" * 200),) * 400)


def _nearly_multisigs() -> Spend:
    code = b"\x51" + b"\x00" * 198 + b"\x51\xae"
    return _many(1, b"\x51", p2sh32(b"\x51"), (Output(2_000, code),) * 450)


def _long_nearly_multisig() -> Spend:
    return _many(
        1, b"\x51", p2sh32(b"\x51"), (Output(2_000, b"\x51" + b"\x00" * 90_000 + b"\xae"),)
    )


def _pushes() -> Spend:
    return _many(60, b"\x00" * 990 + b"\x01\x51", p2sh32(b"\x51"), _PAID)


def _padded_pushes() -> Spend:
    return _many(10, b"\x01\x05" * 700, p2sh32(b"\x51"), _PAID)


TRANSACTIONS: dict[str, Callable[[], Spend]] = {
    "the smallest inputs": _smallest_inputs,
    "the smallest redeem scripts": _smallest_redeems,
    "the smallest outputs": _smallest_outputs,
    "a data output of many pushes": _data_of_many_pushes,
    "many data outputs": _many_data_outputs,
    "outputs that are nearly multisigs": _nearly_multisigs,
    "one long output that is nearly a multisig": _long_nearly_multisig,
    "pushes of nothing": _pushes,
    "padded pushes": _padded_pushes,
}
"""Whole transactions that are large in one respect."""
