"""`bchcov graph`: a page of lines, of tests, and of a chain's file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bchcov.cli.main import main

ROOT = Path(__file__).parent.parent.parent
LIFE = str(ROOT / "vectors" / "sequenced_amm" / "ticketed.life.jsonl")
CHAIN = str(ROOT / "tests" / "chain" / "stored" / "format-2.sqlite")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (LIFE, "21 transactions; none is refused"),
        (CHAIN, "A chain of"),
        (str(ROOT / "docs" / "examples" / "lock.jsonl"), "refused"),
    ],
)
def test_each_kind_of_source_gives_a_page(tmp_path: Path, source: str, said: str) -> None:
    out = tmp_path / "graph.html"
    result = CliRunner().invoke(main, ["graph", source, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert result.output == ""
    page = out.read_text(encoding="utf-8")
    assert said in page
    printed = CliRunner().invoke(main, ["graph", source]).stdout
    assert printed == page


def test_a_title_and_names_stand_in_the_page() -> None:
    result = CliRunner().invoke(main, ["graph", LIFE, "--title", "A <life>", "--name", "x=00ff"])
    assert "<h1>A &lt;life&gt;</h1>" in result.stdout


def test_what_cannot_be_read_or_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["graph", "-"], input="nonsense\n")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: line 1: ")
    result = CliRunner().invoke(main, ["graph", LIFE, "--out", str(tmp_path / "no" / "graph")])
    assert result.exit_code == 3
    assert "cannot write" in result.stderr


def test_a_race_is_drawn_too(tmp_path: Path) -> None:
    out = tmp_path / "graph.html"
    arguments = ["amm", "race", "--users", "2", "--pool", "cpmm", "--jobs", "1"]
    result = CliRunner().invoke(main, [*arguments, "--graph", str(out)])
    assert result.exit_code == 0
    assert "A race of 2 users on the pool cpmm" in out.read_text(encoding="utf-8")
    result = CliRunner().invoke(main, [*arguments, "--graph", str(tmp_path / "no" / "graph")])
    assert result.exit_code == 3
