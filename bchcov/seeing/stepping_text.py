"""Steps of a trace as lines of text, rows of a table, or objects of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..encoding.printable import printable
from ..script.opcodes import OPCODES_BY_NAME
from ..vm.rules.ruleset import RuleSet
from ..vm.steps import Steps, TraceStep
from ..vm.trace import Trace
from .folding import Fold, folded
from .items import show_item
from .listing import instructions_of, places_of, short_text
from .names import Names, name_values
from .spending import Spending

__all__ = ["Wanted", "opcodes_named", "step_object", "trace_lines", "trace_rows"]

_FEW_ITEMS = 4
_TEXT = 44


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which steps are shown, and how much of them.

    `detail` 0 folds functions and loops, 1 loops only, 2 nothing, and 3 shows every item of
    both stacks in full. Steps are counted from 1, as they are shown: `first` to `last`.
    """

    phases: tuple[str, ...] = ()
    opcodes: tuple[int, ...] = ()
    first: int = 1
    last: int | None = None
    detail: int = 0

    @property
    def is_filtered(self) -> bool:
        """Whether only some phases or opcodes are wanted."""
        return bool(self.phases or self.opcodes)

    def has(self, steps: Steps, number: int) -> bool:
        """Whether a step is of these phases and opcodes."""
        return (not self.opcodes or steps.opcode(number) in self.opcodes) and (
            not self.phases or steps.phase(number) in self.phases
        )


def opcodes_named(text: str, rules: RuleSet) -> int | None:
    """Return the opcode of a name, with or without OP_, None if there is none."""
    name, known = text.strip().upper(), {**OPCODES_BY_NAME, **rules.opcodes_by_name}
    return known.get(name, known.get(f"OP_{name}"))


def chosen(trace: Trace, wanted: Wanted) -> Iterator[int | Fold]:
    """Yield what is shown: the numbers of steps, from 0, and folds."""
    steps = trace.steps
    first = max(0, wanted.first - 1)
    end = len(steps) if wanted.last is None else min(len(steps), wanted.last)
    keep = -1 if trace.failing is None else trace.failing.number
    if wanted.is_filtered or wanted.detail >= 2:
        yield from (at for at in range(first, end) if wanted.has(steps, at))
    else:
        calls = wanted.detail == 0
        yield from folded(steps, first, end, calls=calls, loops=True, keep=keep)


def trace_lines(spending: Spending, trace: Trace, wanted: Wanted) -> Iterator[str]:
    """Yield the lines of a trace: number, byte, instruction, and the stack before it."""
    names = name_values(spending)
    steps, phase = trace.steps, ""
    for each in chosen(trace, wanted):
        if isinstance(each, Fold):
            yield f"{'':>13}  {'  ' * each.depth}... {each.text}"
            continue
        step = steps[each]
        if step.phase != phase:
            phase = step.phase
            yield f"{phase} bytecode, {len(_outer(step)):,} bytes"
        yield _line(step, names, wanted.detail, spending)
        if wanted.detail >= 3:
            yield from _all_of(step, names)
    if trace.omitted:
        yield f"... and {trace.omitted:,} more steps that were not kept"
    failing = trace.failing
    mark = "" if failing is None else f"step {failing.number + 1}, "
    yield f"{'' if trace.result.ok else 'refused: '}{mark}{printable(str(trace.result))}"


def _outer(step: TraceStep) -> bytes:
    return step.calls[0].code if step.calls else step.code


def _line(step: TraceStep, names: Names, detail: int, spending: Spending) -> str:
    text = short_text(instruction_text(step, spending), names)
    if not step.executed:
        text = f"({text})"
    text = printable("  " * step.depth + text)
    place = ""
    if spending.contracts:
        found = places_of(spending.contracts, step.code, step.offset)
        place = f"  {printable(str(found[0][1]))}" if len(found) == 1 else ""
    items = "" if detail >= 3 else f"  {_few(step, names)}"
    return f"{step.number + 1:>6} {step.offset:>6}  {text:<{_TEXT}}{items}{place}".rstrip()


def instruction_text(step: TraceStep, spending: Spending) -> str:
    """Return an instruction's assembly."""
    return instructions_of(step.code, spending.rules)[step.position][1]


def _few(step: TraceStep, names: Names) -> str:
    """The top items, the top last, as they lie."""
    shown = [_brief(item, names) for item in step.stack[-_FEW_ITEMS:]]
    more = len(step.stack) - len(shown)
    return f"[{f'{more} more, ' if more else ''}{', '.join(shown)}]"


def _brief(item: bytes, names: Names) -> str:
    shown = show_item(item, names)
    if shown.name:
        return shown.name
    if shown.number is not None:
        return f"{shown.number}"
    return f"0x{item[:6].hex()}..." if len(item) > 8 else f"0x{item.hex()}"


def _all_of(step: TraceStep, names: Names) -> Iterator[str]:
    for name, items in (("", step.stack), ("alternate ", step.alt_stack)):
        for depth, item in enumerate(reversed(items)):
            shown = show_item(item, names)
            said = "empty" if not item else shown.hex
            number = "" if shown.number is None else f" {shown.number:,}"
            known = f" = {shown.name}" if shown.name else ""
            yield f"{'':>15}{name}{depth}: {said}{number}{known}"
    yield f"{'':>15}operation cost {step.op_cost:,}, {len(step.functions)} functions"


def trace_rows(spending: Spending, trace: Trace, wanted: Wanted) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a table, its head first."""
    names, steps = name_values(spending), trace.steps
    yield "step", "phase", "byte", "instruction", "stack before it, the top last", "cost"
    for each in chosen(trace, wanted):
        if isinstance(each, Fold):
            yield "", "", "", f"... {each.text}", "", ""
            continue
        step = steps[each]
        text = printable("  " * step.depth + short_text(instruction_text(step, spending), names))
        yield (
            f"{step.number + 1:,}",
            step.phase,
            f"{step.offset}",
            text if step.executed else f"({text})",
            _few(step, names),
            f"{step.op_cost:,}",
        )


def step_object(step: TraceStep, spending: Spending) -> dict[str, Any]:
    """Return a step as an object of JSON, counted from 1; the top of each stack comes last."""
    found = places_of(spending.contracts, step.code, step.offset)
    place = found[0][1] if len(found) == 1 else None
    return {
        "step": step.number + 1,
        "phase": step.phase,
        "offset": step.offset,
        "opcode": step.name,
        "executed": step.executed,
        "depth": step.depth,
        "calls": len(step.calls),
        "control": list(step.control),
        "op_cost": step.op_cost,
        "stack": [item.hex() for item in step.stack],
        "alt_stack": [item.hex() for item in step.alt_stack],
        "functions": {name.hex(): body.hex() for name, body in step.functions.items()},
        "source": place and {"file": place.file, "line": place.line, "column": place.column},
    }
