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
    OP_PUSHDATA_1 = 0x4C
    OP_PUSHDATA_2 = 0x4D
    OP_PUSHDATA_4 = 0x4E
    OP_1NEGATE = 0x4F
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
    OP_10 = 0x5A
    OP_11 = 0x5B
    OP_12 = 0x5C
    OP_13 = 0x5D
    OP_14 = 0x5E
    OP_15 = 0x5F
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
    OP_RETURN = 0x6A
    OP_TOALTSTACK = 0x6B
    OP_FROMALTSTACK = 0x6C
    OP_2DROP = 0x6D
    OP_2DUP = 0x6E
    OP_3DUP = 0x6F
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
    OP_ROLL = 0x7A
    OP_ROT = 0x7B
    OP_SWAP = 0x7C
    OP_TUCK = 0x7D
    OP_CAT = 0x7E
    OP_SPLIT = 0x7F
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
    OP_INVOKE = 0x8A
    OP_1ADD = 0x8B
    OP_1SUB = 0x8C
    OP_LSHIFTNUM = 0x8D
    OP_RSHIFTNUM = 0x8E
    OP_NEGATE = 0x8F
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
    OP_BOOLAND = 0x9A
    OP_BOOLOR = 0x9B
    OP_NUMEQUAL = 0x9C
    OP_NUMEQUALVERIFY = 0x9D
    OP_NUMNOTEQUAL = 0x9E
    OP_LESSTHAN = 0x9F
    OP_GREATERTHAN = 0xA0
    OP_LESSTHANOREQUAL = 0xA1
    OP_GREATERTHANOREQUAL = 0xA2
    OP_MIN = 0xA3
    OP_MAX = 0xA4
    OP_WITHIN = 0xA5
    OP_RIPEMD160 = 0xA6
    OP_SHA1 = 0xA7
    OP_SHA256 = 0xA8
    OP_HASH160 = 0xA9
    OP_HASH256 = 0xAA
    OP_CODESEPARATOR = 0xAB
    OP_CHECKSIG = 0xAC
    OP_CHECKSIGVERIFY = 0xAD
    OP_CHECKMULTISIG = 0xAE
    OP_CHECKMULTISIGVERIFY = 0xAF
    OP_NOP1 = 0xB0
    OP_CHECKLOCKTIMEVERIFY = 0xB1
    OP_CHECKSEQUENCEVERIFY = 0xB2
    OP_NOP4 = 0xB3
    OP_NOP5 = 0xB4
    OP_NOP6 = 0xB5
    OP_NOP7 = 0xB6
    OP_NOP8 = 0xB7
    OP_NOP9 = 0xB8
    OP_NOP10 = 0xB9
    OP_CHECKDATASIG = 0xBA
    OP_CHECKDATASIGVERIFY = 0xBB
    OP_REVERSEBYTES = 0xBC
    OP_INPUTINDEX = 0xC0
    OP_ACTIVEBYTECODE = 0xC1
    OP_TXVERSION = 0xC2
    OP_TXINPUTCOUNT = 0xC3
    OP_TXOUTPUTCOUNT = 0xC4
    OP_TXLOCKTIME = 0xC5
    OP_UTXOVALUE = 0xC6
    OP_UTXOBYTECODE = 0xC7
    OP_OUTPOINTTXHASH = 0xC8
    OP_OUTPOINTINDEX = 0xC9
    OP_INPUTBYTECODE = 0xCA
    OP_INPUTSEQUENCENUMBER = 0xCB
    OP_OUTPUTVALUE = 0xCC
    OP_OUTPUTBYTECODE = 0xCD
    OP_UTXOTOKENCATEGORY = 0xCE
    OP_UTXOTOKENCOMMITMENT = 0xCF
    OP_UTXOTOKENAMOUNT = 0xD0
    OP_OUTPUTTOKENCATEGORY = 0xD1
    OP_OUTPUTTOKENCOMMITMENT = 0xD2
    OP_OUTPUTTOKENAMOUNT = 0xD3


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
    "OP_RESERVED3": 0xD4,
    "OP_RESERVED4": 0xD5,
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
