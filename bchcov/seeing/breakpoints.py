"""Breakpoints: a byte, an opcode, a line or a named check of a source, a condition on the stack."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ..contract.found import Found
from ..errors import CommandError
from ..vm.steps import Steps
from .expressions import parse_expression
from .listing import places_of
from .spending import Spending
from .stepping_text import opcodes_named

__all__ = ["Breakpoint", "Places", "parse_breakpoint"]

_BYTE = re.compile(r"(?:(unlocking|locking|redeem|script):)?(?:byte\s+)?([0-9]{1,6})")
_LINE = re.compile(r"(?:line\s+|([^\s:]+):)([0-9]{1,6})")
_CHECK = re.compile(r"\[(.+)\]|check\s+(.+)")
_EXPECTED = (
    "expected a byte (42 or redeem:42), an opcode (OP_ADD), a line (line 5 or vault.cashasm:5), a"
    " named check ([owner]), or a condition (if top == 5)"
)


@dataclass(slots=True)
class Places:
    """Finds the source places of steps; each instruction is looked up once."""

    spending: Spending
    found: dict[tuple[bytes, int], tuple[Found, ...]] = field(default_factory=dict)

    def at(self, code: bytes, offset: int) -> tuple[Found, ...]:
        """Return the places that an instruction may come from."""
        key = code, offset
        if key not in self.found:
            places = places_of(self.spending.contracts, code, offset)
            self.found[key] = tuple(each for _, each in places)
        return self.found[key]


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """What to stop at, as it was written, and whether a step is it; steps are given by number.

    `is_place`: it is one of instructions, whatever the state there.
    """

    text: str
    matches: Callable[[Steps, int], bool] = field(repr=False)
    is_place: bool = True


def parse_breakpoint(text: str, places: Places) -> Breakpoint:
    """Read a breakpoint. Raises CommandError that says what is expected."""
    text = text.strip()
    if text.startswith("if "):
        expression = parse_expression(text[3:])
        return Breakpoint(text, lambda steps, number: expression.holds(steps[number]), False)
    if match := _BYTE.fullmatch(text):
        return Breakpoint(text, _at_byte(match[1], int(match[2])))
    if match := _LINE.fullmatch(text):
        file, line = match[1], int(match[2])
        _expect_contracts(places, text)
        return Breakpoint(
            text,
            _in_source(places, lambda each: each.line == line and file in (None, each.file)),
        )
    if match := _CHECK.fullmatch(text):
        name = (match[1] or match[2]).strip()
        _expect_check(places, name)
        return Breakpoint(
            text,
            _in_source(places, lambda each: each.check is not None and each.check.name == name),
        )
    opcode = opcodes_named(text, places.spending.rules)
    if opcode is None:
        raise CommandError(f"{text[:80]!a} is no breakpoint: {_EXPECTED}")
    return Breakpoint(
        text, lambda steps, number: steps.opcode(number) == opcode and steps.flow(number).executing
    )


def _at_byte(phase: str | None, offset: int) -> Callable[[Steps, int], bool]:
    def matches(steps: Steps, number: int) -> bool:
        return steps.place(number)[1] == offset and phase in (None, steps.phase(number))

    return matches


def _in_source(places: Places, fits: Callable[[Found], bool]) -> Callable[[Steps, int], bool]:
    def matches(steps: Steps, number: int) -> bool:
        return any(map(fits, places.at(*steps.place(number)))) and steps.flow(number).executing

    return matches


def _expect_contracts(places: Places, text: str) -> None:
    if not places.spending.contracts:
        raise CommandError(f"{text[:80]!a}: no contract is known, so there are no source lines")


def _expect_check(places: Places, name: str) -> None:
    names = [
        check.name
        for contract in places.spending.contracts
        for check in contract.checks
        if check.is_named
    ]
    if name not in names:
        known = ", ".join(names[:12]) or "none, since no contract is given"
        raise CommandError(f"there is no check {name[:40]!a}: expected one of {known}")
