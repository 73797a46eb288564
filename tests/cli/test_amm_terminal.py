"""`bchcov amm` at a terminal: Ctrl-C, odd bytes, and how a session ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.terminals import PATIENCE_SECONDS, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path, "amm", "--seed", "1", "--file", str(tmp_path / "chain"))
    opened.read_until("ticketed 1004>")
    yield opened
    opened.close()


def test_ctrl_c_ends_a_long_command_and_not_the_session(terminal: Terminal) -> None:
    terminal.write(b"commit swap 50 BCH\r")
    terminal.read_until("ticketed 1004>")
    terminal.write(b"multi 300\r")
    terminal.read_until("\n")
    time.sleep(2)
    terminal.write(b"\x03")
    terminal.read_until("interrupted: the chain is as it was before this command")
    terminal.read_until("ticketed 1004>")
    terminal.write(b"sequence\r")
    terminal.read_until("1 queued")
    terminal.read_until("ticketed 1004>")
    terminal.write(b"multi 2\r")
    assert "…" not in terminal.read_until("2.23784644 BCH")
    terminal.read_until("ticketed 1")
    assert terminal.end() == 0


def test_ctrl_c_at_the_prompt_and_in_a_question_asks_again(terminal: Terminal) -> None:
    for keys in (b"\x03", b"half a line\x03", b"commit\rswap 5 B\x03", b"commit\r\x03\x03"):
        terminal.write(keys)
        terminal.read_until("ticketed 1004>")
    for _ in range(3):
        os.kill(terminal.process.pid, signal.SIGINT)
        time.sleep(0.05)
    terminal.write(b"\x03mine\r")
    terminal.read_until("height 1005")
    terminal.read_until("ticketed 1005>")
    assert terminal.end() == 0


def test_bytes_that_are_no_text_end_no_session(terminal: Terminal) -> None:
    terminal.write(b"mi\xffne\r")
    terminal.read_until("error: ")
    terminal.write(b"mine\r")
    terminal.read_until("height 1005")
    terminal.read_until("ticketed 1005>")
    assert terminal.end() == 0


def test_ctrl_c_ends_a_script_with_the_status_of_the_signal(tmp_path: Path) -> None:
    path = str(tmp_path / "chain")
    run = subprocess.Popen(
        [sys.executable, "-m", "bchcov", "amm", "--file", path, "--seed=1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdin is not None
    assert run.stdout is not None
    run.stdin.write("mine 3\nmine 10000\nmulti 1000\nstatus\n")
    run.stdin.flush()
    seen = ""
    while "height 1007" not in seen:
        seen += run.stdout.readline()
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    out, errors = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == 130
    assert "Traceback" not in out + errors
    assert "> status" not in out
