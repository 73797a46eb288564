"""`bchcov verify`: one answer for each line, in order, whatever the lines are."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from bchcov import (
    BCH_2026,
    Input,
    Output,
    Transaction,
    encode_outputs,
    encode_transaction,
    verify,
)
from bchcov.cli.main import main
from bchcov.formats.verify_lines import LineOptions, judge_line

TRANSACTION = Transaction(
    (Input(bytes(32), 1), Input(bytes(32), 2)),
    (Output(1000, b"\x51"), Output(0, b"\x6a\x04data")),
)
GOOD = {
    "tx": encode_transaction(TRANSACTION).hex(),
    "source_outputs": encode_outputs([Output(2000, b"\x51"), Output(2000, b"\x51\x69\x51")]).hex(),
}
BAD = {
    **GOOD,
    "source_outputs": encode_outputs([Output(2000, b"\x00"), Output(2000, b"\x51")]).hex(),
}


def run(lines: list[str] | bytes, *options: str) -> tuple[int, list[dict[str, Any]]]:
    data = lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines).encode()
    result = CliRunner().invoke(main, ["verify", "-", *options], input=data)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def ask(**fields: object) -> str:
    return json.dumps({**GOOD, **fields})


def test_an_accepted_transaction_has_its_costs() -> None:
    code, (answer,) = run([ask(id="first")])
    assert code == 0
    assert answer == {
        "id": "first",
        "ok": True,
        "error": None,
        "inputs": [
            {
                "ok": True,
                "reason": None,
                "op_cost": cost,
                "op_cost_limit": 32800,
                "hash_iterations": 0,
                "hash_iterations_limit": 20,
                "sig_checks": 0,
                "instructions": instructions,
            }
            for cost, instructions in ((101, 1), (302, 3))
        ],
    }


def test_a_refused_transaction_says_what_refused_it() -> None:
    code, (answer,) = run([json.dumps(BAD)])
    assert code == 1
    assert answer["id"] is None
    assert answer["error"] == {
        "check": "scripts",
        "reason": "EVAL_FALSE",
        "detail": "the top stack item is false: 0x, in the locking bytecode",
        "input": 0,
    }
    assert [item["reason"] for item in answer["inputs"]] == ["EVAL_FALSE"]


def test_all_inputs_are_judged_when_asked_for() -> None:
    _, (answer,) = run([json.dumps(BAD)], "--all-inputs")
    assert [item["ok"] for item in answer["inputs"]] == [False, True]


def test_checks_of_the_whole_can_be_skipped() -> None:
    dust = encode_transaction(Transaction(TRANSACTION.inputs, (Output(1, b"\x51"),) * 9)).hex()
    _, (answer,) = run([ask(tx=dust)])
    assert answer["error"]["reason"] == "TX_DUST"
    assert answer["inputs"] == []
    assert run([ask(tx=dust)], "--scripts-only")[0] == 0
    assert run([ask(tx=dust)], "--consensus")[0] == 0


def test_a_line_overrides_rules_and_mode() -> None:
    lines = [ask(rules="2025"), ask(rules="BCH_2025", mode="consensus"), ask(mode="standard")]
    code, answers = run(lines, "--rules", "BCH_2026", "--consensus")
    assert code == 0
    code, answers = run(lines)
    assert [answer["ok"] for answer in answers] == [False, True, True]
    assert answers[0]["error"]["reason"] == "TX_NONSTANDARD_OUTPUT"
    assert run([ask()], "--rules", "2023")[0] == 1


BAD_LINES = {
    "{": "not JSON",
    "[]": "not a JSON object",
    "5": "not a JSON object",
    "null": "not a JSON object",
    "NaN": "not JSON",
    "[" * 100_000: "nested too deeply",
    json.dumps({"tx": GOOD["tx"]}): '"source_outputs" is missing',
    json.dumps({"source_outputs": ""}): '"tx" is missing',
    ask(tx=5): '"tx" is not a string',
    ask(tx="0"): '"tx": odd number of hexadecimal digits: 1',
    ask(tx="0g"): "'g' is not a hexadecimal digit (at character 1)",
    ask(rules="1999"): "unknown rule set '1999'",
    ask(rules=5): '"rules" is not a string',
    ask(mode="fast"): "'fast' is unknown",
    ask(id=[1]): '"id" is not a string or number',
    ask(id=True): '"id" is not a string or number',
    '{"id": "\x01"}': "not JSON: Invalid control character at character 8",
}


@pytest.mark.parametrize("line", BAD_LINES, ids=lambda line: line[:20])
def test_a_bad_line_is_answered_and_the_run_goes_on(line: str) -> None:
    code, answers = run([ask(id=1), line, ask(id=3)])
    assert code == 1
    assert [answer["ok"] for answer in answers] == [True, False, True]
    error = answers[1]["error"]
    assert (error["check"], error["reason"], error["line"]) == ("line", "BAD_LINE", 2)
    assert BAD_LINES[line] in error["detail"]
    assert error["input"] is None
    assert answers[1]["inputs"] == []


def test_bytes_that_are_no_text_are_a_bad_line() -> None:
    code, answers = run(b"\xff\xfe\n" + ask().encode() + b"\n")
    assert (code, answers[0]["error"]["detail"]) == (1, "not UTF-8 at byte 0")
    assert answers[1]["ok"]


def test_hexadecimal_that_is_no_transaction_is_a_verdict() -> None:
    _, answers = run([ask(tx="00"), ask(source_outputs="05"), ask(tx="")])
    reasons = [answer["error"]["reason"] for answer in answers]
    assert reasons == ["TX_DECODE", "TX_SOURCE_OUTPUTS_DECODE", "TX_DECODE"]


def test_blank_lines_and_a_missing_last_newline_are_no_matter() -> None:
    data = b"\n  \n" + ask(id=1).encode() + b"\r\n\n" + ask(id=2).encode()
    assert [answer["id"] for answer in run(data)[1]] == [1, 2]
    assert run(b"") == (0, [])


def test_processes_keep_the_order() -> None:
    lines = [ask(id=number) if number % 3 else "{" for number in range(500)]
    one, two = run(lines), run(lines, "--jobs", "2")
    assert one == two
    assert [answer["id"] for answer in two[1]] == [n if n % 3 else None for n in range(500)]


def test_a_file_is_read_as_standard_input_is(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text(ask(id="x"), encoding="utf-8")
    result = CliRunner().invoke(main, ["verify", str(path), "--json"])
    assert json.loads(result.stdout)["id"] == "x"


def test_a_table_is_for_people() -> None:
    result = CliRunner().invoke(main, ["verify", "-", "--table"], input=ask(id="mine"))
    assert result.exit_code == 0
    assert "mine" in result.stdout
    assert "valid" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [(), ("no-such-file",), ("-", "--rules", "1999"), ("-", "--jobs", "0"), ("-", "--what")],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, ["verify", *arguments]).exit_code == 2


def test_a_reader_that_leaves_ends_the_run_quietly() -> None:
    lines = (ask() + "\n") * 20_000
    command = f"{shlex.quote(sys.executable)} -m bchcov verify - | head -n 1"
    done = subprocess.run(command, shell=True, input=lines, capture_output=True, text=True)
    assert json.loads(done.stdout)["ok"]
    assert "Traceback" not in done.stderr


def test_a_line_can_be_judged_without_the_command() -> None:
    answer = judge_line(ask(id=5), number=1, options=LineOptions(rules="2026", standard=False))
    assert answer["ok"]
    verdict = verify(bytes.fromhex(GOOD["tx"]), bytes.fromhex(GOOD["source_outputs"]), BCH_2026)
    assert answer["inputs"][1]["op_cost"] == verdict.inputs[1].metrics.op_cost


def mutate(random: Random, line: bytes) -> bytes:
    changed = bytearray(line)
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(changed))
        changed[at : at + random.randrange(3)] = random.randbytes(random.randrange(3))
        if not changed:
            break
    return bytes(changed)


def check_mutations(count: int) -> None:
    random = Random(count)
    line = ask(id="x", rules="2026", mode="standard").encode()
    for number in range(count):
        answer = judge_line(mutate(random, line), number=number)
        assert set(answer) == {"id", "ok", "error", "inputs"}
        assert answer["ok"] is (answer["error"] is None)
        json.dumps(answer, allow_nan=False)


def test_mutated_lines_are_answered() -> None:
    check_mutations(20_000)


@pytest.mark.long
def test_a_million_mutated_lines_are_answered() -> None:
    check_mutations(1_000_000)
