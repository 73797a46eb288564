"""The plugin for pytest: what is there without an import, and what a failure shows."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from support.plugin_example import write

from bchcov import PrivateKey, TransactionBuilder, compile_contract
from bchcov.formats.vmb import vmb_rows
from bchcov.vm.rules.upgrades import BCH_2026

pytest_plugins = "pytester"


def test_loading_it_loads_nothing_else_of_this_package() -> None:
    code = (
        "import sys, pytest; before = {*sys.modules}; import bchcov.testing.plugin;"
        "print(*sorted({*sys.modules} - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {each for each in loaded if each.startswith("bchcov")} == {
        "bchcov",
        "bchcov.testing",
        "bchcov.testing.plugin",
    }
    assert len(loaded) <= 5


def test_installing_the_package_registers_it(pytester: pytest.Pytester) -> None:
    shown = pytester.runpytest_subprocess("--fixtures", "--help")
    shown.stdout.fnmatch_lines(["*--bchcov-vmb*collect VMB files*"])
    names = pytester.runpytest_subprocess("--fixtures")
    names.stdout.fnmatch_lines(
        [f"{name} -- *plugin/__init__.py:*" for name in ("chain", "wallet", "costs", "fuzz")]
    )


def test_each_test_has_a_chain_of_its_own(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_one(chain):
    assert chain.coins(key.locking_bytecode) == []
    chain.fund(Output(1_000, key.locking_bytecode))

test_two = test_one
""",
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_the_wallet_has_people_by_name_on_the_chain_of_the_test(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_wallet(chain, wallet):
    coin = wallet.fund("alice", 60_000, Token(bytes(32), 5))
    assert chain.coin(coin.outpoint) == coin
    assert wallet.coins("alice") == [coin]
    assert wallet.balance("alice") == 60_000
    assert wallet.key("alice") == wallet.key("alice") != wallet.key("bob")
    alice = Party("alice", (wallet.key("alice"),), is_open=True)
    assert wallet.party("alice", is_open=True) == alice
    builder = wallet.funding("alice").builder()
    paid = builder.pay(Output(20_000, wallet.key("bob").locking_bytecode)).build()
    chain.submit(paid).require()
    assert wallet.balance("bob") == 20_000
    assert wallet.balance("alice") == 40_000 - paid.fee
    assert sum(coin.token is not None for coin in wallet.coins("alice")) == 1
""",
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_fixture_fuzz_fails_a_test_whose_contract_can_be_attacked(
    pytester: pytest.Pytester,
) -> None:
    write(
        pytester,
        """
def test_whole(fuzz):
    built, _ = spend()
    assert fuzz([built], [Party("payer", (key,), is_open=True)], count=800).judged >= 800

def test_broken(fuzz):
    source = SOURCE.replace("OP_EQUALVERIFY  ", "OP_2DROP  ")
    built, _ = spend(source)
    fuzz([built], [Party("payer", (key,), is_open=True)], count=800)
""",
    )
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        ["loss: a stranger as the attacker*", "*output 0 pays the attacker, not the contract*"]
    )


def test_the_time_and_the_seed_of_a_search_can_be_set_for_a_run(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_short(fuzz):
    built, _ = spend()
    report = fuzz([built], count=10**9)
    assert report.seed == 7
    assert report.judged < 10**8
""",
    )
    done = pytester.runpytest_subprocess("--bchcov-seconds", "0.2", "--bchcov-seed", "7")
    done.assert_outcomes(passed=1)


def test_assertions_hold_for_what_is_accepted_and_refused(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_them():
    built, box = spend()
    assert assert_accepted(built).ok
    assert_accepted((built.transaction, built.source_outputs), contracts=[box])
    low, box = spend(value=999)
    assert_refused(low)
    assert_refused(low, reason="EVAL_FALSE", check="value", at=5, contracts=[box])
    away, box = spend(locking=key.locking_bytecode)
    assert_refused(away, reason=Reason.EQUALVERIFY, check="stays", contracts=[box])
    assert_refused(spend(value=10**6)[0], reason="TX_OUTPUTS_EXCEED_INPUTS")
""",
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_failed_assertion_shows_the_verdict_its_explanation_and_the_last_steps(
    pytester: pytest.Pytester,
) -> None:
    write(
        pytester,
        """
def test_refused():
    away, box = spend(locking=key.locking_bytecode)
    assert_accepted(away, contracts=[box])

def test_accepted():
    assert_refused(spend()[0])

def test_other():
    low, box = spend(value=999)
    assert_refused(low, reason="VERIFY", check="stays", at=3, contracts=[box])
""",
    )
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(failed=3)
    done.stdout.fnmatch_lines(
        [
            "*AssertionError: expected to be accepted",
            "*refused  input 0, scripts: EQUALVERIFY*",
            "*check    [[]stays] the coin goes on",
            "*source   *box.cashasm:3",
            "*> * OP_EQUALVERIFY*",
            "*stack, the top first",
            "*0  0xaa20*(35 bytes), locking bytecode of the coin of input 0 =*",
            "*1  0x76a9*(25 bytes), locking bytecode of output 0*",
        ]
    )
    done.stdout.fnmatch_lines(
        [
            "*AssertionError: expected to be refused",
            "*accepted",
            "*the last * steps of input 0, each with the stack before it:",
            "*OP_OUTPUTBYTECODE  [[]0]",
        ]
    )
    wrong = "reason VERIFY, not EVAL_FALSE and check stays, not value and line 3, not 5"
    done.stdout.fnmatch_lines([f"*expected to be refused for {wrong}"])


def vectors(pytester: pytest.Pytester) -> None:
    key = PrivateKey(bytes(31) + b"\x02")
    any_ = compile_contract("any", source="// @spend take()\nOP_1")
    builder = TransactionBuilder().spend(any_.coin("11" * 32, 0, 10_000), any_.unlock.take())
    built = builder.change_to(key.locking_bytecode).build()
    right = vmb_rows(built.transaction, built.source_outputs, "right", rules=BCH_2026)
    wrong = [[*row[:6], ["2026_invalid"]] for row in right]
    for name, rows in (
        ("mine.vmb.json", [*right, *wrong]),
        ("bch_vmb_tests_2026_standard.json", [row[:6] for row in right]),
        ("other.json", right),
    ):
        (pytester.path / name).write_text(json.dumps(rows), encoding="utf-8")


def test_vmb_files_are_tests_where_the_option_says_so(pytester: pytest.Pytester) -> None:
    vectors(pytester)
    assert pytester.runpytest_subprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED
    done = pytester.runpytest_subprocess("--bchcov-vmb")
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["*under BCH_2026 (standard): expected refused, got accepted*"])


def test_a_vmb_file_that_cannot_be_read_is_an_error_in_one_sentence(
    pytester: pytest.Pytester,
) -> None:
    (pytester.path / "bad.vmb.json").write_text("[[1]]", encoding="utf-8")
    done = pytester.runpytest_subprocess("--bchcov-vmb")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*bad.vmb.json*"])
    assert "Traceback" not in done.stdout.str()


def test_it_works_with_tests_in_many_processes(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    vectors(pytester)
    write(
        pytester,
        """
def test_chain(chain):
    assert chain.height >= 0

def test_fuzz(fuzz):
    fuzz([spend()[0]], count=60)
""",
    )
    done = pytester.runpytest_subprocess("--bchcov-vmb", "-n", "2")
    done.assert_outcomes(passed=4, failed=1)


def test_what_a_search_has_learned_is_kept_for_each_test(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
SOURCE_OF_ATTACK = SOURCE.replace("OP_EQUALVERIFY  ", "OP_2DROP  ")

def test_broken(fuzz):
    built, _ = spend(SOURCE_OF_ATTACK)
    fuzz([built], [Party("payer", (key,), is_open=True)], count=500)
""",
    )
    done = pytester.runpytest_subprocess("--bchcov-corpus", "kept")
    done.assert_outcomes(failed=1)
    (file,) = (pytester.path / "kept").glob("*test-broken/corpus.jsonl")
    assert file.read_text(encoding="utf-8")
