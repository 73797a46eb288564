"""Where each item on the stack comes from: a run that is watched, item by item.

Items are bytes; the watched run puts in their place bytes that know their origin, so that
instructions that only move or copy them need no rule of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from ...contract.moves import ALT_MOVES, CHOOSERS, MOVES, gives
from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from ...vm.machine import Machine
from ...vm.operation import Operation
from ...vm.remembering import Ending, Memory, Watching
from ...vm.result import InputResult
from ...vm.rules.ruleset import RuleSet

__all__ = [
    "WATCHING",
    "Constant",
    "Derived",
    "Origin",
    "Pushed",
    "Read",
    "Traced",
    "Watched",
    "watch",
    "watched",
]

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
_LAST_PUSH = Op.OP_16
_MOST = 20_000


class Pushed(NamedTuple):
    """An item that the unlocking script pushed; `number` counts from 0."""

    number: int


class Constant(NamedTuple):
    """An item that stands in a script, or of which nobody knows more."""


class Read(NamedTuple):
    """What an introspection instruction read, at an index, which is -1 where it takes none."""

    opcode: int
    at: int
    index_item: Traced | None = None


class Derived(NamedTuple):
    """What an instruction made of its operands, the lowest first; OP_SPLIT makes two parts."""

    opcode: int
    operands: tuple[Traced, ...]
    part: int = 0


Origin = Pushed | Constant | Read | Derived


class Traced(bytes):
    """An item of the stack that knows where it comes from."""

    origin: Origin


def _traced(item: bytes, origin: Origin) -> Traced:
    # Not in a __new__ of its own, which takes three times as long.
    made = Traced(item)
    made.origin = origin
    return made


@dataclass(slots=True)
class Watched:
    """A run that was watched: its result, and the instruction that it ended with.

    `operands` are the items that this found on top of the stack, the top one last; `compared`
    the instructions that compared or checked something, with their operands, in their order;
    `branches` which way each OP_IF went; `made` what was hashed, by its hash; `reads` what was
    read of the transaction, by opcode and index; `run` the pushed items that are functions.
    """

    result: InputResult
    opcode: int | None
    operands: tuple[Traced, ...]
    compared: list[tuple[int, tuple[Traced, ...]]]
    stack: tuple[Traced, ...]
    branches: tuple[tuple[bytes, int, bool], ...] = ()
    made: dict[bytes, Traced] = field(default_factory=dict)
    reads: frozenset[tuple[int, int]] = frozenset()
    run: frozenset[int] = frozenset()


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
_NOWHERE = Constant()


@dataclass(slots=True)
class _Watcher:
    """What has been seen of a run until now; see `Watched`."""

    opcode: int | None = None
    operands: tuple[Any, ...] = ()
    compared: list[tuple[int, tuple[Traced, ...]]] = field(default_factory=list)
    branches: list[tuple[bytes, int, bool]] = field(default_factory=list)
    made: dict[bytes, Traced] = field(default_factory=dict)
    reads: set[tuple[int, int]] = field(default_factory=set)
    run: set[int] = field(default_factory=set)
    seen: int = 0

    def copy(self) -> _Watcher:
        """Copy all but what has been compared, which is the most."""
        made, reads, run = self.made.copy(), self.reads.copy(), self.run.copy()
        return _Watcher(None, (), [], self.branches.copy(), made, reads, run, self.seen)

    def begin(self, pushed: list[bytes]) -> None:
        """Give what an unlocking bytecode has pushed its origin."""
        pushed[:] = [_traced(item, Pushed(number)) for number, item in enumerate(pushed)]


@lru_cache(maxsize=64)
def _watching(rules: RuleSet) -> RuleSet:
    """Make rules under which instructions tell a watcher what they do."""
    operations = {
        opcode: each if opcode in _MOVING else _watched(each)
        for opcode, each in rules.operations.items()
    }
    return replace(rules, operations=MappingProxyType(operations), _find=None, _modes={})


WATCHING = Watching(_Watcher, _watching)
"""How a memory watches what it runs."""


def _watched(plain: Operation) -> Operation:
    """Make an operation that tells the machine's watcher what it does."""
    opcode, is_control = plain.opcode, plain.is_control
    run, takes, grows = plain.run, plain.takes, plain.grows
    settle = _settling(opcode, plain.gives if plain.name else gives(opcode))
    is_comparing, is_condition = opcode in _COMPARING, opcode in _CONDITIONS
    is_defining = opcode == Op.OP_DEFINE

    def watched_run(vm: Machine, position: int = 0) -> int:
        watcher: _Watcher = vm.watcher
        if not vm.executing:
            watcher.opcode = None
            return run(vm, position) if is_control else position
        watcher.opcode = opcode
        operands = watcher.operands = _operands(vm.stack)
        if is_comparing:
            watcher.compared.append((opcode, operands))
        elif is_condition and operands:
            watcher.branches.append((vm.code, position - 1, any(operands[-1])))
        elif is_defining and len(operands) > 1 and isinstance(operands[-2].origin, Pushed):
            watcher.run.add(operands[-2].origin.number)
        if is_control:
            position = run(vm, position)
        else:
            vm.execute(run, takes, grows=grows)
        watcher.seen += 1
        if settle is not None and vm.stack and watcher.seen < _MOST:
            settle(watcher, vm.stack, operands)
        return position

    return replace(plain, run=watched_run, is_control=True)


def _operands(stack: list[bytes]) -> tuple[Traced, ...]:
    """The items on top of the stack, as items that know their origin."""
    top = stack[-_OPERANDS:]
    for at, item in enumerate(top):
        if type(item) is bytes:
            stack[at - len(top)] = top[at] = _traced(item, _NOWHERE)
    return tuple(top)  # type: ignore[arg-type]


_Settle = Callable[[_Watcher, list[bytes], tuple[Traced, ...]], None]


def _settling(opcode: int, count: int) -> _Settle | None:
    """Make what gives the items that an instruction left their origin, None if it left none."""
    has_index, is_hash = opcode not in _WITHOUT_INDEX, opcode in _HASHING

    def read(watcher: _Watcher, stack: list[bytes], operands: tuple[Traced, ...]) -> None:
        item = operands[-1] if has_index and operands else None
        index = -1 if item is None else int.from_bytes(item, "little")
        stack[-1] = _traced(stack[-1], Read(opcode, index, item))
        watcher.reads.add((opcode, index))

    def make(watcher: _Watcher, stack: list[bytes], operands: tuple[Traced, ...]) -> None:
        if is_hash:
            watcher.made[stack[-1]] = operands[-1]
        stack[-1] = _traced(stack[-1], Derived(opcode, operands))

    def split(_: _Watcher, stack: list[bytes], operands: tuple[Traced, ...]) -> None:
        for part in range(count):
            stack[part - count] = _traced(stack[part - count], Derived(opcode, operands, part))

    if opcode in _READING:
        return read
    return None if not count else make if count == 1 else split


def watch(context: TransactionContext, index: int, rules: RuleSet) -> Watched:
    """Run an input and follow where its items come from."""
    return watched(Memory(rules, WATCHING).end_of(context, index))


def watched(ending: Ending) -> Watched:
    """Return what the watcher of a memory has seen of a run.

    What it compared is only there if no run before had the same beginning.
    """
    result, watcher = ending.result, ending.watcher
    opcode, operands = watcher.opcode, watcher.operands
    failed = result.opcode
    if failed is None or failed in _MOVING or failed <= _LAST_PUSH:
        # The end of a script, and what only moves items, tell nothing.
        opcode, operands = failed, ()
    return Watched(
        result,
        opcode,
        operands,
        watcher.compared,
        tuple(item if type(item) is Traced else _traced(item, _NOWHERE) for item in result.stack),
        tuple(watcher.branches),
        watcher.made,
        frozenset(watcher.reads),
        frozenset(watcher.run),
    )
