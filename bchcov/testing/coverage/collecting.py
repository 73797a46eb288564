"""Collecting what transactions reach in contracts, by watching their inputs run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ...contract.contract import Contract
from ...contract.explaining import find_refusal
from ...errors import ContractError
from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from ...transaction.model import Output, Transaction
from ...vm.evaluate import evaluate_input
from ...vm.machine import Machine
from ...vm.program import Program
from ...vm.recording import recording
from ...vm.result import InputResult
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from ...vm.truth import is_true
from ..sites import BRANCHES, Site, require_sites
from .events import MANY, Event, Kind, event_of
from .report import CoverageReport, make_report

__all__ = ["Coverage"]

_WATCHED = BRANCHES | {Op.OP_BEGIN, Op.OP_UNTIL}


@dataclass(frozen=True, slots=True)
class _Script:
    """A script that is watched: where each position stands, and what is asked about it."""

    sites: tuple[Site, ...]
    kinds: tuple[int, ...]


class Coverage:
    """Collects what the contracts' instructions did, over as many transactions as are added.

    Contracts of one name with other constants count as one. Nothing that it watches changes.
    What is collected is kept apart by `context`, such as the name of a test. Raises ContractError
    for a contract of whose source nothing is known, and for none at all.
    """

    def __init__(self, *contracts: Contract) -> None:
        if not contracts:
            raise ContractError("coverage needs a contract: none is given")
        self.contracts: tuple[Contract, ...] = ()
        self.transactions = 0
        self.inputs = 0
        self._sites: list[Site] = []
        self._scripts: dict[bytes, _Script] = {}
        for contract in contracts:
            self.watch(contract)
        self._counts: Counter[Event] = Counter()
        self._contexts: dict[str, Counter[Event]] = {}
        self.context = ""
        # Of the input that is running.
        self._ran: Counter[tuple[bytes, int]] = Counter()
        self._outcomes: Counter[tuple[bytes, int, Kind, int]] = Counter()
        self._loops: dict[int, list[int]] = {}
        self._elsewhere: Counter[str] = Counter()

    def watch(self, contract: Contract) -> None:
        """Watch one more contract from now on.

        Raises ContractError for one of whose source nothing is known.
        """
        if contract in self.contracts:
            return
        sites = require_sites(contract)
        self.contracts += (contract,)
        self._sites += sites
        by_code: dict[bytes, list[Site]] = {}
        for site in sites:
            by_code.setdefault(site.code, []).append(site)
        for code, within in by_code.items():
            kinds = tuple(each.opcode if each.opcode in _WATCHED else 0 for each in within)
            self._scripts.setdefault(code, _Script(tuple(within), kinds))

    def add(
        self,
        transaction: Transaction,
        source_outputs: Sequence[Output],
        *,
        rules: RuleSet = BCH_2026,
        context: str = "",
    ) -> None:
        """Run every input of a transaction and collect what it reached, accepted or not.

        `context` says who asks, such as a test's name. Raises EncodeError for a transaction
        that has no encoding, or an input without a spent output.
        """
        run = TransactionContext(transaction, source_outputs)
        with self.recording(context):
            for index in range(len(transaction.inputs)):
                evaluate_input(run, index, rules)
        self.transactions += 1

    @contextmanager
    def recording(self, context: str = "") -> Iterator[None]:
        """Collect from everything that this process evaluates within the block.

        What other processes evaluate is not seen.
        """
        before, self.context = self.context, context
        try:
            with recording(self):
                yield
        finally:
            self.context = before

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        """Count the instruction that is about to run, if it is one of the contracts'."""
        if not vm.executing:
            return
        code = program.code
        script = self._scripts.get(code)
        if script is None:
            return
        self._ran[code, position] += 1
        kind = script.kinds[position]
        if kind:
            self._look(vm, code, position, kind)

    def _look(self, vm: Machine, code: bytes, position: int, kind: int) -> None:
        """Note which way a branch goes, and how often a loop was repeated."""
        loops = self._loops.setdefault(len(vm.frames), [])
        if kind == Op.OP_BEGIN:
            loops.append(0)
        elif vm.stack:
            condition = is_true(vm.stack[-1])
            if kind != Op.OP_UNTIL:
                self._outcomes[code, position, "branch", condition] += 1
            elif loops and not condition:
                loops[-1] += 1
            elif loops:
                self._outcomes[code, position, "loop", min(loops.pop(), MANY)] += 1

    def end(self, result: InputResult) -> None:
        """Take over what an input reached, and the check that refused it."""
        ran, outcomes = self._ran, self._outcomes
        self._ran, self._outcomes, self._loops = Counter(), Counter(), {}
        if not ran:
            return
        self.inputs += 1
        seen: Counter[Event] = Counter()
        for (code, position), count in ran.items():
            for event in self._events(code, position, "ran", 0):
                seen[event] += count
        for (code, position, kind, outcome), count in outcomes.items():
            for event in self._events(code, position, kind, outcome):
                seen[event] += count
        seen.update(self._refusal(result))
        self._counts.update(seen)
        self._contexts.setdefault(self.context, Counter()).update(seen)

    def _events(self, code: bytes, position: int, kind: Kind, outcome: int) -> Iterator[Event]:
        site = self._scripts[code].sites[position]
        for place in site.places:
            yield event_of(site, place)._replace(kind=kind, outcome=outcome)

    def _refusal(self, result: InputResult) -> Iterator[Event]:
        """Yield the check that refused an input, if exactly one can have been it."""
        if result.ok:
            return
        places = find_refusal(result, *self.contracts).places
        found = {(each.file, each.check) for each in places if each.check is not None}
        if len(found) == 1:
            ((file, check),) = found
            if check is not None:
                yield Event(file, check.line, check.column, 0, 0, "refused", 0, check.name)
                return
        assert result.reason is not None
        self._elsewhere[result.reason.value] += 1

    def merge(self, other: Coverage) -> None:
        """Take over what another one has collected, such as in another process.

        A coverage can be pickled; its contracts are watched here from now on as well.
        """
        for contract in other.contracts:
            self.watch(contract)
        self.transactions += other.transactions
        self.inputs += other.inputs
        self._counts.update(other._counts)
        self._elsewhere.update(other._elsewhere)
        for context, counts in other.contexts.items():
            self._contexts.setdefault(context, Counter()).update(counts)

    def report(self) -> CoverageReport:
        """Report what has been reached until now."""
        return self.report_of(self._counts)

    def report_of(self, counts: Mapping[Event, int]) -> CoverageReport:
        """Report some of what has been reached, such as one of the contexts."""
        return make_report(
            self.contracts,
            self._sites,
            counts,
            self._elsewhere,
            transactions=self.transactions,
            inputs=self.inputs,
        )

    @property
    def contexts(self) -> Mapping[str, Mapping[Event, int]]:
        """What each context has reached, and how often."""
        return dict(self._contexts)
