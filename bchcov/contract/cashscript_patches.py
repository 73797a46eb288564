"""Removing a check from a compiled CashScript contract, so that a test can show its attack.

The checking instruction, in the contract's script or in that of a function, is replaced by
instructions that drop the same items. Debug information of later instructions is shifted.
"""

from __future__ import annotations

from dataclasses import replace

from ..assembly.assemble import assemble
from ..errors import ContractError
from ..formats.artifact import Artifact
from ..formats.artifact_debug import DebugFrame, LogEntry, LoggedItem
from ..script.opcodes import opcode_name
from ..script.pushes import encode_push, instructions
from .removal import REPLACEMENTS

__all__ = ["artifact_without"]

_RESULT = assemble("OP_DROP OP_1")


def artifact_without(artifact: Artifact, frame: str, ip: int, *, is_final: bool) -> Artifact:
    """Return the artifact without the check at instruction `ip` of a frame.

    `is_final`: the check is the end of the script, which tests the result of the instruction
    before. Raises ContractError for an instruction that cannot be removed, and for a function
    whose script occurs more than once.
    """
    main, parameters = artifact.debug, len(artifact.constructor)
    if main is not None and frame == main.name:
        changed = _frame_without(main, ip, parameters, is_final=is_final)
        return replace(artifact, code=changed.code, debug=changed, fingerprint=None)
    before = next(each for each in artifact.frames if each.name == frame)
    changed = _frame_without(before, ip, 0, is_final=is_final)
    code, count = _with_push(artifact.code, before.code, changed.code)
    if count != 1:
        raise ContractError(f"function {frame}: its script is pushed {count} times, limit 1")
    frames = tuple(changed if each is before else each for each in artifact.frames)
    debug = None if main is None else replace(main, code=code)
    return replace(artifact, code=code, debug=debug, frames=frames, fingerprint=None)


def _frame_without(frame: DebugFrame, ip: int, parameters: int, *, is_final: bool) -> DebugFrame:
    """Replace the checking instruction of a frame, and shift the debug information after it."""
    steps = tuple(instructions(frame.code))
    at = ip - parameters - is_final
    step = steps[at]
    name = opcode_name(step.opcode)
    put = frame.code[step.offset : step.end] + _RESULT if is_final else b""
    # A verifying opcode checks by itself, any other only if the end of the script tests its result.
    if name in REPLACEMENTS and name.endswith("VERIFY") != is_final:
        put = assemble(REPLACEMENTS[name])
    if not put:
        raise ContractError(f"the check cannot be removed: the script uses the result of {name}")
    more = sum(1 for _ in instructions(put)) - 1
    first = at + parameters
    ranges = (*frame.ranges[:at], *frame.ranges[at : at + 1] * (more + 1), *frame.ranges[at + 1 :])
    return replace(
        frame,
        code=frame.code[: step.offset] + put + frame.code[step.end :],
        ranges=ranges,
        requires=tuple(
            replace(each, ip=_moved(each.ip, first, more))
            for each in frame.requires
            if each.ip != ip
        ),
        logs=tuple(_moved_log(each, first, more) for each in frame.logs),
        # Tags are counted without the parameters, and their end is inclusive.
        tags=tuple(
            replace(each, start=_moved(each.start, at, more), end=_moved(each.end, at - 1, more))
            for each in frame.tags
        ),
    )


def _moved(ip: int, first: int, more: int) -> int:
    return ip + more if ip > first else ip


def _moved_log(entry: LogEntry, first: int, more: int) -> LogEntry:
    data = tuple(
        replace(each, ip=_moved(each.ip, first, more)) if isinstance(each, LoggedItem) else each
        for each in entry.data
    )
    return replace(entry, ip=_moved(entry.ip, first, more), data=data)


def _with_push(code: bytes, before: bytes, after: bytes) -> tuple[bytes, int]:
    """Replace each push of `before` by a push of `after`; also return how many there were."""
    parts, count = [], 0
    for step in instructions(code):
        is_it = step.data == before
        parts.append(encode_push(after) if is_it else code[step.offset : step.end])
        count += is_it
    return b"".join(parts), count
