"""`bchcov cover`, `mutate` and `cost` on a contract and a file of transactions."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from contract_examples import EXAMPLES

from bchcov import (
    BCH_2026,
    Coin,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    TransactionBuilder,
    compile_contract,
)
from bchcov.cli.main import main
from bchcov.cli.terminal.reporting import placed
from bchcov.formats.verify_lines import verify_line
from bchcov.testing.marks import Mark, as_annotations

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


def test_cover_writes_cobertura_and_pages(transactions: str, tmp_path: Path) -> None:
    xml, html = tmp_path / "cover.xml", tmp_path / "html"
    options = ["--transactions", transactions, "--cobertura", str(xml), "--html", str(html)]
    result = run("cover", FILE, *CONSTANTS, *options)
    assert result.exit_code == 0, result.output
    root = ElementTree.parse(xml).getroot()
    (line,) = [each for each in root.iter("line") if each.attrib["number"] == "15"]
    assert line.attrib["condition-coverage"] == "50% (1/2)"
    (page,) = html.glob("*htlc_cashasm.html")
    text = page.read_text(encoding="utf-8")
    assert "[size] fails" in text
    # Which transactions have reached a line is in it.
    assert ">claim<" in text.replace("\n", "") or '"claim"' in text


def test_cover_reports_as_junit_sarif_and_annotations(transactions: str, tmp_path: Path) -> None:
    junit, sarif = tmp_path / "junit.xml", tmp_path / "cover.sarif"
    files = ["--junit", str(junit), "--sarif", str(sarif), "--github"]
    result = run("cover", FILE, *CONSTANTS, "--transactions", transactions, *files)
    assert result.exit_code == 0, result.output
    root = ElementTree.parse(junit).getroot()
    assert root.attrib == {"tests": "5", "failures": "1"}
    (failed,) = [each for each in root.iter("testcase") if each.find("failure") is not None]
    assert failed.attrib["name"].endswith("[size]")
    (made,) = json.loads(sarif.read_text(encoding="utf-8"))["runs"]
    (found,) = [each for each in made["results"] if each["ruleId"] == "check-never-failed"]
    place = found["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": Path(FILE).as_posix()},
        "region": {"startLine": 15},
    }
    assert {each["id"] for each in made["tool"]["driver"]["rules"]} >= {found["ruleId"]}
    line = f"::warning file={FILE},line=15,title=bchcov cover::[size] was never seen to fail"
    assert line in result.stderr


def test_mutate_reports_as_junit_sarif_and_annotations(transactions: str, tmp_path: Path) -> None:
    junit, sarif = tmp_path / "junit.xml", tmp_path / "mutate.sarif"
    files = ["--junit", str(junit), "--sarif", str(sarif), "--github"]
    result = run("mutate", FILE, *CONSTANTS, "--transactions", transactions, *files)
    assert result.exit_code == 1
    survived = [each for each in result.stdout.split("\n") if each.endswith(": survived")]
    assert survived
    root = ElementTree.parse(junit).getroot()
    assert int(root.attrib["failures"]) >= len(survived)
    results = json.loads(sarif.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert sum(each["ruleId"] == "mutant-survived" for each in results) == len(survived)
    assert result.stderr.count("::warning file=") == len(survived)


def test_a_source_that_is_not_there_is_named_as_it_is_called(tmp_path: Path) -> None:
    marks = [Mark("rule", "note", "other.cash", 3, "50 %, in\ntwo lines")]
    assert placed(marks, tmp_path / "artifact.json") == marks
    (annotation,) = as_annotations(marks, "a tool: x, y")
    assert annotation == (
        "::notice file=other.cash,line=3,title=a tool%3A x%2C y::50 %25, in%0Atwo lines"
    )


@pytest.mark.parametrize("command", ["cover", "mutate", "cost"])
def test_transactions_alone_are_enough(command: str, transactions: str, tmp_path: Path) -> None:
    named = run(command, FILE, *CONSTANTS, "--transactions", transactions, "--json")
    if command == "cost":
        honest = tmp_path / "honest.jsonl"
        lines = Path(transactions).read_text(encoding="utf-8").split("\n")
        honest.write_text("\n".join(lines[: len(HTLC.honest(HTLC.contracts))]), encoding="utf-8")
        transactions = str(honest)
        named = run(command, FILE, *CONSTANTS, "--transactions", transactions, "--json")
    bare = run(command, "--transactions", transactions, "--json")
    assert (bare.exit_code, bare.stderr) == (named.exit_code, "")
    known, found = json.loads(named.stdout), json.loads(bare.stdout)
    if command == "cover":
        assert [each["refused"] for each in found["checks"]] == [
            each["refused"] for each in known["checks"]
        ]
        assert found["lines"][0]["file"].startswith("script-")
    elif command == "mutate":
        assert [report["counts"] for report in found] == [known["counts"]]
    else:
        assert found["spends"] == known["spends"]


def test_transactions_of_wallets_alone_are_not(tmp_path: Path) -> None:
    key = PrivateKey(bytes(31) + b"\x01")
    coin = Coin(bytes(32), 0, Output(10_000, key.locking_bytecode))
    builder = TransactionBuilder().spend(coin, P2pkhUnlocker(key))
    built = builder.change_to(key.locking_bytecode).build()
    line = json.dumps(verify_line(built.transaction, built.source_outputs, BCH_2026))
    (tmp_path / "wallet.jsonl").write_text(line, encoding="utf-8")
    result = run("cover", "--transactions", str(tmp_path / "wallet.jsonl"))
    assert result.exit_code == 1
    assert "no transaction runs a script other than those of wallets" in result.stderr


def test_several_scripts_are_told_apart(tmp_path: Path) -> None:
    texts = []
    for number in (1, 2):
        source = f"// @spend go()\nOP_INPUTINDEX <{number}> OP_LESSTHAN"
        contract = compile_contract("any", source=source)
        spent = TransactionBuilder().spend(contract.coin("11" * 32, 0, 9_000), contract.unlock.go())
        built = spent.pay(Output(8_000, b"\x51")).build_exactly()
        line = verify_line(built.transaction, built.source_outputs, BCH_2026, name=f"go {number}")
        texts.append(json.dumps(line))
    (tmp_path / "two.jsonl").write_text("\n".join(texts), encoding="utf-8")
    result = run("cost", "--transactions", str(tmp_path / "two.jsonl"), "--json")
    names = [each["name"] for each in json.loads(result.stdout)["spends"]]
    assert [name.partition(": ")[2] for name in names] == ["go 1", "go 2"]
    assert len({name.partition(": ")[0] for name in names}) == 2


def test_cost_shows_lines_and_says_how_a_snapshot_is_made(
    transactions: str, tmp_path: Path
) -> None:
    honest = tmp_path / "honest.jsonl"
    text = Path(transactions).read_text(encoding="utf-8").split("\n")
    honest.write_text("\n".join(text[: len(HTLC.honest(HTLC.contracts))]), encoding="utf-8")
    arguments = ["cost", FILE, *CONSTANTS, "--transactions", str(honest)]
    shown = run(*arguments, "--lines").stdout.split("\n")
    first = next(line for line in shown if line.startswith("htlc.cashasm:"))
    # Signatures cost most.
    assert first.startswith("htlc.cashasm:23 ")
    assert first.endswith(" %")
    missing = run(*arguments, "--check", str(tmp_path / "none.json"))
    assert missing.exit_code == 1
    assert "none.json does not exist: --update writes it" in missing.stderr


def test_differences_of_cost_are_reported_as_those_of_the_others(
    transactions: str, tmp_path: Path
) -> None:
    honest, snapshot = tmp_path / "honest.jsonl", tmp_path / "costs.json"
    text = Path(transactions).read_text(encoding="utf-8").split("\n")
    honest.write_text("\n".join(text[: len(HTLC.honest(HTLC.contracts))]), encoding="utf-8")
    arguments = ["cost", FILE, *CONSTANTS, "--transactions", str(honest)]
    assert run(*arguments, "--update", str(snapshot)).exit_code == 0
    figures = json.loads(snapshot.read_text(encoding="utf-8"))
    figures["spends"]["claim"]["op_cost"] -= 1
    figures["spends"]["gone"] = figures["spends"]["claim"]
    snapshot.write_text(json.dumps(figures), encoding="utf-8")
    junit, sarif = tmp_path / "junit.xml", tmp_path / "cost.sarif"
    files = ["--junit", str(junit), "--sarif", str(sarif), "--github"]
    result = run(*arguments, "--check", str(snapshot), *files)
    assert result.exit_code == 1
    assert f"::error file={snapshot},line=1,title=bchcov cost::claim: op_cost " in result.stderr
    root = ElementTree.parse(junit).getroot()
    failed = {each.attrib["name"]: each.find("failure") for each in root.iter("testcase")}
    assert [name for name, failure in failed.items() if failure is not None] == ["claim", "gone"]
    assert "refund" in failed
    results = json.loads(sarif.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert [each["ruleId"] for each in results] == ["cost-changed"] * 2


def test_a_corpus_of_a_campaign_is_a_file_of_transactions(tmp_path: Path) -> None:
    leaking = Path(__file__).parents[2] / "docs" / "examples" / "leaking_vault.jsonl"
    kept = run("fuzz", str(leaking), "--count", "300", "--corpus", str(tmp_path))
    assert kept.exit_code in (0, 1), kept.output
    shown = run("cover", "--transactions", str(tmp_path / "corpus.jsonl"), "--json")
    assert json.loads(shown.stdout)["inputs"] >= 1
