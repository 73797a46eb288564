"""`bchcov cover`, `mutate` and `cost` on a contract and a file of transactions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from contract_examples import EXAMPLES

from bchcov import BCH_2026
from bchcov.cli.main import main
from bchcov.formats.verify_lines import verify_line

HTLC = next(each for each in EXAMPLES if each.name == "htlc")
FILE = str(Path(__file__).parents[2] / "contracts" / "htlc" / "htlc.cashasm")
CONSTANTS = [
    str(int.from_bytes(each.value, "little")) if each.type == "int" else f"0x{each.value.hex()}"
    for each in HTLC.contracts["htlc"].parameters
]


@pytest.fixture
def transactions(tmp_path: Path) -> str:
    """The honest spends, and an attack on all checks but the size."""
    built = dict(HTLC.honest(HTLC.contracts))
    built |= {
        each.check: each.build(HTLC.contracts).build_exactly()
        for each in HTLC.attacks
        if each.check != "size"
    }
    path = tmp_path / "transactions.jsonl"
    lines = [
        verify_line(each.transaction, each.source_outputs, BCH_2026, name=name)
        for name, each in built.items()
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return str(path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_cover_shows_the_check_that_was_never_seen_to_fail(transactions: str) -> None:
    result = run("cover", FILE, *CONSTANTS, "--transactions", transactions)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("4 of 5 checks were seen to fail\n")
    named = [
        f"{p.name}={text}"
        for p, text in zip(HTLC.contracts["htlc"].parameters, CONSTANTS, strict=True)
    ]
    again = run("cover", FILE, *reversed(named), "--transactions", transactions)
    assert again.stdout == result.stdout


def test_cover_writes_json_and_lcov_and_can_demand_every_check(
    transactions: str, tmp_path: Path
) -> None:
    lcov = tmp_path / "htlc.lcov"
    options = ["--transactions", transactions, "--json", "--require-checks", "--lcov", str(lcov)]
    result = run("cover", FILE, *CONSTANTS, *options)
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert [each["name"] for each in report["checks"] if not each["refused"]] == ["size"]
    assert "BRDA:15,0,[size] fails,0" in lcov.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["0xzz"], "hash: "),
        (["text"], "hash: 'text' is no value"),
        (CONSTANTS[:2], "expected 5 arguments"),
        ([f"nobody={CONSTANTS[0]}"], "missing parameters"),
    ],
)
def test_constants_that_cannot_be_read_are_named(
    arguments: list[str], said: str, transactions: str
) -> None:
    result = run("cover", FILE, *arguments, "--transactions", transactions)
    assert result.exit_code == 1
    assert said in result.stderr
    assert not result.stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nothing", "transactions.jsonl: line 1: "),
        ('{"tx": "00", "source_outputs": "00"}', "line 1: "),
        ('{"ok": 1}', "line 1: "),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "transactions.jsonl"
    path.write_text(line, encoding="utf-8")
    result = run("cover", FILE, *CONSTANTS, "--transactions", str(path))
    assert result.exit_code == 1
    assert said in result.stderr


def test_mutate_shows_what_the_transactions_do_not_notice(transactions: str) -> None:
    result = run("mutate", FILE, *CONSTANTS, "--transactions", transactions)
    assert result.exit_code == 1, result.output
    assert "htlc.cashasm:15:16 OP_EQUALVERIFY: drop [size]: survived" in result.stdout
    assert "[preimage]" not in result.stdout
    as_json = run("mutate", FILE, *CONSTANTS, "--transactions", transactions, "--json")
    report = json.loads(as_json.stdout)
    dropped = {
        each["check"]: each["status"] for each in report["mutants"] if each["kind"] == "drop"
    }
    assert dropped == {
        "size": "survived",
        "preimage": "killed",
        "timeout": "killed",
        "age": "killed",
        "signature": "killed",
    }


def test_mutate_holds_a_line_to_the_verdict_that_it_expects(
    transactions: str, tmp_path: Path
) -> None:
    first = json.loads(Path(transactions).read_text(encoding="utf-8").splitlines()[0])
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({**first, "ok": False}), encoding="utf-8")
    result = run("mutate", FILE, *CONSTANTS, "--transactions", str(path))
    assert result.exit_code == 1
    assert "claim is accepted by the unchanged contract: expected refused" in result.stderr
    path.write_text(json.dumps({**first, "ok": "yes"}), encoding="utf-8")
    result = run("mutate", FILE, *CONSTANTS, "--transactions", str(path))
    assert 'line 1: "ok" is not true or false' in result.stderr


def test_cost_is_held_to_a_snapshot(transactions: str, tmp_path: Path) -> None:
    lines = Path(transactions).read_text(encoding="utf-8").splitlines()
    honest, both = tmp_path / "honest.jsonl", tmp_path / "both.jsonl"
    honest.write_text(lines[0], encoding="utf-8")
    attack = json.dumps({**json.loads(lines[2]), "ok": False})
    both.write_text("\n".join([*lines[:2], attack]), encoding="utf-8")
    snapshot, folded = tmp_path / "cost.json", tmp_path / "folded.txt"
    options = ["--update", str(snapshot), "--folded", str(folded)]
    result = run("cost", FILE, *CONSTANTS, "--transactions", str(honest), *options)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1].startswith("claim")
    total = sum(int(line.rpartition(" ")[2]) for line in folded.read_text("utf-8").splitlines())
    assert total == json.loads(snapshot.read_text("utf-8"))["spends"]["claim"]["op_cost"]
    check = ["--check", str(snapshot)]
    again = run("cost", FILE, *CONSTANTS, "--transactions", str(honest), *check)
    assert (again.exit_code, again.stderr) == (0, "")
    changed = run("cost", FILE, *CONSTANTS, "--transactions", str(both), *check, "--json")
    assert changed.exit_code == 1
    assert changed.stderr == "refund: not in the snapshot\n"
    assert [each["name"] for each in json.loads(changed.stdout)["spends"]] == ["claim", "refund"]
    refused = run("cost", FILE, *CONSTANTS, "--transactions", transactions)
    assert refused.exit_code == 1
    assert "is refused, so that its cost says nothing" in refused.stderr
