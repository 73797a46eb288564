"""One tree of errors: drawn as it is, in one file, and carrying what callers decide by."""

from __future__ import annotations

import ast
import copy
import inspect
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bchcov
from bchcov import (
    BCH_2026,
    BuildError,
    BuildRefused,
    Chain,
    Coin,
    InputFailed,
    InvalidTransaction,
    Output,
    Reason,
    ScriptUnlocker,
    TransactionBuilder,
    TransactionCheck,
    TransactionReason,
    TransactionRefused,
    assemble,
    errors,
    p2sh32,
    run_script,
    verify,
)
from bchcov.errors import BchcovError

PACKAGE = Path(bchcov.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
FALSE = assemble("OP_0")
PUBLIC = [
    each
    for each in vars(errors).values()
    if inspect.isclass(each) and issubclass(each, BchcovError)
]


def drawn() -> Iterator[tuple[str, str]]:
    """Each error of the drawing with the one it stands under."""
    above: list[str] = []
    assert errors.__doc__ is not None
    for line in errors.__doc__.splitlines():
        found = re.fullmatch(r"    ([│ ]*)(?:[├└]── )?(\w+)( \*)?(?: {2,}.*)?", line)
        if found is None or not (line.strip() == "BchcovError" or "──" in line):
            continue
        depth = 0 if "──" not in line else len(found[1]) // 4 + 1
        del above[depth:]
        if above:
            yield found[2], above[-1]
        above.append(found[2])


def test_the_drawing_is_the_tree() -> None:
    there = [
        (kind.__name__, base.__name__)
        for kind in PUBLIC
        for base in kind.__bases__
        if issubclass(base, BchcovError)
    ]
    assert sorted(drawn()) == sorted(there)
    assert {kind.__name__ for kind in PUBLIC} | {"Reason"} == set(errors.__all__)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_public_error_lives_in_the_one_file(path: Path) -> None:
    names = {kind.__name__ for kind in PUBLIC}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and path.name != "errors.py":
            bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
            assert node.name.startswith("_") or not bases & names, f"{node.name} in {path}"


def refused() -> BuildRefused:
    coin = Coin(bytes(32), 0, Output(5_000, p2sh32(FALSE)))
    builder = TransactionBuilder().spend(coin, ScriptUnlocker((), FALSE)).change_to(p2sh32(FALSE))
    with pytest.raises(BuildRefused) as caught:
        builder.build()
    return caught.value


def test_a_refused_build_carries_its_verdict_and_is_both_kinds_of_error() -> None:
    error = refused()
    assert isinstance(error, BuildError)
    assert isinstance(error, InvalidTransaction)
    assert error.verdict.error is not None
    assert error.verdict.error.check is TransactionCheck.SCRIPTS
    assert error.verdict.error.reason is Reason.EVAL_FALSE
    assert error.verdict.inputs[0].reason is Reason.EVAL_FALSE
    assert (error.contract, error.line, error.check) == (None, None, None)


def test_what_an_error_carries_travels_with_it() -> None:
    chain = Chain(BCH_2026)
    built = refused()
    coin = Coin(bytes(32), 0, Output(5_000, p2sh32(FALSE)))
    spend = TransactionBuilder().spend(coin, ScriptUnlocker((), FALSE)).change_to(p2sh32(FALSE))
    transaction = spend.build(check=False).transaction
    with pytest.raises(TransactionRefused) as of_chain:
        chain.submit(transaction).require()
    with pytest.raises(InvalidTransaction) as of_verdict:
        verify(transaction, [coin.output]).require()
    with pytest.raises(InputFailed) as of_input:
        run_script(b"\x6a", BCH_2026).require()
    assert of_chain.value.submission.error is not None
    assert of_chain.value.submission.error.reason is TransactionReason.TX_MISSING_COIN
    assert of_verdict.value.verdict.error == built.verdict.error
    for error in (built, of_chain.value, of_verdict.value, of_input.value):
        for same in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
            assert type(same) is type(error)
            assert (str(same), vars(same)) == (str(error), vars(error))


def test_reasons_and_checks_are_written_as_their_names() -> None:
    for each in (*Reason, *TransactionReason, *TransactionCheck):
        assert f"{each}" == each.value
        assert json.dumps(each) == f'"{each.value}"'
        assert pickle.loads(pickle.dumps(each)) is each
    assert all(each.name == each.value for each in (*Reason, *TransactionReason))
    assert not {each.value for each in Reason} & {each.value for each in TransactionReason}


@pytest.mark.parametrize("reason", TransactionReason)
def test_the_name_of_a_reason_tells_what_gives_it(reason: TransactionReason) -> None:
    assert (reason.check is TransactionCheck.TOKENS) is reason.startswith("TOKEN_")
    assert reason.check is not TransactionCheck.SCRIPTS


def texts_of(handler: ast.ExceptHandler) -> Iterator[ast.expr]:
    """Where a handler decides by what its error says: compared, searched or matched."""
    texts = {f"str({handler.name})", f"{handler.name}.message", f"{handler.name}.args[0]"}
    for node in ast.walk(handler):
        if isinstance(node, ast.Compare):
            parts: list[ast.expr] = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            searched = node.func.attr in ("startswith", "endswith", "find", "count")
            matched = node.func.attr in ("search", "match", "fullmatch")
            parts = [node.func.value] if searched else [*node.args] if matched else []
        else:
            continue
        yield from (part for part in parts if ast.unparse(part) in texts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nothing_decides_by_a_message_or_goes_on_after_any_error(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = "" if node.type is None else ast.unparse(node.type)
        if re.search(r"\b(Base)?Exception\b", caught) or not caught:
            last = node.body[-1]
            assert isinstance(last, ast.Raise), f"line {node.lineno}"
            assert last.exc is None, f"line {node.lineno}"
        assert not list(texts_of(node)), f"line {node.lineno}"
