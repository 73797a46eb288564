"""Measure the contracts to learn from: each path, and each check with the attacks it refuses."""

from __future__ import annotations

from collections.abc import Iterator

from contract_examples import Example
from measure_tables import COSTS, costs, table

from bchcov import BuiltTransaction, InputResult, verify
from bchcov.contract import checks_in


def covenant_input(example: Example, built: BuiltTransaction) -> InputResult:
    """The first input of an honest spend that one of the example's contracts locks."""
    verdict = verify(built.transaction, built.source_outputs)
    assert verdict.ok, verdict
    locking = {each.locking_bytecode for each in example.contracts.values()}
    places = zip(built.source_outputs, verdict.inputs, strict=True)
    return next(result for output, result in places if output.locking_bytecode in locking)


def example_figures(example: Example) -> Iterator[str]:
    """The sizes of the scripts, and what each path costs."""
    sizes = [[name, str(each.size)] for name, each in example.contracts.items()]
    yield table(["script", "bytes"], sizes)
    rows = [
        [path, f"{built.size:,}", *costs(covenant_input(example, built))]
        for path, built in example.honest(example.contracts).items()
    ]
    yield "Bytes, and costs in standard mode for the input of the contract:"
    yield table(COSTS, rows)


def example_checks(example: Example) -> Iterator[str]:
    """Every check, why it is there, and the attacks that nothing else refuses."""
    for file, source in example.sources.items():
        yield (
            f"`{file}.cashasm`: each attack is refused by its check, and passes where"
            " `test_examples` takes that one out."
        )
        rows = []
        for check in checks_in(source, file):
            attacks = [
                each.what
                for each in example.attacks
                if (each.file, each.check) == (file, check.name)
            ]
            rows.append([f"`{check.name}`", str(check.line), check.why, " ".join(attacks)])
        yield table(["check", "line", "why", "attacks"], rows, numbers=1)
