"""What each instruction does to the stack, as far as it matters where an item comes from."""

from __future__ import annotations

from ..script.opcodes import Op
from ..script.pushes import Instruction

__all__ = ["ALT_MOVES", "CHOOSERS", "MOVES", "NOTHING", "constant", "gives"]

MOVES: dict[int, tuple[int, tuple[int, ...]]] = {
    Op.OP_DROP: (1, ()),
    Op.OP_2DROP: (2, ()),
    Op.OP_DUP: (1, (0, 0)),
    Op.OP_2DUP: (2, (0, 1, 0, 1)),
    Op.OP_3DUP: (3, (0, 1, 2, 0, 1, 2)),
    Op.OP_OVER: (2, (0, 1, 0)),
    Op.OP_2OVER: (4, (0, 1, 2, 3, 0, 1)),
    Op.OP_NIP: (2, (1,)),
    Op.OP_TUCK: (2, (1, 0, 1)),
    Op.OP_SWAP: (2, (1, 0)),
    Op.OP_2SWAP: (4, (2, 3, 0, 1)),
    Op.OP_ROT: (3, (1, 2, 0)),
    Op.OP_2ROT: (6, (2, 3, 4, 5, 0, 1)),
}
"""Of what only moves or copies: how many items it takes, and which of them it leaves, the
lowest as 0."""

CHOOSERS = frozenset({Op.OP_PICK, Op.OP_ROLL})
"""These move the item that a number on the stack chooses."""

ALT_MOVES = frozenset({Op.OP_TOALTSTACK, Op.OP_FROMALTSTACK})

NOTHING = frozenset(
    {
        Op.OP_NOP,
        Op.OP_EVAL,
        Op.OP_IF,
        Op.OP_NOTIF,
        Op.OP_ELSE,
        Op.OP_ENDIF,
        Op.OP_BEGIN,
        Op.OP_UNTIL,
        Op.OP_VERIFY,
        Op.OP_RETURN,
        Op.OP_EQUALVERIFY,
        Op.OP_NUMEQUALVERIFY,
        Op.OP_CODESEPARATOR,
        Op.OP_CHECKSIGVERIFY,
        Op.OP_CHECKMULTISIGVERIFY,
        Op.OP_CHECKDATASIGVERIFY,
        Op.OP_CHECKLOCKTIMEVERIFY,
        Op.OP_CHECKSEQUENCEVERIFY,
        Op.OP_DEFINE,
        Op.OP_INVOKE,
        *range(Op.OP_NOP4, Op.OP_NOP10 + 1),
        Op.OP_NOP1,
    }
)
"""These leave no item of their own making."""


def gives(opcode: int) -> int:
    """How many new items an instruction leaves, one that only moves items apart."""
    if opcode == Op.OP_SPLIT:
        return 2
    return 0 if opcode in NOTHING else 1


def constant(step: Instruction) -> bytes | None:
    """What an instruction pushes, whatever happens; None for one that does not push."""
    if step.data is not None:
        return None if step.missing else step.data
    if step.opcode == Op.OP_0:
        return b""
    if step.opcode == Op.OP_1NEGATE:
        return b"\x81"
    if Op.OP_1 <= step.opcode <= Op.OP_16:
        return bytes((step.opcode - Op.OP_1 + 1,))
    return None
