"""The chapter's contracts, and its examples beside the same with CashScript's SDK."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import line_counts
import pytest

from bchcov import PrivateKey, load_contract
from bchcov.contract import checks_in

EXAMPLES = line_counts.ROOT / "docs" / "examples"
MAX_COLUMNS = 100
CHILD, PARENT = (PrivateKey(bytes(31) + bytes((number,))) for number in (1, 2))


def shown(language: str) -> str:
    page = line_counts.PAGE.read_text(encoding="utf-8")
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return str(block)


def test_every_example_takes_no_more_lines_than_with_the_other_sdk() -> None:
    examples = line_counts.examples()
    assert len(examples) > 10
    for title, (ours, theirs) in examples.items():
        assert 0 < len(ours) <= len(theirs), title
        assert max(map(len, ours + theirs)) <= MAX_COLUMNS, title


def test_every_example_of_the_other_sdk_stands_beside_a_section_with_code() -> None:
    page = line_counts.PAGE.read_text(encoding="utf-8")
    with_code = {title for title, body in line_counts.sections(page, "##") if "```python" in body}
    assert set(line_counts.examples()) <= with_code


def test_the_table_shows_what_is_counted() -> None:
    page = line_counts.PAGE.read_text(encoding="utf-8")
    assert line_counts.TABLE.findall(page) == [line_counts.table()], "run scripts/line_counts"


def test_lines_of_code_are_neither_empty_nor_comments() -> None:
    assert line_counts.code_lines("a = 1\n\n  # b\n    c()\n", "#") == ["a = 1", "    c()"]
    assert list(line_counts.sections("x\n## A\nb\n## C d\n", "##")) == [("A", "b\n"), ("C d", "")]


def test_the_chapter_shows_the_sources_as_they_are() -> None:
    assert shown("cashasm") == (EXAMPLES / "allowance.cashasm").read_text(encoding="utf-8")
    source = (EXAMPLES / "Allowance.cash").read_text(encoding="utf-8")
    assert shown("cash") == source
    artifact = json.loads((EXAMPLES / "Allowance.json").read_text(encoding="utf-8"))
    assert artifact["source"] == source


def test_both_languages_have_the_same_checks() -> None:
    compiled = load_contract(EXAMPLES / "Allowance.json", [CHILD, PARENT, 20_000])
    source = (EXAMPLES / "allowance.cashasm").read_text(encoding="utf-8")
    assert len(compiled.checks) == len(checks_in(source)) == 7
    assert list(compiled.unlock) == ["take", "close"]


@pytest.mark.node
def test_the_artifact_is_what_the_compiler_makes_of_the_source(cashscript: Path) -> None:
    compiler = cashscript / "node_modules" / "cashc" / "dist" / "cashc-cli.js"
    done = subprocess.run(
        ["node", compiler, EXAMPLES / "Allowance.cash"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    kept = json.loads((EXAMPLES / "Allowance.json").read_text(encoding="utf-8"))
    assert {**made, "updatedAt": ""} == {**kept, "updatedAt": ""}


@pytest.mark.node
def test_the_examples_run_with_the_other_sdk_and_show_the_same(
    cashscript: Path, typescript: Path
) -> None:
    folder = cashscript / "chapter"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in (*EXAMPLES.glob("Allowance.*"), line_counts.TWIN):
        shutil.copy(file, folder)
    compiler = typescript / "node_modules" / "typescript" / "bin" / "tsc"
    options = "--strict --target es2022 --module nodenext --resolveJsonModule --skipLibCheck"
    checked = subprocess.run(
        ["node", compiler, *options.split(), "covenants.ts"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert checked.returncode == 0, checked.stdout
    done = subprocess.run(
        ["node", "covenants.js"], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    compiled = load_contract(EXAMPLES / "Allowance.json", [CHILD, PARENT, 20_000])
    assert lines[0] == f"{compiled.size} bytes at {compiled.address('chipnet')}"
    for check in compiled.checks:
        assert f"{check.line} {check.name}" in lines
    for attack, check_name in (
        ("another signs", "the child has not signed"),
        ("a block early", "the coin is not 144 blocks old"),
        ("all of it", "output 0 is not the allowance"),
        ("a satoshi more", "more than allowed is taken"),
    ):
        line = f"{attack} passes without [ '{check_name}' ]"
        assert line in lines
        assert line.replace("[ ", "[").replace(" ]", "]") in line_counts.PAGE.read_text(
            encoding="utf-8"
        )
    for line in (
        "Allowance 14 more than allowed is taken",
        "the token does not stay",
        "accepted",
        "[Input #0] Allowance.cash:13 taken 20001",
        f"{compiled.size} [ 65, 1 ]",
    ):
        assert line in lines
