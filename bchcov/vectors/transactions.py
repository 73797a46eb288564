"""Tests of whole transactions, from the packed suite, VMB files, and lines of JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import RulesError, VectorError
from ..formats.vmb import VmbTest, read_vmb, read_vmb_lines
from ..transaction.codec import decode_outputs, decode_transaction
from ..transaction.context import TransactionContext
from ..validation.verdict import Verdict
from ..validation.verify import verify
from ..vm.evaluate import evaluate_input
from ..vm.machine import Machine
from ..vm.operations.functions import DEFINE
from ..vm.program import Program
from ..vm.rules.ruleset import RuleSet
from .labels import expectations, labels_of_path
from .outcome import Outcome, Selection
from .suite import Case, Costs, Judge, load_suite

__all__ = ["TransactionTests", "read_packed", "read_vmb_file", "read_vmb_line_file"]

_DEFINE = bytes((DEFINE.opcode,))
_NO_LABELS = (
    "it has no labels, and neither has the file or a folder in its name, such as bch_2026_standard"
)


class TransactionTests:
    """The tests of a file in order; a test is judged for each of its labels."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases

    def __len__(self) -> int:
        """The number of tests."""
        return len(self.cases)

    def judge(self, index: int, selection: Selection) -> list[Outcome]:
        """Verify a test's transaction under each label's rules, and compare verdict and costs."""
        case = self.cases[index]
        expected = list(expectations(case.labels))
        if not expected:
            return [_unjudged(case)]
        return [
            _judge(case, rules, mode, accepted, selection)
            for rules, mode, accepted in expected
            if selection.includes(rules, mode)
        ]


def _unjudged(case: Case) -> Outcome:
    labels = ", ".join(case.labels) or "no labels"
    return Outcome(
        case.id, case.group, "?", "?", False, "a label with known rules", labels, "not judged"
    )


def _judge(case: Case, name: str, mode: str, accepted: bool, selection: Selection) -> Outcome:
    expected = "accepted" if accepted else "refused"
    try:
        rules = selection.find(name, mode)
    except RulesError as error:
        got = "not judged"
        return Outcome(case.id, case.group, name, mode, False, expected, got, str(error))
    verdict = verify(case.transaction, case.source_outputs, rules)
    got = "accepted" if verdict.ok else f"refused: {verdict.error.reason}"  # type: ignore[union-attr]
    agrees, detail = verdict.ok is accepted, ""
    if not agrees:
        detail = str(verdict)
    elif accepted:
        wanted = case.costs.get(Judge(name, mode))
        if wanted is not None:
            found = _measure(case, verdict, rules)
            if found != wanted:
                agrees, expected, got = False, str(wanted), str(found)
                detail = "the costs differ"
    return Outcome(case.id, case.group, name, mode, agrees, expected, got, detail)


def _measure(case: Case, verdict: Verdict, rules: RuleSet) -> Costs:
    """Return the costs of the tested input, as the suite counts them.

    The suite's costs are libauth's, which does not charge OP_DEFINE for the function's body.
    Nodes charge it, and so does this library; so the bodies' cost is subtracted.
    """
    metrics = verdict.inputs[case.input].metrics
    cost = metrics.op_cost
    # Only transactions that may contain OP_DEFINE are run again to find what they define.
    if _DEFINE in case.transaction or _DEFINE in case.source_outputs:
        cost -= _defined_bytes(case, rules)
    return Costs(cost, metrics.hash_iterations, metrics.signature_checks, metrics.instructions)


def _defined_bytes(case: Case, rules: RuleSet) -> int:
    """Run the tested input again and return the size of all function bodies it defines."""
    total = 0

    def observe(vm: Machine, program: Program, position: int) -> None:
        nonlocal total
        if program.steps[position][1] is DEFINE.run and vm.executing:
            total += len(vm.stack[-2])

    context = TransactionContext(
        decode_transaction(case.transaction), decode_outputs(case.source_outputs)
    )
    evaluate_input(context, case.input, rules, observe=observe)
    return total


def read_packed(path: Path) -> TransactionTests:
    """Read a packed suite. Raises VectorError."""
    return TransactionTests(load_suite(path))


def read_vmb_file(path: Path, data: Any) -> TransactionTests:
    """Read the tests of a VMB file from its JSON.

    Tests without labels take those in the name of the file or of a folder. Raises VectorError
    with the place.
    """
    group = path.name.split(".vmb")[0].removesuffix(".json")
    return _tests(path, read_vmb(data), group, labels_of_path(path))


def read_vmb_line_file(path: Path, text: str) -> TransactionTests:
    """Read the tests of a file of JSON lines. Raises VectorError with the line number."""
    return _tests(path, read_vmb_lines(text), path.stem, None)


def _tests(
    path: Path, tests: Iterable[VmbTest], group: str, of_path: tuple[str, ...] | None
) -> TransactionTests:
    cases = []
    try:
        for at, test in enumerate(tests):
            labels = test.labels or of_path
            if labels == ():
                raise VectorError(f"test {at}: {_NO_LABELS}")
            cases.append(
                Case(
                    test.id,
                    test.group or group,
                    test.input,
                    labels or (),
                    test.transaction,
                    test.source_outputs,
                )
            )
    except VectorError as error:
        raise VectorError(f"{path}: {error}") from error
    return TransactionTests(cases)
