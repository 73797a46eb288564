"""Assertions on transactions, which show on failure why the verdict is what it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..contract.contract import Contract
from ..contract.explaining import Refusal, find_refusal
from ..contract.found import Searchable
from ..encoding.printable import printable
from ..reasons import TransactionCheck
from ..seeing.explanation import why
from ..seeing.spending import see
from ..transaction.model import Output, Transaction
from ..validation.verdict import Verdict
from ..validation.verify import verify
from ..vm.recording import unrecorded
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from ..vm.trace import TraceStep, trace
from ..wallet.built import BuiltTransaction

__all__ = ["assert_accepted", "assert_refused"]

_LAST_STEPS = 12
_SHOWN_ITEM, _SHOWN_ITEMS = 16, 6
Judged = BuiltTransaction | tuple[Transaction, Sequence[Output]]
"""A transaction with the outputs that it spends."""


def assert_accepted(
    tx: Judged, *, contracts: Sequence[Searchable] = (), rules: RuleSet = BCH_2026
) -> Verdict:
    """Verify a transaction and return the verdict; raise AssertionError if it is refused.

    The error shows the screen of `why`: which check of `contracts` refused it, the instructions
    around the one that failed, and both stacks before it.
    """
    __tracebackhide__ = True
    verdict = _verdict(tx, rules)
    if not verdict.ok:
        raise AssertionError(_story("expected to be accepted", tx, verdict, contracts, rules))
    return verdict


def assert_refused(
    tx: Judged,
    *,
    reason: str | None = None,
    check: str | None = None,
    at: int | None = None,
    contracts: Sequence[Searchable] = (),
    rules: RuleSet = BCH_2026,
) -> Verdict:
    """Verify a transaction and return the verdict; raise AssertionError unless it is refused so.

    `reason` is a name of `Reason` or `TransactionReason`, `check` one of a contract's checks, and
    `at` the line of its source, from 1: for these two `contracts` are those that may refuse. Build
    the transaction with `build_exactly`, which builds what is refused. The error shows what
    `assert_accepted` shows, or the last steps of what is accepted.
    """
    __tracebackhide__ = True
    verdict = _verdict(tx, rules)
    place = _refusal(verdict, contracts).place
    named = None if place is None or place.check is None else place.check.name
    wanted = [
        ("reason", reason, verdict.error and str(verdict.error.reason)),
        ("check", check, named),
        ("line", at, place and place.line),
    ]
    if verdict.ok:
        raise AssertionError(_story("expected to be refused", tx, verdict, contracts, rules))
    wrong = [
        f"{what} {expected}, not {found or 'that of a known contract'}"
        for what, expected, found in wanted
        if expected is not None and expected != found
    ]
    if wrong:
        expected = f"expected to be refused for {' and '.join(wrong)}"
        raise AssertionError(_story(expected, tx, verdict, contracts, rules))
    return verdict


def _verdict(tx: Judged, rules: RuleSet) -> Verdict:
    return verify(*_parts(tx), rules)


def _parts(tx: Judged) -> tuple[Transaction, Sequence[Output]]:
    if isinstance(tx, BuiltTransaction):
        return tx.transaction, tx.source_outputs
    return tx


def _refusal(verdict: Verdict, contracts: Sequence[Searchable]) -> Refusal:
    error = verdict.error
    if error is None or error.check is not TransactionCheck.SCRIPTS or error.input is None:
        return Refusal("")
    with unrecorded():
        return find_refusal(verdict.inputs[error.input], *contracts)


def _story(
    expected: str,
    tx: Judged,
    verdict: Verdict,
    contracts: Sequence[Searchable],
    rules: RuleSet,
) -> str:
    """Tell what was expected, what is, and why; of what is accepted how its first input ran."""
    transaction, sources = _parts(tx)
    known = [each for each in contracts if isinstance(each, Contract)]
    with unrecorded():
        explained = why(see(transaction, sources, rules, contracts=known))
        if explained is not None:
            return f"{expected}\n{explained}"
        shown = trace(transaction, sources, 0, rules).steps[-_LAST_STEPS:]
    lines = [expected, *map(printable, str(verdict).split("\n"))]
    lines.append(f"the last {len(shown)} steps of input 0, each with the stack before it:")
    return "\n".join([*lines, *map(_step, shown)])


def _step(step: TraceStep) -> str:
    marked = step.name if step.executed else f"({step.name})"
    return f"  {'  ' * step.depth}{marked}  [{' '.join(_items(step.stack))}]"


def _items(stack: Sequence[bytes]) -> Iterator[str]:
    """The top items of a stack, long ones cut short."""
    if len(stack) > _SHOWN_ITEMS:
        yield f"({len(stack) - _SHOWN_ITEMS} more)"
    for item in stack[-_SHOWN_ITEMS:]:
        if len(item) > _SHOWN_ITEM:
            yield f"{item[:_SHOWN_ITEM].hex()}...({len(item)} bytes)"
        else:
            yield item.hex() or "0"
