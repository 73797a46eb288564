"""Which instructions of a script belong together: branches and loops, from end to start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..script.opcodes import Op
from .places import Placed

__all__ = ["Block", "find_blocks"]

_CLOSED_BY = {Op.OP_IF: Op.OP_ENDIF, Op.OP_NOTIF: Op.OP_ENDIF, Op.OP_BEGIN: Op.OP_UNTIL}


@dataclass(frozen=True, slots=True)
class Block:
    """A branch or a loop: where it opens, each OP_ELSE of it, and where it closes.

    The places count instructions; -1 opens what begins before the script does.
    """

    marks: tuple[int, ...]

    @property
    def start(self) -> int:
        """Where it opens."""
        return self.marks[0]


def find_blocks(steps: Sequence[Placed]) -> Mapping[int, Block]:
    """Find what each OP_ENDIF and OP_UNTIL closes, in one pass, by where they stand."""
    blocks: dict[int, Block] = {}
    # What is open, around it the part of a script that was opened before its beginning.
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
                # Closed by another's end it never runs to the end.
                marks = marks if _CLOSED_BY[Op(opcode)] == step.opcode else [-1]
            else:
                outer = [-1]
            whole = (*marks, at) if step.opcode == Op.OP_ENDIF else (marks[0], at)
            blocks[at] = Block(whole)
    return blocks
