"""Which opcodes stand in for which: weaker comparisons, other branches, other introspection."""

from __future__ import annotations

from typing import Literal

from ...script.opcodes import Op

__all__ = ["INTROSPECTION", "KINDS", "TAKES_INDEX", "WEAKER"]

_TRUE = "OP_2DROP OP_1"
# By opcode: the name of each change, and what runs instead.
WEAKER: dict[int, dict[str, str]] = {
    Op.OP_LESSTHAN: {"or-equal": "OP_LESSTHANOREQUAL", "true": _TRUE},
    Op.OP_LESSTHANOREQUAL: {"not-equal": "OP_LESSTHAN", "true": _TRUE},
    Op.OP_GREATERTHAN: {"or-equal": "OP_GREATERTHANOREQUAL", "true": _TRUE},
    Op.OP_GREATERTHANOREQUAL: {"not-equal": "OP_GREATERTHAN", "true": _TRUE},
    Op.OP_NUMEQUAL: {
        "at-least": "OP_GREATERTHANOREQUAL",
        "at-most": "OP_LESSTHANOREQUAL",
        "true": _TRUE,
    },
    Op.OP_NUMEQUALVERIFY: {
        "at-least": "OP_GREATERTHANOREQUAL OP_VERIFY",
        "at-most": "OP_LESSTHANOREQUAL OP_VERIFY",
    },
    Op.OP_EQUAL: {"true": _TRUE},
    Op.OP_NUMNOTEQUAL: {"true": _TRUE},
    Op.OP_WITHIN: {
        "no-minimum": "OP_NIP OP_LESSTHAN",
        "no-maximum": "OP_DROP OP_GREATERTHANOREQUAL",
    },
    Op.OP_BOOLAND: {"first": "OP_DROP", "second": "OP_NIP", "or": "OP_BOOLOR"},
    Op.OP_BOOLOR: {"and": "OP_BOOLAND"},
    Op.OP_NOT: {"gone": "OP_0NOTEQUAL"},
    Op.OP_MIN: {"maximum": "OP_MAX"},
    Op.OP_MAX: {"minimum": "OP_MIN"},
    Op.OP_ADD: {"minus": "OP_SUB"},
    Op.OP_SUB: {"plus": "OP_ADD"},
    Op.OP_1ADD: {"gone": ""},
    Op.OP_1SUB: {"gone": ""},
    Op.OP_IF: {"always": "OP_DROP OP_1 OP_IF", "never": "OP_DROP OP_0 OP_IF"},
    Op.OP_NOTIF: {"always": "OP_DROP OP_0 OP_NOTIF", "never": "OP_DROP OP_1 OP_NOTIF"},
    Op.OP_UNTIL: {"once": "OP_DROP OP_1 OP_UNTIL"},
    Op.OP_INPUTINDEX: {"input-0": "OP_0"},
}
_Kind = Literal["comparison", "logic", "arithmetic", "index", "branch"]
_BY_KIND: dict[_Kind, tuple[int, ...]] = {
    "logic": (Op.OP_BOOLAND, Op.OP_BOOLOR, Op.OP_NOT),
    "arithmetic": (Op.OP_MIN, Op.OP_MAX, Op.OP_ADD, Op.OP_SUB, Op.OP_1ADD, Op.OP_1SUB),
    "branch": (Op.OP_IF, Op.OP_NOTIF, Op.OP_UNTIL),
    "index": (Op.OP_INPUTINDEX,),
}
KINDS: dict[int, _Kind] = {
    **dict.fromkeys(WEAKER, "comparison"),
    **{opcode: kind for kind, opcodes in _BY_KIND.items() for opcode in opcodes},
}
"""The kind of the changes of each opcode in WEAKER."""

_PAIRS = (
    (Op.OP_UTXOVALUE, Op.OP_OUTPUTVALUE),
    (Op.OP_UTXOBYTECODE, Op.OP_OUTPUTBYTECODE),
    (Op.OP_UTXOTOKENCATEGORY, Op.OP_OUTPUTTOKENCATEGORY),
    (Op.OP_UTXOTOKENCOMMITMENT, Op.OP_OUTPUTTOKENCOMMITMENT),
    (Op.OP_UTXOTOKENAMOUNT, Op.OP_OUTPUTTOKENAMOUNT),
    (Op.OP_TXINPUTCOUNT, Op.OP_TXOUTPUTCOUNT),
)
INTROSPECTION: dict[int, int] = {
    opcode: other for pair in _PAIRS for opcode, other in (pair, pair[::-1])
}
"""By an opcode that reads the transaction: the one that reads the same of the other side."""

TAKES_INDEX = frozenset(INTROSPECTION) - {Op.OP_TXINPUTCOUNT, Op.OP_TXOUTPUTCOUNT} | {
    Op.OP_OUTPOINTTXHASH,
    Op.OP_OUTPOINTINDEX,
    Op.OP_INPUTBYTECODE,
    Op.OP_INPUTSEQUENCENUMBER,
}
"""The opcodes whose operand is the index of an input or output."""
