"""Which instructions may leave the item that a script ends with, read from the script alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..script.opcodes import Op
from ..vm.rules.upgrades import BCH_SPEC
from .moves import ALT_MOVES, CHOOSERS, MOVES, gives
from .places import Placed

__all__ = ["find_producers", "functions_in"]

# More items of interest at once, deeper, or more steps back than in contracts of people.
_MAX_ITEMS, _MAX_NESTED, _MAX_STEPS = 64, 100, 50_000
_NEAR = 200
_OPENING, _CLOSING = (Op.OP_IF, Op.OP_NOTIF), Op.OP_ENDIF
# These leave the item that they look at where it is; OP_NOP1 is nothing in a released year.
_KEEPS = frozenset({Op.OP_CHECKLOCKTIMEVERIFY, Op.OP_CHECKSEQUENCEVERIFY, Op.OP_SIZE, Op.OP_NOP1})
# These say of none that they take the index of an input or output: they look for it themselves.
_INDEXED = range(Op.OP_UTXOVALUE, Op.OP_OUTPUTTOKENAMOUNT + 1)
_VARIABLE = frozenset({Op.OP_CHECKMULTISIG, Op.OP_CHECKMULTISIGVERIFY, Op.OP_EVAL})


@dataclass(slots=True)
class _Search:
    functions: Mapping[bytes, Sequence[Placed]]
    most_steps: int
    found: dict[Placed, None] = field(default_factory=dict)
    steps: int = 0

    def back(self, steps: Sequence[Placed], depths: set[int], nested: int = 0) -> set[int]:
        """Go back from the end of `steps`; return which items were there before them.

        Items are counted from the top, 0; those whose makers are not known are dropped.
        """
        at = len(steps) - 1
        while at >= 0 and depths:
            self.steps += 1
            if len(depths) > _MAX_ITEMS or nested > _MAX_NESTED or self.steps > self.most_steps:
                return set()
            opcode = steps[at].opcode
            if opcode == _CLOSING:
                at, depths = self.branches(steps, at, depths, nested)
            elif opcode == Op.OP_UNTIL:
                at, depths = self.loop(steps, at, depths, nested)
            elif opcode == Op.OP_INVOKE:
                body = self.functions.get(_pushed_before(steps, at))
                if body is None:
                    return set()
                depths = self.back(body, depths, nested + 1)
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
            self.found[step] = None
        deeper = {depth - made + _takes(opcode) for depth in depths if depth >= made}
        return set() if opcode in _VARIABLE else deeper

    def branches(
        self, steps: Sequence[Placed], end: int, depths: set[int], nested: int
    ) -> tuple[int, set[int]]:
        """Both ways through the OP_IF that the OP_ENDIF at `end` closes."""
        open_, marks = 0, [end]
        start = end - 1
        while start >= 0:
            opcode = steps[start].opcode
            if opcode in (_CLOSING, Op.OP_UNTIL):
                open_ += 1
            elif not open_ and opcode == Op.OP_ELSE:
                marks.append(start)
            elif not open_ and opcode in _OPENING:
                break
            elif opcode in _OPENING or opcode == Op.OP_BEGIN:
                open_ -= 1
            start -= 1
        marks.append(start)
        marks.reverse()
        # Each OP_ELSE turns: one way takes the first, the third part and so on.
        before: set[int] = set()
        for way in (0, 1):
            left = depths
            for part in range(len(marks) - 2, -1, -1):
                if part % 2 == way:
                    left = self.back(steps[marks[part] + 1 : marks[part + 1]], left, nested + 1)
            before |= left
        return start - 1, {depth + 1 for depth in before}

    def loop(
        self, steps: Sequence[Placed], end: int, depths: set[int], nested: int
    ) -> tuple[int, set[int]]:
        """Through the loop that the OP_UNTIL at `end` closes, one time and any number of times."""
        open_, start = 0, end - 1
        while start >= 0:
            opcode = steps[start].opcode
            if opcode in (Op.OP_UNTIL, _CLOSING):
                open_ += 1
            elif not open_ and opcode == Op.OP_BEGIN:
                break
            elif opcode in (Op.OP_BEGIN, *_OPENING):
                open_ -= 1
            start -= 1
        body = steps[start + 1 : end]
        before, ahead = set[int](), depths
        while ahead:
            begun = self.back(body, {depth + 1 for depth in ahead}, nested + 1)
            ahead = begun - before
            before |= begun
            if any(depth > _MAX_ITEMS for depth in before):
                return -1, set()
        return start - 1, before


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


def _pushed_before(steps: Sequence[Placed], at: int) -> bytes:
    pushed = steps[at - 1].pushes if at else None
    # No identifier of a function is this long.
    return bytes(1_000) if pushed is None else pushed


def find_producers(
    steps: Sequence[Placed],
    functions: Mapping[bytes, Sequence[Placed]],
    depth: int = 0,
    *,
    most_steps: int = _MAX_STEPS,
) -> tuple[Placed, ...]:
    """Find what may have made the item that `steps` leave so far below the top.

    `functions` are bodies by identifier. What cannot be known from the script alone (an
    item from the alternate stack, or one that a number chooses) is left out.
    """
    search = _Search(functions, most_steps)
    search.back(steps, {depth})
    return tuple(search.found)


def functions_in(steps: Sequence[Placed]) -> dict[bytes, Sequence[Placed]]:
    """The bodies that a script defines, by identifier, where both are written in it."""
    found: dict[bytes, Sequence[Placed]] = {}
    waiting = [steps]
    while waiting:
        script = waiting.pop()
        for at, step in enumerate(script):
            if step.opcode != Op.OP_DEFINE:
                continue
            bodies = find_producers(script[:at], {}, 1, most_steps=_NEAR)
            inside = bodies[0].inside if len(bodies) == 1 else None
            identifier = _pushed_before(script, at)
            if inside is not None and identifier not in found:
                found[identifier] = inside.steps
                waiting.append(inside.steps)
    return found
