"""Finding the branches and loops of a script: where each opens and closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..script.opcodes import Op
from .places import Placed

__all__ = ["Block", "find_blocks"]

_CLOSED_BY = {Op.OP_IF: Op.OP_ENDIF, Op.OP_NOTIF: Op.OP_ENDIF, Op.OP_BEGIN: Op.OP_UNTIL}


@dataclass(frozen=True, slots=True)
class Block:
    """A branch or loop: the positions where it opens, of each OP_ELSE, and where it closes.

    Positions count instructions; -1 means that the block opens before the script begins.
    """

    marks: tuple[int, ...]

    @property
    def start(self) -> int:
        """The position where it opens."""
        return self.marks[0]


def find_blocks(steps: Sequence[Placed]) -> Mapping[int, Block]:
    """Map the position of each OP_ENDIF and OP_UNTIL to the block that it closes."""
    blocks: dict[int, Block] = {}
    # The blocks that are open; `outer` is the one that opened before the script began.
    outer: list[int] = [-1]
    open_: list[tuple[int, list[int]]] = []
    for at, step in enumerate(steps):
        if step.opcode in _CLOSED_BY:
            open_.append((step.opcode, [at]))
        elif step.opcode == Op.OP_ELSE:
            (open_[-1][1] if open_ else outer).append(at)
        elif step.opcode in (Op.OP_ENDIF, Op.OP_UNTIL):
            marks = outer
            if open_:
                opcode, marks = open_.pop()
                # A loop closed by OP_ENDIF, or a branch by OP_UNTIL, fails when it runs.
                marks = marks if _CLOSED_BY[Op(opcode)] == step.opcode else [-1]
            else:
                outer = [-1]
            whole = (*marks, at) if step.opcode == Op.OP_ENDIF else (marks[0], at)
            blocks[at] = Block(whole)
    return blocks
