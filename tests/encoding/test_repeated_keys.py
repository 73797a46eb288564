"""A key that stands twice in an object of JSON is refused wherever JSON from outside is read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bchcov
from bchcov.errors import VectorError
from bchcov.vectors.files import open_tests

PACKAGE = Path(bchcov.__file__).parent
# It reads the answer that this program wrote itself.
OWN = {"cli/verify/command.py"}


def test_no_module_reads_json_but_by_the_one_reader() -> None:
    lenient = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if ast.unparse(node) in ("json.loads", "json.load", "json.JSONDecoder")
    }
    assert lenient == {*OWN, "encoding/json_text.py"}


def test_a_file_of_tests_with_a_key_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tests.json"
    path.write_text('[{"name": 1, "name": 2}]', encoding="utf-8")
    with pytest.raises(VectorError, match="duplicate key 'name'"):
        open_tests(path)
