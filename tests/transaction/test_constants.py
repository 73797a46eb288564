"""One constant for one number: what nodes agree on is written in one file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bchcov
from bchcov.transaction import constants
from bchcov.vm.rules.policy import Policy

PACKAGE = Path(bchcov.__file__).parent
HOME = Path(constants.__file__)
ONCE = {
    constants.COIN,
    constants.MAX_MONEY,
    constants.LOCKTIME_THRESHOLD,
    constants.LOCKTIME_IN_FORCE,
}
NAMES = {"SEQUENCE_FINAL", "MAX_MONEY", "COIN", "LOCKTIME_THRESHOLD", "AGE_IS_TIME", "NO_AGE"}


def value_of(node: ast.AST) -> int | None:
    """The number that an expression of literals gives."""
    if not isinstance(node, (ast.Constant, ast.BinOp)):
        return None
    if any(
        not isinstance(each, (ast.Constant, ast.BinOp, ast.operator)) for each in ast.walk(node)
    ):
        return None
    found = eval(compile(ast.Expression(node), "", "eval")) if isinstance(node, ast.expr) else None
    return found if type(found) is int else None


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_a_number_of_transactions_is_written_in_one_file_only(path: Path) -> None:
    if path == HOME:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert value_of(node) not in ONCE, f"line {getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Assign):
            names = {each.id.lstrip("_") for each in node.targets if isinstance(each, ast.Name)}
            assert not names & NAMES, f"line {node.lineno}"


def test_the_numbers_are_those_of_nodes() -> None:
    assert constants.MAX_MONEY == 2_100_000_000_000_000 == Policy().maximum_value
    assert constants.SEQUENCE_FINAL == constants.MAX_UINT32 == constants.NULL_OUTPOINT[1]
    assert (constants.NO_AGE, constants.AGE_IS_TIME, constants.AGE_MASK) == (
        1 << 31,
        1 << 22,
        65535,
    )
    assert (constants.LOCKTIME_THRESHOLD, constants.AGE_SECONDS) == (500_000_000, 512)
