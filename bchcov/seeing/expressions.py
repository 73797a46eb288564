"""Expressions on the state of a step, for watches and breakpoints: `top == 5`, `stack[1]`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import CommandError
from ..script.numbers import decode_number, minimal_number
from ..vm.steps import TraceStep

__all__ = ["Expression", "parse_expression"]

Value = int | bytes | None
_TERM = re.compile(
    r"(?P<name>top|size|altsize|cost|depth|calls)"
    r"|(?P<stack>stack|alt)\s*\[\s*(?P<index>[0-9]{1,4})\s*\]"
    r"|(?P<hex>0x(?:[0-9a-fA-F]{2})*)"
    r"|(?P<number>-?[0-9]{1,40})"
    r"|'(?P<text>[^']*)'"
)
_OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_SPLIT = re.compile(r"\s*(==|!=|<=|>=|<|>)\s*")
_EXPECTED = (
    "expected top, stack[N], alt[N], size, altsize, cost, depth, calls, a number, 0x and"
    " hexadecimal or 'text', alone or compared by ==, !=, <, <=, >, >="
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A value of a step, or two that are compared; `text` is how it was written.

    Items are told apart as bytes, and as numbers where the other side is a number or the
    comparison is one of order.
    """

    text: str
    left: Callable[[TraceStep], Value]
    symbol: str = ""
    right: Callable[[TraceStep], Value] | None = None

    def value(self, step: TraceStep) -> Value | bool:
        """Evaluate it; None where an item is not there, or is no number where one is needed."""
        left = self.left(step)
        if self.right is None:
            return left
        right = self.right(step)
        if left is None or right is None:
            return None
        if isinstance(left, bytes) and isinstance(right, bytes) and self.symbol in ("==", "!="):
            return (left == right) is (self.symbol == "==")
        numbers = [_number(each) for each in (left, right)]
        if numbers[0] is None or numbers[1] is None:
            return None
        return _OPERATORS[self.symbol](numbers[0], numbers[1])

    def holds(self, step: TraceStep) -> bool:
        """Whether the comparison is true."""
        return self.value(step) is True


def _number(value: int | bytes) -> int | None:
    if isinstance(value, int):
        return value
    return decode_number(minimal_number(value)) if len(value) <= 1_000 else None


def parse_expression(text: str) -> Expression:
    """Read an expression. Raises CommandError that says what is expected."""
    parts = _SPLIT.split(text.strip())
    if len(parts) not in (1, 3):
        raise CommandError(f"{text[:80]!a} is no expression: {_EXPECTED}")
    left = _term(parts[0], text)
    if len(parts) == 1:
        return Expression(text.strip(), left)
    return Expression(text.strip(), left, parts[1], _term(parts[2], text))


def _term(part: str, whole: str) -> Callable[[TraceStep], Value]:
    match = _TERM.fullmatch(part.strip())
    if match is None:
        raise CommandError(f"{whole[:80]!a} is no expression: {_EXPECTED}")
    if match["stack"]:
        return _item(match["stack"], int(match["index"]))
    if match["name"]:
        return _NAMES[match["name"]]
    constant: Value
    if match["hex"]:
        constant = bytes.fromhex(match["hex"][2:])
    elif match["number"]:
        constant = int(match["number"])
    else:
        try:
            # Bytes that are no text come as halves of pairs, and go as the bytes that they were.
            constant = match["text"].encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise CommandError(f"{whole[:80]!a} has characters that are no text") from None
    return lambda _: constant


def _item(which: str, depth: int) -> Callable[[TraceStep], Value]:
    def read(step: TraceStep) -> Value:
        items = step.stack if which == "stack" else step.alt_stack
        return items[-1 - depth] if depth < len(items) else None

    return read


_NAMES: dict[str, Callable[[TraceStep], Value]] = {
    "top": _item("stack", 0),
    "size": lambda step: len(step.stack),
    "altsize": lambda step: len(step.alt_stack),
    "cost": lambda step: step.op_cost,
    "depth": lambda step: step.depth,
    "calls": lambda step: len(step.calls),
}
