"""Rules with proposals on the command line: everything that takes rules takes them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bchcov import (
    BCH_2026,
    BuiltTransaction,
    Chain,
    ChainFile,
    Contract,
    Output,
    RawUnlocker,
    StoreError,
    TransactionBuilder,
    assemble,
    compile_contract,
    disassemble,
    find_rules,
    load_contract,
    p2sh32,
    see,
    trace,
    without_check,
)
from bchcov.cli.main import main
from bchcov.errors import AssemblyError, BuildRefused, ContractError
from bchcov.formats.verify_lines import LineOptions, judge_line, verify_line
from bchcov.formats.vmb import vmb_rows
from bchcov.seeing import spending_page
from bchcov.testing.cost import measure_cost
from bchcov.vm.rules.loading import load_rules

MINE = "docs/examples/my_rules.py:RULES"
RULES = load_rules(MINE)
SIGHASH = "BCH_2026+op-sighash"
SOURCE = Path("docs/examples/drip.cashasm").read_text(encoding="utf-8")
DRAFT = "BCH_2026+op-muldiv"


def drip(source: str = SOURCE) -> Contract:
    return compile_contract("drip", source=source, rules=RULES)


def taking(satoshis: int, contract: Contract | None = None) -> BuiltTransaction:
    """Take so much of a coin of 100,000 satoshis."""
    made = contract or drip()
    coin = made.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder(rules=RULES).spend(coin, made.unlock.drip())
    return builder.pay(made.output(100_000 - satoshis)).build()


def line_of(built: BuiltTransaction) -> str:
    return json.dumps(verify_line(built.transaction, built.source_outputs, RULES))


def run(*arguments: str, text: str = "", status: int = 0) -> str:
    result = CliRunner().invoke(main, [*arguments], input=text)
    assert result.exit_code == status, result.output
    return result.output


def test_the_example_of_the_page_has_fifteen_lines() -> None:
    file = MINE.partition(":")[0]
    assert len(Path(file).read_text(encoding="utf-8").splitlines()) <= 15


def test_a_covenant_with_an_own_opcode_is_built_and_refused_by_the_name_of_its_check() -> None:
    verdict = taking(1_000).verdict
    assert verdict is not None
    assert (verdict.ok, verdict.draft) == (True, DRAFT)
    with pytest.raises(BuildRefused) as refused:
        taking(1_001)
    assert refused.value.check == "rate"
    assert taking(1_001, drip(without_check(SOURCE, "rate"))).transaction


def test_a_name_of_an_opcode_is_known_under_its_rules_only() -> None:
    code = assemble("<6> <7> <2> OP_MULDIV", rules=RULES)
    assert code == b"\x56\x57\x52\xe0"
    assert disassemble(code, RULES) == "OP_6 OP_7 OP_2 OP_MULDIV"
    assert disassemble(code) == "OP_6 OP_7 OP_2 OP_UNKNOWN224"
    assert assemble("$(<6> <7> <2> OP_MULDIV)", rules=RULES.consensus) == b"\x15"
    with pytest.raises(AssemblyError, match="unknown name 'OP_MULDIV'"):
        assemble("OP_MULDIV")
    with pytest.raises(AssemblyError, match="unknown name 'OP_ECMUL' in these rules; it is of the"):
        assemble("OP_ECMUL")
    with pytest.raises(AssemblyError, match="'OP_MULDIV' is an opcode and cannot be bound"):
        assemble("OP_MULDIV", {"OP_MULDIV": 5}, rules=RULES)
    with pytest.raises(ContractError, match="OP_MULDIV is an opcode and cannot be a parameter"):
        compile_contract("a", {"OP_MULDIV": 5}, source="OP_MULDIV", rules=RULES)
    assert load_contract("docs/examples/drip.cashasm", rules=RULES).code == drip().code


def test_asm_disasm_and_opcodes_know_them() -> None:
    assert run("asm", "--rules", MINE, "OP_MULDIV") == "e0\n"
    assert run("disasm", "--rules", MINE, "e0") == "OP_MULDIV\n"
    assert run("disasm", "--rules", SIGHASH, "--lines", "d8") == "     0  OP_SIGHASH\n"
    assert run("disasm", "d8") == "OP_UNKNOWN216\n"
    told = run("opcodes", "--rules", MINE, "muldiv")
    assert "OP_MULDIV (0xe0)  a b c -- a*b/c" in told
    assert "cost    100, and 500 and twice the length of the result" in told
    assert "since   a draft" in told
    assert f"rules   {DRAFT}" in told
    assert "OP_SIGHASH               0xd8" in run("opcodes", "--rules", SIGHASH)
    assert "unknown opcode 'muldiv'" in run("opcodes", "muldiv", status=2)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_verify_says_that_it_is_a_draft_in_every_process(jobs: str) -> None:
    good = line_of(taking(1_000))
    bad = {**json.loads(good), "tx": json.loads(good)["tx"].replace("b8820100", "b7820100")}
    text = f"{good}\n{json.dumps(bad)}\n"
    answers = run("verify", "-", "--rules", MINE, "--jobs", jobs, text=text, status=1)
    first, second = map(json.loads, answers.splitlines())
    assert (first["ok"], first["draft"]) == (True, DRAFT)
    assert (second["ok"], second["draft"]) == (False, DRAFT)
    assert DRAFT in run("verify", "-", "--rules", MINE, "--table", text=good)
    assert f"(draft {DRAFT}): accepted" in run("verify", "-", "--rules", MINE, "-v", text=good)


def test_a_line_never_names_a_file_that_is_run() -> None:
    line = {**json.loads(line_of(taking(1_000))), "rules": MINE}
    answer = judge_line(json.dumps(line), number=1)
    assert answer["error"]["reason"] == "BAD_LINE"
    # Without the file nobody knows what this draft is.
    unknown = judge_line(line_of(taking(1_000)), number=1)
    assert "unknown proposal 'op-muldiv'" in unknown["error"]["detail"]
    assert "draft" not in judge_line(
        json.dumps({**line, "rules": "BCH_2026"}), number=1, options=LineOptions(MINE)
    )


@pytest.mark.parametrize("name", ["missing.py:RULES", "BCH_2026+op-nothing"])
def test_rules_that_are_not_there_are_refused_before_anything_is_read(name: str) -> None:
    assert "Invalid value for '--rules'" in run("verify", "-", "--rules", name, status=2)


def test_a_trace_names_the_opcode_and_the_draft() -> None:
    built = taking(1_000)
    followed = trace(built.transaction, built.source_outputs, 0, RULES)
    assert [step.name for step in followed][-2:] == ["OP_MULDIV", "OP_GREATERTHANOREQUAL"]
    assert followed.steps[len(followed) - 2].name == "OP_MULDIV"
    told = run("trace", "-", "--rules", MINE, "--opcode", "muldiv", text=line_of(built))
    assert told.startswith("input 0 of 1, ")
    assert f"draft {DRAFT}" in told
    assert "OP_MULDIV" in told
    told = run("trace", "-", "--rules", MINE, "--opcode", "nothing", text=line_of(built), status=2)
    assert "there is no opcode 'nothing'" in told


def test_a_page_names_the_opcode_and_the_draft() -> None:
    built = taking(1_000)
    html = spending_page(see(built.transaction, built.source_outputs, RULES)).html
    assert f"{DRAFT} (draft, standard)" in html
    assert "OP_MULDIV" in html


def test_a_chain_keeps_its_draft_in_its_file(tmp_path: Path) -> None:
    contract, path = drip(), tmp_path / "chain.db"
    with ChainFile(path, rules=RULES) as file:
        (coin,) = file.chain.fund(contract.output(100_000))
        builder = TransactionBuilder(rules=RULES).spend(coin, contract.unlock.drip())
        made = builder.pay(contract.output(99_000)).build()
        told = str(file.chain.submit(made.transaction))
        assert f"(draft {DRAFT}): accepted" in told
    with ChainFile(path, rules=RULES) as file:
        assert file.chain.rules is RULES
        assert len(file.chain.mempool) == 1
    with pytest.raises(StoreError, match=f"its chain has the rules {re.escape(DRAFT)}, which have"):
        ChainFile(path)


def test_a_chain_under_a_proposal_of_this_library_needs_no_rules_to_be_opened(
    tmp_path: Path,
) -> None:
    rules, path = find_rules(SIGHASH), tmp_path / "chain.db"
    source = "<0x41> OP_SIGHASH OP_SIZE <32> OP_NUMEQUALVERIFY OP_DROP OP_1"
    redeem = assemble(source, rules=rules)
    payment, unlocker = Output(9_000, p2sh32(redeem)), RawUnlocker(bytes((len(redeem),)) + redeem)
    with ChainFile(path, rules=rules) as file:
        (coin,) = file.chain.fund(Output(10_000, p2sh32(redeem)))
        built = TransactionBuilder(rules=rules).spend(coin, unlocker).pay(payment).build()
        assert file.chain.submit(built.transaction).ok
    with ChainFile(path) as file:
        assert file.chain.rules is rules
    other = Chain(BCH_2026)
    (coin,) = other.fund(Output(10_000, p2sh32(redeem)))
    made = TransactionBuilder(rules=rules).spend(coin, unlocker).pay(payment).build()
    refused = other.submit(made.transaction)
    assert refused.error is not None
    assert refused.error.reason == "BAD_OPCODE"


def test_vectors_of_a_draft_are_labelled_and_judged_by_it(tmp_path: Path) -> None:
    built, path = taking(1_000), tmp_path / "drip.json"
    rows = vmb_rows(built.transaction, built.source_outputs, "a drip", rules=RULES)
    assert "OP_MULDIV" in disassemble(drip().code, RULES)
    assert rows[0][6] == ["2026+op-muldiv_standard"]
    path.write_text(json.dumps(rows), encoding="utf-8")
    told = run("vectors", "run", "--rules", MINE, "--jobs", "1", str(path))
    assert "2 judgements, 0 disagree" in told
    assert DRAFT in told
    unknown = run("vectors", "run", "--jobs", "1", str(path), status=1)
    assert "not judged" in unknown
    assert "unknown proposal 'op-muldiv'" in unknown


def test_costs_say_that_they_are_of_a_draft(tmp_path: Path) -> None:
    built, path = taking(1_000), tmp_path / "drips.jsonl"
    report = measure_cost(drip(), {"a drip": built}, RULES)
    assert report.text().startswith(f"under the draft {DRAFT}, which no network has\n")
    assert report.as_dict()["draft"] == DRAFT
    path.write_text(line_of(built) + "\n", encoding="utf-8")
    told = run(
        "cost",
        "--rules",
        MINE,
        "--transactions",
        str(path),
        "--lines",
        "docs/examples/drip.cashasm",
    )
    assert f"under the draft {DRAFT}" in told
    assert "drip.cashasm:7" in told


def test_coverage_and_mutants_of_a_contract_with_an_own_opcode(tmp_path: Path) -> None:
    path = tmp_path / "drips.jsonl"
    refused = json.loads(line_of(taking(1_000)))
    refused = {**refused, "id": "a thief", "tx": refused["tx"].replace("b8820100", "b7820100")}
    path.write_text(f"{line_of(taking(1_000))}\n{json.dumps(refused)}\n", encoding="utf-8")
    options = ("--rules", MINE, "--transactions", str(path), "docs/examples/drip.cashasm")
    told = run("cover", *options)
    assert re.search(r"drip\.cashasm:8 +1 ", told), told
    told = run("mutate", *options, status=1)
    assert "survived" in told
    assert "OP_MULDIV" not in run("cover", *options[2:], status=1)


def test_a_contract_that_is_named_for_its_source_lines_has_the_opcodes_of_the_rules() -> None:
    refused = json.loads(line_of(taking(1_000)))
    refused = {**refused, "tx": refused["tx"].replace("b8820100", "b7820100")}
    options = ("--rules", MINE, "--contract", "docs/examples/drip.cashasm")
    for command in (("verify", "-", "-v"), ("trace", "-")):
        told = run(*command, *options, text=json.dumps(refused), status=1)
        assert "with at least 99 hundredths of the coin" in told


def test_a_failing_opcode_of_a_proposal_is_named_where_a_builder_is_refused() -> None:
    contract = drip(SOURCE.replace("<100>", "<0>"))
    with pytest.raises(BuildRefused, match="DIV_BY_ZERO at OP_MULDIV"):
        taking(1_000, contract)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_fuzzer_finds_a_missing_check_under_a_draft_in_every_process(jobs: str) -> None:
    options = ("--rules", MINE, "--count", "300", "--jobs", jobs)
    broken = line_of(taking(1_000, drip(without_check(SOURCE, "rate"))))
    whole = line_of(taking(1_000))
    assert DRAFT in run("fuzz", "-", *options, text=whole)
    assert DRAFT in run("fuzz", "-", *options, text=broken, status=1)
