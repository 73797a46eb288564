"""What the README and the pages of docs/ show runs, and prints what they say it prints."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pages
import pytest
import race
import race_times

from bchcov import Reason, TransactionReason
from bchcov.cli.main import COMMANDS
from bchcov.simulator.help import COMMANDS as SESSION_COMMANDS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = pages.PAGES
MAX_README_LINES = 150
MAX_IMPORTS = 2


def blocks_of(page: Path) -> list[tuple[str, str]]:
    return pages.BLOCK.findall(page.read_text(encoding="utf-8"))


def with_blocks(*languages: str) -> list[Path]:
    return [page for page in PAGES if any(kind in languages for kind, _ in blocks_of(page))]


def name_of(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_shows_what_its_examples_print(page: Path) -> None:
    assert pages.render(page) == page.read_text(encoding="utf-8"), "run scripts/pages"


def test_what_is_not_run_is_there_and_shows_no_output() -> None:
    for page in PAGES:
        consoles = [text for language, text in blocks_of(page) if language == "console"]
        for command, shown in pages.COMMAND.findall("".join(consoles)):
            if command.startswith(pages.NOT_RUN):
                script = command.split()[0]
                assert not shown, command
                assert not script.startswith("scripts/") or (ROOT / script).is_file(), command


@pytest.mark.parametrize("page", with_blocks("json"), ids=name_of)
def test_the_json_of_a_page_is_json(page: Path) -> None:
    for language, text in blocks_of(page):
        if language == "json":
            json.loads(text)


def test_a_page_has_no_block_that_no_test_looks_at() -> None:
    known = {"", "python", "text", "console", "session", "json", "cashasm", "cash"}
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


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=name_of)
def test_the_files_that_a_page_names_are_there(page: Path) -> None:
    named = r"`((?:bchcov|contracts|docs|scripts|tests|vectors)/[\w./-]*)"
    for path in re.findall(named, page.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


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


@pytest.mark.long
def test_the_table_of_block_times_is_what_the_script_prints() -> None:
    page = (DOCS / "block-times.md").read_text(encoding="utf-8")
    for make in (race_times.block_times, race_times.forks):
        assert "\n".join(make()) in page
