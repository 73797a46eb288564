"""The stack effects of opcodes, as far as they decide which instruction produced an item."""

from __future__ import annotations

from ..script.opcodes import Op
from ..script.pushes import Instruction

__all__ = [
    "ALT_MOVES",
    "CHOOSERS",
    "MOVES",
    "NOTHING",
    "constant",
    "gives",
]

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
"""Opcodes that only move or copy items: how many they take, and which of these they leave.

Items are numbered from 0, the deepest one taken; the top of the stack comes last."""

CHOOSERS = frozenset({Op.OP_PICK, Op.OP_ROLL})
"""Opcodes that copy or move the item whose index is on top of the stack."""

ALT_MOVES = frozenset({Op.OP_TOALTSTACK, Op.OP_FROMALTSTACK})
"""Opcodes that move an item between the stacks."""

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
"""Opcodes that produce no new item."""


def gives(opcode: int) -> int:
    """Return how many new items an opcode that does not only move items produces."""
    if opcode == Op.OP_SPLIT:
        return 2
    return 0 if opcode in NOTHING else 1


def constant(step: Instruction) -> bytes | None:
    """Return the item that an instruction pushes, or None if it is not a push."""
    if step.data is not None:
        return None if step.missing else step.data
    if step.opcode == Op.OP_0:
        return b""
    if step.opcode == Op.OP_1NEGATE:
        return b"\x81"
    if Op.OP_1 <= step.opcode <= Op.OP_16:
        return bytes((step.opcode - Op.OP_1 + 1,))
    return None
