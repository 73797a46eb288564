"""`bchcov trace` and `bchcov verify -v`: what people see of a spend."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.refusals import ALICE, CATEGORY, SOURCE, bare, vault

from bchcov import Chain, ChainFile, Input, Output, Transaction, assemble
from bchcov.cli.main import main
from bchcov.formats.verify_lines import verify_line
from bchcov.formats.vmb import vmb_rows
from bchcov.seeing import Spending

LOOP = "<0> OP_BEGIN OP_1ADD OP_DUP <6> OP_EQUAL OP_UNTIL OP_EQUAL"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def line(tmp_path: Path) -> Callable[..., str]:
    """Write spendings as lines for `bchcov verify`."""

    def write(*spendings: Spending) -> str:
        path = tmp_path / "lines.jsonl"
        made = [
            verify_line(each.transaction, each.source_outputs, each.rules, name=f"spend {at}")
            for at, each in enumerate(spendings)
        ]
        path.write_text("\n".join(map(json.dumps, made)), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def contract(tmp_path: Path) -> str:
    """The vault's source, with its constants, as --contract takes them."""
    path = tmp_path / "vault.cashasm"
    path.write_text(SOURCE, encoding="utf-8")
    return f"{path} 0x{ALICE.public_key.hex()} 0x{CATEGORY.hex()} 5000"


def test_a_trace_folds_loops_and_ends_with_the_verdict(line: Callable[..., str]) -> None:
    result = run("trace", line(bare(LOOP, "OP_6")))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1] == "unlocking bytecode, 1 bytes"
    assert lines[2].split() == ["1", "0", "OP_6", "[]"]
    assert "... 4 more rounds of the loop, 20 steps" in result.stdout
    assert lines[-1].startswith("accepted, operation cost")
    assert "more rounds" not in run("trace", line(bare(LOOP, "OP_6")), "-vv").stdout


def test_a_trace_of_what_is_refused_says_why(line: Callable[..., str], contract: str) -> None:
    result = run("trace", line(vault(value=9_000)), "--contract", contract)
    assert result.exit_code == 1
    assert "vault.cashasm:5" in result.stdout
    assert "check    [limit] no more than the limit" in result.stdout
    assert result.stdout.splitlines()[-1].strip() != ""


def test_a_trace_is_filtered(line: Callable[..., str]) -> None:
    path = line(bare(LOOP, "OP_6"))
    result = run("trace", path, "--opcode", "until", "--json")
    told = [json.loads(each) for each in result.stdout.splitlines()]
    assert [each["opcode"] for each in told] == ["OP_UNTIL"] * 6
    assert [each["stack"][-1] for each in told] == [""] * 5 + ["01"]
    result = run("trace", path, "--phase", "unlocking", "--json")
    assert [json.loads(each)["phase"] for each in result.stdout.splitlines()] == ["unlocking"]
    result = run("trace", path, "--range", "3:5", "--json")
    assert [json.loads(each)["step"] for each in result.stdout.splitlines()] == [3, 4, 5]


def test_a_step_of_json_has_the_whole_state(line: Callable[..., str], contract: str) -> None:
    path = line(vault(value=9_000))
    result = run("trace", path, "--contract", contract, "--json", "--range", "14")
    (told,) = map(json.loads, result.stdout.splitlines())
    assert told["source"] == {"file": "vault.cashasm", "line": 5, "column": 48}
    assert {"phase", "offset", "opcode", "executed", "depth", "op_cost", "alt_stack"} <= told.keys()


def test_a_table_and_every_item_are_printed(line: Callable[..., str]) -> None:
    path = line(bare(LOOP, "OP_6"))
    assert "instruction" in run("trace", path, "--table").stdout
    assert "operation cost 3,326, 0 functions" in run("trace", path, "-vvv").stdout


def test_the_transaction_is_chosen_by_name_number_or_txid(line: Callable[..., str]) -> None:
    second = bare(LOOP, "OP_5")
    path = line(bare(LOOP, "OP_6"), second)
    for which in ("spend 1", "2", second.txid[:12]):
        assert second.txid in run("trace", path, "--tx", which).stdout
    result = run("trace", path, "--tx", "7")
    assert result.exit_code == 1
    assert "there is no transaction '7' in this source" in result.stderr


def test_a_vmb_test_is_traced(tmp_path: Path) -> None:
    spending = bare(LOOP, "OP_5")
    rows = vmb_rows(spending.transaction, spending.source_outputs, "a test")
    path = tmp_path / "tests.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert spending.txid in run("trace", str(path)).stdout


def test_a_transaction_of_a_chain_file_is_traced(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        coin = file.chain.fund(Output(10_000, assemble("OP_6 OP_EQUAL")))[0]
        item = Input(coin.outpoint[0], coin.outpoint[1], assemble("OP_6"))
        spend = Transaction((item,), (Output(9_000, assemble("OP_1") * 9),))
        txid = file.chain.submit(spend).require().txid
    assert isinstance(file.chain, Chain)
    result = run("trace", str(path), "--tx", txid[:8])
    assert result.exit_code == 0
    assert txid in result.stdout
    assert "say which by --tx TXID" in run("trace", str(path)).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--opcode", "nonsense"), "there is no opcode 'nonsense'"),
        (("--range", "a"), "'a': expected FIRST:LAST"),
        (("--input", "4"), "input 4 is not there: the transaction has 1"),
        (("--rules", "BCH_1999"), "unknown rule set"),
        (("--name", "x=zz"), "x: "),
        (("--name", "x"), "'x': expected NAME=HEX"),
        (("--contract", "nowhere.cashasm"), "'nowhere.cashasm' is no file"),
        (("--contract", "'"), "is no file with its constants"),
    ],
)
def test_wrong_options_are_said(
    arguments: tuple[str, ...], said: str, line: Callable[..., str]
) -> None:
    result = run("trace", line(bare(LOOP, "OP_6")), *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_verify_explains_each_line(line: Callable[..., str], contract: str) -> None:
    path = line(bare(LOOP, "OP_6"), vault(value=9_000))
    result = run("verify", "-v", path, "--contract", contract)
    assert result.exit_code == 1
    accepted, refused = result.stdout.rstrip().split("\n\n")
    assert accepted.endswith(": accepted")
    assert "source   vault.cashasm:5" in refused
    Path(path).write_text("nonsense\n", encoding="utf-8")
    assert "line 1: cannot be read" in run("verify", "-v", path).stdout


def test_json_of_verify_says_where_an_input_fails(line: Callable[..., str]) -> None:
    told = json.loads(run("verify", line(bare("OP_ADD OP_5 OP_EQUALVERIFY", "OP_1 OP_2"))).stdout)
    (failed,) = told["inputs"]
    place = {name: failed[name] for name in ("phase", "offset", "opcode", "stack", "alt_stack")}
    assert place == {
        "phase": "locking",
        "offset": 2,
        "opcode": "OP_EQUALVERIFY",
        "stack": ["03", "05"],
        "alt_stack": [],
    }
    (passed,) = json.loads(run("verify", line(bare(LOOP, "OP_6"))).stdout)["inputs"]
    assert "offset" not in passed


def test_names_from_outside_cannot_change_the_terminal(line: Callable[..., str]) -> None:
    path = line(bare("OP_DROP OP_0", "<0x0102030405>"))
    result = run("trace", path, "--name", "\x1b[31mred=0102030405")
    assert "\x1b" not in result.stdout
    assert "\\x1b[31mred" in result.stdout


def test_a_page_is_written(line: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    result = run("trace", line(vault(value=9_000)), "--page", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    missing = run("trace", line(vault(value=9_000)), "--page", str(tmp_path / "no" / "page.html"))
    assert missing.exit_code == 3


def test_a_wallet_template_is_written(line: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    result = run("trace", line(vault(value=9_000)), "--template", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["scripts"]["unlock"]["fails"] == ["spend"]
