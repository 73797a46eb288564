"""The runs of a transaction's inputs as data for its page: small enough for 50,000 steps.

Stacks are told as what each instruction took from the stack before it and what it left, items by
their number in one table of all different items.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..contract.contract import Contract
from ..encoding.printable import printable
from ..vm.trace import Trace
from .listing import instructions_of, places_of
from .makers import Makers
from .names import Names
from .spending import Spending

__all__ = ["PageData", "run_data"]

_LONGEST_ITEM = 520
_SHORT_ITEM = 24
# Together, in hexadecimal digits: beyond it long items are told by their ends only.
_MOST_DIGITS = 2_400_000
_MOST_TEXT = 160
_NEAR = 8


@dataclass(slots=True)
class PageData:
    """The tables that the runs of a page share: items, scripts, sources."""

    spending: Spending
    names: Names
    items: dict[bytes, int] = field(default_factory=dict)
    shown: list[list[Any]] = field(default_factory=list)
    digits: int = 0
    scripts: dict[bytes, int] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)

    def item(self, value: bytes) -> int:
        """Return the number of an item in the table."""
        number = self.items.get(value)
        if number is None:
            number = self.items[value] = len(self.shown)
            self.shown.append(self._shown(value))
        return number

    def _shown(self, value: bytes) -> list[Any]:
        most = _LONGEST_ITEM if self.digits < _MOST_DIGITS else _SHORT_ITEM
        name = printable(self.names.of(value))
        if not name and self.names.displayed(value):
            name = f"{printable(self.names.displayed(value))}, reversed as it is displayed"
        digits = value.hex()
        if len(value) > most:
            half = most // 2
            digits = f"{value[:half].hex()}...{value[-half:].hex()}"
        self.digits += len(digits)
        if len(value) > most:
            return [digits, name, len(value)]
        return [digits, name] if name else [digits]

    def script(self, code: bytes) -> int:
        """Return the number of a script in the table."""
        number = self.scripts.get(code)
        if number is None:
            number = self.scripts[code] = len(self.told)
            self.told.append({"hex": code.hex(), "steps": list(self._instructions(code))})
        return number

    def _instructions(self, code: bytes) -> Iterator[list[Any]]:
        for offset, text in instructions_of(code, self.spending.rules):
            short = text if len(text) <= _MOST_TEXT else f"{text[:60]}...{text[-20:]}"
            short = printable(short)
            places = places_of(self.spending.contracts, code, offset)
            told: list[Any] = [offset, short]
            if len(places) == 1:
                contract, found = places[0]
                check = found.check
                named = printable(check.name) if check is not None and check.is_named else ""
                told += [self._source(contract, found.source, found.file), found.line, named]
            yield told

    def _source(self, contract: Contract, source: str, file: str) -> str:
        file = printable(file)
        if file not in self.sources:
            is_own = source.rpartition("/")[2] == contract.name.rpartition("/")[2]
            text = contract.text if is_own else None
            lines = [] if text is None else text.replace("\r\n", "\n").split("\n")
            self.sources[file] = {"lines": [printable(each.expandtabs(4)) for each in lines]}
        return file


def run_data(data: PageData, trace: Trace, index: int) -> dict[str, Any]:
    """Return the run of one input."""
    steps, result = trace.steps, trace.result
    changes = _Changes()
    positions, costs, takes, leaves = [], [], [], []
    makers, made = Makers(steps), _Changed()
    before: tuple[bytes, ...] = ()
    cost = 0
    for number in range(len(steps)):
        code, _ = steps.place(number)
        stack, flow = steps.stack(number), steps.flow(number)
        kept = _common(before, stack)
        takes.append(len(before) - kept)
        leaves.append([data.item(each) for each in stack[kept:]])
        if number:
            makers.follow(number - 1, len(stack))
            made.note(number, makers.items[kept:])
        positions.append(steps.position(number))
        costs.append(steps.op_cost(number) - cost)
        before, cost = stack, steps.op_cost(number)
        changes.note("script", number, data.script(code))
        changes.note("phase", number, steps.phase(number))
        changes.note("executed", number, int(flow.executing))
        changes.note("depth", number, flow.depth)
        changes.note("calls", number, len(flow.calls))
        changes.note("alt", number, [data.item(each) for each in flow.alt_stack])
    kept = _common(before, result.stack)
    if len(steps) and trace.failing is None and not trace.omitted:
        makers.follow(len(steps) - 1, len(result.stack))
        made.note(len(steps), makers.items[kept:])
    metrics = result.metrics
    failing = trace.failing
    return {
        "input": index,
        "ok": result.ok,
        "said": printable(str(result)),
        "failing": None if failing is None else failing.number,
        "omitted": trace.omitted,
        "steps": len(steps),
        "positions": positions,
        "costs": costs,
        "takes": takes,
        "leaves": leaves,
        "makers": made.told,
        "end": [len(before) - kept, [data.item(each) for each in result.stack[kept:]]],
        "cost": metrics.op_cost,
        "limit": metrics.op_cost_limit,
        **changes.told,
    }


@dataclass(slots=True)
class _Changed:
    """The makers of what steps left, where it is not all by the step before."""

    told: dict[int, list[int]] = field(default_factory=dict)

    def note(self, number: int, makers: list[int]) -> None:
        if any(each != number - 1 for each in makers):
            self.told[number] = makers


@dataclass(slots=True)
class _Changes:
    """Values that stay the same for many steps: told where they change."""

    told: dict[str, list[list[Any]]] = field(
        default_factory=lambda: {
            name: [] for name in ("script", "phase", "executed", "depth", "calls", "alt")
        }
    )

    def note(self, name: str, number: int, value: object) -> None:
        changes = self.told[name]
        if not changes or changes[-1][1] != value:
            changes.append([number, value])


def _common(before: Sequence[bytes], after: Sequence[bytes]) -> int:
    """Return how many of the first items two stacks have in common."""
    size = min(len(before), len(after))
    # Compared in C as far as instructions seldom reach.
    at = size - _NEAR
    if at <= 0 or before[:at] != after[:at]:
        at = 0
    while at < size and before[at] == after[at]:
        at += 1
    return at
