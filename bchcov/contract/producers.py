"""Finding the instructions that may produce a script's final item, without running it.

The search walks the script backwards and follows the item through stack moves, branches,
loops and function calls.
"""

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

# Bounds on the search, far above what real contracts need: items followed at once, nesting
# of blocks, and steps.
_MAX_ITEMS, _MAX_NESTED, _MAX_STEPS = 64, 100, 50_000
_MAX_STEPS_TO_BODY = 40
# These only read the top item; OP_NOP1 does nothing in any released rule set.
_KEEP_OPERAND = frozenset(
    {Op.OP_CHECKLOCKTIMEVERIFY, Op.OP_CHECKSEQUENCEVERIFY, Op.OP_SIZE, Op.OP_NOP1}
)
# These pop an index that their `Operation.takes` does not count.
_TAKE_INDEX = range(Op.OP_UTXOVALUE, Op.OP_OUTPUTTOKENAMOUNT + 1)
# How many items these take is not known before they run.
_TAKE_VARIABLE = frozenset({Op.OP_CHECKMULTISIG, Op.OP_CHECKMULTISIGVERIFY, Op.OP_EVAL})


@dataclass(slots=True)
class _Search:
    """A backward search for the producers of items, given by their depths below the top."""

    functions: Mapping[bytes, PlacedScript]
    most_steps: int
    # By identity: to compare instructions is to compare all the scripts inside them.
    found: dict[int, Placed] = field(default_factory=dict)
    steps: int = 0
    # The blocks of each script visited, by the script's identity.
    blocks: dict[int, Mapping[int, Block]] = field(default_factory=dict)

    def search_script(
        self, script: PlacedScript, depths: set[int], nested: int = 0
    ) -> Nested[set[int]]:
        """Search a whole script backwards from its end."""
        if id(script) not in self.blocks:
            self.blocks[id(script)] = find_blocks(script.steps)
        left: set[int] = yield self.search_range(script, -1, len(script.steps), depths, nested)
        return left

    def search_range(
        self, script: PlacedScript, before: int, end: int, depths: set[int], nested: int
    ) -> Nested[set[int]]:
        """Search backwards between the positions `end` and `before`, both excluded.

        `depths` are the items to follow, 0 for the top. Returns the depths, after `before`, of
        the items not produced in the range; items that cannot be followed are dropped.
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
                search = self.search_branches if opcode == Op.OP_ENDIF else self.search_loop
                depths = yield search(script, block, depths, nested)
                at = block.start - 1
            elif opcode == Op.OP_INVOKE:
                identifier = _pushed_before(steps, at)
                body = None if identifier is None else self.functions.get(identifier)
                if body is None:
                    return set()
                depths = yield self.search_script(body, depths, nested + 1)
                at -= 2
            else:
                index = steps[at - 1].pushes if at else None
                depths = self.search_step(steps[at], depths, index)
                at -= 1
        return depths

    def search_step(self, step: Placed, depths: set[int], index: bytes | None) -> set[int]:
        """Undo one instruction; `index` is what the instruction before it pushes, if known."""
        opcode = step.opcode
        if opcode in CHOOSERS:
            return _undo_indexed_move(opcode, depths, index)
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
        return set() if opcode in _TAKE_VARIABLE else deeper

    def search_branches(
        self, script: PlacedScript, block: Block, depths: set[int], nested: int
    ) -> Nested[set[int]]:
        """Search both branches of an OP_IF."""
        marks = block.marks
        # Each OP_ELSE toggles: one way runs the first, third, ... part, the other the rest.
        before: set[int] = set()
        for way in (0, 1):
            left = depths
            for part in range(len(marks) - 2, -1, -1):
                if part % 2 == way:
                    bounds = marks[part], marks[part + 1]
                    left = yield self.search_range(script, *bounds, left, nested + 1)
            before |= left
        return {depth + 1 for depth in before}

    def search_loop(
        self, script: PlacedScript, block: Block, depths: set[int], nested: int
    ) -> Nested[set[int]]:
        """Search a loop's body, run once or any number of times."""
        start, end = block.marks
        before, ahead = set[int](), depths
        while ahead:
            inside = {depth + 1 for depth in ahead}
            begun = yield self.search_range(script, start, end, inside, nested + 1)
            ahead = begun - before
            before |= begun
            if any(depth > _MAX_ITEMS for depth in before):
                return set()
        return before


def _takes(opcode: int) -> int:
    operation = BCH_SPEC.operations.get(opcode)
    if operation is None or opcode in _KEEP_OPERAND:
        return 0
    return 1 if opcode in _TAKE_INDEX else operation.takes


def _undo_indexed_move(opcode: int, depths: set[int], index: bytes | None) -> set[int]:
    """Return the depths before OP_PICK or OP_ROLL, with its index still on top of the stack."""
    if index is None or len(index) > 2 or index[-1:] >= b"\x80":
        return set()
    count = int.from_bytes(index, "little")
    before = {depth for depth in depths if depth and (opcode == Op.OP_PICK or depth <= count)}
    before |= {depth + 1 for depth in depths - before if depth}
    return before | ({count + 1} if 0 in depths else set())


def _pushed_before(steps: Sequence[Placed], at: int) -> bytes | None:
    return steps[at - 1].pushes if at else None


def find_producers(
    script: PlacedScript, functions: Mapping[bytes, PlacedScript], depth: int = 0
) -> tuple[Placed, ...]:
    """Find the instructions that may produce the item that a script leaves at `depth`.

    Depth 0 is the top. `functions` maps identifiers to function bodies. Producers that cannot
    be determined without running the script (an item from the alternate stack, or one picked
    by a computed index) are left out.
    """
    search = _Search(functions, _MAX_STEPS)
    run_nested(search.search_script(script, {depth}))
    return tuple(search.found.values())


def functions_in(script: PlacedScript) -> tuple[dict[bytes, PlacedScript], list[PlacedScript]]:
    """Find the function bodies that a script defines.

    Returns those whose identifier is a constant, by identifier, and a list of all bodies.
    """
    found: dict[bytes, PlacedScript] = {}
    bodies: dict[int, PlacedScript] = {}
    waiting = [script]
    while waiting:
        within = waiting.pop()
        blocks = {id(within): find_blocks(within.steps)}
        for at, step in enumerate(within.steps):
            if step.opcode != Op.OP_DEFINE:
                continue
            search = _Search({}, _MAX_STEPS_TO_BODY, blocks=blocks)
            run_nested(search.search_range(within, -1, at, {1}, 0))
            producers = list(search.found.values())
            body = producers[0].inside if len(producers) == 1 else None
            if body is None:
                continue
            identifier = _pushed_before(within.steps, at)
            if identifier is not None:
                found.setdefault(identifier, body)
            if id(body) not in bodies:
                bodies[id(body)] = body
                waiting.append(body)
    return found, list(bodies.values())
