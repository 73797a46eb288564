"""Programs run to their last piece, contain everything that scripts do, and are made small."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, find, given, settings

from bchcov import BCH_2023, BCH_2026, run_script
from bchcov.script.opcodes import Op, opcode_name
from bchcov.script.pushes import instructions
from bchcov.testing import programs
from bchcov.testing.strategies.programs import EXAMPLE

ALL = list(HealthCheck)
QUICK = settings(
    max_examples=1_000,
    phases=[Phase.generate],
    suppress_health_check=ALL,
    database=None,
    derandomize=True,
)


def names(code: bytes) -> list[str]:
    return [opcode_name(step.opcode) for step in instructions(code)]


@given(programs())
@settings(max_examples=60)
def test_all_but_the_last_piece_runs(code: bytes) -> None:
    result = run_script(code, BCH_2026, context=EXAMPLE)
    steps = list(instructions(code))
    # A piece has at most the instructions of a loop, or a branch, of six instructions.
    assert result.ok or result.position is None or result.metrics.instructions + 16 >= len(steps)


def test_programs_that_end_well_hold_what_scripts_do() -> None:
    seen: set[str] = set()
    wanted = "IF ELSE BEGIN INVOKE ADD CAT HASH256 OUTPUTVALUE PICK SWAP MUL"
    missing = {f"OP_{name}" for name in wanted.split()}

    def is_enough(code: bytes) -> bool:
        if run_script(code, BCH_2026, context=EXAMPLE).ok:
            seen.update(names(code))
        return missing <= seen and len(seen) > 100

    # What is drawn differs from one version of Python to the other: as many as it takes.
    find(programs(), is_enough, settings=settings(QUICK, max_examples=5_000))


def test_a_program_may_run_many_instructions() -> None:
    def is_deep(code: bytes) -> bool:
        result = run_script(code, BCH_2026, context=EXAMPLE)
        return result.ok and result.metrics.instructions > 40

    assert is_deep(find(programs(), is_deep, settings=QUICK))


def test_a_program_may_fail_in_the_end() -> None:
    assert find(
        programs(), lambda code: not run_script(code, BCH_2026, context=EXAMPLE).ok, settings=QUICK
    )


@given(programs(BCH_2023, max_pieces=6))
@settings(max_examples=30)
def test_a_program_keeps_to_its_rules(code: bytes) -> None:
    assert not {Op.OP_BEGIN, Op.OP_DEFINE} & {
        step.opcode for step in instructions(code) if run_script(code, BCH_2023, context=EXAMPLE).ok
    }


def test_a_program_shrinks_to_what_matters() -> None:
    small = settings(max_examples=1_000, suppress_health_check=ALL, database=None, derandomize=True)
    found = find(programs(), lambda code: "OP_SIZE" in names(code), settings=small)
    # Not of an instruction that a loop is made of: then the smallest one may be a loop.
    assert names(found) in (["OP_0", "OP_SIZE"], ["OP_SIZE"])


def test_the_number_of_pieces_can_be_bounded() -> None:
    # The largest piece is a branch: both ways have up to three instructions with their operands.
    most = 2 * 3 * (1 + max(each.takes for each in BCH_2026.operations.values())) + 4

    def longest(max_pieces: int) -> int:
        drawn = [0]

        @given(programs(max_pieces=max_pieces))
        @settings(max_examples=60, database=None, derandomize=True, suppress_health_check=ALL)
        def draw(code: bytes) -> None:
            drawn.append(len(names(code)))

        draw()
        return max(drawn)

    assert longest(0) <= most < longest(40)
