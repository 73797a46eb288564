"""Changes of the source: each is one, each still compiles, the kinds are all made."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from mutants import Mutant, make_mutants

SOURCE = b'''
"""A module."""
from os import path
__all__ = ["f"]
LIMIT: int = 10
Value = int | None


@lru_cache(maxsize=7)
def f(a: int, b: int = 2) -> int | None:
    """Words stay as they are."""
    if a < b and not a:
        raise ValueError(f"{a + 1} is too small")
    a += 1
    del b
    while a > LIMIT:
        a //= 2
    for each in (1, b"ab"):
        zip(a, b, strict=True)
        print(each if a else -b)
    print(Reason.OP_RETURN, TransactionReason.TX_SIZE)
    return a * b == 3
'''


def changes(source: bytes = SOURCE) -> list[Mutant]:
    return make_mutants(Path("module.py"), source)


def test_every_change_is_another_program() -> None:
    made = changes()
    whole = ast.dump(ast.parse(SOURCE))
    programs = {ast.dump(ast.parse(each.apply(SOURCE))) for each in made}
    assert whole not in programs
    assert len(programs) > 0.8 * len(made)


@pytest.mark.parametrize(
    "line",
    [
        "if a <= b and (not a):",
        "if (a < b or (not a)):",
        "if a < b and (a):",
        "if False:",
        "a -= 1",
        "pass",
        "while False:",
        "a *= 2",
        "for each in ():",
        'for each in (0, b"ab"):',
        "for each in (1, b'`b'):",
        "print(each if a else (b))",
        "print(each if False else -b)",
        "print(Reason.VERIFY, TransactionReason.TX_SIZE)",
        "print(Reason.OP_RETURN, TransactionReason.TX_VERSION)",
        "return (a + b) == 3",
        "return a * b != 3",
        "return a * b == 4",
        "return None",
        "return not (a * b == 3)",
        "LIMIT: int = 9",
        "def f(a: int, b: int = 3) -> int | None:",
    ],
)
def test_a_kind_of_change_is_made(line: str) -> None:
    lines = {each.change(SOURCE)[1].replace("  ", " ") for each in changes()}
    bare = {text.replace("(", "").replace(")", "") for text in lines}
    assert line.replace("(", "").replace(")", "") in bare


def test_words_imports_and_names_stay_as_they_are() -> None:
    for each in changes():
        assert b"Words stay as they are." in each.apply(SOURCE)
        assert b"from os import path" in each.apply(SOURCE)
        assert b'["f"]' in each.apply(SOURCE)
        assert b"    del b\n" in each.apply(SOURCE)
        assert b"strict=False" not in each.apply(SOURCE)
        assert b"maxsize=7" in each.apply(SOURCE)
        assert b"\nValue = int | None\n" in each.apply(SOURCE)


def test_a_change_says_which_statement_of_a_function_it_is_in() -> None:
    by_line = {each.line: each.statement for each in changes()}
    assert by_line[5] is None
    assert by_line[12] == 12
    assert by_line[19] == 19


def test_every_change_of_the_library_compiles() -> None:
    for path in sorted((Path(__file__).parent.parent.parent / "bchcov" / "vm").glob("m*.py")):
        source = path.read_bytes()
        for each in make_mutants(path, source):
            ast.parse(each.apply(source))


def test_every_change_known_to_change_nothing_is_one_that_is_made() -> None:
    root = Path(__file__).parent.parent.parent
    known = (root / "scripts" / "mutation_equivalent.txt").read_text(encoding="utf-8").splitlines()
    for name, *change in (line.split(" | ")[:3] for line in known if not line.startswith("#")):
        source = (root / name).read_bytes()
        made = [each.change(source) for each in make_mutants(root / name, source)]
        assert tuple(change) in made, f"{name}: {change}"
