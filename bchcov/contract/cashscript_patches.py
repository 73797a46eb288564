"""Taking a require out of a compiled CashScript contract, so that a test can show its attack.

The instruction that checks gives way to others that drop the same items, in the contract's script
or in that of a function; what the artifact says of the instructions behind it moves along.
"""

from __future__ import annotations

from dataclasses import replace

from ..assembly.assemble import assemble
from ..errors import ContractError
from ..formats.artifact import Artifact
from ..formats.artifact_debug import DebugFrame, LogEntry, LoggedItem
from ..script.opcodes import opcode_name
from ..script.pushes import encode_push, instructions
from .taking_out import REPLACED

__all__ = ["artifact_without"]

_RESULT = assemble("OP_DROP OP_1")


def artifact_without(artifact: Artifact, frame: str, ip: int, *, is_final: bool) -> Artifact:
    """Return the artifact without the check at instruction `ip` of a frame.

    `is_final` says that the check is the script's end, which looks at what the instruction
    before leaves. Raises ContractError for an instruction that cannot be taken out, and for a
    function whose script is that of another one too.
    """
    main, parameters = artifact.debug, len(artifact.constructor)
    if main is not None and frame == main.name:
        changed = _frame_without(main, ip, parameters, is_final=is_final)
        return replace(artifact, code=changed.code, debug=changed, fingerprint=None)
    before = next(each for each in artifact.frames if each.name == frame)
    changed = _frame_without(before, ip, 0, is_final=is_final)
    code, count = _with_push(artifact.code, before.code, changed.code)
    if count != 1:
        raise ContractError(f"the script of the function {frame} is pushed {count} times, not once")
    frames = tuple(changed if each is before else each for each in artifact.frames)
    debug = None if main is None else replace(main, code=code)
    return replace(artifact, code=code, debug=debug, frames=frames, fingerprint=None)


def _frame_without(frame: DebugFrame, ip: int, parameters: int, *, is_final: bool) -> DebugFrame:
    steps = tuple(instructions(frame.code))
    at = ip - parameters - is_final
    step = steps[at]
    name = opcode_name(step.opcode)
    put = frame.code[step.offset : step.end] + _RESULT if is_final else b""
    # An opcode that verifies is no end: what stands behind it is looked at there.
    if name in REPLACED and name.endswith("VERIFY") != is_final:
        put = assemble(REPLACED[name])
    if not put:
        raise ContractError(f"what {name} leaves is used: the check cannot be taken out")
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
        # Tags count without the parameters, and include where they end.
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
    """Push something else wherever `before` is pushed, and count these places."""
    parts, count = [], 0
    for step in instructions(code):
        is_it = step.data == before
        parts.append(encode_push(after) if is_it else code[step.offset : step.end])
        count += is_it
    return b"".join(parts), count
