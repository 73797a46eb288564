"""Evaluation that remembers: what reads the same of a transaction runs the same.

An input's run depends on its scripts, its index and what its instructions read of the transaction.
A memory is a tree of these readings: a run that reads something else than all before it is
continued from where they part, and one that reads the same ends the same. For many transactions
that differ a little, as those of a campaign do; the results are those of `evaluate_input`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from ..errors import ScriptError
from ..script.pushes import is_push_only
from ..transaction.context import TransactionContext
from .decode import is_exchanging
from .evaluate import begin, evaluate_input, failed, finish, passed
from .machine import Machine
from .operation import Operation, Reads
from .recording import RECORDERS
from .result import InputResult, Run
from .rules.ruleset import RuleSet
from .states import State, restore, state_of

__all__ = ["Ending", "Memory", "Watching"]

_MOST_NODES = 10_000
# A state is kept where a run has done as much since the last one: keeping it costs as much as a
# few instructions do.
_COST_BETWEEN = 1_000


class Watching(NamedTuple):
    """How runs are watched: what makes a watcher, and the rules under which it is told things.

    A watcher has methods: `begin`, which is given the stack once the unlocking bytecode has run,
    and `copy`. It is `Machine.watcher`.
    """

    begin: Callable[[], Any]
    rules: Callable[[RuleSet], RuleSet]


@dataclass(slots=True)
class Ending:
    """How runs end that read the same; `notes` is for what follows from that."""

    result: InputResult
    watcher: Any = None
    notes: Any = None


@dataclass(slots=True)
class _Reading:
    """What is read next by runs that read the same until here, and the state before it."""

    reads: Reads
    index: int
    state: State | None = None
    next: dict[Hashable, _Reading | Ending] = field(default_factory=dict)


@dataclass(slots=True)
class _Path:
    """A run under way: where its next reading belongs in the tree."""

    context: TransactionContext
    next: dict[Any, _Reading | Ending]
    value: Hashable
    seen: set[tuple[Reads, int]] = field(default_factory=set)
    cost: int = 0
    made: int = 0

    def follow(self, reading: _Reading) -> None:
        """Go on to what comes after a reading."""
        self.seen.add((reading.reads, reading.index))
        self.next, self.value = reading.next, reading.reads(self.context, reading.index)

    def read(self, vm: Machine, position: int, reads: Reads, index: int) -> None:
        """Note what an instruction reads, unless it has been read before."""
        if (reads, index) in self.seen:
            return
        reading = self.next.get(self.value)
        if reading is None:
            state = None
            if vm.op_cost - self.cost >= _COST_BETWEEN or not self.seen:
                state, self.cost = state_of(vm, position - 1), vm.op_cost
            reading = self.next[self.value] = _Reading(reads, index, state)
            self.made += 1
        assert isinstance(reading, _Reading)
        self.follow(reading)


@dataclass(slots=True)
class Memory:
    """Evaluates inputs under one rule set, and remembers how their runs went.

    It is emptied when it has remembered `most` readings and endings. With `watching`, each run is
    watched, and its ending has the watcher.
    """

    rules: RuleSet
    watching: Watching | None = None
    most: int = _MOST_NODES
    _runs: dict[Any, _Reading | Ending] = field(default_factory=dict)
    _size: int = 0

    @property
    def is_off(self) -> bool:
        """Whether nothing may be remembered now, nor told from what was.

        Who records wants to see all that runs, and what is exchanged runs in another way.
        """
        return bool(RECORDERS) or is_exchanging()

    def evaluate(self, context: TransactionContext, index: int) -> InputResult:
        """Evaluate an input as `evaluate_input` does."""
        if self.is_off:
            return evaluate_input(context, index, self.rules)
        result = self.end_of(context, index).result
        if result.reason is None:
            return result
        # By position, which is much faster than `replace`.
        return InputResult(
            result.metrics,
            result.stack,
            result.alt_stack,
            result.reason,
            result.detail,
            result.phase,
            result.code,
            result.position,
            Run(context, index, self.rules),
        )

    def end_of(self, context: TransactionContext, index: int) -> Ending:
        """Return how an input's run ends, the same object for the same run."""
        unlocking = context.transaction.inputs[index].unlocking_bytecode
        locking = context.source_outputs[index].locking_bytecode
        steps: list[_Reading] = []
        key = index, unlocking, locking
        known = self._runs.get(key)
        while type(known) is _Reading:
            steps.append(known)
            known = known.next.get(known.reads(context, known.index))
        if known is not None:
            assert isinstance(known, Ending)
            return known
        while steps and steps[-1].state is None:
            steps.pop()
        state = steps.pop().state if steps else None
        path = _Path(context, self._runs, key)
        for step in steps:
            path.follow(step)
        return self._run(path, index, unlocking, locking, state)

    def _run(
        self, path: _Path, index: int, unlocking: bytes, locking: bytes, state: State | None
    ) -> Ending:
        """Run an input, from a state or from its beginning, and remember what it reads."""
        rules, watching = _remembered(self.rules), self.watching
        if watching is not None:
            rules = watching.rules(rules)
        vm = Machine(rules, path.context, index, unlocking_size=len(unlocking))
        vm.memory, vm.watcher, vm.pushed = path, None, []
        try:
            if state is None:
                if watching is not None:
                    vm.watcher = watching.begin()
                begin(vm, unlocking)
                if watching is not None and is_push_only(unlocking):
                    vm.watcher.begin(vm.stack)
            else:
                restore(vm, state)
                path.cost = vm.op_cost
                vm.run(state.program, state.position)
                if vm.control:
                    vm.check_balanced()
            finish(vm, unlocking, locking)
            result = passed(vm)
        except ScriptError as error:
            result = failed(vm, error, vm.phase)
        ending = path.next[path.value] = Ending(result, vm.watcher)
        self._size += path.made + 1
        if self._size > self.most:
            self._runs, self._size = {}, 0
        return ending


@lru_cache(maxsize=64)
def _remembered(rules: RuleSet) -> RuleSet:
    """Make rules under which a machine's memory is told what is read of the transaction."""
    operations = {
        opcode: each if each.reads is None else _telling(each, each.reads)
        for opcode, each in rules.operations.items()
    }
    return replace(rules, operations=MappingProxyType(operations), _find=None, _modes={})


def _telling(plain: Operation, reads: Reads) -> Operation:
    """Make an operation that tells the memory what it reads before it does so."""
    run, takes, grows, is_indexed = plain.run, plain.takes, plain.grows, plain.is_indexed

    # Without a position it is one of several instructions that stand in for another one.
    def tell(vm: Machine, position: int = 0) -> int:
        if vm.executing:
            index = _top(vm) if is_indexed else vm.index
            if index is not None:
                vm.memory.read(vm, position, reads, index)
            vm.execute(run, takes, grows=grows)
        return position

    return replace(plain, run=tell, is_control=True)


def _top(vm: Machine) -> int | None:
    """The index on top of the stack, None if the instruction will refuse what is there."""
    try:
        return vm.decode_index(vm.stack[-1]) if vm.stack else None
    except ScriptError:
        return None
