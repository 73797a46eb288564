"""`bchcov decode`, `asm`, `disasm`: what they print, and every way to misuse them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from bchcov import (
    Capability,
    Input,
    Nft,
    Output,
    Token,
    Transaction,
    encode_outputs,
    encode_transaction,
    transaction_id,
)
from bchcov.cli.main import COMMANDS, main
from bchcov.script.patterns import multisig, p2pkh

KEY = b"\x02" + bytes(32)
CATEGORY = bytes(range(32))
OUTPUTS = (
    Output(1234, p2pkh(bytes(20)), Token(CATEGORY, 5, Nft(b"\xab", Capability.MUTABLE))),
    Output(0, multisig(1, [KEY, KEY])),
    Output(7, b""),
)
TRANSACTION = Transaction((Input(CATEGORY, 3, b"\x51", 0),), OUTPUTS, 2, 99)
HEX = encode_transaction(TRANSACTION).hex()


def run(*arguments: str, text: str = "") -> Result:
    result = CliRunner().invoke(main, list(arguments), input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def test_a_decoded_transaction_has_all_its_parts() -> None:
    shown = json.loads(run("decode", HEX, "--json").stdout)
    assert shown["txid"] == transaction_id(TRANSACTION)
    assert (shown["size"], shown["version"], shown["locktime"]) == (len(HEX) // 2, 2, 99)
    (spent,) = shown["inputs"]
    assert spent["txid"] == CATEGORY[::-1].hex()
    assert (spent["index"], spent["sequence"]) == (3, 0)
    assert spent["unlocking"] == {"hex": "51", "asm": "OP_1", "size": 1}
    assert [output["pattern"] for output in shown["outputs"]] == ["P2PKH", "multisig 1 of 2", "P2S"]
    assert shown["outputs"][0]["token"] == {
        "category": CATEGORY[::-1].hex(),
        "amount": "5",
        "nft": {"capability": "mutable", "commitment": "ab"},
    }
    assert shown["outputs"][1]["token"] is None


def test_a_decoded_transaction_can_be_read_by_people() -> None:
    shown = run("decode", HEX).stdout
    for part in (transaction_id(TRANSACTION), "output 0: 1,234 satoshis, P2PKH", "mutable", "OP_1"):
        assert part in shown


def test_outputs_are_decoded_alone() -> None:
    data = encode_outputs(OUTPUTS).hex()
    assert len(json.loads(run("decode", "--outputs", data, "--json").stdout)["outputs"]) == 3
    assert "1,234 satoshis" in run("decode", "--outputs", data).stdout


@pytest.mark.parametrize("command", ["decode", "disasm"])
def test_bytes_come_from_the_argument_a_file_or_standard_input(
    command: str, tmp_path: Path
) -> None:
    path = tmp_path / "hex"
    path.write_text(f" 0x{HEX[:20]}\n{HEX[20:]}\n", encoding="utf-8")
    expected = run(command, HEX).stdout
    assert run(command, str(path)).stdout == expected
    assert run(command, "-", text=HEX).stdout == expected
    assert run(command, text=f"{HEX}\n").stdout == expected
    assert run(command, f"0x{HEX}").stdout == expected


@pytest.mark.parametrize("command", ["decode", "disasm"])
@pytest.mark.parametrize("text", ["0g", "abc", "\u00e9", "no-such-file", "0x0x00"])
def test_what_is_not_hexadecimal_is_one_clear_error(command: str, text: str) -> None:
    for result in (run(command, text), run(command, "-", text=text)):
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert "hexadecimal" in result.stderr


def test_bytes_that_are_no_transaction_are_one_clear_error() -> None:
    result = run("decode", HEX[:-2])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not a transaction: locktime is cut off: expected 4 bytes, found 3" in result.stderr


def test_assembly_gives_hexadecimal() -> None:
    assert run("asm", "<1> OP_ADD").stdout == "5193\n"
    assert json.loads(run("asm", "OP_1", "--json").stdout) == {"hex": "51", "size": 1}
    assert run("asm", text="OP_1\nOP_2 // end\n").stdout == "5152\n"


def test_assembly_reads_files_and_bindings(tmp_path: Path) -> None:
    path = tmp_path / "script.cashasm"
    path.write_text("<key> <count> more", encoding="utf-8")
    options = ("--bind", "key=0xaabb", "--bind", "count=-5", "--bind", "more=OP_ADD OP_1")
    assert run("asm", str(path), *options).stdout == "02aabb01859351\n"


def test_an_assembly_error_points_at_its_place() -> None:
    result = run("asm", "OP_1\n  OP_FOO OP_2")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "line 2, column 3: unknown name 'OP_FOO'" in result.stderr
    assert "\n  OP_FOO OP_2\n  ^\n" in result.stderr


def test_an_error_does_not_print_control_characters() -> None:
    result = run("asm", "'\x1b[31m\u202e' OP_FOO")
    assert "\n' [31m ' OP_FOO\n         ^\n" in result.stderr


@pytest.mark.parametrize("binding", ["novalue", "=5", "a b=5", "a=0x0", "a=0xzz"])
def test_a_bad_binding_is_wrong_usage(binding: str) -> None:
    assert run("asm", "OP_1", "--bind", binding).exit_code == 2


def test_disassembly_shows_offsets_when_asked_for() -> None:
    assert run("disasm", "5102aabb").stdout == "OP_1 <0xaabb>\n"
    assert run("disasm", "5102aabb", "--lines").stdout == "     0  OP_1\n     1  <0xaabb>\n"
    shown = json.loads(run("disasm", "5102aabb", "--json").stdout)
    assert shown["asm"] == "OP_1 <0xaabb>"
    assert shown["lines"][1] == {"offset": 1, "asm": "<0xaabb>"}
    assert run("disasm", "").stdout == "\n"


def test_help_and_version_tell_what_there_is() -> None:
    shown = run("--help").stdout
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert run("--version").stdout.startswith("bchcov ")
    for name in COMMANDS:
        assert run(name, "--help").exit_code == 0


@pytest.mark.parametrize("arguments", [("nothing",), ("asm", "--what"), ("decode", "a", "b")])
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def fuzz(count: int) -> None:
    random = Random(count)
    for _ in range(count):
        data = bytearray(bytes.fromhex(HEX))
        at = random.randrange(len(data))
        data[at : at + random.randrange(4)] = random.randbytes(random.randrange(4))
        text = bytes(data).hex() if random.random() < 0.8 else random.randbytes(9).decode("latin1")
        for command in (
            ("decode", "-"),
            ("decode", "--outputs", "-"),
            ("disasm", "-"),
            ("asm", "-"),
        ):
            result = run(*command, text=text)
            assert result.exit_code in (0, 1)
            assert bool(result.stdout) is (result.exit_code == 0)


def test_random_input_ends_in_a_result_or_an_error() -> None:
    fuzz(300)


@pytest.mark.long
def test_much_random_input_ends_in_a_result_or_an_error() -> None:
    fuzz(250_000)
