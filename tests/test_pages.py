"""What the README and the pages of docs/ show runs, and prints what they say it prints."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import race
from click.testing import CliRunner

from bchcov import Reason, TransactionReason
from bchcov.cli.main import COMMANDS, main
from bchcov.simulator.help import COMMANDS as SESSION_COMMANDS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
MAX_README_LINES = 150
MAX_IMPORTS = 2
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What an example may start with that a test does not run: set-up and long work of its own.
NOT_RUN = ("scripts/", "pip ", ".venv/bin/python -m pip ", "git ")


def blocks_of(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def with_blocks(*languages: str) -> list[Path]:
    return [page for page in PAGES if any(kind in languages for kind, _ in blocks_of(page))]


def name_of(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", with_blocks("python"), ids=name_of)
def test_the_code_of_a_page_runs_and_prints_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # Code that defines classes looks its own module up.
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = ""
    for language, text in blocks_of(page):
        if language == "python":
            assert not printed, f"{page.name} does not show what this prints: {printed!r}"
            stream = io.StringIO()
            with contextlib.redirect_stdout(stream):
                exec(compile(text, page.name, "exec"), names)
            printed = stream.getvalue()
        elif language == "text":
            assert printed == text
            printed = ""
    assert not printed, f"{page.name} does not show what this prints: {printed!r}"


def run_shell(command: str, folder: Path, status: int) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    environment = os.environ | home | {"PATH": path, "COLUMNS": "100", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["bash", "-c", f"(exit {status}); {command}"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("page", with_blocks("console"), ids=name_of)
def test_the_commands_of_a_page_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    for folder in ("vectors", "contracts"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    status = 0
    for language, text in blocks_of(page):
        if language != "console":
            continue
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
            if command.startswith(NOT_RUN):
                script = ROOT / command.split()[0]
                assert not command.startswith("scripts/") or script.is_file(), command
                assert not shown, f"{command} is not run, its output cannot be shown"
                continue
            done = run_shell(command, tmp_path, status)
            status = done.returncode
            if shown or not command.split("#")[0].strip():
                assert done.stdout == shown, command
            else:
                assert status == 0, done.stdout


@pytest.mark.parametrize("page", with_blocks("session"), ids=name_of)
def test_the_simulator_answers_as_the_page_says(page: Path) -> None:
    for language, text in blocks_of(page):
        if language == "session":
            typed = "".join(f"{line}\n" for line in re.findall(r"^> (.*)$", text, re.MULTILINE))
            result = CliRunner().invoke(main, ["amm", "--memory", "--seed", "1"], input=typed)
            assert result.stdout == text


@pytest.mark.parametrize("page", with_blocks("json"), ids=name_of)
def test_the_json_of_a_page_is_json(page: Path) -> None:
    for language, text in blocks_of(page):
        if language == "json":
            json.loads(text)


def test_a_page_has_no_block_that_no_test_looks_at() -> None:
    known = {"", "python", "text", "console", "session", "json", "cashasm"}
    for page in PAGES:
        assert {language for language, _ in blocks_of(page)} <= known, page.name


def test_the_readme_is_short_and_its_examples_import_little() -> None:
    readme = PAGES[0].read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= MAX_README_LINES
    for language, text in blocks_of(PAGES[0]):
        if language == "python":
            imports = re.findall(r"^(?:from|import) .*", text, re.MULTILINE)
            assert len(imports) <= MAX_IMPORTS


def test_the_readme_links_only_to_what_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)", PAGES[0].read_text(encoding="utf-8")):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_every_reason_is_on_its_page() -> None:
    page = (DOCS / "verdicts.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([A-Z0-9_]+)` \|", page, re.MULTILINE)
    assert sorted(listed) == sorted([*Reason, *TransactionReason])


def test_every_command_is_on_its_page() -> None:
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    assert re.findall(r"^## `bchcov (\w+)`", page, re.MULTILINE) == list(COMMANDS)


def test_every_command_of_the_simulator_is_on_its_page() -> None:
    page = (DOCS / "simulator.md").read_text(encoding="utf-8").replace("\\|", "|")
    listed = re.findall(r"^\| `(.*?)` \|", page, re.MULTILINE)
    assert listed == [command.usage for command in SESSION_COMMANDS.values()]


def test_every_page_is_in_the_table_of_contents() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    tree = re.search(r"^```\{toctree\}\n(.*?)^```$", index, re.DOTALL | re.MULTILINE)
    assert tree is not None
    listed = [line for line in tree[1].splitlines() if line and not line.startswith(":")]
    inside = [line for line in listed if not line.startswith("/")]
    assert sorted([*inside, "index"]) == sorted(page.stem for page in PAGES[1:])


def test_the_page_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="the extra docs is not installed")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E"]
    done = subprocess.run(
        [*command, "-d", tmp_path / "trees", "-c", DOCS, ROOT, tmp_path / "site"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "docs" / "index.html").is_file()


@pytest.mark.long
def test_the_tables_of_races_are_what_the_script_prints() -> None:
    page = (DOCS / "races.md").read_text(encoding="utf-8")
    for make in (race.comparison, race.crowds, race.attackers):
        assert "\n".join(make()) in page
