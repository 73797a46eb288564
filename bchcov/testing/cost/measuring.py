"""The cost of spends of a contract, and its share of what an input of their size may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

from ...contract.contract import Contract
from ...encoding.printable import printable
from ...errors import ContractError
from ...transaction.codec import encode_transaction
from ...transaction.context import TransactionContext
from ...transaction.model import Output, Transaction
from ...vm.evaluate import evaluate_input
from ...vm.rules.limits import UNLIMITED, Limits
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026

__all__ = [
    "CostReport",
    "SpendCost",
    "Spending",
    "inputs_of",
    "joined",
    "measure_cost",
    "without_limits",
]


class Spending(Protocol):
    """A transaction with the outputs it spends, such as a BuiltTransaction."""

    @property
    def transaction(self) -> Transaction: ...
    @property
    def source_outputs(self) -> Sequence[Output]: ...


@dataclass(frozen=True, slots=True)
class SpendCost:
    """What an input of a contract costs.

    `transaction_size` is in bytes, and so the fee in satoshis at one per byte; so is
    `unlocking_size`. A limit of None means that there is none. `padding` is how many bytes the
    unlocking bytecode would have to push besides, so that its limits suffice; 0 if they do.
    """

    name: str
    transaction_size: int
    unlocking_size: int
    op_cost: int
    op_cost_limit: int | None
    hash_iterations: int
    hash_iterations_limit: int | None
    signature_checks: int
    signature_checks_limit: int | None
    padding: int

    @property
    def fee(self) -> int:
        """The transaction's fee in satoshis at one satoshi per byte."""
        return self.transaction_size


@dataclass(frozen=True, slots=True)
class CostReport:
    """What the spends of a contract cost, in order; `draft` is the name of rules with proposals."""

    contract: str
    rules: str
    spends: tuple[SpendCost, ...]
    draft: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the report as what JSON can hold."""
        told = asdict(self)
        return told if self.draft else {key: told[key] for key in told if key != "draft"}

    def text(self) -> str:
        """Return the report as a table."""
        return "\n".join(_lines_of(self))

    def __str__(self) -> str:
        return self.text()


def measure_cost(
    contract: Contract, spends: Mapping[str, Spending], rules: RuleSet = BCH_2026
) -> CostReport:
    """Measure every input of a contract in transactions that it accepts, by their names.

    Limits of size and cost are not enforced, so that a contract that is still too large can be
    measured. Raises ContractError for an input that is refused all the same, and if no
    transaction spends the contract.
    """
    costs = tuple(_measure(contract, spends, rules))
    return CostReport(contract.name, rules.name, costs, rules.draft)


def joined(reports: Sequence[CostReport]) -> CostReport:
    """Join what several contracts cost into one report; each spend then names its contract."""
    if len(reports) == 1:
        return reports[0]
    spends = [
        replace(spend, name=f"{each.contract}: {spend.name}")
        for each in reports
        for spend in each.spends
    ]
    return CostReport("several contracts", reports[0].rules, tuple(spends), reports[0].draft)


@lru_cache(maxsize=16)
def without_limits(rules: RuleSet) -> RuleSet:
    """Return rules that limit neither sizes nor costs; everything else is the same."""
    return rules.evolve(
        f"{rules.name} without limits",
        limits={
            "script_size": UNLIMITED,
            "element_size": UNLIMITED,
            "operation_count": None,
            "memory_slots": UNLIMITED,
            "control_depth": UNLIMITED,
            "cost_per_byte": None,
            "half_hash_iterations_per_byte": None,
        },
        switches={"signature_check_density": False},
    )


def inputs_of(
    contract: Contract, spends: Mapping[str, Spending]
) -> Iterator[tuple[str, TransactionContext, int]]:
    """Yield each input that spends a contract: a name, its transaction and its index.

    Raises ContractError if there is none.
    """
    found = False
    for name, each in spends.items():
        context = TransactionContext(each.transaction, each.source_outputs)
        indexes = [
            index
            for index, output in enumerate(context.source_outputs)
            if output.locking_bytecode == contract.locking_bytecode
        ]
        for index in indexes:
            found = True
            yield name if len(indexes) == 1 else f"{name}, input {index}", context, index
    if not found:
        raise ContractError(f"no transaction spends a coin of {contract.name}")


def _measure(
    contract: Contract, spends: Mapping[str, Spending], rules: RuleSet
) -> Iterator[SpendCost]:
    for name, context, index in inputs_of(contract, spends):
        result = evaluate_input(context, index, without_limits(rules))
        if not result.ok:
            raise ContractError(f"{name} is refused, so that its cost says nothing: {result}")
        used, limits = result.metrics, rules.limits
        size = len(context.transaction.inputs[index].unlocking_bytecode)
        density = rules.switches.signature_check_density
        cost = SpendCost(
            name,
            len(encode_transaction(context.transaction)),
            size,
            used.op_cost,
            limits.op_cost_limit(size),
            used.hash_iterations,
            limits.hash_iteration_limit(size),
            used.signature_checks,
            limits.signature_check_limit(size) if density else None,
            padding=0,
        )
        yield replace(cost, padding=_padding(cost, limits))


def _padding(cost: SpendCost, limits: Limits) -> int:
    """Return the least number of bytes, pushed as padding, with which the limits suffice."""
    needed = 0
    if cost.op_cost_limit is not None and limits.cost_per_byte is not None:
        # A byte of padding costs one itself when it is pushed.
        gained = limits.cost_per_byte - 1
        needed = max(needed, -(-(cost.op_cost - cost.op_cost_limit) // gained))
    if cost.hash_iterations_limit is not None and limits.half_hash_iterations_per_byte:
        per_byte = limits.half_hash_iterations_per_byte
        size = -(-2 * cost.hash_iterations // per_byte) - limits.density_base
        needed = max(needed, size - cost.unlocking_size)
    if cost.signature_checks_limit is not None:
        size = cost.signature_checks * limits.bytes_per_signature_check
        needed = max(needed, size - limits.free_signature_check_bytes - cost.unlocking_size)
    return needed


def _share(used: int, limit: int | None) -> str:
    return "-" if not limit else f"{100 * used / limit:.0f} %"


def _lines_of(report: CostReport) -> Iterator[str]:
    if report.draft:
        yield f"under the draft {report.draft}, which no network has"
    width = max(map(len, ("spend", *(printable(each.name) for each in report.spends))))
    yield (
        f"{'spend':{width}} {'bytes=fee':>9} {'op cost':>11} {'share':>6} {'hashes':>7}"
        f" {'share':>6} {'sigs':>5} {'share':>6} {'padding':>8}"
    )
    for each in report.spends:
        yield (
            f"{printable(each.name):{width}} {each.fee:>9,} {each.op_cost:>11,}"
            f" {_share(each.op_cost, each.op_cost_limit):>6} {each.hash_iterations:>7,}"
            f" {_share(each.hash_iterations, each.hash_iterations_limit):>6}"
            f" {each.signature_checks:>5}"
            f" {_share(each.signature_checks, each.signature_checks_limit):>6}"
            f" {each.padding:>8,}"
        )
