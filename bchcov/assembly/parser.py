"""CashAssembly source parsed into a tree of nodes that know their place, and read from one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .nodes import Evaluation, Identifier, Literal, Node, Place, Push
from .tokens import CLOSING, LITERAL, NAME, OPENING, Source, Token, normalize_source

__all__ = ["Tree", "parse"]


def parse(source: str) -> tuple[Node, ...]:
    """Parse CashAssembly.

    The source is first normalized to Unicode's form NFKC, as libauth does; columns count
    the characters of that form. Raises AssemblyError with the place and what was expected.
    """
    text = Source(normalize_source(source))
    body: list[Node] = []
    # A stack instead of recursion: for each open bracket what it makes, its place and the
    # body around it.
    open_parts: list[tuple[type[Push | Evaluation], Place, list[Node]]] = []
    for kind, name, value, at in text.tokens():
        if kind == CLOSING:
            make, place, outer = open_parts.pop()
            outer.append(make(tuple(body), place))
            body = outer
            continue
        place = text.locate(at)
        if kind == OPENING:
            open_parts.append((Push if name == "<" else Evaluation, place, body))
            body = []
        else:
            body.append(Identifier(name, place) if kind == NAME else Literal(value, place))
    return tuple(body)


class Tree:
    """Nodes of the binding `name`, None for the main source, read token by token as a source."""

    def __init__(self, nodes: Iterable[Node], name: str | None = None) -> None:
        self.name = name
        self._nodes = nodes
        self._places: list[Place] = []

    def locate(self, at: int) -> Place:
        """Return the place of the token that counts as `at`."""
        return self._places[at]

    def tokens(self) -> Iterator[Token]:
        """Yield the tokens that the nodes were parsed from, counted instead of offsets."""
        # For each open body the nodes still to come, and what closes it.
        bodies = [(iter(self._nodes), "")]
        while bodies:
            nodes, closing = bodies[-1]
            for node in nodes:
                at = len(self._places)
                self._places.append(node.place)
                if isinstance(node, Identifier):
                    yield NAME, node.name, 0, at
                elif isinstance(node, Literal):
                    yield LITERAL, "", node.value, at
                else:
                    is_push = isinstance(node, Push)
                    yield OPENING, "<" if is_push else "$(", 0, at
                    bodies.append((iter(node.body), ">" if is_push else ")"))
                    break
            else:
                bodies.pop()
                if bodies:
                    yield CLOSING, closing, 0, len(self._places) - 1
