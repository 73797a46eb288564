"""SIGINT and SIGTERM, on whichever process they fall: an end, a report, a status, no traceback."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO

import pytest
from support.running import WAIT_SECONDS, alive, needs_proc, wait_until, workers

ROOT = Path(__file__).parent.parent.parent
LINES = (ROOT / "vectors" / "demo.jsonl").read_bytes()
COMMANDS = {
    "verify": ("verify", "-", "--jobs", "3"),
    "vectors": ("vectors", "run", str(ROOT / "vectors"), "--jobs", "3"),
    "race": ("amm", "race", "--users", "40", "--seeds", "500", "--jobs", "3"),
}


@pytest.fixture(autouse=True)
def _heed_interrupts() -> Iterator[None]:
    """A shell lets what it runs in the background ignore SIGINT: not so the processes here."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def start(*arguments: str, folder: Path | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bchcov", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
        env={**os.environ, "PYTHONPATH": str(folder)} if folder else None,
    )


@contextmanager
def writing(stream: IO[bytes] | None, times: int | None = None) -> Iterator[None]:
    """Write lines within the block, without a number as long as somebody reads them.

    In a thread of their own: a pipe may hold as little as a page (to users who have many), and
    the command waits to be read before it reads on. The input stays open: the command waits for
    more of it when the signal comes.
    """

    def write() -> None:
        assert stream is not None
        with suppress(BrokenPipeError):
            for _ in count() if times is None else range(times):
                stream.write(LINES)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        writer.join(WAIT_SECONDS)
        assert not writer.is_alive()


def is_well_ended(command: subprocess.Popen[bytes], number: int) -> tuple[str, str]:
    # What it writes is read meanwhile: a full pipe would hold up its report.
    with ThreadPoolExecutor(2) as readers:
        assert command.stdout is not None
        assert command.stderr is not None
        output, told = readers.submit(command.stdout.read), readers.submit(command.stderr.read)
        command.wait(WAIT_SECONDS)
        wait_until(lambda: not alive(command.pid))
        assert command.returncode == 128 + number
        assert b"Traceback" not in told.result(WAIT_SECONDS)
        return output.result(WAIT_SECONDS).decode(), told.result(WAIT_SECONDS).decode()


@needs_proc
@pytest.mark.parametrize(
    ("name", "number", "victim"),
    [
        ("verify", signal.SIGINT, "group"),
        ("verify", signal.SIGTERM, "parent"),
        ("verify", signal.SIGINT, "parent"),
        ("verify", signal.SIGTERM, "worker"),
        ("vectors", signal.SIGINT, "group"),
        ("vectors", signal.SIGTERM, "parent"),
        ("vectors", signal.SIGINT, "worker"),
        ("race", signal.SIGINT, "group"),
        ("race", signal.SIGTERM, "parent"),
        ("race", signal.SIGTERM, "worker"),
    ],
)
def test_a_signal_ends_everything_and_what_was_finished_is_reported(
    name: str, number: int, victim: str
) -> None:
    times = 40 if name == "verify" else 0
    with start(*COMMANDS[name]) as command, writing(command.stdin, times):
        wait_until(lambda: len(workers(command.pid)) == 3 or command.poll() is not None)
        if victim == "group":
            os.killpg(command.pid, number)
        else:
            os.kill(command.pid if victim == "parent" else workers(command.pid)[-1], number)
        output, told = is_well_ended(command, number)
    assert told.startswith(f"Error: stopped by {signal.Signals(number).name}: ")
    assert told.count("\n") == 1
    if name == "verify":
        answered = re.search(r"(\d+) answered", told)
        assert answered is not None
        assert len([json.loads(line) for line in output.splitlines()]) == int(answered[1])


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_process_reports_what_it_has_answered(number: int) -> None:
    with start("verify", "-") as command, writing(command.stdin, 10):
        assert command.stdout is not None
        first = command.stdout.readline()
        os.kill(command.pid, number)
        output, told = is_well_ended(command, number)
    assert f"{len(output.splitlines()) + len([first])} answered" in told


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_still_importing_ends_without_a_word(tmp_path: Path, number: int) -> None:
    (tmp_path / "click.py").write_text(
        "import time\nprint('importing', flush=True)\ntime.sleep(600)\n", encoding="utf-8"
    )
    with start("asm", "OP_1", folder=tmp_path) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == b"importing\n"
        os.kill(command.pid, number)
        assert is_well_ended(command, number) == ("", "")


def test_nothing_is_imported_before_the_command_is_ready_for_signals() -> None:
    code = """
import os, signal, sys
before = {*sys.modules}
import bchcov.cli.start
print(*sorted({*sys.modules} - before))
import bchcov.cli.terminal.streams
bchcov.cli.terminal.streams.prepare_streams = lambda: os._exit(
    (print(signal.getsignal(signal.SIGINT).__name__, flush=True), 0)[1]
)
bchcov.cli.start.start()
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "__future__ bchcov bchcov.cli bchcov.cli.start",
        "end_at_once",
    ]


@needs_proc
def test_a_report_that_nobody_reads_keeps_no_process_alive() -> None:
    with start(*COMMANDS["verify"]) as command, writing(command.stdin):
        # Nobody reads: the command waits in the middle of a line, and we for the command.
        assert command.stdout is not None
        wait_until(lambda: len(workers(command.pid)) == 3)
        select.select([command.stdout], [], [])
        os.kill(command.pid, signal.SIGTERM)
        command.wait(WAIT_SECONDS)
        assert command.returncode == 143
        wait_until(lambda: not alive(command.pid))
