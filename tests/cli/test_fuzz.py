"""`bchcov fuzz`: what it reads, what it reports, and that no key is in anything it writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from support.running import WAIT_SECONDS, alive, needs_proc, wait_until

from bchcov import PrivateKey, TransactionBuilder, compile_contract
from bchcov.cli.main import main
from bchcov.contract import without_check
from bchcov.formats.verify_lines import LineOptions, judge_line, verify_line
from bchcov.formats.vmb import vmb_rows
from bchcov.vm.rules.upgrades import find_rules

OWNER = PrivateKey(bytes(31) + b"\x01")
SECRETS = (OWNER.secret.hex(), OWNER.to_wif())
VAULT = """\
// @parameter pubkey owner
// @spend move(sig signature)
<owner> OP_CHECKSIGVERIFY                                // [owner] the owner signs
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE
OP_EQUALVERIFY                                           // [stays] the coin goes on
OP_INPUTINDEX OP_OUTPUTVALUE <1000> OP_ADD OP_INPUTINDEX OP_UTXOVALUE
OP_GREATERTHANOREQUAL                                    // [value] with its satoshis
"""
COUNT = ("--count", "800")


def line(source: str = VAULT, rules: str = "BCH_2026") -> str:
    contract = compile_contract("vault", {"owner": OWNER}, source=source)
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.move(OWNER))
    made = builder.pay(contract.output(99_000)).build()
    return json.dumps(verify_line(made.transaction, made.source_outputs, find_rules(rules)))


def run(text: str, *options: str) -> Result:
    result = CliRunner().invoke(main, ["fuzz", "-", *options], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert not any(secret in result.output for secret in SECRETS)
    return result


BROKEN = line(without_check(VAULT, "stays"))
PARTY = ("--party", f"owner={OWNER.to_wif()}")


def test_a_missing_check_is_found_and_explained() -> None:
    result = run(BROKEN, *PARTY, *COUNT)
    assert result.exit_code == 1
    assert "with a stranger, owner as the attacker\n" in result.stdout
    assert "  output 0 pays the attacker, not the contract" in result.stdout


def test_without_a_finding_it_says_that_this_is_no_proof() -> None:
    result = run(line(), *PARTY, *COUNT)
    assert result.exit_code == 0
    assert "\n0 attacks\n" in result.stdout
    assert "no proof of safety" in result.stdout
    assert "signatures of keys that the attacker does not hold" in result.stdout


def test_without_a_party_it_says_that_only_a_stranger_was_tried() -> None:
    result = run(line(), *COUNT)
    assert "only a stranger was the attacker" in result.stdout


def test_a_key_may_be_hexadecimal_and_a_party_may_have_many() -> None:
    other = PrivateKey(bytes(31) + b"\x02")
    keys = f"owner={OWNER.secret.hex()},{other.to_wif('testnet')}"
    assert run(BROKEN, "--party", keys, *COUNT).exit_code == 1


def test_keys_may_be_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{OWNER.to_wif()}\n", encoding="utf-8")
    assert run(BROKEN, "--party", f"owner=@{path}", *COUNT).exit_code == 1
    path.write_text(f"{OWNER.to_wif()[:-1]}\n", encoding="utf-8")
    refused = run(BROKEN, "--party", f"owner=@{path}", *COUNT)
    assert refused.exit_code == 2
    assert OWNER.to_wif()[:-1] not in refused.output


def test_the_report_is_json_whose_findings_can_be_verified() -> None:
    result = run(BROKEN, *PARTY, *COUNT, "--json", "--seed", "3")
    told = json.loads(result.stdout)
    assert told["version"] == 1
    assert told["seed"] == 3
    assert told["attackers"] == ["a stranger", "owner"]
    assert told["attacks"] + told["notes"] == len(told["findings"]) > 0
    assert told["not_tried"]
    for finding in told["findings"]:
        assert judge_line(json.dumps(finding), number=1, options=LineOptions())["ok"]


def test_findings_are_written_as_lines_vectors_and_tests(tmp_path: Path) -> None:
    out, sarif, junit = tmp_path / "made" / "out", tmp_path / "a.sarif", tmp_path / "a.xml"
    files = ("--out", str(out), "--sarif", str(sarif), "--junit", str(junit))
    assert run(BROKEN, *PARTY, *COUNT, *files).exit_code == 1
    lines = (out / "findings.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(judge_line(each, number=1, options=LineOptions())["ok"] for each in lines)
    vectors = CliRunner().invoke(main, ["vectors", "run", str(out / "findings.vmb.json"), "--json"])
    judged = json.loads(vectors.stdout)
    # They are accepted still, which is what these tests are against.
    assert judged["judged"] == judged["disagreeing"] > 0
    names: dict[str, object] = {}
    exec((out / "test_findings.py").read_text(encoding="utf-8"), names)
    tests = [each for name, each in names.items() if name.startswith("test_")]
    assert len(tests) == len(lines)
    results = json.loads(sarif.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(results) == len(lines)
    assert results[0]["level"] == "error"
    location = results[0]["locations"][0]["physicalLocation"]
    assert location["region"] == {"startLine": 1}
    cases = ElementTree.parse(junit).getroot().findall("testsuite/testcase")
    failed = [case for case in cases if case.find("failure") is not None]
    assert {str(case.get("name")).split(",")[0] for case in cases} == {
        "a stranger as the attacker",
        "owner as the attacker",
    }
    assert failed
    for path in (*out.iterdir(), sarif, junit):
        text = path.read_text(encoding="utf-8")
        assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_with_the_contract_it_says_which_checks_refused_nothing(jobs: str, tmp_path: Path) -> None:
    source = tmp_path / "vault.cashasm"
    idle = VAULT.replace("<owner>", "<1> OP_VERIFY  // [idle] refuses nothing\n<owner>", 1)
    source.write_text(idle, encoding="utf-8")
    honest = line(source.read_text(encoding="utf-8"))
    lcov, html = tmp_path / "a.lcov", tmp_path / "pages"
    key = f"owner=0x{OWNER.public_key.hex()}"
    options = ("--contract", str(source), "--argument", key, "--jobs", jobs)
    told = run(honest, *PARTY, *COUNT, *options, "--lcov", str(lcov), "--html", str(html)).stdout
    never = [row for row in told.splitlines() if " NEVER " in row]
    assert [row.split("[")[1].partition("]")[0] for row in never] == ["idle"]
    assert "SF:" in lcov.read_text(encoding="utf-8")
    assert (html / "index.html").exists()
    reached = json.loads(run(honest, *PARTY, *COUNT, *options, "--json").stdout)["coverage"]
    assert reached["transactions"] >= 800


def test_without_the_contract_the_scripts_that_are_spent_are_covered(tmp_path: Path) -> None:
    lcov = tmp_path / "a.lcov"
    told = run(line(), *PARTY, *COUNT, "--lcov", str(lcov))
    assert told.exit_code in (0, 1)
    assert "SF:" in lcov.read_text(encoding="utf-8")


def test_a_constant_without_a_contract_is_refused() -> None:
    refused = run(line(), *COUNT, "--argument", "owner=0x00")
    assert refused.exit_code == 2
    assert "--contract FILE is missing" in refused.stderr


def test_files_of_an_earlier_run_are_replaced_where_nothing_is_found(tmp_path: Path) -> None:
    run(BROKEN, *PARTY, *COUNT, "--out", str(tmp_path))
    run(line(), *PARTY, *COUNT, "--out", str(tmp_path))
    assert (tmp_path / "findings.jsonl").read_text(encoding="utf-8") == ""
    assert json.loads((tmp_path / "findings.vmb.json").read_text(encoding="utf-8")) == []


def test_the_callers_property_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "def no_one(transaction, source_outputs):\n"
        '    return \'the """locktime\\\\ is 1\' if transaction.locktime == 1 else None\n',
        encoding="utf-8",
    )
    property_ = ("--property", f"{path}:no_one")
    result = run(line(), *PARTY, *COUNT, *property_, "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert ' as the attacker: the """locktime\\ is 1\n' in result.stdout
    compile((tmp_path / "out" / "test_findings.py").read_text(encoding="utf-8"), "made", "exec")


def test_what_is_open_to_argument_counts_where_it_is_strict() -> None:
    # Nothing depends on the second item.
    source = "// @spend take(bytes a)\nOP_DROP OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX\n"
    source += "OP_UTXOBYTECODE OP_EQUALVERIFY OP_INPUTINDEX OP_OUTPUTVALUE <1000> OP_ADD\n"
    source += "OP_INPUTINDEX OP_UTXOVALUE OP_GREATERTHANOREQUAL\n"
    contract = compile_contract("drop", source=source)
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.take(b"1234"))
    made = builder.pay(contract.output(99_000)).build()
    text = json.dumps(verify_line(made.transaction, made.source_outputs, find_rules("BCH_2026")))
    relaxed = run(text, *COUNT)
    assert relaxed.exit_code == 0, relaxed.stdout
    assert "open to argument\nfree item: " in relaxed.stdout
    assert run(text, *COUNT, "--strict").exit_code == 1


def test_a_category_of_one_nft_and_an_open_role_are_taken_as_said() -> None:
    script = ("--party-script", f"payee={OWNER.locking_bytecode.hex()}")
    arguments = (*PARTY, "--open", "owner", *script, *COUNT)
    assert run(BROKEN, *arguments).exit_code in (0, 1)
    result = run(BROKEN, *arguments, "--unique", "11" * 32)
    assert result.exit_code == 2
    assert f"unique category 0x{'11' * 32} is in no honest transaction" in result.stderr


def test_any_form_and_many_files_are_read(tmp_path: Path) -> None:
    contract = compile_contract("vault", {"owner": OWNER}, source=VAULT)
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.move(OWNER))
    made = builder.pay(contract.output(99_000)).build()
    (row,) = vmb_rows(made.transaction, made.source_outputs, "honest")
    hexadecimal, lines = tmp_path / "a.txt", tmp_path / "b.jsonl"
    hexadecimal.write_text(f"{row[4]} {row[5]}\n", encoding="utf-8")
    pretty = json.dumps(json.loads(line()), indent=1)
    lines.write_text(f"\n{pretty}\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["fuzz", str(hexadecimal), str(lines), *COUNT])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", (), "the files have no transaction: a campaign needs at least one"),
        ("{}", (), "-, line 1: "),
        (line().replace('"tx": "02', '"tx": "03'), (), "-, line 1: an honest transaction must be"),
        (line(), ("--party", "KwSecret"), "--party needs the form NAME=KEY"),
        (
            line(),
            ("--party", f"a={OWNER.to_wif()},{OWNER.to_wif()[:-1]}"),
            "--party a: key 2 is no private key: expected WIF or 64 hexadecimal digits",
        ),
        (line(), ("--party", "a=" + "00" * 32), "--party a: key 1 is no private key"),
        (
            line(),
            (*PARTY, "--open", "other"),
            "--open 'other' is no party: expected one",
        ),
        (line(), ("--party-script", f"a={OWNER.to_wif()}"), "--party-script a: neither"),
        (line(), ("--party", "a=@none"), "--party a: the file of its keys cannot be read"),
        (line(), ("--unique", "11"), "--unique '11' is no category: "),
        (line(), ("--property", "mine.py"), "--property 'mine.py' needs the form FILE.py:FUNCTION"),
        (line(), ("--property", "none.py:a"), "none.py is no file of Python"),
        (line(), ("--party", f"nobody={OWNER.to_wif()}"), "party 0: the name 'nobody' is taken"),
        (line() + "\n" + line(rules="BCH_2025"), (), "line 2: the rules are BCH_2025 (standard)"),
    ],
)
def test_bad_input_is_one_error_and_status_2(
    text: str, options: tuple[str, ...], message: str
) -> None:
    result = run(text, *COUNT, *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert "KwSecret" not in result.stderr
    assert OWNER.to_wif()[:-1] not in result.stderr


def test_a_corpus_is_kept_without_keys(tmp_path: Path) -> None:
    corpus = ("--corpus", str(tmp_path / "corpus"))
    first = run(BROKEN, *PARTY, *COUNT, *corpus)
    assert first.exit_code == 1
    path = tmp_path / "corpus" / "corpus.jsonl"
    kept = path.read_text(encoding="utf-8")
    lines = [json.loads(each) for each in kept.splitlines()]
    assert {each["version"] for each in lines} == {1}
    assert {each["attacker"] for each in lines} <= {"a stranger", "owner"}
    assert not any(secret in kept for secret in SECRETS)
    assert run(BROKEN, *PARTY, *COUNT, *corpus).exit_code == 1


def test_a_corpus_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text("{}", encoding="utf-8")
    result = run(line(), *COUNT, "--corpus", str(tmp_path))
    assert result.exit_code == 2
    assert "corpus.jsonl, line 1: not of a corpus" in result.stderr


def test_many_processes_keep_one_corpus(tmp_path: Path) -> None:
    corpus = ("--corpus", str(tmp_path), "--jobs", "2")
    assert run(BROKEN, *PARTY, *COUNT, *corpus).exit_code == 1
    lines = (tmp_path / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) > 0
    # What was learned comes first: it is found again before much else is tried.
    assert run(BROKEN, *PARTY, "--count", "60", *corpus).exit_code == 1


def test_where_no_cluster_is_that_is_said() -> None:
    refused = run(line(), *COUNT, "--cluster", "nowhere")
    assert refused.exit_code == 2
    assert "no Dask scheduler answers at nowhere: " in refused.stderr


def test_many_processes_share_the_attackers(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("def fine(transaction, source_outputs): return None", encoding="utf-8")
    options = ("--property", f"{mine}:fine", "--jobs", "2", "--json")
    told = json.loads(run(BROKEN, *PARTY, *COUNT, *options).stdout)
    assert told["attackers"] == ["a stranger", "owner"]
    assert told["judged"] >= 800
    assert told["attacks"] > 0


@pytest.mark.parametrize("jobs", ["0", "257", "many", "-1", "9999999"])
def test_a_number_of_processes_that_cannot_be_is_refused(jobs: str) -> None:
    result = run(line(), "--jobs", jobs)
    assert result.exit_code == 2
    assert "expected 1 to 256, or all" in result.stderr


@needs_proc
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_the_report_so_far(number: int, jobs: str, tmp_path: Path) -> None:
    path, mine, mark = tmp_path / "honest.jsonl", tmp_path / "mine.py", tmp_path / "mark"
    path.write_text(BROKEN, encoding="utf-8")
    mine.write_text(
        f"calls = []\ndef mark(transaction, source_outputs):\n    calls.append(1)\n"
        f"    if len(calls) == 400:\n        open({str(mark)!r}, 'ab').close()\n",
        encoding="utf-8",
    )
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    options = (*PARTY, "--property", f"{mine}:mark", "--out", str(tmp_path / "out"))
    try:
        command = subprocess.Popen(
            [sys.executable, "-m", "bchcov", "fuzz", str(path), *options, "--jobs", jobs],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        wait_until(lambda: mark.exists() or command.poll() is not None)
        os.killpg(command.pid, number)
        output, told = command.communicate(timeout=WAIT_SECONDS)
        wait_until(lambda: not alive(command.pid))
    finally:
        signal.signal(signal.SIGINT, before)
    assert command.returncode == 128 + number
    assert told.startswith(f"Error: stopped by {signal.Signals(number).name}: ")
    assert "transactions judged in" in output
    assert "pays the attacker" in output
    assert (tmp_path / "out" / "findings.jsonl").read_text(encoding="utf-8")


def test_findings_are_annotated_for_github() -> None:
    result = run(BROKEN, *PARTY, *COUNT, "--github")
    assert result.exit_code == 1
    assert "::error file=-,line=1,title=bchcov fuzz::loss: " in result.stderr
    assert "%0A" in result.stderr
