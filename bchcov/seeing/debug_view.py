"""What a debugger shows of where it stands, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from ..contract.contract import Contract
from ..contract.found import Found
from ..encoding.printable import printable
from ..vm.steps import TraceStep
from .debugger import Debugger
from .items import ShownItem, show_item
from .listing import ListedLine, around, places_of, source_around
from .made import maker_text

__all__ = [
    "end_line",
    "item_lines",
    "item_text",
    "listing_of",
    "shown_alt_stack",
    "shown_stack",
    "source_lines",
    "source_of",
    "state_lines",
    "watch_lines",
    "where_line",
]

_MOST_ITEMS = 8
_MOST_MADE = 12


def where_line(debugger: Debugger) -> str:
    """Say where the debugger stands, on one line."""
    step, count = debugger.step, len(debugger.trace)
    if step is None:
        return end_line(debugger)
    executed = "" if step.executed else ", not executed"
    calls = f", in {len(step.calls)} function{'' if len(step.calls) == 1 else 's'}"
    said = (
        f"step {step.number + 1:,} of {count:,}, {step.phase} bytecode, byte {step.offset},"
        f" {step.name}{executed}{calls if step.calls else ''}, cost {step.op_cost:,}"
    )
    place = source_of(debugger)
    source = "" if place is None else f", {place[1]}{_check(place[1])}"
    failing = f": {debugger.trace.result}" if debugger.is_failing else ""
    return printable(f"{said}{source}{' FAILS' if debugger.is_failing else ''}{failing}")


def _check(found: Found) -> str:
    return f" [{found.check.name}]" if found.check is not None and found.check.is_named else ""


def end_line(debugger: Debugger) -> str:
    """Say how the run ended."""
    return printable(f"the end, after {len(debugger.trace):,} steps: {debugger.trace.result}")


def source_of(debugger: Debugger) -> tuple[Contract, Found] | None:
    """Return the contract and the source place of the step; None if it is not known."""
    step = debugger.step
    if step is None:
        return None
    places = places_of(debugger.spending.contracts, step.code, step.offset)
    return places[0] if len(places) == 1 else None


def listing_of(debugger: Debugger, *, lines: int = 4) -> list[ListedLine]:
    """List the instructions around the step."""
    step = debugger.step
    return (
        []
        if step is None
        else around(step.code, step.offset, debugger.names, debugger.spending.rules, lines=lines)
    )


def source_lines(debugger: Debugger, *, lines: int = 3) -> list[ListedLine]:
    """List the lines of the source around the step."""
    place = source_of(debugger)
    return [] if place is None else source_around(*place, lines=lines)


def shown_stack(debugger: Debugger) -> Iterator[ShownItem]:
    """Yield the items of the stack, the top first, the first ones with what made them."""
    for depth, item in enumerate(reversed(debugger.stack)):
        maker = debugger.maker(depth) if depth < _MOST_MADE else None
        yield show_item(item, debugger.names, maker_text(maker, debugger.spending.contracts))


def shown_alt_stack(debugger: Debugger) -> Iterator[ShownItem]:
    """Yield the items of the alternate stack, the top first."""
    for item in reversed(debugger.alt_stack):
        yield show_item(item, debugger.names)


def watch_lines(debugger: Debugger) -> Iterator[str]:
    """Yield the watch list with the values that it has here."""
    step = debugger.step
    for number, each in enumerate(debugger.watches, 1):
        yield printable(f"watch {number}  {each.text} = {_value(debugger, step, number - 1)}")


def _value(debugger: Debugger, step: TraceStep | None, index: int) -> str:
    value = None if step is None else debugger.watches[index].value(step)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:,}" if isinstance(value, int) else str(show_item(value, debugger.names))


def state_lines(debugger: Debugger) -> Iterator[str]:
    """Yield what is shown after each move: the place, the instructions around it, the stack."""
    yield where_line(debugger)
    for line in listing_of(debugger, lines=2):
        mark = ">" if line.is_marked else " "
        yield printable(f"  {mark} {line.number:>5}  {line.text}")
    yield from item_lines("stack", list(shown_stack(debugger)))
    if debugger.alt_stack:
        yield from item_lines("alternate stack", list(shown_alt_stack(debugger)))
    yield from watch_lines(debugger)


def item_lines(name: str, items: list[ShownItem], *, most: int = _MOST_ITEMS) -> Iterator[str]:
    """Yield a stack, the top first."""
    yield f"{name}: empty" if not items else f"{name}, the top first"
    for depth, item in enumerate(items[:most]):
        yield f"    {item_text(depth, item)}"
    if len(items) > most:
        yield f"           and {len(items) - most} more"


def item_text(depth: int, item: ShownItem) -> str:
    """Show an item with its depth."""
    return f"{depth:>5}  {item}"
