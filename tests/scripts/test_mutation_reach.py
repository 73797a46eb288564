"""Which tests are run for a change: those that reach it, or its package where it is data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mutants import Mutant
from mutation_reach import Baseline, reached_by

FOLDER = "/bchcov/bchcov"
STACK, MACHINE, MEMPOOL = (
    f"{FOLDER}/{name}.py" for name in ("vm/operations/stack", "vm/machine", "chain/mempool")
)
BASELINE = Baseline(
    places={(STACK, 5): 0, (STACK, 9): 1, (MACHINE, 7): 2, (MEMPOOL, 3): 3},
    reached={
        "runs the opcode": frozenset({0, 2}),
        "is refused before": frozenset({2}),
        "mines": frozenset({2, 3}),
        "waits": frozenset({3}),
        "collects": frozenset({1}),
    },
    imported=frozenset({1}),
    seconds={
        "runs the opcode": 0.2,
        "is refused before": 0.1,
        "mines": 0.3,
        "waits": 0.0,
        "collects": 0.4,
    },
)
IN_FUNCTION = Mutant(Path(STACK), "constant", 6, 0, 1, "2", statement=5)


def judges_of(mutant: Mutant) -> list[str]:
    return BASELINE.tests(reached_by(mutant, BASELINE))


def test_a_change_in_a_function_is_judged_by_what_reaches_its_statement() -> None:
    assert judges_of(IN_FUNCTION) == ["runs the opcode"]


def test_a_change_of_data_is_judged_by_all_that_uses_the_package_the_quickest_first() -> None:
    expected = ["is refused before", "runs the opcode", "mines", "collects"]
    assert judges_of(replace(IN_FUNCTION, statement=None)) == expected
    assert judges_of(replace(IN_FUNCTION, statement=9)) == expected
    assert judges_of(replace(IN_FUNCTION, path=Path(MEMPOOL), statement=None)) == ["waits", "mines"]
