"""Opcode numbers and names."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["OPCODES_BY_NAME", "Op", "opcode_name"]


class Op(IntEnum):
    """The opcodes of every rule set; a rule set decides which ones it has.

    Numbers that changed their meaning carry the latest name; `OPCODES_BY_NAME` knows
    the earlier ones too. Bytes 0x01 to 0x4b push that many bytes.
    """

    OP_0 = 0x00
    OP_PUSHDATA_1 = 0x4c
    OP_PUSHDATA_2 = 0x4d
    OP_PUSHDATA_4 = 0x4e
    OP_1NEGATE = 0x4f
    OP_RESERVED = 0x50
    OP_1 = 0x51
    OP_2 = 0x52
    OP_3 = 0x53
    OP_4 = 0x54
    OP_5 = 0x55
    OP_6 = 0x56
    OP_7 = 0x57
    OP_8 = 0x58
    OP_9 = 0x59
    OP_10 = 0x5a
    OP_11 = 0x5b
    OP_12 = 0x5c
    OP_13 = 0x5d
    OP_14 = 0x5e
    OP_15 = 0x5f
    OP_16 = 0x60
    OP_NOP = 0x61
    OP_EVAL = 0x62
    OP_IF = 0x63
    OP_NOTIF = 0x64
    OP_BEGIN = 0x65
    OP_UNTIL = 0x66
    OP_ELSE = 0x67
    OP_ENDIF = 0x68
    OP_VERIFY = 0x69
    OP_RETURN = 0x6a
    OP_TOALTSTACK = 0x6b
    OP_FROMALTSTACK = 0x6c
    OP_2DROP = 0x6d
    OP_2DUP = 0x6e
    OP_3DUP = 0x6f
    OP_2OVER = 0x70
    OP_2ROT = 0x71
    OP_2SWAP = 0x72
    OP_IFDUP = 0x73
    OP_DEPTH = 0x74
    OP_DROP = 0x75
    OP_DUP = 0x76
    OP_NIP = 0x77
    OP_OVER = 0x78
    OP_PICK = 0x79
    OP_ROLL = 0x7a
    OP_ROT = 0x7b
    OP_SWAP = 0x7c
    OP_TUCK = 0x7d
    OP_CAT = 0x7e
    OP_SPLIT = 0x7f
    OP_NUM2BIN = 0x80
    OP_BIN2NUM = 0x81
    OP_SIZE = 0x82
    OP_INVERT = 0x83
    OP_AND = 0x84
    OP_OR = 0x85
    OP_XOR = 0x86
    OP_EQUAL = 0x87
    OP_EQUALVERIFY = 0x88
    OP_DEFINE = 0x89
    OP_INVOKE = 0x8a
    OP_1ADD = 0x8b
    OP_1SUB = 0x8c
    OP_LSHIFTNUM = 0x8d
    OP_RSHIFTNUM = 0x8e
    OP_NEGATE = 0x8f
    OP_ABS = 0x90
    OP_NOT = 0x91
    OP_0NOTEQUAL = 0x92
    OP_ADD = 0x93
    OP_SUB = 0x94
    OP_MUL = 0x95
    OP_DIV = 0x96
    OP_MOD = 0x97
    OP_LSHIFTBIN = 0x98
    OP_RSHIFTBIN = 0x99
    OP_BOOLAND = 0x9a
    OP_BOOLOR = 0x9b
    OP_NUMEQUAL = 0x9c
    OP_NUMEQUALVERIFY = 0x9d
    OP_NUMNOTEQUAL = 0x9e
    OP_LESSTHAN = 0x9f
    OP_GREATERTHAN = 0xa0
    OP_LESSTHANOREQUAL = 0xa1
    OP_GREATERTHANOREQUAL = 0xa2
    OP_MIN = 0xa3
    OP_MAX = 0xa4
    OP_WITHIN = 0xa5
    OP_RIPEMD160 = 0xa6
    OP_SHA1 = 0xa7
    OP_SHA256 = 0xa8
    OP_HASH160 = 0xa9
    OP_HASH256 = 0xaa
    OP_CODESEPARATOR = 0xab
    OP_CHECKSIG = 0xac
    OP_CHECKSIGVERIFY = 0xad
    OP_CHECKMULTISIG = 0xae
    OP_CHECKMULTISIGVERIFY = 0xaf
    OP_NOP1 = 0xb0
    OP_CHECKLOCKTIMEVERIFY = 0xb1
    OP_CHECKSEQUENCEVERIFY = 0xb2
    OP_NOP4 = 0xb3
    OP_NOP5 = 0xb4
    OP_NOP6 = 0xb5
    OP_NOP7 = 0xb6
    OP_NOP8 = 0xb7
    OP_NOP9 = 0xb8
    OP_NOP10 = 0xb9
    OP_CHECKDATASIG = 0xba
    OP_CHECKDATASIGVERIFY = 0xbb
    OP_REVERSEBYTES = 0xbc
    OP_INPUTINDEX = 0xc0
    OP_ACTIVEBYTECODE = 0xc1
    OP_TXVERSION = 0xc2
    OP_TXINPUTCOUNT = 0xc3
    OP_TXOUTPUTCOUNT = 0xc4
    OP_TXLOCKTIME = 0xc5
    OP_UTXOVALUE = 0xc6
    OP_UTXOBYTECODE = 0xc7
    OP_OUTPOINTTXHASH = 0xc8
    OP_OUTPOINTINDEX = 0xc9
    OP_INPUTBYTECODE = 0xca
    OP_INPUTSEQUENCENUMBER = 0xcb
    OP_OUTPUTVALUE = 0xcc
    OP_OUTPUTBYTECODE = 0xcd
    OP_UTXOTOKENCATEGORY = 0xce
    OP_UTXOTOKENCOMMITMENT = 0xcf
    OP_UTXOTOKENAMOUNT = 0xd0
    OP_OUTPUTTOKENCATEGORY = 0xd1
    OP_OUTPUTTOKENCOMMITMENT = 0xd2
    OP_OUTPUTTOKENAMOUNT = 0xd3


_NUMBERS = frozenset(map(int, Op))

_EARLIER_NAMES = {
    "OP_FALSE": Op.OP_0,
    "OP_PUSHBYTES_0": Op.OP_0,
    "OP_PUSHDATA1": Op.OP_PUSHDATA_1,
    "OP_PUSHDATA2": Op.OP_PUSHDATA_2,
    "OP_PUSHDATA4": Op.OP_PUSHDATA_4,
    "OP_TRUE": Op.OP_1,
    "OP_VER": Op.OP_EVAL,
    "OP_VERIF": Op.OP_BEGIN,
    "OP_VERNOTIF": Op.OP_UNTIL,
    "OP_RESERVED1": Op.OP_DEFINE,
    "OP_RESERVED2": Op.OP_INVOKE,
    "OP_2MUL": Op.OP_LSHIFTNUM,
    "OP_2DIV": Op.OP_RSHIFTNUM,
    "OP_LSHIFT": Op.OP_LSHIFTBIN,
    "OP_RSHIFT": Op.OP_RSHIFTBIN,
    "OP_SUBSTR": Op.OP_SPLIT,
    "OP_LEFT": Op.OP_NUM2BIN,
    "OP_RIGHT": Op.OP_BIN2NUM,
    "OP_POW": Op.OP_NOP1,
    "OP_NOP2": Op.OP_CHECKLOCKTIMEVERIFY,
    "OP_NOP3": Op.OP_CHECKSEQUENCEVERIFY,
}

OPCODES_BY_NAME: dict[str, int] = {
    **{name: int(op) for name, op in Op.__members__.items()},
    **{f"OP_PUSHBYTES_{size}": size for size in range(1, 0x4C)},
    **{f"OP_UNKNOWN{code}": code for code in range(0xBD, 0x100) if code not in _NUMBERS},
    **{name: int(op) for name, op in _EARLIER_NAMES.items()},
}
"""Every name an opcode has or had, and its number."""

_NAMES = {
    **{code: f"OP_UNKNOWN{code}" for code in range(256)},
    **{size: f"OP_PUSHBYTES_{size}" for size in range(1, 0x4C)},
    **{int(op): op.name for op in Op},
}


def opcode_name(code: int) -> str:
    """Name the opcode `code`, 0 to 255; an undefined one is OP_UNKNOWN and its number."""
    return _NAMES[code]
