"""Commands that read a whole transaction or script take few times its bytes of memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bchcov import Input, Output, Transaction, encode_transaction
from bchcov.cli.main import main

ONE = (Input(b"\x11" * 32, 0),)
MANY_OUTPUTS = encode_transaction(Transaction(ONE, (Output(1, b""),) * 40_000))
LONG_SCRIPT = encode_transaction(Transaction(ONE, (Output(1, b"\xd1" * 400_000),)))
LONG_UNLOCKING = encode_transaction(
    Transaction((Input(b"\x11" * 32, 0, b"\x51" * 400_000),), (Output(1, b""),))
)
TINY = encode_transaction(Transaction(ONE, (Output(1, b""),)))


def peak(command: list[str], data: bytes, folder: Path) -> int:
    """The most memory that a command takes, in bytes."""
    given = folder / "given"
    given.write_text(data.hex())
    with (folder / "shown").open("wb") as shown:
        process = subprocess.Popen(
            [sys.executable, "-m", "bchcov", *command, str(given)], stdout=shown
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.parametrize("data", [MANY_OUTPUTS, LONG_SCRIPT, LONG_UNLOCKING])
@pytest.mark.parametrize("command", [["decode"], ["decode", "--json"], ["disasm", "--json"]])
def test_a_large_input_takes_no_more_than_20_times_its_bytes(
    command: list[str], data: bytes, tmp_path: Path
) -> None:
    base = peak(command, TINY, tmp_path)
    assert (peak(command, data, tmp_path) - base) / len(data) < 20


def test_json_in_pieces_is_what_json_makes_of_the_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for data in (TINY, encode_transaction(Transaction((), ())), LONG_UNLOCKING[:4] + TINY[4:]):
        main(["decode", "--json", data.hex()], standalone_mode=False)
        shown = capsys.readouterr().out
        assert shown == json.dumps(json.loads(shown), indent=2) + "\n"
