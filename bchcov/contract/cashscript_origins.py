"""Mapping the bytes of a CashScript contract to its source: requires, lines and functions."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..formats.artifact import Artifact
from ..formats.artifact_debug import DebugFrame, Require
from ..script.opcodes import Op, opcode_name
from ..script.pushes import Instruction, instructions
from .alignment import align
from .cashscript_patches import artifact_without
from .checks import SIGNATURE_CHECKS, VERIFYING, Check
from .found import Found

__all__ = ["CashScriptOrigins"]

# The compiler never ends a branch with OP_RETURN.
_VERIFYING = VERIFYING - {Op.OP_RETURN}
# The checks that the compiler adds, by the kind of their tag.
_COMPILER_CHECKS = {"pv": "the size of an argument", "lg": "a locktime is enforced"}


@dataclass(frozen=True)
class _Frame:
    """A script and its debug information; its first `parameters` instructions push constants."""

    debug: DebugFrame
    parameters: int
    steps: tuple[Instruction, ...]

    @cached_property
    def offsets(self) -> list[int]:
        return [step.offset for step in self.steps]

    @cached_property
    def requires(self) -> Mapping[int, Require]:
        return {each.ip: each for each in self.debug.requires}

    def ip_at(self, offset: int) -> int:
        """Return the number of the instruction that contains a byte, as artifacts count them."""
        return bisect_right(self.offsets, offset) - 1

    def require_at(self, ip: int, *, at_end: bool) -> Require | None:
        """Return the require that an instruction's failure violates, if there is one."""
        found = self.requires.get(ip)
        if found is not None:
            return found
        # If a signature is refused outright, the require stands at the instruction that would
        # verify the result.
        if at_end or self.steps[ip].opcode in SIGNATURE_CHECKS:
            return self.requires.get(ip + 1)
        return None

    def place(self, ip: int) -> tuple[int, int] | None:
        """Return an instruction's line and column, or None for those that push parameters."""
        at = ip - self.parameters
        if not 0 <= at < len(self.debug.ranges):
            return None
        return self.debug.ranges[at].line, self.debug.ranges[at].column

    def compiler_check_at(self, ip: int) -> str | None:
        """Return the name of the compiler's check that an instruction is part of, or None."""
        at = ip - self.parameters
        for tag in self.debug.tags:
            if tag.start <= at <= tag.end and tag.kind in _COMPILER_CHECKS:
                return _COMPILER_CHECKS[tag.kind]
        return None


@dataclass(frozen=True)
class CashScriptOrigins:
    """The places in a CashScript source that the bytes of a contract come from."""

    artifact: Artifact
    code: bytes = field(repr=False)

    @property
    def text(self) -> str | None:
        """The source text, or None if the artifact does not contain it."""
        return self.artifact.source

    @property
    def checks(self) -> tuple[Check, ...]:
        """All requires, and the checks that the compiler adds, in the order of the source."""
        return tuple(self._checks.values())

    @property
    def scripts(self) -> tuple[bytes, ...]:
        """The contract's script and those of its functions."""
        return tuple(self._frames)

    def frames_by_code(self) -> Iterator[tuple[bytes, DebugFrame]]:
        """Yield the contract's script and its functions' scripts, with their debug information."""
        for code, frames in self._frames.items():
            for frame in frames:
                yield code, frame.debug

    def at(self, offset: int) -> Found | None:
        """Find the source place of the instruction at a byte of the contract's code."""
        found = self.find(self.code, offset)
        return found[0] if found else None

    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> tuple[Found, ...]:
        """Find the source places of an instruction of the script or of one of its functions.

        `at_end`: the instruction produced the script's final item.
        """
        found: dict[Found, None] = {}
        for frame in self._frames.get(code, ()):
            for each in self._find(frame, frame.ip_at(offset), at_end=at_end):
                found[each] = None
        return tuple(found)

    def parameters_in(self, code: bytes) -> Iterator[tuple[int, str]]:
        """Find the pushes that the contract's script begins with: the last parameter first."""
        if code == self.code:
            names = reversed([each.name for each in self.artifact.constructor])
            for step, name in zip(instructions(code), names, strict=False):
                yield step.offset, name

    def without(self, check: Check) -> tuple[bytes, CashScriptOrigins]:
        """Remove a check from the compiled script; the source's lines stay the same."""
        key = next(key for key, each in self._checks.items() if each == check)
        artifact = replace(self.artifact, debug=self._debug)
        changed = artifact_without(artifact, *key, is_final=check.is_final)
        parameters = self.code[: len(self.code) - len(artifact.code)]
        code = parameters + changed.code
        return code, CashScriptOrigins(changed, code)

    def _find(self, frame: _Frame, ip: int, *, at_end: bool) -> Iterator[Found]:
        require = frame.require_at(ip, at_end=at_end)
        if require is not None:
            check = self._checks[frame.debug.name, require.ip]
        elif at_end and frame.debug is not self._debug:
            # The result of a function is checked by its caller.
            called = list(self._calls())
            if called:
                yield from called
                return
            check = None
        else:
            check = self._checks.get((frame.debug.name, ip))
        place = frame.place(ip)
        if check is not None:
            yield self._found(frame, check.line, check.column, check)
        elif place is not None:
            yield self._found(frame, *place, None)

    def _calls(self) -> Iterator[Found]:
        """Yield the contract's requires whose condition is the result of a function."""
        for frame in self._frames.get(self.code, ()):
            for ip in frame.requires:
                is_call = frame.steps[ip - 1].opcode == Op.OP_INVOKE
                if is_call and not _verifies(frame, ip):
                    check = self._checks[frame.debug.name, ip]
                    yield self._found(frame, check.line, check.column, check)

    def _found(self, frame: _Frame, line: int, column: int, check: Check | None) -> Found:
        file = frame.debug.source_file or f"{self.artifact.name}.cash"
        name, dot, suffix = file.rpartition(".")
        alone = sum(each.line == line for each in self._checks.values()) <= 1
        return Found(name, line, column, check, alone, dot + suffix)

    @cached_property
    def _debug(self) -> DebugFrame | None:
        debug, code = self.artifact.debug, self.artifact.code
        if debug is None or debug.code == code:
            return debug
        return align(debug, code, len(self.artifact.constructor))

    @cached_property
    def _frames(self) -> Mapping[bytes, Sequence[_Frame]]:
        debug = self._debug
        if debug is None:
            return {}
        frames: dict[bytes, list[_Frame]] = {}
        parameters = len(self.artifact.constructor)
        frames[self.code] = [_Frame(debug, parameters, tuple(instructions(self.code)))]
        for each in self.artifact.frames:
            frame = _Frame(each, 0, tuple(instructions(each.code)))
            frames.setdefault(each.code, []).append(frame)
        for each in _defined(frames[self.code][0]):
            if each.code not in frames:
                frames[each.code] = [_Frame(each, 0, tuple(instructions(each.code)))]
        return frames

    @cached_property
    def _checks(self) -> Mapping[tuple[str, int], Check]:
        """All checks by frame and instruction, with distinct names."""
        checks = {
            (frame.debug.name, ip): check
            for frames in self._frames.values()
            for frame in frames
            for ip, check in _checks_of(frame)
        }
        ordered = sorted(checks.items(), key=lambda each: (each[1].line, each[1].column))
        names = Counter(check.name for _, check in ordered)
        lines = Counter((check.name, check.line) for _, check in ordered)
        return {
            key: _with_distinct_name(check, names[check.name], lines[check.name, check.line])
            for key, check in ordered
        }

    def __getstate__(self) -> dict[str, object]:
        # What is derived from the artifact is not pickled: it is derived again when needed.
        return {"artifact": self.artifact, "code": self.code}


def _defined(frame: _Frame) -> Iterator[DebugFrame]:
    """Yield the functions that a contract defines, placed where their definition begins.

    For functions without a frame of their own in the artifact.
    """
    for at, step in enumerate(frame.steps[:-2]):
        place = at - frame.parameters
        is_defined = frame.steps[at + 2].opcode == Op.OP_DEFINE
        if is_defined and step.data and 0 <= place < len(frame.debug.ranges):
            ranges = (frame.debug.ranges[place],) * sum(1 for _ in instructions(step.data))
            yield DebugFrame(f"function at {step.offset}", step.data, ranges, (), ())


def _verifies(frame: _Frame, ip: int) -> bool:
    return ip < len(frame.steps) and frame.steps[ip].opcode in _VERIFYING


def _checks_of(frame: _Frame) -> Iterator[tuple[int, Check]]:
    """Yield the compiler's checks and the requires of a frame, with their instructions."""
    source = frame.debug.source_file
    for ip, step in enumerate(frame.steps):
        name = frame.compiler_check_at(ip)
        place = frame.place(ip)
        if name is not None and step.opcode in _VERIFYING and ip not in frame.requires and place:
            line, column = place
            yield ip, Check(name, "", line, opcode_name(step.opcode), False, column, source, False)
    for ip, require in frame.requires.items():
        if not frame.parameters < ip <= len(frame.steps):
            continue
        is_final = not _verifies(frame, ip)
        opcode = frame.steps[ip - is_final].opcode
        place = frame.place(ip - is_final)
        column = place[1] if place is not None and place[0] == require.line else 1
        name = require.message or "require"
        yield (
            ip,
            Check(
                name,
                "",
                require.line,
                opcode_name(opcode),
                is_final,
                column,
                source,
                require.message is not None,
            ),
        )


def _with_distinct_name(check: Check, same: int, in_line: int) -> Check:
    """Name a check by its place too if it has no name, or one that `same` checks share."""
    if check.is_named and same == 1:
        return check
    place = f"line {check.line}"
    if in_line > 1:
        place += f" column {check.column}"
    name = f"{check.name} ({place})" if check.is_named else f"{place} {check.name}"
    return replace(check, name=name)
