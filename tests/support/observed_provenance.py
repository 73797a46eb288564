"""Watching a run instruction by instruction: what `provenance` does faster, in its clear form."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from bchcov import RuleSet, TransactionContext, evaluate_input
from bchcov.contract.moves import ALT_MOVES, CHOOSERS, MOVES, constant, gives
from bchcov.script.opcodes import Op
from bchcov.script.pushes import instructions
from bchcov.testing.fuzzing.provenance import (
    Constant,
    Derived,
    Origin,
    Pushed,
    Read,
    Traced,
    Watched,
)
from bchcov.vm.machine import Machine
from bchcov.vm.program import Program

__all__ = ["observed"]

_MOVING = frozenset(MOVES) | CHOOSERS | ALT_MOVES | {Op.OP_IFDUP}
_READING = range(Op.OP_INPUTINDEX, Op.OP_OUTPUTTOKENAMOUNT + 1)
_WITHOUT_INDEX = frozenset(
    {
        Op.OP_INPUTINDEX,
        Op.OP_ACTIVEBYTECODE,
        Op.OP_TXVERSION,
        Op.OP_TXINPUTCOUNT,
        Op.OP_TXOUTPUTCOUNT,
        Op.OP_TXLOCKTIME,
    }
)
_OPERANDS = 3
_MOST = 20_000


# What decides something of two items or more.
_COMPARING = frozenset(
    {
        Op.OP_EQUAL,
        Op.OP_EQUALVERIFY,
        Op.OP_CHECKSIG,
        Op.OP_CHECKSIGVERIFY,
        Op.OP_CHECKDATASIG,
        Op.OP_CHECKDATASIGVERIFY,
        Op.OP_WITHIN,
        *range(Op.OP_NUMEQUAL, Op.OP_GREATERTHANOREQUAL + 1),
    }
)
_HASHING = range(Op.OP_RIPEMD160, Op.OP_HASH256 + 1)


_CONDITIONS = frozenset({Op.OP_IF, Op.OP_NOTIF})
_Kind = tuple[int, int, int]
_MOVES, _PUSHES, _READS, _MAKES = range(4)
_NOWHERE = Constant()


def _traced(value: bytes, origin: Origin) -> Traced:
    made = Traced(value)
    made.origin = origin
    return made


@lru_cache(maxsize=256)
def _kinds(code: bytes) -> tuple[_Kind, ...]:
    """What each instruction of a script is: its opcode, how it makes items, and how many."""
    found = []
    for step in instructions(code):
        opcode = step.opcode
        if constant(step) is not None:
            found.append((opcode, _PUSHES, 1))
        elif opcode in _MOVING:
            found.append((opcode, _MOVES, 0))
        else:
            count = gives(opcode)
            kind = _READS if opcode in _READING else _MAKES if count else _MOVES
            found.append((opcode, kind, count))
    return tuple(found)


@dataclass(slots=True)
class _Watcher:
    compared: list[tuple[int, tuple[Traced, ...]]] = field(default_factory=list)
    branches: list[tuple[bytes, int, bool]] = field(default_factory=list)
    made: dict[bytes, Traced] = field(default_factory=dict)
    reads: set[tuple[int, int]] = field(default_factory=set)
    run: set[int] = field(default_factory=set)
    kinds: dict[bytes, tuple[_Kind, ...]] = field(default_factory=dict)
    opcode: int | None = None
    operands: tuple[Traced, ...] = ()
    kind: int = _MOVES
    count: int = 0
    position: int = 0
    phase: int = -1
    seen: int = 0

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        begins = position == 0 and not vm.frames
        if self.kind and (not begins or self.phase < 1):
            # Before a redeem script runs, the stack is what was pushed again.
            self.settle(vm)
        self.kind = _MOVES
        self.seen += 1
        if self.seen > _MOST:
            self.opcode = None
            return
        if begins:
            self.phase += 1
        code = program.code
        kinds = self.kinds.get(code)
        if kinds is None:
            kinds = self.kinds[code] = _kinds(code)
        opcode, kind, count = kinds[position]
        if not vm.executing:
            self.opcode = None
            return
        self.opcode = opcode
        if kind == _PUSHES:
            # Where a constant of a script comes from matters to nobody.
            if not self.phase:
                self.kind, self.position = kind, position
            self.operands = ()
            return
        if opcode in _MOVING:
            self.operands = ()
            return
        stack = vm.stack
        if opcode in _CONDITIONS and stack:
            self.branches.append((code, position, any(stack[-1])))
        for at in range(max(0, len(stack) - _OPERANDS), len(stack)):
            if type(stack[at]) is bytes:
                stack[at] = _traced(stack[at], _NOWHERE)
        self.operands = tuple(stack[-_OPERANDS:])  # type: ignore[arg-type]
        self.kind, self.count = kind, count
        if opcode in _COMPARING:
            self.compared.append((opcode, self.operands))
        elif opcode == Op.OP_DEFINE and len(self.operands) > 1:
            body = self.operands[-2].origin
            if isinstance(body, Pushed):
                self.run.add(body.number)

    def settle(self, vm: Machine) -> None:
        """Give what the last instruction left its origin."""
        stack, kind, count = vm.stack, self.kind, self.count
        opcode, operands = self.opcode, self.operands
        if opcode is None or len(stack) < count:
            return
        if kind == _PUSHES:
            if stack:
                stack[-1] = _traced(stack[-1], Pushed(self.position))
        elif kind == _READS:
            alone = opcode in _WITHOUT_INDEX
            index_item = None if alone or not operands else operands[-1]
            index = -1 if index_item is None else int.from_bytes(index_item, "little")
            stack[-1] = _traced(stack[-1], Read(opcode, index, index_item))
            self.reads.add((opcode, index))
        else:
            for part in range(count):
                at = part - count
                stack[at] = _traced(stack[at], Derived(opcode, operands, part))
            if opcode in _HASHING:
                self.made[bytes(stack[-1])] = operands[-1]


def observed(context: TransactionContext, index: int, rules: RuleSet) -> Watched:
    """Run an input and follow where its items come from."""
    # An unlocking bytecode that is empty is no phase that anybody sees.
    watcher = _Watcher(phase=-1 if context.transaction.inputs[index].unlocking_bytecode else 0)
    result = evaluate_input(context, index, rules, observe=watcher.observe)
    stack = tuple(
        item if isinstance(item, Traced) else _traced(item, _NOWHERE) for item in result.stack
    )
    if result.ok or result.code is None:
        # The end of a script: what its last instruction left has not been looked at.
        stack = _settled(watcher, stack)
    return Watched(
        result,
        watcher.opcode,
        watcher.operands,
        watcher.compared,
        stack,
        tuple(watcher.branches),
        watcher.made,
        frozenset(watcher.reads),
        frozenset(watcher.run),
    )


def _settled(watcher: _Watcher, stack: tuple[Traced, ...]) -> tuple[Traced, ...]:
    opcode = watcher.opcode
    if opcode is None or not stack or watcher.kind != _MAKES:
        return stack
    return (*stack[:-1], _traced(stack[-1], Derived(opcode, watcher.operands)))
