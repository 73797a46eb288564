"""The assembler: turns the tokens of CashAssembly into script bytes with a source map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
from .parser import Tree
from .source_map import Assembled, Span
from .tokens import LITERAL, MAX_NESTED, NAME, OPENING, Source, Token, normalize_source

__all__ = ["Assembler", "Binding"]

Binding = bytes | int | str
"""What a name stands for: bytes as they are, an integer as a VM number, or CashAssembly text."""

_MAX_NUMBER_BYTES = 100_000
# The size of the largest transaction. Without a limit, a few short bindings that each
# repeat the next one twice would assemble to an exponential number of bytes.
_MAX_BOUND_BYTES = 1_000_000
_OPCODES = {name: bytes((opcode,)) for name, opcode in OPCODES_BY_NAME.items()}


class _OpenBody:
    """A body that is being assembled: its opener, and the bytes made so far.

    `opener` is "<", "$(", the name of a binding, or "" for the outermost body, and begins
    `at` an offset in its source. `is_pushed` says whether the body's bytes end up inside a
    push.
    """

    __slots__ = ("at", "code", "is_pushed", "opener", "spans")

    def __init__(self, opener: str, at: int, *, is_pushed: bool, has_map: bool) -> None:
        self.opener = opener
        self.at = at
        self.is_pushed = is_pushed
        self.code = bytearray()
        self.spans: list[Span] | None = [] if has_map else None

    def finish(self) -> Assembled:
        """Return what the body has become."""
        return Assembled(bytes(self.code), tuple(self.spans or ()))


class Assembler:
    """Assembles sources with `bindings`, the text of each of which is assembled only once.

    What has been assembled before keeps its spans where a name stands for it. With
    `bare_numbers` a number outside a push stands for its bytes; without, it is an error.
    `pushed` has what the body of each push has become, by its binding (None for the main
    source), line and column. Without `has_map` no places are kept: there are no spans, and
    `pushed` stays empty.
    """

    def __init__(
        self,
        bindings: Mapping[str, Binding | Assembled],
        rules: RuleSet = BCH_SPEC.consensus,
        *,
        bare_numbers: bool = True,
        has_map: bool = True,
    ) -> None:
        self.pushed: dict[tuple[str | None, int, int], Assembled] = {}
        # Opcodes of proposals are bound as what they are: only some rules have them.
        own = {name: bytes((code,)) for name, code in rules.opcodes_by_name.items()}
        self._bindings = bindings if not own else {**bindings, **own}
        self._own = own.keys() & bindings
        self._rules = rules
        self._bare_numbers = bare_numbers
        self._has_map = has_map
        # The sources that are being read, the main one and then binding in binding, each
        # with its tokens still to come; and the bodies that are being assembled. Lists
        # instead of recursion: how deep a source may nest must not depend on how deep in
        # Python's stack the caller is.
        self._open_sources: list[tuple[Source | Tree, Iterator[Token]]] = []
        self._open_bodies: list[_OpenBody] = []
        # Bindings that have been assembled, outside and inside a push.
        self._finished: dict[tuple[str, bool], Assembled] = {}
        # What needs neither a place nor a look at the bindings: most of a long source.
        bound = bindings.keys() & _OPCODES
        self._plain = {} if has_map or bound else _OPCODES

    def assemble(self, source: Source | Tree) -> Assembled:
        """Assemble a source; if any part of it cannot be parsed, that is the error.

        Raises AssemblyError with the place, and the binding it is in.
        """
        self._open_sources = [(source, source.tokens())]
        self._open_bodies = [_OpenBody("", 0, is_pushed=False, has_map=self._has_map)]
        try:
            return self._run()
        except AssemblyError as error:
            found = error
            for _, tokens in reversed(self._open_sources):
                try:
                    for _ in tokens:
                        pass
                except AssemblyError as unparsed:
                    found = unparsed
            if found is error:
                raise
            raise found from None

    def _run(self) -> Assembled:
        plain = self._plain
        while True:
            code = self._open_bodies[-1].code
            for kind, name, value, at in self._open_sources[-1][1]:
                if kind == NAME:
                    made = plain.get(name)
                    if made is not None:
                        code += made
                    elif self._identify(name, at):
                        break
                elif kind == LITERAL:
                    self._add(self._literal(value, at), at)
                elif kind == OPENING:
                    self._open(name, at, is_pushed=name == "<")
                    code = self._open_bodies[-1].code
                else:
                    self._close()
                    code = self._open_bodies[-1].code
            else:
                body = self._open_bodies.pop()
                if not self._open_bodies:
                    return body.finish()
                self._open_sources.pop()
                finished = self._finished[body.opener, body.is_pushed] = body.finish()
                self._add_bound(finished, body.opener, body.at)

    def _error(self, message: str, at: int) -> AssemblyError:
        source = self._open_sources[-1][0]
        place = source.locate(at)
        return AssemblyError(message, line=place.line, column=place.column, binding=source.name)

    def _add(self, code: bytes, at: int) -> None:
        """Append the bytes of what begins at an offset of the source that is read."""
        body = self._open_bodies[-1]
        start = len(body.code)
        body.code += code
        if body.spans is not None and code:
            source = self._open_sources[-1][0]
            place = source.locate(at)
            end = len(body.code)
            body.spans.append(Span(start, end, place.line, place.column, source.name))

    def _add_bound(self, made: Assembled | bytes, name: str, at: int) -> None:
        """Append what a binding stands for; only its text brings its own spans."""
        body = self._open_bodies[-1]
        if isinstance(made, bytes):
            self._add(made, at)
        else:
            start = len(body.code)
            body.code += made.code
            if body.spans is not None:
                body.spans += [
                    Span(start + span.start, start + span.end, span.line, span.column, span.source)
                    for span in made.spans
                ]
        if len(body.code) > _MAX_BOUND_BYTES:
            raise self._error(
                f"including {name[:64]!r} the script has {len(body.code)} bytes,"
                f" limit {_MAX_BOUND_BYTES}",
                at,
            )

    def _open(self, opener: str, at: int, *, is_pushed: bool) -> None:
        # Brackets and bindings count together; the outermost body is no level.
        if len(self._open_bodies) > MAX_NESTED:
            raise self._error(f"nesting is too deep, limit {MAX_NESTED}", at)
        self._open_bodies.append(_OpenBody(opener, at, is_pushed=is_pushed, has_map=self._has_map))

    def _close(self) -> None:
        """Append what a push or an evaluation becomes, now that its body is assembled."""
        body = self._open_bodies.pop()
        if body.opener == "<":
            if self._has_map:
                source = self._open_sources[-1][0]
                place = source.locate(body.at)
                self.pushed[source.name, place.line, place.column] = body.finish()
            self._add(encode_push(bytes(body.code)), body.at)
        else:
            self._add(self._evaluate(bytes(body.code), body.at), body.at)

    def _literal(self, value: bytes | int, at: int) -> bytes:
        if isinstance(value, bytes):
            return value
        if not self._bare_numbers and not self._open_bodies[-1].is_pushed:
            raise self._error(describe_bare_number(value), at)
        if value.bit_length() >= 8 * _MAX_NUMBER_BYTES:
            raise self._error(f"number is too large, limit {_MAX_NUMBER_BYTES} bytes", at)
        return encode_number(value)

    def _identify(self, name: str, at: int) -> bool:
        """Append what a name stands for; or begin to read its text, and return True."""
        if name in self._own:
            raise self._error(f"{name!r} is an opcode and cannot be bound", at)
        is_bound = name in self._bindings
        opcode = _OPCODES.get(name)
        if opcode is not None:
            if is_bound:
                raise self._error(f"{name!r} is an opcode and cannot be bound", at)
            self._add(opcode, at)
            return False
        if not is_bound:
            raise self._error(describe_unknown(name, self._bindings), at)
        bound = self._bindings[name]
        if isinstance(bound, str):
            finished = self._finished.get((name, self._open_bodies[-1].is_pushed))
            if finished is None:
                self._open_binding(name, bound, at)
                return True
            self._add_bound(finished, name, at)
        elif isinstance(bound, Assembled):
            self._add_bound(bound, name, at)
        elif isinstance(bound, bytes | int):
            self._add_bound(self._literal(bound, at), name, at)
        else:
            kind = type(bound).__name__
            raise self._error(
                f"binding {name[:64]!r} must be bytes, an int or a str, not a {kind}", at
            )
        return False

    def _open_binding(self, name: str, text: str, at: int) -> None:
        names = [source.name for source, _ in self._open_sources]
        if name in names:
            circle = " -> ".join([*map(str, names[names.index(name) :]), name])
            raise self._error(f"{name!r} refers to itself: {circle}", at)
        source = Source(normalize_source(text, name), name)
        self._open(name, at, is_pushed=self._open_bodies[-1].is_pushed)
        self._open_sources.append((source, source.tokens()))

    def _evaluate(self, code: bytes, at: int) -> bytes:
        result = run_script(code, self._rules, context=_evaluation_context(code))
        if result.reason is not None:
            raise self._error(f"the evaluation fails: {result}", at)
        if len(result.stack) != 1:
            raise self._error(
                f"the evaluation leaves {len(result.stack)} stack items: expected 1", at
            )
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
