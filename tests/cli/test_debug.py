"""`bchcov debug` at a terminal and in a pipe."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.refusals import ALICE, CATEGORY, SOURCE, vault
from support.terminals import Terminal

from bchcov.cli.main import main
from bchcov.formats.verify_lines import verify_line

FUNCTION = """
import sys
from support.refusals import vault
def spend():
    return vault(value=9_000)
def number():
    return 5
"""


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """A spend of the vault that is refused, and the vault."""
    spending = vault(value=9_000)
    lines = tmp_path / "lines.jsonl"
    line = verify_line(spending.transaction, spending.source_outputs, spending.rules)
    lines.write_text(json.dumps(line), encoding="utf-8")
    source = tmp_path / "vault.cashasm"
    source.write_text(SOURCE, encoding="utf-8")
    constants = f"{source} 0x{ALICE.public_key.hex()} 0x{CATEGORY.hex()} 5000"
    return ["debug", str(lines), "--contract", constants]


def test_commands_are_lines_of_a_pipe(arguments: list[str]) -> None:
    typed = "fail\nmade 0\nback\nquit\nstep\n"
    result = CliRunner().invoke(main, [*arguments, "--watch", "size"], typed)
    assert result.exit_code == 0
    wheres = [line for line in result.stdout.splitlines() if line.startswith("step")]
    assert [line.split(",")[0] for line in wheres] == [
        "step 1 of 14",
        "step 14 of 14",
        "step 13 of 14",
        "step 12 of 14",
    ]
    assert "vault.cashasm:5 [limit] FAILS: VERIFY" in wheres[1]
    assert result.stdout.count("watch 1  size = ") == 4
    assert "debug>" not in result.stdout


def test_it_begins_with_the_breakpoints_of_options(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, [*arguments, "--break", "[category]"], "continue\n")
    assert "OP_EQUALVERIFY, cost" in result.stdout
    result = CliRunner().invoke(main, [*arguments, "--break", "[nothing]"], "")
    assert result.exit_code == 2
    assert "there is no check 'nothing': expected one of category, limit, owner" in result.stderr


@pytest.mark.parametrize("environment", [{}, {"TERM": "dumb"}], ids=["asked for", "dumb terminal"])
def test_plain_lines_are_driven_at_a_terminal(
    arguments: list[str], tmp_path: Path, environment: dict[str, str]
) -> None:
    plain = [] if environment else ["--plain"]
    terminal = Terminal(tmp_path, *arguments, *plain, environment=environment)
    try:
        terminal.read_until("debug> ")
        terminal.write(b"fail\n")
        assert "OP_VERIFY" in terminal.read_until("FAILS: VERIFY")
        terminal.read_until("debug> ")
        terminal.write(b"b\n")
        terminal.read_until("step 13 of 14")
        terminal.read_until("debug> ")
        terminal.write(b"why\n")
        terminal.read_until("the false item is that of OP_LESSTHANOREQUAL")
        terminal.read_until("debug> ")
        assert terminal.end() == 0
    finally:
        terminal.close()


def test_a_full_screen_is_driven_at_a_terminal(arguments: list[str], tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, *arguments)
    try:
        shown = terminal.see("f8 step")
        assert "step 1 of 14" in shown
        assert "Stack, the top first" in shown
        assert "Source" not in shown
        # The last line is there: nothing is pushed out of a screen of 80 columns and 24 lines.
        assert "f8 step" in shown.splitlines()[-1]
        terminal.write(b"fail\r")
        terminal.see("step 14 of 14")
        terminal.see("\n!    42  OP_VERIFY")
        terminal.see("\n!    5  OP_0 OP_OUTPUTVALUE <limit>")
        terminal.write(b"\x1b[18~")
        terminal.see("step 13 of 14")
        terminal.see("\n>    41  OP_LESSTHANOREQUAL")
        terminal.write(b"why\r")
        terminal.see("refused  input 0, scripts: VERIFY")
        terminal.write(b"quit\r")
        assert terminal.wait() == 0
        assert terminal.is_restored
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("how", "status"),
    [(b"\x03", 130), (signal.SIGINT, 130), (signal.SIGTERM, 143), (b"\x04", 0)],
    ids=["Ctrl-C", "SIGINT", "SIGTERM", "Ctrl-D"],
)
def test_however_a_full_screen_ends_the_terminal_is_as_before(
    arguments: list[str], tmp_path: Path, how: bytes | signal.Signals, status: int
) -> None:
    terminal = Terminal(tmp_path, *arguments)
    try:
        terminal.see("f8 step")
        assert not terminal.is_restored
        if isinstance(how, bytes):
            terminal.write(how)
        else:
            terminal.process.send_signal(how)
        assert terminal.wait() == status
        assert terminal.is_restored
        assert b"Traceback" not in terminal.seen
    finally:
        terminal.close()


def test_no_color_leaves_no_colour_on_the_full_screen(arguments: list[str], tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, *arguments, environment={"NO_COLOR": "1"})
    try:
        terminal.see("f8 step")
        terminal.write(b"fail\r")
        terminal.see("step 14 of 14")
        codes = {
            code
            for each in re.findall(rb"\x1b\[([0-9;]*)m", terminal.seen)
            for code in each.split(b";")
        }
        # Bold, reverse and the terminal's own colours.
        assert b"7" in codes
        assert codes <= {b"", b"0", b"1", b"3", b"4", b"7", b"39", b"49"}
    finally:
        terminal.close()


def test_what_a_function_of_a_file_returns_is_debugged(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FUNCTION, encoding="utf-8")
    result = CliRunner().invoke(main, ["debug", f"{path}:spend"], "fail\n")
    assert "vault.cashasm:5 [limit] FAILS" in result.stdout
    result = CliRunner().invoke(main, ["debug", f"{path}:number"], "")
    assert "expected a Spending, a BuiltTransaction or a Submission, not an int" in result.stderr
    result = CliRunner().invoke(main, ["debug", f"{path}:missing"], "")
    assert "has no function missing" in result.stderr
