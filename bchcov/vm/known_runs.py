"""Runs that are known: what each read of its transaction, in order, and states on the way.

Numbers stand for whatever there is much of, and sets of readings are bits of a number: Python looks
through all other objects for garbage, again and again.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..transaction.context import TransactionContext
from .machine import Machine
from .operation import Operation
from .result import InputResult
from .states import State, state_of

__all__ = ["Ending", "KnownRun", "Recorded", "number_of"]

# A state is kept where a run has done as much since the last one: keeping it costs as much as a
# few instructions do. Most runs are never met again: at first they keep few.
_COST_BETWEEN, _COST_AT_FIRST = 500, 15_000
_OPCODES = 256


@dataclass(slots=True)
class Ending:
    """How runs end that read the same; `notes` is for what follows from that."""

    result: InputResult
    watcher: Any = None
    notes: Any = None


def number_of(opcode: int, index: int) -> int:
    """Return a number for what an instruction reads at an index."""
    return index * _OPCODES + opcode


@dataclass(slots=True, eq=False)
class KnownRun:
    """What a run read after it had parted from its parent, at the parent's reading number `at`.

    `origin` is the transaction that was run, `operations` are those of the rules. `read` is what
    was read, by `number_of`, and `values` what was found there. `positions` has for each part of
    the transaction the readings that depend on it, `of_all` those that depend on all parts; `order`
    finds a reading by what is read. `differing` are the parts in which the transaction differs
    from that of the first run of its line. `branches` are the runs that read something else at a
    reading, by its number and what they read. A run keeps more `states` once another one has
    parted from it.
    """

    origin: TransactionContext
    operations: Mapping[int, Operation]
    parent: KnownRun | None = None
    at: int = 0
    differing: frozenset[int] = frozenset()
    read: list[int] = field(default_factory=list)
    values: list[Hashable] = field(default_factory=list)
    positions: dict[int, int] = field(default_factory=dict)
    of_all: int = 0
    order: dict[int, int] = field(default_factory=dict)
    branches: dict[tuple[int, Hashable], KnownRun] = field(default_factory=dict)
    states: dict[int, State] = field(default_factory=dict)
    is_met_again: bool = False
    ending: Ending | None = None
    _kept: list[int] = field(default_factory=list)

    def _line(self, at: int) -> Iterator[tuple[KnownRun, int]]:
        """Yield this run and those it has parted from, each with its last reading that counts."""
        run: KnownRun | None = self
        while run is not None:
            yield run, at
            at, run = run.at, run.parent

    def first_other(
        self, context: TransactionContext, changed: frozenset[int] | None
    ) -> tuple[int, Hashable] | None:
        """Find the first reading that is another in a transaction in which these parts differ.

        None stands for parts that nobody has looked for.
        """
        if changed is None:
            for at, number in enumerate(self.read):
                other = self._reading(context, number)
                if other != self.values[at]:
                    return at, other
            return None
        if not changed:
            return None
        readings, positions = self.of_all, self.positions
        for part in changed:
            readings |= positions.get(part, 0)
        while readings:
            lowest = readings & -readings
            readings ^= lowest
            at = lowest.bit_length() - 1
            other = self._reading(context, self.read[at])
            if other != self.values[at]:
                return at, other
        return None

    def _reading(self, context: TransactionContext, number: int) -> Hashable:
        reads = self.operations[number % _OPCODES].reads
        assert reads is not None
        return reads(context, number // _OPCODES)

    def has_read(self, number: int) -> bool:
        """Whether this run has read something already, or did so before it had a parent."""
        for run, last in self._line(len(self.read)):
            at = run.order.get(number)
            if at is not None and at <= last:
                return True
        return False

    def add(self, number: int) -> None:
        """Add what is read next."""
        at, operation = len(self.read), self.operations[number % _OPCODES]
        self.order[number] = at
        self.read.append(number)
        self.values.append(self._reading(self.origin, number))
        if operation.parts is None:
            self.of_all |= 1 << at
            return
        positions = self.positions
        for part in operation.parts(self.origin, number // _OPCODES):
            positions[part] = positions.get(part, 0) | 1 << at

    def parts(self) -> set[int] | None:
        """Return all parts of the transaction on which the whole run depends, None for all."""
        found: set[int] = set()
        for run, last in self._line(len(self.read)):
            counted = (2 << last) - 1
            if run.of_all & counted:
                return None
            found.update(part for part, readings in run.positions.items() if readings & counted)
        return found

    def keep(self, at: int, state: State) -> None:
        """Keep the state before a reading."""
        self.states[at] = state
        insort(self._kept, at)

    def nearest(self, at: int) -> tuple[State | None, list[tuple[KnownRun, int]]]:
        """Find the last state before a reading, and the readings from there up to this one."""
        between: list[tuple[KnownRun, int]] = []
        for run, last in self._line(at):
            known = bisect_right(run._kept, last)
            first = run._kept[known - 1] if known else 0
            between[:0] = [(run, number) for number in range(first, last + 1)]
            if known:
                return run.states[first], between
        return None, between


@dataclass(slots=True)
class Recorded:
    """A run under way, and the readings of known runs that it has still to pass."""

    run: KnownRun
    ahead: list[tuple[KnownRun, int]]
    passed: int = 0
    cost: int = 0
    last: State | None = None

    def read(self, vm: Machine, position: int, opcode: int, index: int) -> None:
        """Note what an instruction reads, unless it has been read before."""
        number = number_of(opcode, index)
        if self.passed < len(self.ahead):
            run, at = self.ahead[self.passed]
            if run.read[at] == number:
                self.passed += 1
                if run.is_met_again and at not in run.states:
                    self._keep(run, at, vm, position, 0 if not at else _COST_BETWEEN)
        elif not self.run.has_read(number):
            self.run.add(number)
            self._keep(self.run, len(self.run.read) - 1, vm, position, _COST_AT_FIRST)

    def _keep(self, run: KnownRun, at: int, vm: Machine, position: int, cost: int) -> None:
        if vm.op_cost - self.cost >= cost:
            self.last = state_of(vm, position - 1, self.last)
            run.keep(at, self.last)
            self.cost = vm.op_cost
