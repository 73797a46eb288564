"""The instructions of an assembled source, each with its place, and those inside its pushes."""

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
    """An instruction of a script, and where it stands in a source.

    `offset` counts bytes of the script. `source` is the binding it stands in, None for the
    source itself. `pushes` is what it pushes, where that is certain, and `inside` the
    script in it, where it is written as one.
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
        """The place, and the opcode: bytes that are written as they are share a place."""
        return self.source, self.line, self.column, self.opcode


@dataclass(frozen=True, slots=True)
class PlacedScript:
    """A script and its instructions in their order."""

    code: bytes
    steps: tuple[Placed, ...]

    def at(self, offset: int) -> Placed | None:
        """The instruction that the byte at `offset` belongs to; behind the end, the last one."""
        found = bisect_right(self.steps, offset, key=lambda step: step.offset)
        return self.steps[found - 1] if found else None

    def scripts(self) -> Iterator[PlacedScript]:
        """Yield this script and all inside its pushes, each once, from the outside in."""
        # A script that is taken in more than once is the same object wherever it is.
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
    def __init__(self, bindings: Mapping[str, Binding]) -> None:
        self.bindings = bindings
        self.assembler = Assembler(bindings)
        self.pushes: dict[_Key, Push] = {}
        self.scripts: dict[_Key, PlacedScript] = {}

    def learn(self, nodes: Sequence[Node]) -> None:
        """Remember every push of a source, and of those that it takes in, by its place."""
        learned: set[str] = set()
        waiting: list[tuple[Node, str | None]] = [(node, None) for node in nodes]
        while waiting:
            node, source = waiting.pop()
            if isinstance(node, Push):
                self.pushes[source, node.place.line, node.place.column] = node
            if isinstance(node, Push | Evaluation):
                waiting += [(each, source) for each in node.body]
            elif isinstance(node, Identifier) and node.name not in learned:
                bound = self.bindings.get(node.name)
                if isinstance(bound, str):
                    learned.add(node.name)
                    waiting += [(each, node.name) for each in parse(bound)]

    def script(self, assembled: Assembled) -> Nested[PlacedScript]:
        starts = [span.start for span in assembled.spans]
        steps: list[Placed] = []
        for step in instructions(assembled.code):
            span = assembled.spans[bisect_right(starts, step.offset) - 1]
            key = span.source, span.line, span.column
            pushed = constant(step)
            inside = None
            # Not where several instructions come from one place: those are bytes as they are.
            if pushed and span.start == step.offset and span.end == step.end:
                inside = yield self.inside(key, pushed)
            steps.append(Placed(step.offset, step.opcode, *key, pushed, inside))
        return PlacedScript(assembled.code, tuple(steps))

    def inside(self, key: _Key, pushed: bytes) -> Nested[PlacedScript | None]:
        node = self.pushes.get(key)
        if node is None:
            return None
        if key not in self.scripts:
            # The pushes inside are assembled with the one around them, once.
            assembled = self.assembler.pushed.get(key)
            if assembled is None:
                try:
                    assembled = self.assembler.assemble(Tree(node.body, key[0]))
                except AssemblyError:
                    return None
            self.scripts[key] = yield self.script(assembled)
        found = self.scripts[key]
        return found if found.code == pushed else None


def place_instructions(
    nodes: tuple[Node, ...], assembled: Assembled, bindings: Mapping[str, Binding]
) -> PlacedScript:
    """Give each instruction of a script that was assembled from `nodes` its place."""
    placer = _Placer(bindings)
    placer.learn(nodes)
    return run_nested(placer.script(assembled))
