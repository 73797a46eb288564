"""A year is added as its difference: one operation and one section, in a user's own file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bchcov import BCH_2026, Input, Output, Reason, RuleSet, Transaction, assemble, verify

YEAR = '''
from bchcov import BCH_2026
from bchcov.script.numbers import decode_number
from bchcov.vm.operation import introduced, operation


@operation(0xD4, takes=1, gives=1, charge="twice the length of the result")
def twice(vm):
    """( a -- a+a ) Add a number to itself."""
    vm.push_number(2 * decode_number(vm.stack.pop()))


CHANGE = {"limits": {"element_size": 20_000}}
TWICE = introduced(2027, "a pretended CHIP", twice)
BCH_2027 = BCH_2026.consensus.evolve("BCH_2027", TWICE, **CHANGE).pair_with(
    BCH_2026.evolve("BCH_2027", TWICE, **CHANGE)
)
'''
LONG = "<5000> OP_NUM2BIN OP_DUP OP_CAT OP_DUP OP_CAT OP_SIZE <20000> OP_NUMEQUALVERIFY OP_DROP"


@pytest.fixture(name="pretended")
def made_by_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RuleSet:
    (tmp_path / "pretended_year.py").write_text(YEAR, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    from importlib import import_module

    rules = import_module("pretended_year").BCH_2027
    assert isinstance(rules, RuleSet)
    return rules


def spend(unlocking: str) -> Transaction:
    paid = Output(10_000, b"\x51" * 30)
    return Transaction((Input(bytes(32), 0, assemble(unlocking)),), (paid,))


def test_a_new_opcode_runs_under_the_year_that_brings_it(pretended: RuleSet) -> None:
    coin = [Output(20_000, assemble("0xd4 <42> OP_NUMEQUAL"))]
    for rules in (pretended, pretended.consensus):
        assert rules.name == "BCH_2027"
        assert verify(spend("<21>"), coin, rules).ok
        assert verify(spend("<20>"), coin, rules).inputs[0].reason is Reason.EVAL_FALSE
    before = verify(spend("<21>"), coin, BCH_2026).inputs[0]
    assert before.reason is Reason.BAD_OPCODE


def test_a_moved_limit_holds_under_the_year_that_moves_it(pretended: RuleSet) -> None:
    coin = [Output(20_000, assemble(f"OP_SWAP OP_DROP {LONG} OP_1"))]
    padded = spend("<" + "0x" + "07" * 200 + "> <1>")
    assert verify(padded, coin, pretended).ok
    assert verify(padded, coin, BCH_2026).inputs[0].reason is Reason.PUSH_SIZE
