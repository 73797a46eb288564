"""Collecting the lines that a CashScript contract prints with `console.log`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..assembly.notation import assemble_notation
from ..encoding.printable import printable
from ..errors import AssemblyError, ScriptError
from ..formats.artifact_debug import DebugFrame, LoggedItem
from ..script.numbers import decode_number
from ..script.pushes import instructions
from ..transaction.context import TransactionContext
from ..transaction.model import Output, Transaction
from ..vm.evaluate import evaluate_input, run_script
from ..vm.machine import Machine
from ..vm.program import Program
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from .cashscript_origins import CashScriptOrigins
from .contract import Contract

__all__ = ["LogLine", "log_lines"]

_Snapshots = dict[int, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class LogLine:
    """The output of one `console.log`: its source file and line, and the text on one line."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.text}"


@dataclass(frozen=True, slots=True)
class _Logged:
    """A frame with log entries, and the positions at which these need the stack.

    `size` is the number of instructions.
    """

    debug: DebugFrame
    file: str
    size: int
    snapshot_positions: frozenset[int]


@dataclass(slots=True)
class _Logger:
    """Observes a run; `calls` holds the scripts being run, with the stacks recorded in each."""

    context: TransactionContext
    index: int
    rules: RuleSet
    frames: Mapping[bytes, _Logged]
    lines: list[LogLine] = field(default_factory=list)
    calls: list[tuple[bytes, _Snapshots]] = field(default_factory=list)

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        """Print the log entries placed before the instruction that is about to run."""
        depth = len(vm.frames)
        while len(self.calls) > depth + 1:
            self.end_call(vm.stack)
        if position == 0 and len(self.calls) > depth:
            self.end_call(vm.stack)
        while len(self.calls) <= depth:
            self.calls.append((program.code, {}))
        code, snapshots = self.calls[-1]
        frame = self.frames.get(code)
        if frame is not None and vm.executing and position in frame.snapshot_positions:
            snapshots[position] = tuple(vm.stack)
            self.print_at(frame, position, snapshots)

    def end_call(self, stack: Sequence[bytes]) -> None:
        """Print the log entries placed at the end of a script that has just run."""
        code, snapshots = self.calls.pop()
        frame = self.frames.get(code)
        if frame is not None and frame.size in frame.snapshot_positions:
            snapshots[frame.size] = tuple(stack)
            self.print_at(frame, frame.size, snapshots)

    def print_at(self, frame: _Logged, position: int, snapshots: _Snapshots) -> None:
        """Print the log entries placed at a position."""
        for entry in frame.debug.logs:
            if entry.ip == position:
                words = [
                    each if isinstance(each, str) else self.show(each, snapshots)
                    for each in entry.data
                ]
                self.lines.append(LogLine(frame.file, entry.line, printable(" ".join(words))))

    def show(self, item: LoggedItem, snapshots: _Snapshots) -> str:
        """Format a logged stack item by its type."""
        stack = snapshots.get(item.ip)
        if stack is not None and item.transformations:
            stack = self.transform(item.transformations, stack)
        if stack is None or item.stack_index >= len(stack):
            return f"({item.type}: not on the stack)"
        return _shown(stack[-1 - item.stack_index], item.type)

    def transform(self, notation: str, stack: tuple[bytes, ...]) -> tuple[bytes, ...] | None:
        """Run the instructions that recover an item which the optimiser had transformed."""
        try:
            code = assemble_notation(notation)
        except AssemblyError:
            return None
        return run_script(
            code, self.rules.consensus, context=self.context, index=self.index, stack=stack
        ).stack


def log_lines(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    *contracts: Contract,
    index: int = 0,
    rules: RuleSet = BCH_2026,
) -> tuple[LogLine, ...]:
    """Run input `index` of a transaction and collect the contracts' `console.log` lines.

    Only contracts from artifacts with debug information print. If the input is refused, the
    lines printed before are returned. Raises EncodeError if there is no input `index`, or no
    spent output for it.
    """
    frames = dict(frame for contract in contracts for frame in _logged_in(contract))
    logger = _Logger(TransactionContext(transaction, source_outputs), index, rules, frames)
    result = evaluate_input(logger.context, index, rules, observe=logger.observe)
    # Only scripts that did not fail have reached their end.
    if result.code is None:
        while logger.calls:
            logger.end_call(result.stack)
    return tuple(logger.lines)


def _logged_in(contract: Contract) -> Iterator[tuple[bytes, _Logged]]:
    if not isinstance(contract.origins, CashScriptOrigins):
        return
    for code, debug in contract.origins.frames_by_code():
        positions = {
            at
            for entry in debug.logs
            for at in (entry.ip, *(each.ip for each in entry.data if not isinstance(each, str)))
        }
        if positions:
            size = sum(1 for _ in instructions(code))
            file = debug.source_file or f"{contract.name}.cash"
            yield code, _Logged(debug, file, size, frozenset(positions))


def _shown(item: bytes, type_name: str) -> str:
    if type_name == "bool":
        return "true" if any(item[:-1]) or item[-1:] not in (b"", b"\0", b"\x80") else "false"
    if type_name == "int":
        try:
            return str(decode_number(item))
        except ScriptError:
            return f"0x{item.hex()}"
    if type_name == "string":
        return item.decode("utf-8", "backslashreplace")
    return f"0x{item.hex()}"
