"""CashAssembly into script bytes, with the place in the source that each byte comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ..errors import AssemblyError
from ..script.numbers import encode_number
from ..script.opcodes import OPCODES_BY_NAME
from ..script.pushes import encode_push
from ..transaction.context import TransactionContext
from ..transaction.model import Input, Output, Transaction
from ..vm.evaluate import run_script
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_SPEC
from .parser import (
    MAX_NESTED,
    Evaluation,
    Identifier,
    Literal,
    Node,
    Place,
    Push,
    parse,
)

__all__ = ["Assembled", "Binding", "Span", "assemble", "assemble_nodes", "assemble_with_map"]

_HEXADECIMAL = re.compile("[0-9a-fA-F]+")

Binding = bytes | int | str
"""Bytes as they are, an integer as a VM number, or CashAssembly source."""

_MAX_NUMBER_BYTES = 100_000
# No transaction is larger; a few short bindings, each twice the next, would be without end.
_MAX_BOUND_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes `start` to `end` of a script come from `line` and `column` of a source.

    `source` names the binding they stand in, None for the source that was assembled.
    """

    start: int
    end: int
    line: int
    column: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Assembled:
    """A script and where its bytes come from: one span an instruction, pushes as a whole."""

    code: bytes
    spans: tuple[Span, ...]

    def find(self, offset: int) -> Span | None:
        """The span of the byte at `offset`."""
        for span in self.spans:
            if span.start <= offset < span.end:
                return span
        return None


class _Assembler:
    def __init__(
        self, bindings: Mapping[str, Binding], rules: RuleSet, *, bare_numbers: bool = True
    ) -> None:
        self.bindings = bindings
        # Whether a number may stand outside a push, as its bytes; and whether this is inside.
        self.bare_numbers = bare_numbers
        self.pushing = False
        self.rules = rules
        self.open: list[str] = []
        self.made: dict[tuple[str, bool], Assembled] = {}
        self.depth = 0

    def error(self, message: str, place: Place) -> AssemblyError:
        binding = self.open[-1] if self.open else None
        return AssemblyError(message, line=place.line, column=place.column, binding=binding)

    def body(self, nodes: tuple[Node, ...]) -> Assembled:
        pieces: list[bytes] = []
        spans: list[Span] = []
        size = 0
        self.depth += 1
        for node in nodes:
            # Brackets and bindings together: each is a few frames of Python's stack.
            if self.depth > MAX_NESTED:
                raise self.error(f"nested more than {MAX_NESTED} deep", node.place)
            piece = self.node(node)
            source = self.open[-1] if self.open else None
            if isinstance(piece, Assembled):
                spans += [
                    Span(size + span.start, size + span.end, span.line, span.column, span.source)
                    for span in piece.spans
                ]
                code = piece.code
            else:
                code = piece
                if code:
                    spans.append(
                        Span(size, size + len(code), node.place.line, node.place.column, source)
                    )
            pieces.append(code)
            size += len(code)
            if size > _MAX_BOUND_BYTES and isinstance(node, Identifier) and self.is_bound(node):
                raise self.error(
                    f"with {node.name[:64]!r} this has {size} bytes, limit {_MAX_BOUND_BYTES}",
                    node.place,
                )
        self.depth -= 1
        return Assembled(b"".join(pieces), tuple(spans))

    def node(self, node: Node) -> bytes | Assembled:
        if isinstance(node, Literal):
            return self.literal(node.value, node.place)
        if isinstance(node, Identifier):
            return self.identifier(node)
        if isinstance(node, Push):
            return encode_push(self.within(node.body, pushing=True).code)
        return self.evaluate(node)

    def within(self, nodes: tuple[Node, ...], *, pushing: bool) -> Assembled:
        outer, self.pushing = self.pushing, pushing
        made = self.body(nodes)
        self.pushing = outer
        return made

    def literal(self, value: bytes | int, place: Place) -> bytes:
        if isinstance(value, bytes):
            return value
        if not self.bare_numbers and not self.pushing:
            raise self.error(_bare_number(value), place)
        if value.bit_length() >= 8 * _MAX_NUMBER_BYTES:
            raise self.error(f"this number has more than {_MAX_NUMBER_BYTES} bytes", place)
        return encode_number(value)

    def is_bound(self, node: Identifier) -> bool:
        return node.name in self.bindings

    def identifier(self, node: Identifier) -> bytes | Assembled:
        name = node.name
        opcode = OPCODES_BY_NAME.get(name)
        if opcode is not None and self.is_bound(node):
            raise self.error(f"{name!r} is an opcode: nothing can be bound to it", node.place)
        if opcode is not None:
            return bytes((opcode,))
        if not self.is_bound(node):
            raise self.unknown(node)
        bound = self.bindings[name]
        if isinstance(bound, str):
            key = name, self.pushing
            if key not in self.made:
                self.made[key] = self.script(node, bound)
            return self.made[key]
        if not isinstance(bound, bytes | int):
            kind = type(bound).__name__
            raise self.error(
                f"{name[:64]!r} is bound to a {kind}, not bytes, int or str", node.place
            )
        return self.literal(bound, node.place)

    def script(self, node: Identifier, source: str) -> Assembled:
        name = node.name
        if name in self.open:
            circle = " -> ".join([*self.open[self.open.index(name) :], name])
            raise self.error(f"{name!r} is made of itself: {circle}", node.place)
        self.open.append(name)
        try:
            return self.body(parse(source))
        except AssemblyError as error:
            if error.binding is not None:
                raise
            raise self.error(error.message, Place(error.line, error.column)) from error
        finally:
            self.open.pop()

    def unknown(self, node: Identifier) -> AssemblyError:
        names = {name.upper(): name for name in [*OPCODES_BY_NAME, *self.bindings]}
        found = get_close_matches(node.name[:64].upper(), names, n=3, cutoff=0.75)
        close = [names[name] for name in found]
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        if _HEXADECIMAL.fullmatch(node.name) and not len(node.name) % 2:
            hint = f"; hexadecimal bytes are pushed by <0x{node.name[:64]}>"
        elif _HEXADECIMAL.fullmatch(node.name):
            hint = "; hexadecimal bytes are pushed by <0x...>, two digits a byte"
        return self.error(f"nothing is called {node.name[:64]!r}{hint}", node.place)

    def evaluate(self, node: Evaluation) -> bytes:
        code = self.within(node.body, pushing=False).code
        result = run_script(code, self.rules, context=_surroundings(code))
        if result.reason is not None:
            raise self.error(f"this evaluation fails: {result}", node.place)
        if len(result.stack) != 1:
            raise self.error(
                f"this evaluation leaves {len(result.stack)} items, not one", node.place
            )
        return result.stack[0]


def _bare_number(value: int) -> str:
    digits = str(abs(value)) if value.bit_length() < 200 else "..."
    number = f"-{digits}" if value < 0 else digits
    pushes = f"<{number}> pushes the number"
    if value >= 0:
        pushes += f", <0x{digits if len(digits) % 2 == 0 else '...'}> hexadecimal bytes"
    return f"the number {number} outside a push is bytes of the script that push nothing: {pushes}"


def _surroundings(code: bytes) -> TransactionContext:
    """The transaction that an evaluation sees, the same in every implementation.

    Source: libauth, createAuthenticationProgramEvaluationCommon.
    """
    transaction = Transaction(
        version=0,
        inputs=(Input(bytes(32), 0, b"", 0),),
        outputs=(Output(0, b"\x6a"),),
        locktime=0,
    )
    return TransactionContext(transaction, (Output(0, code),))


def assemble_with_map(
    source: str,
    bindings: Mapping[str, Binding] | None = None,
    *,
    rules: RuleSet = BCH_SPEC.consensus,
    bare_numbers: bool = True,
) -> Assembled:
    """Assemble CashAssembly, and keep where in the source each instruction stands.

    Takes and raises what `assemble` does.
    """
    return _Assembler(bindings or {}, rules, bare_numbers=bare_numbers).body(parse(source))


def assemble_nodes(
    nodes: tuple[Node, ...],
    bindings: Mapping[str, Binding],
    *,
    source: str | None = None,
    rules: RuleSet = BCH_SPEC.consensus,
) -> Assembled:
    """Assemble a part of a source that was parsed; `source` is the binding that it stands in.

    Raises AssemblyError.
    """
    assembler = _Assembler(bindings, rules)
    if source is not None:
        assembler.open.append(source)
    return assembler.body(nodes)


def assemble(
    source: str,
    bindings: Mapping[str, Binding] | None = None,
    *,
    rules: RuleSet = BCH_SPEC.consensus,
    bare_numbers: bool = True,
) -> bytes:
    """Assemble CashAssembly into script bytes.

    `bindings` gives identifiers that are no opcodes their meaning: bytes are taken as they
    are, integers as VM numbers, and text is CashAssembly with the same
    bindings. `$(...)` is run under `rules` and must leave one item. A number outside a push
    is its bytes in the script, which is seldom meant: without `bare_numbers` it is an error.

    Raises AssemblyError with the line and column, within a binding with its name.
    """
    return assemble_with_map(source, bindings, rules=rules, bare_numbers=bare_numbers).code
