"""Commands that read a whole transaction or script take few times its bytes of memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bchcov import Input, Output, Transaction, encode_transaction
from bchcov.cli.main import main
from bchcov.transaction import decoding, parts

ONE = (Input(b"\x11" * 32, 0),)
MANY_OUTPUTS = encode_transaction(Transaction(ONE, (Output(1, b""),) * 40_000))
LONG_SCRIPT = encode_transaction(Transaction(ONE, (Output(1, b"\xd1" * 400_000),)))
LONG_UNLOCKING = encode_transaction(
    Transaction((Input(b"\x11" * 32, 0, b"\x51" * 400_000),), (Output(1, b""),))
)
TINY = encode_transaction(Transaction(ONE, (Output(1, b""),)))


# A child begins with the memory of the process that it is made from: so a small one makes it,
# and says the most that the command took.
LAUNCHER = """
import os, subprocess, sys
process = subprocess.Popen([sys.executable, "-m", "bchcov", *sys.argv[1:]])
_, status, used = os.wait4(process.pid, 0)
print(used.ru_maxrss * (1 if sys.platform == "darwin" else 1024), file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak(command: list[str], text: str, folder: Path, *, may_fail: bool = False) -> int:
    """The most memory that a command takes, in bytes."""
    given = folder / "given"
    given.write_text(text, encoding="utf-8")
    with (folder / "shown").open("wb") as shown:
        done = subprocess.run(
            [sys.executable, "-c", LAUNCHER, *command, str(given)],
            stdout=shown,
            stderr=subprocess.PIPE,
            check=not may_fail,
        )
    return int(done.stderr.splitlines()[-1])


@pytest.mark.parametrize("data", [MANY_OUTPUTS, LONG_SCRIPT, LONG_UNLOCKING])
@pytest.mark.parametrize("command", [["decode"], ["decode", "--json"], ["disasm", "--json"]])
def test_a_large_input_takes_no_more_than_20_times_its_bytes(
    command: list[str], data: bytes, tmp_path: Path
) -> None:
    base = peak(command, TINY.hex(), tmp_path)
    assert (peak(command, data.hex(), tmp_path) - base) / len(data) < 20


@pytest.mark.parametrize("code", [b"\xd1" * 400_000, b"\x51" * 400_000, b"\x02ab" * 130_000])
@pytest.mark.parametrize("command", [["disasm"], ["disasm", "--lines"], ["disasm", "--json"]])
def test_disassembling_takes_no_more_than_20_times_the_bytes(
    command: list[str], code: bytes, tmp_path: Path
) -> None:
    base = peak(command, "51", tmp_path)
    assert (peak(command, code.hex(), tmp_path) - base) / len(code) < 20


@pytest.mark.parametrize("text", ["OP_1 ", "<1>", "<0x1234>\n", "OP_DUP // a comment\n", "$(<1>)"])
def test_assembling_takes_no_more_than_20_times_the_source(text: str, tmp_path: Path) -> None:
    source = text * (60_000 if "$" in text else 300_000 // len(text))
    base = peak(["asm"], text, tmp_path)
    assert (peak(["asm"], source, tmp_path) - base) / len(source) < 20


@pytest.mark.parametrize(
    "source",
    [
        f"<0x{'ab' * 400_000}>",
        f"<'{'ab' * 400_000}'>",
        f"<{'OP_1 ' * 160_000}>",
        f"<{'<1>' * 200_000}>",
        f"<{'<' * 90}{'OP_1 ' * 160_000}{'>' * 90}>",
    ],
    ids=lambda source: source[:12],
)
def test_one_push_that_holds_the_whole_source_takes_no_more_either(
    source: str, tmp_path: Path
) -> None:
    base = peak(["asm"], "<1> $(<1>)", tmp_path)
    assert (peak(["asm"], source, tmp_path) - base) / len(source) < 20


@pytest.mark.parametrize("ending", ["'>", "\U0001f600'>"])
@pytest.mark.parametrize("letter", ["\ufdfa", "\u3300", "\U0001d160", "\u1f82", "\uac01", "\ufb01"])
def test_text_that_unicode_makes_longer_takes_no_more_either(
    letter: str, ending: str, tmp_path: Path
) -> None:
    source = f"<'{letter * 200_000}{ending}"
    base = peak(["asm"], "<1> $(<1>)", tmp_path)
    taken = peak(["asm"], source, tmp_path, may_fail=True)
    assert (taken - base) / len(source.encode()) < 20


@pytest.mark.parametrize("line", ["\n", "// ab\n", "//", "//\ufb01 "])
def test_showing_the_line_of_an_error_takes_no_more_either(line: str, tmp_path: Path) -> None:
    source = line * (400_000 // len(line)) + "\n<"
    base = peak(["asm"], "<", tmp_path, may_fail=True)
    taken = peak(["asm"], source, tmp_path, may_fail=True)
    assert (taken - base) / len(source.encode()) < 20


@pytest.mark.parametrize("source", ["OP_MUL 1027 " * 60_000, "1027\n" * 160_000, "ab" * 400_000])
@pytest.mark.parametrize("notation", ["artifact", "node"])
def test_other_notations_take_no_more_than_20_times_the_source(
    notation: str, source: str, tmp_path: Path
) -> None:
    command = ["asm", "--notation", notation]
    base = peak(command, "OP_MUL 1027", tmp_path)
    assert (peak(command, source, tmp_path) - base) / len(source) < 20


def test_json_in_pieces_is_what_json_makes_of_the_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for data in (TINY, encode_transaction(Transaction((), ())), LONG_UNLOCKING[:4] + TINY[4:]):
        main(["decode", "--json", data.hex()], standalone_mode=False)
        shown = capsys.readouterr().out
        assert shown == json.dumps(json.loads(shown), indent=2) + "\n"


def test_each_output_is_read_twice_once_to_check_it_and_once_to_show_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read = 0
    read_output = parts.read_output

    def count(data: bytes, offset: int, prefix: int) -> tuple[Output, int]:
        nonlocal read
        read += 1
        return read_output(data, offset, prefix)

    monkeypatch.setattr(decoding, "read_output", count)
    given = encode_transaction(Transaction(ONE * 3, (Output(1, b""),) * 100)).hex()
    for command in (["decode", given], ["decode", "--json", given]):
        read = 0
        main(command, standalone_mode=False)
        assert capsys.readouterr().out.count("P2S") == 100
        assert read <= 202
