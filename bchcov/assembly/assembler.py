"""The assembler: turns parsed CashAssembly into script bytes with a source map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..errors import AssemblyError
from ..script.numbers import encode_number
from ..script.opcodes import OPCODES_BY_NAME
from ..script.pushes import encode_push
from ..transaction.context import TransactionContext
from ..transaction.model import Input, Output, Transaction
from ..vm.evaluate import run_script
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_SPEC
from .hints import describe_bare_number, describe_unknown
from .nodes import Evaluation, Identifier, Literal, Node, Place, Push
from .parser import MAX_NESTED, parse
from .source_map import Assembled, Span

__all__ = ["Assembler", "Binding"]

Binding = bytes | int | str
"""What a name stands for: bytes as they are, an integer as a VM number, or CashAssembly text."""

_MAX_NUMBER_BYTES = 100_000
# The size of the largest transaction. Without a limit, a few short bindings that each
# repeat the next one twice would assemble to an exponential number of bytes.
_MAX_BOUND_BYTES = 1_000_000


class _OpenBody:
    """A body that is being assembled: the nodes still to come, and the bytes made so far.

    `opener` is the push, evaluation or binding that the body belongs to, None for the
    outermost body. `is_pushed` says whether the body's bytes end up inside a push.
    """

    __slots__ = ("_code", "_spans", "is_pushed", "nodes", "opener")

    def __init__(
        self,
        nodes: Iterable[Node],
        opener: Push | Evaluation | Identifier | None,
        *,
        is_pushed: bool,
        has_map: bool,
    ) -> None:
        self.nodes = iter(nodes)
        self.opener = opener
        self.is_pushed = is_pushed
        self._code = bytearray()
        self._spans: list[Span] | None = [] if has_map else None

    @property
    def size(self) -> int:
        """The bytes made so far."""
        return len(self._code)

    def add(self, piece: bytes | Assembled, place: Place, source: str | None) -> None:
        """Append what one node has become; only a binding's text brings its own spans."""
        start = self.size
        code = piece.code if isinstance(piece, Assembled) else piece
        self._code += code
        if self._spans is None:
            return
        if isinstance(piece, Assembled):
            self._spans += [
                Span(start + span.start, start + span.end, span.line, span.column, span.source)
                for span in piece.spans
            ]
        elif code:
            self._spans.append(Span(start, start + len(code), place.line, place.column, source))

    def finish(self) -> Assembled:
        """Return what the body has become."""
        return Assembled(bytes(self._code), tuple(self._spans or ()))


class Assembler:
    """Assembles nodes with `bindings`, the text of each of which is assembled only once.

    With `bare_numbers` a number outside a push stands for its bytes; without, it is an
    error. `pushed` has what the body of each push has become, by its binding (None for the
    main source), line and column. Without `has_map` no places are kept: there are no spans,
    and `pushed` stays empty.
    """

    def __init__(
        self,
        bindings: Mapping[str, Binding],
        rules: RuleSet = BCH_SPEC.consensus,
        *,
        bare_numbers: bool = True,
        has_map: bool = True,
    ) -> None:
        self.pushed: dict[tuple[str | None, int, int], Assembled] = {}
        self._bindings = bindings
        self._rules = rules
        self._bare_numbers = bare_numbers
        self._has_map = has_map
        # The names of the bindings that are being assembled, outermost first.
        self._open_names: list[str] = []
        # The bodies that are being assembled. A list instead of recursion: how deep a
        # source may nest must not depend on how deep in Python's stack the caller is.
        self._open_bodies: list[_OpenBody] = []
        # Bindings that have been assembled, outside and inside a push.
        self._finished: dict[tuple[str, bool], Assembled] = {}

    def assemble(self, nodes: Iterable[Node], source: str | None = None) -> Assembled:
        """Assemble `nodes`, which come from the binding `source`, None for the main source.

        Raises AssemblyError with the place, and the binding it is in.
        """
        self._open_names = [] if source is None else [source]
        bodies = self._open_bodies = [
            _OpenBody(nodes, None, is_pushed=False, has_map=self._has_map)
        ]
        while True:
            body = bodies[-1]
            for node in body.nodes:
                piece = self._begin(node)
                if piece is None:
                    break
                self._add(node, piece)
            else:
                bodies.pop()
                if body.opener is None:
                    return body.finish()
                self._add(body.opener, self._end(body, body.opener))

    def _error(self, message: str, place: Place) -> AssemblyError:
        return AssemblyError(
            message, line=place.line, column=place.column, binding=self._current_source()
        )

    def _current_source(self) -> str | None:
        return self._open_names[-1] if self._open_names else None

    def _add(self, node: Node, piece: bytes | Assembled) -> None:
        body = self._open_bodies[-1]
        body.add(piece, node.place, self._current_source())
        if (
            body.size > _MAX_BOUND_BYTES
            and isinstance(node, Identifier)
            and node.name in self._bindings
        ):
            raise self._error(
                f"with {node.name[:64]!r} this has {body.size} bytes, limit {_MAX_BOUND_BYTES}",
                node.place,
            )

    def _begin(self, node: Node) -> bytes | Assembled | None:
        """Assemble a node that contains no others; for one that does, open its body instead."""
        if isinstance(node, Literal):
            return self._literal(node.value, node.place)
        if isinstance(node, Identifier):
            return self._identifier(node)
        self._open(node, node.body, is_pushed=isinstance(node, Push))
        return None

    def _open(
        self, node: Push | Evaluation | Identifier, nodes: tuple[Node, ...], *, is_pushed: bool
    ) -> None:
        # Brackets and bindings count together; the outermost body is no level.
        if len(self._open_bodies) > MAX_NESTED:
            raise self._error(f"nested more than {MAX_NESTED} deep", node.place)
        self._open_bodies.append(_OpenBody(nodes, node, is_pushed=is_pushed, has_map=self._has_map))

    def _end(self, body: _OpenBody, opener: Push | Evaluation | Identifier) -> bytes | Assembled:
        """Return what `opener` becomes, now that its body is assembled."""
        made = body.finish()
        if isinstance(opener, Push):
            place = opener.place
            if self._has_map:
                self.pushed[self._current_source(), place.line, place.column] = made
            return encode_push(made.code)
        if isinstance(opener, Evaluation):
            return self._evaluate(made.code, opener.place)
        self._open_names.pop()
        self._finished[opener.name, body.is_pushed] = made
        return made

    def _literal(self, value: bytes | int, place: Place) -> bytes:
        if isinstance(value, bytes):
            return value
        if not self._bare_numbers and not self._open_bodies[-1].is_pushed:
            raise self._error(describe_bare_number(value), place)
        if value.bit_length() >= 8 * _MAX_NUMBER_BYTES:
            raise self._error(f"this number has more than {_MAX_NUMBER_BYTES} bytes", place)
        return encode_number(value)

    def _identifier(self, node: Identifier) -> bytes | Assembled | None:
        name = node.name
        is_bound = name in self._bindings
        opcode = OPCODES_BY_NAME.get(name)
        if opcode is not None and is_bound:
            raise self._error(f"{name!r} is an opcode: nothing can be bound to it", node.place)
        if opcode is not None:
            return bytes((opcode,))
        if not is_bound:
            raise self._error(describe_unknown(name, self._bindings), node.place)
        bound = self._bindings[name]
        if isinstance(bound, str):
            finished = self._finished.get((name, self._open_bodies[-1].is_pushed))
            if finished is None:
                self._open_binding(node, bound)
            return finished
        if not isinstance(bound, bytes | int):
            kind = type(bound).__name__
            raise self._error(
                f"{name[:64]!r} is bound to a {kind}, not bytes, int or str", node.place
            )
        return self._literal(bound, node.place)

    def _open_binding(self, node: Identifier, source: str) -> None:
        name, names = node.name, self._open_names
        if name in names:
            circle = " -> ".join([*names[names.index(name) :], name])
            raise self._error(f"{name!r} is defined by itself: {circle}", node.place)
        is_pushed = self._open_bodies[-1].is_pushed
        try:
            nodes = parse(source)
        except AssemblyError as error:
            raise AssemblyError(
                error.message, line=error.line, column=error.column, binding=name
            ) from error
        self._open(node, nodes, is_pushed=is_pushed)
        names.append(name)

    def _evaluate(self, code: bytes, place: Place) -> bytes:
        result = run_script(code, self._rules, context=_evaluation_context(code))
        if result.reason is not None:
            raise self._error(f"this evaluation fails: {result}", place)
        if len(result.stack) != 1:
            raise self._error(f"this evaluation leaves {len(result.stack)} items, not one", place)
        return result.stack[0]


def _evaluation_context(code: bytes) -> TransactionContext:
    """Make the transaction that an evaluation sees, the same in every implementation.

    Source: libauth, createAuthenticationProgramEvaluationCommon.
    """
    transaction = Transaction(
        version=0,
        inputs=(Input(bytes(32), 0, b"", 0),),
        outputs=(Output(0, b"\x6a"),),
        locktime=0,
    )
    return TransactionContext(transaction, (Output(0, code),))
