"""Why a transaction is refused, on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..contract.explaining import find_refusal
from ..contract.found import Found
from ..encoding.printable import printable
from ..reasons import Problem, Reason, TransactionCheck
from ..vm.metrics import Metrics
from .failing import Failing, find_failing
from .hints import hints_of
from .inside import inside_of
from .items import ShownItem, show_item
from .listing import ListedLine, around, places_of, source_around
from .made import maker_text
from .names import name_values
from .spending import Spending
from .transaction_hints import transaction_hints

__all__ = ["Explanation", "why"]

_MOST_ITEMS = 8
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a transaction is refused; `str` is one screen of text.

    `problem` is the verdict's. `sentence` names the source line and the check of a known contract.
    The rest is of the input that fails: the phase, the `offset` in bytes and the `opcode` of the
    instruction that decided it, the functions and loops that it is `inside` of, the instructions
    around it, the lines of the source around it, both stacks before it, the top first, the limits
    that matter, and what is certainly wrong (`hints`).
    """

    problem: Problem
    sentence: str = ""
    phase: str | None = None
    offset: int | None = None
    opcode: str | None = None
    step: int | None = None
    steps: int = 0
    inside: tuple[str, ...] = ()
    listing: tuple[ListedLine, ...] = ()
    source: str | None = None
    source_lines: tuple[ListedLine, ...] = ()
    check: str | None = None
    why_check: str = ""
    stack: tuple[ShownItem, ...] = ()
    alt_stack: tuple[ShownItem, ...] = ()
    limits: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as an object of JSON."""
        return {
            "check": self.problem.check,
            "reason": self.problem.reason,
            "detail": self.problem.detail,
            "input": self.problem.input,
            "sentence": self.sentence,
            "phase": self.phase,
            "offset": self.offset,
            "opcode": self.opcode,
            "inside": list(self.inside),
            "source": self.source,
            "named_check": self.check,
            "stack": [item.value.hex() for item in reversed(self.stack)],
            "alt_stack": [item.value.hex() for item in reversed(self.alt_stack)],
            "limits": list(self.limits),
            "hints": list(self.hints),
        }

    def __str__(self) -> str:
        lines = _wrapped("refused  ", printable(str(self.problem)))
        if self.check is not None:
            lines.append(f"check    {printable(f'[{self.check}] {self.why_check}'.rstrip())}")
        if self.source is not None:
            lines.append(f"source   {printable(self.source)}")
        lines += _listed(self.source_lines)
        if self.phase is not None and self.listing:
            lines.append(f"script   {self.phase} bytecode{self._at()}")
            lines += [f"         {each}" for each in self.inside]
            lines += _listed(self.listing)
        if self.phase is not None:
            lines += _items("stack", self.stack) + _items("alternate stack", self.alt_stack)
        for limit in self.limits:
            lines += _wrapped("limit    ", limit)
        for hint in self.hints:
            lines += _wrapped("hint     ", printable(hint))
        return "\n".join(lines)

    def _at(self) -> str:
        if self.offset is None or self.opcode is None:
            return ""
        where = "" if self.step is None else f", step {self.step + 1:,} of {self.steps:,}"
        return f", byte {self.offset}, {self.opcode}{where}"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def _listed(lines: tuple[ListedLine, ...]) -> list[str]:
    return [
        _cut(f"  {'>' if line.is_marked else ' '} {line.number:>5}  {printable(line.text)}")
        for line in lines
    ]


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..."


def _items(name: str, items: tuple[ShownItem, ...]) -> list[str]:
    if not items:
        return [f"{name}: empty"] if name == "stack" else []
    lines = [f"{name}, the top first"]
    lines += [_cut(f"    {at:>5}  {item}") for at, item in enumerate(items[:_MOST_ITEMS])]
    if len(items) > _MOST_ITEMS:
        lines.append(f"           and {len(items) - _MOST_ITEMS} more")
    return lines


def _wrapped(head: str, text: str) -> list[str]:
    lines, words = [head], text.split(" ")
    for word in words:
        if len(lines[-1]) + len(word) >= _WIDTH and lines[-1].strip():
            lines.append(" " * len(head))
        lines[-1] += word if lines[-1].endswith(" ") else f" {word}"
    return lines


def why(spending: Spending) -> Explanation | None:
    """Explain why a transaction is refused; None if it is accepted."""
    problem = spending.error
    if problem is None:
        return None
    if problem.check is not TransactionCheck.SCRIPTS or problem.input is None:
        return Explanation(problem, hints=tuple(transaction_hints(spending, problem)))
    names = name_values(spending)
    failing = find_failing(spending, problem.input, names)
    result, step = failing.result, failing.step
    code = result.code if step is None else step.code
    offset = result.offset if step is None else step.offset
    places = (
        places_of(spending.contracts, code, offset, at_end=failing.is_end)
        if (code is not None and offset is not None)
        else ()
    )
    source, source_lines, check, why_check = _source(places[:1] if len(places) == 1 else ())
    return Explanation(
        problem,
        find_refusal(result, *spending.contracts).sentence if spending.contracts else "",
        result.phase if step is None else step.phase,
        offset,
        None if step is None else step.name,
        None if step is None else step.number,
        len(failing.trace),
        () if step is None else tuple(inside_of(failing.trace.steps, step)),
        () if code is None else tuple(around(code, offset, names, spending.rules)),
        source,
        source_lines,
        check,
        why_check,
        tuple(_stack(failing)),
        tuple(show_item(item, names) for item in reversed(failing.alt_stack)),
        tuple(_limits(failing)),
        (*_false_item(failing), *hints_of(failing)),
    )


def _stack(failing: Failing) -> Iterator[ShownItem]:
    """Yield the items before the step, the top first, the first ones with what made them."""
    trace = failing.trace
    number = len(trace) if failing.step is None else failing.step.number
    for depth, item in enumerate(reversed(failing.stack)):
        origin = ""
        if depth < _MOST_ITEMS and not trace.omitted:
            maker = failing.makers.maker(number, depth)
            origin = maker_text(maker, failing.spending.contracts)
        yield show_item(item, failing.names, origin)


def _false_item(failing: Failing) -> Iterator[str]:
    """Say what made the false item that OP_VERIFY found."""
    maker = failing.maker
    if maker is None or not failing.operands:
        return
    contracts = failing.spending.contracts
    items = []
    for depth, item in reversed(list(enumerate(reversed(failing.operands)))):
        origin = maker_text(failing.makers.maker(maker.number, depth), contracts)
        items.append(str(show_item(item, failing.names, origin)))
    yield (
        f"the false item is that of {maker.name} at byte {maker.offset}, of {' and '.join(items)}"
    )


def _source(
    places: tuple[tuple[Any, Found], ...],
) -> tuple[str | None, tuple[ListedLine, ...], str | None, str]:
    if not places:
        return None, (), None, ""
    contract, found = places[0]
    check = found.check
    named = check is not None and check.is_named
    return (
        str(found),
        tuple(source_around(contract, found)),
        check.name if check is not None and named else None,
        check.why if check is not None and named else "",
    )


_BUDGETS = {
    Reason.OP_COST: ("operation cost", "op_cost"),
    Reason.TOO_MANY_HASH_ITERS: ("hash iterations", "hash_iterations"),
    Reason.INPUT_SIGCHECKS: ("signature checks", "signature_checks"),
}


def _limits(failing: Failing) -> list[str]:
    """Say which budget is exceeded, and by how much."""
    reason = failing.result.reason
    if reason not in _BUDGETS:
        return []
    metrics: Metrics = failing.result.metrics
    name, attribute = _BUDGETS[reason]
    used, limit = getattr(metrics, attribute), getattr(metrics, f"{attribute}_limit")
    size = len(failing.spending.transaction.inputs[failing.index].unlocking_bytecode)
    return [
        f"{name} {used:,} of {limit:,}: {used - limit:,} too many; the limit follows from the"
        f" {size:,} bytes of the unlocking bytecode"
    ]
