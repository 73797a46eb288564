"""Mapping each instruction of an assembled script to its source line and column.

Scripts that are written inside a push, such as function bodies, are mapped as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..assembly.assembler import Assembler, Binding
from ..assembly.nodes import Evaluation, Identifier, Node, Push
from ..assembly.parser import Tree, parse
from ..assembly.source_map import Assembled
from ..errors import AssemblyError
from ..script.opcodes import opcode_name
from ..script.pushes import instructions
from .moves import constant
from .nested import Nested, run_nested

__all__ = ["InstructionKey", "Placed", "PlacedScript", "place_instructions"]

_Key = tuple[str | None, int, int]
InstructionKey = tuple[str | None, int, int, int]


@dataclass(frozen=True, slots=True)
class Placed:
    """An instruction of a script with its place in a source.

    `offset` is in bytes of the script. `source` is the name of the binding that contains it,
    None for the contract's own source. `pushes` is the constant that it pushes, if it is a
    push, and `inside` that constant as a script, if the source writes it as one.
    """

    offset: int
    opcode: int
    source: str | None
    line: int
    column: int
    pushes: bytes | None = None
    inside: PlacedScript | None = None

    @property
    def name(self) -> str:
        """The opcode's name."""
        return opcode_name(self.opcode)

    @property
    def place(self) -> _Key:
        """The source, the line and the column."""
        return self.source, self.line, self.column

    @property
    def key(self) -> InstructionKey:
        """The place and the opcode: the instructions of one bytes literal share a place."""
        return self.source, self.line, self.column, self.opcode


@dataclass(frozen=True, slots=True)
class PlacedScript:
    """A script and its instructions in order, each with its place in the source."""

    code: bytes
    steps: tuple[Placed, ...]

    def at(self, offset: int) -> Placed | None:
        """Return the instruction that contains the byte at `offset`; the last one after the end."""
        found = bisect_right(self.steps, offset, key=lambda step: step.offset)
        return self.steps[found - 1] if found else None

    def scripts(self) -> Iterator[PlacedScript]:
        """Yield this script and those inside its pushes, each once, outer ones first."""
        # A bound script that is used more than once is the same object everywhere.
        scripts = {id(self): self}
        waiting = deque(scripts.values())
        while waiting:
            script = waiting.popleft()
            yield script
            for step in script.steps:
                if step.inside is not None and id(step.inside) not in scripts:
                    scripts[id(step.inside)] = step.inside
                    waiting.append(step.inside)


class _Placer:
    """Places the instructions of a script, and of the scripts inside its pushes."""

    def __init__(self, bindings: Mapping[str, Binding]) -> None:
        self.bindings = bindings
        self.assembler = Assembler(bindings)
        self.pushes: dict[_Key, Push] = {}
        self.scripts: dict[_Key, PlacedScript] = {}

    def index_pushes(self, nodes: Sequence[Node]) -> None:
        """Index every push of a source, and of the sources bound to its names, by place."""
        visited: set[str] = set()
        waiting: list[tuple[Node, str | None]] = [(node, None) for node in nodes]
        while waiting:
            node, source = waiting.pop()
            if isinstance(node, Push):
                self.pushes[source, node.place.line, node.place.column] = node
            if isinstance(node, Push | Evaluation):
                waiting += [(each, source) for each in node.body]
            elif isinstance(node, Identifier) and node.name not in visited:
                bound = self.bindings.get(node.name)
                if isinstance(bound, str):
                    visited.add(node.name)
                    waiting += [(each, node.name) for each in parse(bound)]

    def place_script(self, assembled: Assembled) -> Nested[PlacedScript]:
        """Place each instruction of an assembled script."""
        starts = [span.start for span in assembled.spans]
        steps: list[Placed] = []
        for step in instructions(assembled.code):
            span = assembled.spans[bisect_right(starts, step.offset) - 1]
            key = span.source, span.line, span.column
            pushed = constant(step)
            inside = None
            # Several instructions from one place come from a bytes literal, not from a push.
            if pushed and span.start == step.offset and span.end == step.end:
                inside = yield self.place_pushed(key, pushed)
            steps.append(Placed(step.offset, step.opcode, *key, pushed, inside))
        return PlacedScript(assembled.code, tuple(steps))

    def place_pushed(self, key: _Key, pushed: bytes) -> Nested[PlacedScript | None]:
        """Place the script inside a push; None if it is not written as a script."""
        node = self.pushes.get(key)
        if node is None:
            return None
        if key not in self.scripts:
            # A push within another push has been assembled together with the outer one.
            assembled = self.assembler.pushed.get(key)
            if assembled is None:
                try:
                    assembled = self.assembler.assemble(Tree(node.body, key[0]))
                except AssemblyError:
                    return None
            self.scripts[key] = yield self.place_script(assembled)
        found = self.scripts[key]
        return found if found.code == pushed else None


def place_instructions(
    nodes: tuple[Node, ...], assembled: Assembled, bindings: Mapping[str, Binding]
) -> PlacedScript:
    """Map each instruction of a script assembled from `nodes` to its place in the source."""
    placer = _Placer(bindings)
    placer.index_pushes(nodes)
    return run_nested(placer.place_script(assembled))
