"""Scripts that look like another one: with the same pushes and no checks, or with one changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...script.opcodes import Op
from ...script.patterns import is_p2sh20, is_p2sh32, p2sh20, p2sh32
from ...script.pushes import Instruction, instructions
from .draft import DraftInput, fresh_outpoint

__all__ = ["hollow", "siblings", "under"]

_LAST_PUSH = 0x60
_LONGEST = 10_000


def hollow(code: bytes) -> bytes | None:
    """Make a script that anybody may spend, whose pushes stand where they stand in another one.

    What reads data at fixed places of a coin's script finds them there. None for a script that
    ends within a push.
    """
    steps = list(instructions(code))
    if any(step.missing for step in steps):
        return None
    made, waiting = bytearray(), 0
    for step in steps:
        if step.opcode <= _LAST_PUSH and step.data is not None:
            made += code[step.offset : step.end]
            waiting += 1
        elif waiting:
            made.append(Op.OP_DROP)
            waiting -= 1
        else:
            made.append(Op.OP_NOP)
    # The last instruction leaves the item that must be there, without a change of the length.
    if made and not waiting and made[-1] in (Op.OP_NOP, Op.OP_DROP):
        if made[-1] == Op.OP_DROP:
            made += bytes((Op.OP_1,))
        else:
            made[-1] = Op.OP_1
        return bytes(made)
    return bytes(made) + bytes((Op.OP_DROP,)) * waiting + bytes((Op.OP_1,))


def siblings(code: bytes) -> Iterator[bytes]:
    """Yield the same script with another constant in one place: its first or last byte is another.

    The lengths stay; so do numbers of one byte that stand in an opcode.
    """
    for step in instructions(code):
        if step.data and not step.missing and len(code) <= _LONGEST:
            for at in dict.fromkeys((0, len(step.data) - 1)):
                yield _with(code, step, at, step.data[at] ^ 0xFF)
                if len(step.data) > 1:
                    yield _with(code, step, at, step.data[at] ^ 1)


def under(place: DraftInput, code: bytes, *, opens: bool) -> DraftInput:
    """Let an input spend another coin, which holds the same under another script.

    `opens` says that the script needs nothing pushed.
    """
    locking = place.coin.locking_bytecode
    is_direct = place.script is None
    if is_p2sh20(locking) or is_p2sh32(locking):
        locking = p2sh20(code) if is_p2sh20(locking) else p2sh32(code)
    elif is_direct:
        locking = code
    changed = place._replace(
        coin=replace(place.coin, locking_bytecode=locking), script=None if is_direct else code
    )
    if opens:
        changed = changed._replace(items=(), raw=None)
    return fresh_outpoint(changed, 6)


def _with(code: bytes, step: Instruction, at: int, value: int) -> bytes:
    place = step.end - len(step.data or b"") + at
    return code[:place] + bytes((value,)) + code[place + 1 :]
