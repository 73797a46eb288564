"""Standard streams in any state: one sentence on standard error, and a status of its own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bchcov.cli.main import COMMANDS, main

ROOT = Path(__file__).parent.parent.parent
DEMO = str(ROOT / "vectors" / "demo.jsonl")
TESTS = str(ROOT / "vectors" / "sequenced_amm" / "bch_2026_standard")
CHAIN = str(ROOT / "tests" / "chain" / "stored" / "format-2.sqlite")
HONEST = str(ROOT / "vectors" / "sequenced_amm" / "direct.life.jsonl")
CONTRACT = str(ROOT / "contracts" / "hash_lock" / "lock.cashasm")
CONSTANTS = (f"0x{'11' * 32}", f"0x02{'11' * 32}")
SPENDS = str(ROOT / "docs" / "examples" / "lock.jsonl")
LOCKED = (
    "0xd9a2e5ad95d0d6e5bbab4ff045bf2c0a06abf43b3e4756f7f58a1c886d493eee",
    "0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
)
TRANSACTION = "01000000000000000000"
RUNS = {
    "verify": ("verify", DEMO),
    "verify --table": ("verify", DEMO, "--table"),
    "verify --jobs": ("verify", DEMO, "--jobs", "2"),
    "vectors run": ("vectors", "run", TESTS, "--jobs", "1"),
    "vectors run --json": ("vectors", "run", TESTS, "--jobs", "1", "--json"),
    "amm": ("amm", "--memory", "-c", "status"),
    "amm --json": ("amm", "--memory", "--json", "-c", "status"),
    "amm race": ("amm", "race", "--users", "1", "--pool", "cpmm", "--jobs", "1"),
    "salvage": ("salvage", CHAIN),
    "salvage --json": ("salvage", CHAIN, "--json"),
    "decode": ("decode", TRANSACTION),
    "decode --json": ("decode", TRANSACTION, "--json"),
    "asm": ("asm", "OP_1"),
    "asm --json": ("asm", "OP_1", "--json"),
    "disasm": ("disasm", "51"),
    "disasm --lines": ("disasm", "51", "--lines"),
    "disasm --json": ("disasm", "51", "--json"),
    "cover": ("cover", CONTRACT, *CONSTANTS, "--transactions", DEMO),
    "cover --json": ("cover", CONTRACT, *CONSTANTS, "--transactions", DEMO, "--json"),
    "mutate": ("mutate", CONTRACT, *CONSTANTS, "--transactions", DEMO),
    "cost": ("cost", CONTRACT, *LOCKED, "--transactions", SPENDS),
    "cost --json": ("cost", CONTRACT, *LOCKED, "--transactions", SPENDS, "--json"),
    "fuzz": ("fuzz", HONEST, "--count", "1"),
    "fuzz --json": ("fuzz", HONEST, "--count", "1", "--json"),
    "trace": ("trace", SPENDS, "--tx", "claim"),
    "trace --json": ("trace", SPENDS, "--tx", "claim", "--json"),
    "trace --table": ("trace", SPENDS, "--tx", "claim", "--table"),
    "debug": ("debug", SPENDS, "--tx", "claim"),
    "graph": ("graph", SPENDS),
    "opcodes": ("opcodes", "add"),
    "opcodes --json": ("opcodes", "add", "--json"),
    "--version": ("--version",),
    "--help": ("--help",),
}
needs_full = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="only /dev/full is a device without space"
)


def names(group: click.Group, before: str = "") -> set[str]:
    found = set()
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.add(before + name)
        if isinstance(command, click.Group):
            found |= names(command, f"{before}{name} ")
    return found - {"vectors"}


def run(
    arguments: tuple[str, ...], redirected: str = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    command = shlex.join([sys.executable, "-m", "bchcov", *arguments])
    done = subprocess.run(
        ["sh", "-c", f"{command} {redirected}"],
        stdin=subprocess.DEVNULL if "<" not in redirected else None,
        capture_output=True,
        env={**os.environ, **environment},
    )
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    return done


def in_bytes(name: str) -> str:
    """What stands for the bytes of this name in UTF-8, in whatever encoding names of files have."""
    return os.fsdecode(name.encode())


def test_every_command_is_run_here() -> None:
    assert names(main) <= set(RUNS)
    assert set(COMMANDS) <= {name.split()[0] for name in RUNS}


@needs_full
@pytest.mark.parametrize("name", RUNS)
def test_a_full_device_is_one_sentence_and_status_3(name: str) -> None:
    done = run(RUNS[name], "> /dev/full")
    assert (done.returncode, done.stderr.count(b"\n")) == (3, 1)
    assert b"standard output: No space left on device" in done.stderr


SPENT = ("--transactions", SPENDS)
WRITING = {
    "vectors run --junit": (*RUNS["vectors run"], "--junit"),
    "cover --lcov": ("cover", CONTRACT, *LOCKED, *SPENT, "--lcov"),
    "cover --data-file": ("cover", CONTRACT, *LOCKED, *SPENT, "--data-file"),
    "cost --folded": ("cost", CONTRACT, *LOCKED, *SPENT, "--folded"),
    "cost --update": ("cost", CONTRACT, *LOCKED, *SPENT, "--update"),
    "fuzz --sarif": (*RUNS["fuzz"], "--sarif"),
    "fuzz --junit": (*RUNS["fuzz"], "--junit"),
    "fuzz --out": (*RUNS["fuzz"], "--out"),
    "fuzz --corpus": (*RUNS["fuzz"], "--corpus"),
    "amm race --out": (*RUNS["amm race"], "--out"),
}


@needs_full
@pytest.mark.parametrize("target", ["/dev/full", "/dev/null/none"])
@pytest.mark.parametrize("name", WRITING)
def test_a_file_that_cannot_be_written_is_named_in_one_sentence(name: str, target: str) -> None:
    done = run((*WRITING[name], target))
    (said,) = (line for line in done.stderr.splitlines() if line.startswith(b"Error"))
    assert said.startswith(f"Error: cannot write {target}: ".encode())
    assert done.returncode == 3


@pytest.mark.parametrize("number", ["nan", "inf", "1e400"])
@pytest.mark.parametrize("option", ["mutate --seconds", "cost --tolerance", "fuzz --seconds"])
def test_a_number_without_a_value_is_no_option(option: str, number: str) -> None:
    command, name = option.split()
    done = run((*RUNS[command], name, number))
    shown = "nan" if number == "nan" else "inf"
    assert f"{shown} is invalid: expected a finite number".encode() in done.stderr
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("name", RUNS)
def test_a_closed_output_is_one_sentence_and_status_3(name: str) -> None:
    done = run(RUNS[name], ">&-")
    assert (done.returncode, done.stderr.count(b"\n")) == (3, 1)
    assert b"standard output: Bad file descriptor" in done.stderr


@pytest.mark.parametrize("command", ["verify -", "decode", "asm", "disasm", "amm --memory"])
def test_a_closed_input_is_one_sentence_and_status_3(command: str) -> None:
    done = run(tuple(command.split()), "<&-")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (3, b"", 1)
    assert b"standard input: Bad file descriptor" in done.stderr


def test_a_stream_that_is_not_needed_may_be_closed_or_full() -> None:
    assert run(("disasm", "51"), "<&-").stdout == b"OP_1\n"
    for redirected in ("2>&-", "2> /dev/full", "<&- 2>&-"):
        assert run(("disasm", "zz"), redirected).returncode == 1


@pytest.mark.parametrize("size", ["0", "-1", "", "9" * 5000, "1e3"])
def test_a_screen_of_no_size_shows_every_figure(size: str) -> None:
    done = run(RUNS["verify --table"], COLUMNS=size, LINES=size)
    assert b"28,031" in done.stdout
    assert run(("--help",), COLUMNS=size).stdout == run(("--help",), COLUMNS="80").stdout


@pytest.mark.parametrize("columns", ["20", "40", "80", "200"])
def test_no_screen_is_too_narrow_for_a_figure(columns: str) -> None:
    done = run(RUNS["verify --table"], COLUMNS=columns)
    assert b"28,031" in done.stdout
    assert b"23.8 %" in done.stdout
    assert "…".encode() not in done.stdout


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"TERM": "dumb"}],
    ids=str,
)
@pytest.mark.parametrize("name", ["verify --table", "vectors run", "amm race", "amm"])
def test_an_encoding_that_lacks_a_character_is_no_failure(
    name: str, environment: dict[str, str]
) -> None:
    expected = run(RUNS[name]).returncode
    assert run(RUNS[name], **environment).returncode == expected


def test_a_name_that_the_encoding_lacks_is_shown_escaped(tmp_path: Path) -> None:
    path = tmp_path / in_bytes("北京.jsonl")
    line = json.loads(Path(DEMO).read_text(encoding="utf-8").splitlines()[0])
    path.write_text(json.dumps(line | {"id": "北京"}), encoding="utf-8")
    done = run(("verify", str(path), "--table"), PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"\\u5317" in done.stdout


FORGED = "\x1b[2K\rpayment 7 \x1b[32mvalid\x1b[0m\n\x85\u202e\u2066\u2028\ud800[/x] [red]a\\["
SHOWN = (
    "\\x1b[2K\\rpayment 7 \\x1b[32mvalid\\x1b[0m\\n\\x85\\u202e\\u2066\\u2028\\ud800[/x] [red]a\\["
)


def test_an_id_forges_nothing_in_a_table(tmp_path: Path) -> None:
    line = json.loads(Path(DEMO).read_text(encoding="utf-8").splitlines()[0])
    path = tmp_path / "lines"
    path.write_text(json.dumps(line | {"id": FORGED}), encoding="utf-8")
    done = run(("verify", str(path), "--table"), COLUMNS="400")
    assert done.returncode == 0
    assert SHOWN in done.stdout.decode()
    assert not {0x1B, 0x0D} & set(done.stdout)


def test_ids_groups_and_names_of_files_forge_nothing_in_a_report(tmp_path: Path) -> None:
    line = json.loads(Path(DEMO).read_text(encoding="utf-8").splitlines()[0])
    test = {
        "id": FORGED,
        "file": FORGED,
        "tx": line["tx"],
        "sourceOutputs": line["source_outputs"],
        "labels": ["2026_invalid"],
    }
    path = tmp_path / "[/x]" / "\x1b[2K.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(test) + "\n", encoding="utf-8")
    done = run(("vectors", "run", str(path), "--jobs", "1"), COLUMNS="400")
    assert done.returncode == 1
    assert done.stdout.decode().count(SHOWN) >= 3
    assert not {0x1B, 0x0D} & set(done.stdout + done.stderr)
    path.write_text("{", encoding="utf-8")
    refused = run(("vectors", "run", str(path)))
    assert refused.returncode == 2
    assert b"[/x]/\\x1b[2K.jsonl: line 1" in refused.stderr
    assert 0x1B not in refused.stderr


@pytest.mark.parametrize("argument", ["\x1b[2Kx", "a\nError: fine", "\u202ex"])
@pytest.mark.parametrize("command", ["", "verify", "decode", "asm", "disasm x", "vectors run"])
def test_an_argument_is_quoted_escaped(command: str, argument: str) -> None:
    given = in_bytes(argument)
    done = run((*command.split(), given, given))
    assert done.returncode in (1, 2)
    assert not any(line.startswith(b"Error: fine") for line in done.stderr.splitlines())
    assert 0x1B not in done.stderr
    assert "\u202e".encode() not in done.stderr
