"""Fitting debug information that describes a script before optimisation to the optimised script.

Compilers before cashc 0.11 wrote such debug information. Their optimiser merges and drops
instructions but keeps the order of those that check and branch. These anchors are matched one
to one, and the instructions between two anchors by their opcodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ..formats.artifact_debug import DebugFrame, Require
from ..formats.source_map import SourceRange
from ..script.opcodes import Op
from ..script.pushes import instructions

__all__ = ["align"]

_KINDS: dict[int, str] = {
    **dict.fromkeys(
        (
            Op.OP_VERIFY,
            Op.OP_EQUALVERIFY,
            Op.OP_NUMEQUALVERIFY,
            Op.OP_CHECKSIGVERIFY,
            Op.OP_CHECKMULTISIGVERIFY,
            Op.OP_CHECKDATASIGVERIFY,
        ),
        "verify",
    ),
    Op.OP_CHECKLOCKTIMEVERIFY: "locktime",
    Op.OP_CHECKSEQUENCEVERIFY: "sequence",
    Op.OP_IF: "if",
    Op.OP_NOTIF: "if",
    Op.OP_ELSE: "else",
    Op.OP_ENDIF: "endif",
}
# The opcodes that clear the stack after the last check of a branch.
_CLEANUP = frozenset({Op.OP_NIP, Op.OP_DROP, Op.OP_2DROP})


def align(debug: DebugFrame, code: bytes, parameters: int) -> DebugFrame | None:
    """Convert debug information of an unoptimised script to its optimised form `code`.

    Instructions are counted as artifacts do, starting from the number of `parameters`. Log
    entries are dropped, since they refer to stacks of the unoptimised script. Returns None if
    the scripts do not match.
    """
    before = [step.opcode for step in instructions(debug.code)]
    after = [step.opcode for step in instructions(code)]
    anchors_before, anchors_after = list(_anchors(before)), list(_anchors(after))
    if [kind for _, kind in anchors_before] != [kind for _, kind in anchors_after]:
        return None
    bounds_before = [-1, *(at for at, _ in anchors_before), len(before)]
    bounds_after = [-1, *(at for at, _ in anchors_after), len(after)]
    ranges: list[SourceRange] = []
    requires: list[Require] = []
    for number in range(len(bounds_before) - 1):
        old = range(bounds_before[number] + 1, bounds_before[number + 1])
        new = range(bounds_after[number] + 1, bounds_after[number + 1])
        ranges += _ranges(debug.ranges, before, after, old, new)
        if old.stop < len(debug.ranges) and new.stop < len(after):
            ranges.append(debug.ranges[old.stop])
        for require in debug.requires:
            at = require.ip - parameters
            if at == old.stop < len(before):
                # The last condition of a branch that is not followed by a cleanup.
                is_check = _KINDS[before[at]] in ("verify", "locktime", "sequence")
                place = new.stop if is_check else _end(after, new)
                requires.append(replace(require, ip=place + parameters))
            elif at in old or at == old.stop:
                requires.append(replace(require, ip=_end(after, new) + parameters))
    return replace(
        debug, code=code, ranges=tuple(ranges), requires=tuple(requires), logs=(), tags=()
    )


def _anchors(opcodes: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield the position and kind of each instruction that checks or branches."""
    for at, opcode in enumerate(opcodes):
        if opcode in _KINDS:
            yield at, _KINDS[opcode]


def _end(opcodes: Sequence[int], part: range) -> int:
    """Return the position after the last condition of a part, before its cleanup opcodes."""
    end = part.stop
    while end > part.start and opcodes[end - 1] in _CLEANUP:
        end -= 1
    return end


def _ranges(
    ranges: Sequence[SourceRange],
    before: Sequence[int],
    after: Sequence[int],
    old: range,
    new: range,
) -> Iterator[SourceRange]:
    """Yield a source range for each instruction between two anchors.

    An instruction takes the range of the one that it matches, or that of the last match.
    """
    if not ranges:
        return
    matched: dict[int, int] = {}
    old_opcodes, new_opcodes = before[old.start : old.stop], after[new.start : new.stop]
    for block in SequenceMatcher(
        None, old_opcodes, new_opcodes, autojunk=False
    ).get_matching_blocks():
        for at in range(block.size):
            matched[block.b + at] = block.a + at
    last = 0
    for at in range(len(new)):
        last = matched.get(at, last)
        yield ranges[min(old.start + last, len(ranges) - 1)]
