"""Evaluation that remembers: what reads the same of a transaction runs the same.

An input's run depends on its scripts, its index and what its instructions read of the transaction.
A memory is a tree of runs: one that reads something else than those before it is continued from
where they part, and one that reads the same ends the same. Only what is read of parts that differ
is looked at. For many transactions that differ a little, as those of a campaign do; the results
are those of `evaluate_input`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from ..errors import ScriptError
from ..script.pushes import is_push_only
from ..transaction.context import TransactionContext
from ..transaction.differences import Differences
from .decode import is_exchanging
from .evaluate import begin, evaluate_input, failed, finish, passed
from .known_runs import Ending, KnownRun, Recorded
from .machine import Machine
from .operation import Operation
from .recording import RECORDERS
from .result import InputResult, Run
from .rules.ruleset import RuleSet
from .states import State, restore

__all__ = ["Ending", "Memory", "Watching"]

_MOST_NODES = 10_000
# To look at so many readings takes no longer than to look for differences of two transactions.
_FEW = 12


class Watching(NamedTuple):
    """How runs are watched: what makes a watcher, and the rules under which it is told things.

    A watcher has methods: `begin`, which is given the stack once the unlocking bytecode has run,
    and `copy`. It is `Machine.watcher`.
    """

    begin: Callable[[], Any]
    rules: Callable[[RuleSet], RuleSet]


@dataclass(slots=True)
class Memory:
    """Evaluates inputs under one rule set, and remembers how their runs went.

    It is emptied when it has remembered `most` readings and endings. With `watching`, each run is
    watched, and its ending has the watcher.
    """

    rules: RuleSet
    watching: Watching | None = None
    most: int = _MOST_NODES
    _runs: dict[tuple[int, bytes, bytes], KnownRun] = field(default_factory=dict)
    _size: int = 0

    @property
    def is_off(self) -> bool:
        """Whether nothing may be remembered now, nor told from what was.

        Who records wants to see all that runs, and what is exchanged runs in another way.
        """
        return bool(RECORDERS) or is_exchanging()

    def evaluate(
        self, context: TransactionContext, index: int, differences: Differences | None = None
    ) -> InputResult:
        """Evaluate an input as `evaluate_input` does.

        `differences` are those of this transaction, for who evaluates several of its inputs.
        """
        if self.is_off:
            return evaluate_input(context, index, self.rules)
        result = self.end_of(context, index, differences).result
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

    def end_of(
        self, context: TransactionContext, index: int, differences: Differences | None = None
    ) -> Ending:
        """Return how an input's run ends, the same object for the same run."""
        ending = self.run_of(context, index, differences or Differences(context)).ending
        assert ending is not None
        return ending

    def run_of(self, context: TransactionContext, index: int, differences: Differences) -> KnownRun:
        """Return a known run that reads the same as an input's, whose run may be the first."""
        unlocking = context.transaction.inputs[index].unlocking_bytecode
        key = index, unlocking, context.source_outputs[index].locking_bytecode
        run = self._runs.get(key)
        if run is None:
            run = KnownRun(context, self.rules.operations)
            self._run(Recorded(run, []), index, key, None)
            self._runs[key] = run
            self._count(run)
            return run
        first, changed = run, differences.known(run.origin)
        while True:
            if changed is None and len(run.read) > _FEW:
                changed = differences.since(first.origin)
            # No other parts differ from those of the transaction that was run.
            differing = None if changed is None else changed | run.differing
            other = run.first_other(context, differing)
            if other is None:
                return run
            known = run.branches.get(other)
            if known is None:
                break
            run = known
        at, _ = other
        run.is_met_again = True
        state, ahead = run.nearest(at)
        differing = differences.since(first.origin)
        made = KnownRun(context, self.rules.operations, run, at, differing)
        self._run(Recorded(made, ahead), index, key, state)
        run.branches[other] = made
        self._count(made)
        return made

    def _run(
        self, path: Recorded, index: int, key: tuple[int, bytes, bytes], state: State | None
    ) -> None:
        """Run an input, from a state or from its beginning, and note what it reads."""
        _, unlocking, locking = key
        rules, watching, run = _remembered(self.rules), self.watching, path.run
        if watching is not None:
            rules = watching.rules(rules)
        vm = Machine(rules, run.origin, index, unlocking_size=len(unlocking))
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
                path.cost, path.last = vm.op_cost, state
                vm.run(state.program, state.position)
                if vm.control:
                    vm.check_balanced()
            finish(vm, unlocking, locking)
            result = passed(vm)
        except ScriptError as error:
            result = failed(vm, error, vm.phase)
        run.ending = Ending(result, vm.watcher)

    def _count(self, run: KnownRun) -> None:
        """Count a run that is remembered from now on, and forget all if that is too much."""
        self._size += len(run.read) + 1
        if self._size <= self.most:
            return
        # A run and those that part from it refer to each other: Python would find that out late.
        waiting = list(self._runs.values())
        for run in waiting:
            waiting += run.branches.values()
            run.branches = {}
        self._runs, self._size = {}, 0


@lru_cache(maxsize=64)
def _remembered(rules: RuleSet) -> RuleSet:
    """Make rules under which a machine's memory is told what is read of the transaction."""
    operations = {
        opcode: each if each.reads is None else _telling(each)
        for opcode, each in rules.operations.items()
    }
    return replace(rules, operations=MappingProxyType(operations), _find=None, _modes={})


def _telling(plain: Operation) -> Operation:
    """Make an operation that tells the memory what it reads before it does so."""
    run, takes, grows, is_indexed = plain.run, plain.takes, plain.grows, plain.is_indexed
    opcode = plain.opcode

    # Without a position it is one of several instructions that stand in for another one.
    def tell(vm: Machine, position: int = 0) -> int:
        if vm.executing:
            index = _top(vm) if is_indexed else vm.index
            if index is not None:
                vm.memory.read(vm, position, opcode, index)
            vm.execute(run, takes, grows=grows)
        return position

    return replace(plain, run=tell, is_control=True)


def _top(vm: Machine) -> int | None:
    """The index on top of the stack, None if the instruction will refuse what is there."""
    try:
        return vm.decode_index(vm.stack[-1]) if vm.stack else None
    except ScriptError:
        return None
