"""Tests of whole transactions: the packed suite, VMB files, and lines of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..encoding.json_text import JSON
from ..encoding.nesting import MOST_NESTED, nests_too_deep
from ..errors import VectorError
from ..transaction.codec import decode_outputs, decode_transaction
from ..transaction.context import TransactionContext
from ..validation.verdict import Verdict
from ..validation.verify import verify
from ..vm.evaluate import evaluate_input
from ..vm.machine import Machine
from ..vm.operations.functions import DEFINE
from ..vm.program import Program
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import find_rules
from .labels import expectations, labels_of_path
from .outcome import Outcome, Selection
from .suite import Case, Costs, Judge, load_suite

__all__ = ["TransactionTests", "read_lines", "read_packed", "read_vmb"]


_DEFINE = bytes((DEFINE.opcode,))


class TransactionTests:
    """Cases in order; every label of a case is judged."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases

    def __len__(self) -> int:
        """How many cases there are."""
        return len(self.cases)

    def judge(self, index: int, selection: Selection) -> list[Outcome]:
        """Verify the transaction under each label's rules; compare verdict and costs."""
        case = self.cases[index]
        expected = list(expectations(case.labels))
        if not expected:
            return [_unjudged(case)]
        return [
            _judge(case, rules, mode, accepted)
            for rules, mode, accepted in expected
            if selection.wants(rules, mode)
        ]


def _unjudged(case: Case) -> Outcome:
    labels = ", ".join(case.labels) or "no labels"
    return Outcome(
        case.id, case.group, "?", "?", False, "a label with known rules", labels, "not judged"
    )


def _judge(case: Case, name: str, mode: str, accepted: bool) -> Outcome:
    rules = find_rules(name, standard=mode == "standard")
    verdict = verify(case.transaction, case.source_outputs, rules)
    expected = "accepted" if accepted else "refused"
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
    """The costs of the tested input, as the suite counts them.

    The suite's are libauth's, which does not charge OP_DEFINE for the function's body;
    nodes do, and so do we: what was charged for bodies is taken off.
    """
    metrics = verdict.inputs[case.input].metrics
    cost = metrics.op_cost
    # Only a script that can hold OP_DEFINE is run again to see what it defined.
    if _DEFINE in case.transaction or _DEFINE in case.source_outputs:
        cost -= _defined_bytes(case, rules)
    return Costs(cost, metrics.hash_iterations, metrics.signature_checks, metrics.instructions)


def _defined_bytes(case: Case, rules: RuleSet) -> int:
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


def _hex(value: object, what: str) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{what} is missing" if value is None else f"{what} is not text")
    return bytes.fromhex(value)


def _index(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"the input's index is {value!r}")
    return value


def _labels(given: object, of_path: tuple[str, ...]) -> tuple[str, ...]:
    labels = tuple(map(str, given)) if isinstance(given, list) else of_path
    if not labels:
        raise ValueError(
            "it has no labels, and no file or folder tells year and mode, as bch_2026_standard"
        )
    return labels


def read_vmb(path: Path, data: Any) -> TransactionTests:
    """Read a VMB file, an array of tests.

    The year and mode are in the labels of a test, which may stand before its input's
    index, or in the name of the file or a folder. Raises VectorError with the place.
    """
    of_path = labels_of_path(path)
    if not isinstance(data, list):
        raise VectorError(f"{path}: a VMB file is an array of tests")
    group = path.name.split(".vmb")[0].removesuffix(".json")
    cases = []
    for at, test in enumerate(data):
        try:
            name, _, _, _, transaction, sources, *rest = test
            labels = _labels(rest.pop(0) if rest and isinstance(rest[0], list) else None, of_path)
            index = _index(rest[0]) if rest else 0
            cases.append(
                Case(
                    str(name),
                    group,
                    index,
                    labels,
                    _hex(transaction, "the transaction"),
                    _hex(sources, "the source outputs"),
                )
            )
        except (ValueError, TypeError) as error:
            raise VectorError(f"{path}: test {at}: {error}") from error
    return TransactionTests(cases)


def _read_object(line: str) -> dict[str, Any]:
    if nests_too_deep(line):
        raise ValueError(f"nested too deeply, limit {MOST_NESTED}")
    test = JSON.decode(line.strip())
    if not isinstance(test, dict):
        raise ValueError("not a JSON object")
    return test


def _read_labels(test: dict[str, Any]) -> tuple[str, ...]:
    labels = test.get("labels")
    if not isinstance(labels, list) or not all(isinstance(each, str) for each in labels):
        raise ValueError('"labels" is missing' if labels is None else '"labels" are not strings')
    return tuple(labels)


def read_lines(path: Path, text: str) -> TransactionTests:
    """Read lines of JSON: id, file (its group), tx, sourceOutputs, input, labels.

    Raises VectorError with the number of the line.
    """
    cases = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            test = _read_object(line)
            cases.append(
                Case(
                    str(test.get("id", number)),
                    str(test.get("file", path.stem)),
                    _index(test.get("input", 0)),
                    _read_labels(test),
                    _hex(test.get("tx"), '"tx"'),
                    _hex(test.get("sourceOutputs"), '"sourceOutputs"'),
                )
            )
        except ValueError as error:
            raise VectorError(f"{path}: line {number}: {error}") from error
    return TransactionTests(cases)
