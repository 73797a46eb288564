"""Which instructions may leave the item that a script ends with, read from the script alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..script.opcodes import Op
from ..vm.rules.upgrades import BCH_SPEC
from .blocks import Block, find_blocks
from .moves import ALT_MOVES, CHOOSERS, MOVES, gives
from .nested import Nested, run_nested
from .places import Placed, PlacedScript

__all__ = ["find_producers", "functions_in"]

# More items of interest at once, deeper, or more steps back than in contracts of people.
_MAX_ITEMS, _MAX_NESTED, _MAX_STEPS = 64, 100, 50_000
_NEAR = 40
# These leave the item that they look at where it is; OP_NOP1 is nothing in a released year.
_KEEPS = frozenset({Op.OP_CHECKLOCKTIMEVERIFY, Op.OP_CHECKSEQUENCEVERIFY, Op.OP_SIZE, Op.OP_NOP1})
# These say of none that they take the index of an input or output: they look for it themselves.
_INDEXED = range(Op.OP_UTXOVALUE, Op.OP_OUTPUTTOKENAMOUNT + 1)
_VARIABLE = frozenset({Op.OP_CHECKMULTISIG, Op.OP_CHECKMULTISIGVERIFY, Op.OP_EVAL})


@dataclass(slots=True)
class _Search:
    functions: Mapping[bytes, PlacedScript]
    most_steps: int
    # By identity: to compare instructions is to compare all the scripts inside them.
    found: dict[int, Placed] = field(default_factory=dict)
    steps: int = 0
    # Of every script that was met, by its identity.
    blocks: dict[int, Mapping[int, Block]] = field(default_factory=dict)

    def whole(self, script: PlacedScript, depths: set[int], nested: int = 0) -> Nested[set[int]]:
        """Go back through a whole script."""
        if id(script) not in self.blocks:
            self.blocks[id(script)] = find_blocks(script.steps)
        left: set[int] = yield self.back(script, -1, len(script.steps), depths, nested)
        return left

    def back(
        self, script: PlacedScript, before: int, end: int, depths: set[int], nested: int
    ) -> Nested[set[int]]:
        """Go back from `end`, down to `before`; return which items were there then.

        Neither counts itself. Items are counted from the top, 0; those whose makers are not
        known are dropped.
        """
        steps, at = script.steps, end - 1
        self.steps += 1
        while at > before and depths:
            self.steps += 1
            if len(depths) > _MAX_ITEMS or nested > _MAX_NESTED or self.steps > self.most_steps:
                return set()
            opcode = steps[at].opcode
            block = self.blocks[id(script)].get(at)
            if block is not None:
                way_through = self.branches if opcode == Op.OP_ENDIF else self.loop
                depths = yield way_through(script, block, depths, nested)
                at = block.start - 1
            elif opcode == Op.OP_INVOKE:
                identifier = _pushed_before(steps, at)
                body = None if identifier is None else self.functions.get(identifier)
                if body is None:
                    return set()
                depths = yield self.whole(body, depths, nested + 1)
                at -= 2
            else:
                chosen = steps[at - 1].pushes if at else None
                depths = self.one(steps[at], depths, chosen)
                at -= 1
        return depths

    def one(self, step: Placed, depths: set[int], chosen: bytes | None) -> set[int]:
        opcode = step.opcode
        if opcode in CHOOSERS:
            return _unchoose(opcode, depths, chosen)
        if opcode in MOVES:
            takes, left = MOVES[opcode]
            return {
                takes - 1 - left[len(left) - 1 - depth]
                if depth < len(left)
                else depth - len(left) + takes
                for depth in depths
            }
        if opcode in ALT_MOVES or opcode == Op.OP_IFDUP:
            return set()
        made = gives(opcode)
        if any(depth < made for depth in depths):
            self.found[id(step)] = step
        deeper = {depth - made + _takes(opcode) for depth in depths if depth >= made}
        return set() if opcode in _VARIABLE else deeper

    def branches(
        self, script: PlacedScript, block: Block, depths: set[int], nested: int
    ) -> Nested[set[int]]:
        """Both ways through an OP_IF."""
        marks = block.marks
        # Each OP_ELSE turns: one way takes the first, the third part and so on.
        before: set[int] = set()
        for way in (0, 1):
            left = depths
            for part in range(len(marks) - 2, -1, -1):
                if part % 2 == way:
                    left = yield self.back(script, marks[part], marks[part + 1], left, nested + 1)
            before |= left
        return {depth + 1 for depth in before}

    def loop(
        self, script: PlacedScript, block: Block, depths: set[int], nested: int
    ) -> Nested[set[int]]:
        """Through a loop, one time and any number of times."""
        start, end = block.marks
        before, ahead = set[int](), depths
        while ahead:
            inside = {depth + 1 for depth in ahead}
            begun = yield self.back(script, start, end, inside, nested + 1)
            ahead = begun - before
            before |= begun
            if any(depth > _MAX_ITEMS for depth in before):
                return set()
        return before


def _takes(opcode: int) -> int:
    operation = BCH_SPEC.operations.get(opcode)
    if operation is None or opcode in _KEEPS:
        return 0
    return 1 if opcode in _INDEXED else operation.takes


def _unchoose(opcode: int, depths: set[int], chosen: bytes | None) -> set[int]:
    """Which items there were before an item was chosen, the number that did on top of them."""
    if chosen is None or len(chosen) > 2 or chosen[-1:] >= b"\x80":
        return set()
    count = int.from_bytes(chosen, "little")
    before = {depth for depth in depths if depth and (opcode == Op.OP_PICK or depth <= count)}
    before |= {depth + 1 for depth in depths - before if depth}
    return before | ({count + 1} if 0 in depths else set())


def _pushed_before(steps: Sequence[Placed], at: int) -> bytes | None:
    return steps[at - 1].pushes if at else None


def find_producers(
    script: PlacedScript, functions: Mapping[bytes, PlacedScript], depth: int = 0
) -> tuple[Placed, ...]:
    """Find what may have made the item that a script leaves so far below the top.

    `functions` are bodies by identifier. What cannot be known from the script alone (an
    item from the alternate stack, or one that a number chooses) is left out.
    """
    search = _Search(functions, _MAX_STEPS)
    run_nested(search.whole(script, {depth}))
    return tuple(search.found.values())


def functions_in(script: PlacedScript) -> tuple[dict[bytes, PlacedScript], list[PlacedScript]]:
    """The bodies that a script defines: by identifier, where that is written in it, and all."""
    found: dict[bytes, PlacedScript] = {}
    bodies: dict[int, PlacedScript] = {}
    waiting = [script]
    while waiting:
        within = waiting.pop()
        blocks = {id(within): find_blocks(within.steps)}
        for at, step in enumerate(within.steps):
            if step.opcode != Op.OP_DEFINE:
                continue
            search = _Search({}, _NEAR, blocks=blocks)
            run_nested(search.back(within, -1, at, {1}, 0))
            makers = list(search.found.values())
            body = makers[0].inside if len(makers) == 1 else None
            if body is None:
                continue
            identifier = _pushed_before(within.steps, at)
            if identifier is not None:
                found.setdefault(identifier, body)
            if id(body) not in bodies:
                bodies[id(body)] = body
                waiting.append(body)
    return found, list(bodies.values())
