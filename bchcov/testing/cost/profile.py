"""Where the operation cost of a contract goes: by source line, and as folded stacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ...contract.contract import Contract
from ...encoding.printable import printable
from ...errors import ContractError
from ...script.pushes import instructions
from ...vm.evaluate import evaluate_input
from ...vm.machine import Machine
from ...vm.program import Program
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from .measuring import Spending, inputs_of, without_limits

__all__ = ["Profile", "profile"]

_Stack = tuple[str, ...]
_OTHER = "outside of the contract"


@dataclass(frozen=True, slots=True)
class Profile:
    """The operation cost of each instruction, by the calls and the line that it runs in.

    A stack is the contract's name, then the place and the opcode of each call, then those of
    the instruction: `("lock", "lock.cashasm:7", "OP_CHECKSIGVERIFY")`.
    """

    stacks: Mapping[_Stack, int]

    @property
    def total(self) -> int:
        """The operation cost of all inputs together."""
        return sum(self.stacks.values())

    @property
    def lines(self) -> dict[str, int]:
        """The operation cost by place, most first; a call does not count what it calls."""
        costs: Counter[str] = Counter()
        for stack, cost in self.stacks.items():
            costs[stack[-2]] += cost
        return dict(sorted(costs.items(), key=lambda each: (-each[1], each[0])))

    def text(self) -> str:
        """Return the cost of each line as a table, most first, and its share of all."""
        width = max(map(len, self.lines), default=0)
        return "\n".join(
            f"{printable(place):{width}} {cost:>11,} {100 * cost / self.total:>4.0f} %"
            for place, cost in self.lines.items()
        )

    def __str__(self) -> str:
        return self.text()

    def folded(self) -> str:
        """Return the stacks in the form that flame graphs are drawn of: `a;b;c cost`."""
        return "".join(f"{';'.join(stack)} {cost}\n" for stack, cost in sorted(self.stacks.items()))


class _Profiler:
    """Observes a run, and charges each instruction with what the cost grew until the next."""

    def __init__(self, contract: Contract, rules: RuleSet) -> None:
        self.contract = contract
        self.rules = rules
        self.stacks: Counter[_Stack] = Counter()
        self.current: _Stack | None = None
        self.before = 0
        self.known: dict[tuple[bytes, int], _Stack] = {}
        self.offsets: dict[bytes, list[int]] = {}

    def observe(self, vm: Machine, program: Program, position: int) -> None:
        self.charge(vm.op_cost)
        calls = [(frame[0].code, frame[1] - 1) for frame in vm.frames]
        places = [self.place(*each) for each in (*calls, (program.code, position))]
        self.current = (self.contract.name, *(name for place in places for name in place))

    def charge(self, op_cost: int) -> None:
        if self.current is not None:
            self.stacks[self.current] += op_cost - self.before
        self.before = op_cost

    def place(self, code: bytes, position: int) -> _Stack:
        """Name the place and the opcode of an instruction."""
        key = code, position
        if key not in self.known:
            if code not in self.offsets:
                self.offsets[code] = [each.offset for each in instructions(code)]
            offset = self.offsets[code][position]
            places = self.contract.find(code, offset) if code in self.contract.scripts else ()
            where = f"{places[0].file}:{places[0].line}" if places else _OTHER
            self.known[key] = where, self.rules.name_opcode(code[offset])
        return self.known[key]


def profile(
    contract: Contract, spends: Mapping[str, Spending], rules: RuleSet = BCH_2026
) -> Profile:
    """Profile every input of a contract in transactions that it accepts.

    Limits are not enforced, and errors are raised, as by `measure_cost`.
    """
    stacks: Counter[_Stack] = Counter()
    for name, context, index in inputs_of(contract, spends):
        profiler = _Profiler(contract, rules)
        result = evaluate_input(context, index, without_limits(rules), observe=profiler.observe)
        if not result.ok:
            raise ContractError(f"{name} is refused, so that its cost says nothing: {result}")
        profiler.charge(result.metrics.op_cost)
        stacks.update(profiler.stacks)
    return Profile({stack: cost for stack, cost in stacks.items() if cost})
