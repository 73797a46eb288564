"""Rule sets with proposals: made, named, refused together, found, sent to other processes."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.spends import make_context, spend

from bchcov import (
    BCH_2023,
    BCH_2026,
    BCH_SPEC,
    RULE_SETS,
    Input,
    Output,
    Reason,
    RulesError,
    RuleSet,
    Transaction,
    TransactionContext,
    evaluate_input,
    find_rules,
    run_script,
    verify,
)
from bchcov.script.patterns import p2sh20
from bchcov.script.pushes import encode_push
from bchcov.validation.verifier import Verifier
from bchcov.vm.decode import decode_kept
from bchcov.vm.proposals import (
    EC_ARITHMETIC,
    OP_SIGHASH,
    PROPOSALS,
    Machine,
    Proposal,
    ec_arithmetic,
    find_proposal,
    op_sighash,
    opcode,
)
from bchcov.vm.remembering import Memory
from bchcov.vm.rules.loading import load_rules

BOTH = BCH_2026.with_proposals(OP_SIGHASH, EC_ARITHMETIC)


@opcode("OP_DOUBLE", 0xE0, takes=1, gives=1, charge="500")
def double(vm: Machine) -> None:
    """( a -- a+a ) Double a number."""
    vm.op_cost += 500
    vm.push_number(2 * vm.decode_number(vm.stack.pop()))


DOUBLE = Proposal("op-double", (double,))


def test_a_rule_set_with_proposals_is_a_draft_and_says_so() -> None:
    assert BOTH.name == BOTH.draft == "BCH_2026+op-sighash+ec-arithmetic"
    assert str(BOTH) == "BCH_2026+op-sighash+ec-arithmetic (draft, standard)"
    assert BOTH.proposals == (OP_SIGHASH, EC_ARITHMETIC)
    assert str(OP_SIGHASH) == "op-sighash: CHIP-2026-06 OP_SIGHASH (draft, 2026-06-14)"
    assert BCH_2026.draft == ""
    assert str(BCH_2026) == "BCH_2026 (standard)"


def test_the_same_rules_are_the_same_object_in_both_modes() -> None:
    assert BCH_2026.with_proposals(OP_SIGHASH, EC_ARITHMETIC) is BOTH
    assert BCH_2026.with_proposals(OP_SIGHASH).with_proposals(EC_ARITHMETIC) is BOTH
    assert BCH_2026.consensus.with_proposals(OP_SIGHASH, EC_ARITHMETIC) is BOTH.consensus
    assert BOTH.consensus.standard is BOTH.standard is BOTH
    assert BCH_2026.with_proposals() is BCH_2026
    assert (BOTH.is_standard, BOTH.consensus.is_standard) == (True, False)


@pytest.mark.parametrize("rules", [BOTH, BOTH.consensus, BCH_2026.with_proposals(DOUBLE)], ids=str)
def test_they_are_copied_and_pickled_by_reference(rules: RuleSet) -> None:
    assert pickle.loads(pickle.dumps(rules)) is rules
    assert copy.copy(rules) is rules
    assert copy.deepcopy(rules) is rules


def test_rules_of_nobodys_file_are_not_pickled() -> None:
    def made() -> Proposal:
        return Proposal("op-nameless", (replace(double, name="OP_NAMELESS"),))

    with pytest.raises(RulesError, match="op-nameless cannot be sent to another process"):
        pickle.dumps(BCH_2026.with_proposals(made()))


@pytest.mark.parametrize(
    "name",
    [
        "BCH_2026+op-sighash+ec-arithmetic",
        "2026+op-sighash+ec-arithmetic",
        " bch_2026 + OP-SIGHASH + ec-arithmetic ",
        "2026_05+op-sighash(hashing=whole)+ec-arithmetic(add_opcode=214)",
    ],
)
def test_they_are_found_by_name(name: str) -> None:
    found = find_rules(name, standard=False)
    assert (found.name, found.is_standard) == (BOTH.name, False)


def test_parameters_are_part_of_a_name() -> None:
    name = "BCH_2026+op-sighash(opcode=0xd4,missing_output=fail)"
    assert find_rules(name).name == name
    assert find_rules(name) is find_rules(name)
    assert pickle.loads(pickle.dumps(find_rules(name))) is find_rules(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("2026+", "unknown proposal '': expected one of ec-arithmetic, op-sighash"),
        ("2026+op-eval", "unknown proposal 'op-eval'"),
        ("2027+op-sighash", "unknown rule set '2027\\+op-sighash'"),
        ("2026+op-sighash+op-sighash", "op-sighash is given twice"),
        ("2026+op-sighash(cost=1)", "op-sighash has no parameter 'cost': expected one of opcode"),
        ("2026+op-sighash(opcode=six)", "opcode must be a number, not 'six'"),
        ("2026+op-sighash(hashing)", "hashing '' is unknown: expected one of whole, cached"),
        ("2026+op-sighash(opcode=0x4c)", "cannot have the number 0x4c: expected 0x61 to 0xff"),
        ("2026+op-sighash(opcode=0xab)", "not that of OP_CODESEPARATOR"),
        (
            "2026+op-sighash(opcode=0x93)",
            "BCH_2026 and op-sighash\\(opcode=0x93\\) want the same opcode 0x93: OP_ADD and",
        ),
        (
            "2026+op-sighash(opcode=0xd6)+ec-arithmetic",
            "op-sighash\\(opcode=0xd6\\) and ec-arithmetic want the same opcode 0xd6: OP_SIGHASH"
            " and OP_ECADD",
        ),
        (
            "2026+ec-arithmetic(add_opcode=0xd7)",
            "ec-arithmetic.* and ec-arithmetic.* want the same",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, said: str) -> None:
    with pytest.raises(RulesError, match=said):
        find_rules(name)


def test_every_proposal_is_found_by_its_name() -> None:
    for each in PROPOSALS:
        assert find_proposal(each.name) is each
        assert find_proposal(each.name.upper()) is each
        assert each.status
        assert each.date
        assert each.source


def test_an_opcode_of_a_reserved_nop_may_be_taken_and_another_one_if_that_is_said() -> None:
    nop = BCH_2026.with_proposals(Proposal("op-nop", (replace(double, opcode=0xB3),)))
    assert run_script(b"\x53\xb3", nop).stack == (b"\x06",)
    other = Proposal("op-other", (replace(double, opcode=0x8D),))
    with pytest.raises(RulesError, match="BCH_2026 and op-other want the same opcode 0x8d"):
        BCH_2026.with_proposals(other)
    said = Proposal("op-other", (replace(double, opcode=0x8D),), replaces=(0x8D,))
    assert run_script(b"\x53\x8d", BCH_2026.with_proposals(said)).stack == (b"\x06",)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Proposal("Op Double"), "proposal 'Op Double' has no usable name"),
        (lambda: Proposal("op-double", double), "operations must be a tuple"),  # type: ignore[arg-type]
        (lambda: Proposal("op-double", (len,)), "is no operation"),  # type: ignore[arg-type]
        (
            lambda: Proposal("a", (replace(double, name="double"),)),
            "'double' is no name of an opco",
        ),
        (lambda: Proposal("a", (replace(double, name="OP_ADD"),)), "OP_ADD is the name of 0x93"),
        (lambda: Proposal("a", limits={"size": 1}), "limits have no 'size': expected one of bytes"),
        (lambda: Proposal("a", policy={"x": 1}), "policy have no 'x'"),
        (lambda: BCH_2026.with_proposals("op-sighash"), "gets Proposals, not a str"),  # type: ignore[arg-type]
        (
            lambda: BCH_2026.with_proposals(
                DOUBLE, Proposal("op-twice", (replace(double, opcode=0xE1),))
            ),
            "op-double and op-twice both call an opcode OP_DOUBLE",
        ),
        (
            lambda: BCH_2026.with_proposals(
                Proposal("a", limits={"memory_slots": 5}), Proposal("b", limits={"memory_slots": 6})
            ),
            "a and b contradict: limits memory_slots is 5 in one and 6 in the other",
        ),
    ],
)
def test_a_proposal_that_is_wrong_says_what(make: object, said: str) -> None:
    with pytest.raises(RulesError, match=said):
        make()  # type: ignore[operator]


def test_an_own_opcode_runs_and_costs_what_it_says() -> None:
    rules = BCH_2026.with_proposals(DOUBLE)
    result = run_script(b"\x53\xe0", rules)
    assert result.stack == (b"\x06",)
    assert result.metrics.op_cost == 100 + 1 + 100 + 500 + 2
    assert run_script(b"\x53\xe0", BCH_2026).reason is Reason.BAD_OPCODE
    assert run_script(b"\xe0", rules).reason is Reason.INVALID_STACK_OPERATION


def test_a_failure_names_the_opcode_of_the_proposal() -> None:
    locking = b"\x01\x00\xe0"
    context = make_context(locking)
    rules = BCH_2026.with_proposals(DOUBLE)
    verdict = verify(context.transaction, context.source_outputs, rules, scripts_only=True)
    assert verdict.error is not None
    assert verdict.error.reason is Reason.MINIMALNUM
    assert "at byte 2, OP_DOUBLE" in verdict.error.detail
    assert "OP_DOUBLE" in verdict.inputs[0].explanation


def test_a_limit_may_move_in_both_modes_and_nothing_else_does() -> None:
    rules = BCH_2026.with_proposals(Proposal("few-items", limits={"memory_slots": 3}))
    four = b"\x51\x51\x51\x51"
    for each in (rules, rules.consensus):
        assert run_script(four, each).reason is Reason.STACK_SIZE
        assert run_script(four[1:], each).ok
    assert run_script(four, BCH_2026).ok
    changed = replace(BCH_2026.limits, memory_slots=3)
    assert (rules.limits, rules.policy, rules.switches) == (
        changed,
        BCH_2026.policy,
        BCH_2026.switches,
    )


def _has_even_locktime(context: TransactionContext) -> str | None:
    locktime = context.transaction.locktime
    return f"locktime {locktime} is odd" if locktime % 2 else None


EVEN = BCH_2026.with_proposals(Proposal("even-locktimes", checks=(_has_even_locktime,)))


@pytest.mark.parametrize("locktime", [4, 5])
def test_a_check_of_whole_transactions_may_be_added(locktime: int) -> None:
    redeem = b"\x51"
    item = Input(b"\x01" * 32, 0, encode_push(redeem), 0)
    transaction = Transaction((item,), (Output(1_000, p2sh20(redeem)),), 2, locktime)
    sources = (Output(2_000, p2sh20(redeem)),)
    for verdict in (
        verify(transaction, sources, EVEN),
        Verifier(EVEN).verify(transaction, sources),
        Verifier(EVEN).verify(transaction, sources),
    ):
        assert verdict.draft == "BCH_2026+even-locktimes"
        if locktime == 4:
            assert str(verdict).startswith("accepted under the draft BCH_2026+even-locktimes\n")
        else:
            assert verdict.error is not None
            assert (verdict.error.check, verdict.error.reason) == ("proposal", "TX_PROPOSAL")
            assert str(verdict) == (
                "refused under the draft BCH_2026+even-locktimes:"
                " proposal: TX_PROPOSAL: even-locktimes: locktime 5 is odd"
            )
    assert verify(transaction, sources, BCH_2026).ok
    assert verify(transaction, sources, BCH_2026).draft == ""


def test_programs_and_runs_that_are_kept_are_those_of_their_rules() -> None:
    """The same bytes mean something else under each of them."""
    sum_at = BCH_2026.with_proposals(ec_arithmetic(add_opcode=0xD8, multiply_opcode=0xD9))
    sighash = BCH_2026.with_proposals(OP_SIGHASH)
    locking = b"\x01\x41\xd8"
    context = make_context(locking)
    for _ in range(2):
        assert evaluate_input(context, 0, sighash).ok
        assert evaluate_input(context, 0, sum_at).reason is Reason.INVALID_STACK_OPERATION
        assert evaluate_input(context, 0, BCH_2026).reason is Reason.BAD_OPCODE
        for rules in (sighash, sum_at, BCH_2026):
            memory = Memory(rules)
            for _ in range(2):
                expected = evaluate_input(context, 0, rules)
                assert memory.evaluate(context, 0).reason is expected.reason
    assert decode_kept(locking, sighash) is not decode_kept(locking, sum_at)


@opcode("OP_FEE", 0xE1, gives=1)
def fee(vm: Machine) -> None:
    """( -- satoshis ) Push the fee of the transaction."""
    assert vm.context is not None
    spent = sum(each.value for each in vm.context.source_outputs)
    vm.push_number(spent - sum(each.value for each in vm.context.transaction.outputs))


def test_a_memory_forgets_nothing_that_an_own_opcode_reads() -> None:
    """It says nothing of what it reads, so it may read everything."""
    rules = BCH_2026.with_proposals(Proposal("op-fee", (fee,)))
    memory, locking = Memory(rules), b"\xe1\x55\x87"
    for value, ok in ((995, True), (994, False), (995, True), (994, False)):
        transaction = Transaction((Input(bytes(32), 0, b""),), (Output(value, b""),))
        context = TransactionContext(transaction, (Output(1_000, locking),))
        assert memory.evaluate(context, 0).ok is ok is evaluate_input(context, 0, rules).ok


def test_what_is_made_of_a_draft_is_a_draft() -> None:
    assert BOTH.evolve("other").draft == "other"
    assert spend(b"\x01\x41\xd8", b"", BOTH.evolve("other")).ok


def test_old_rules_and_libauths_drafts_take_proposals_too() -> None:
    for base in RULE_SETS:
        rules = base.with_proposals(DOUBLE)
        assert run_script(b"\x53\xe0", rules).stack == (b"\x06",)
    assert BCH_SPEC.with_proposals(DOUBLE).name == "BCH_SPEC+op-double"
    assert BCH_2023.with_proposals(DOUBLE).consensus.name == "BCH_2023+op-double"


FILE = '''
from bchcov import BCH_2026
from bchcov.vm.proposals import Machine, Proposal, opcode

@opcode("OP_DOUBLE", 0xE0, takes=1, gives=1)
def double(vm: Machine) -> None:
    """( a -- a+a ) Double a number."""
    vm.push_number(2 * vm.decode_number(vm.stack.pop()))

DOUBLE = Proposal("op-double", (double,))
RULES = BCH_2026.with_proposals(DOUBLE)
EVOLVED = BCH_2026.evolve("mine")
YEAR = BCH_2026
NUMBER = 5
'''


def test_rules_of_an_own_file_are_loaded_once_and_known_in_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "my_rules.py"
    path.write_text(FILE, encoding="utf-8")
    rules = load_rules(f"{path}:RULES")
    assert rules.name == "BCH_2026+op-double"
    assert load_rules(f"{path}:RULES") is rules
    assert load_rules(f"{path}:RULES", standard=False) is rules.consensus
    assert load_rules(f"{path}:YEAR") is BCH_2026
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import pickle, sys; from bchcov import run_script\n"
            "rules = pickle.load(sys.stdin.buffer)\n"
            "print(rules, run_script(bytes((0x53, 0xe0)), rules).stack)",
        ],
        input=pickle.dumps(rules),
        capture_output=True,
        check=True,
    )
    assert told.stdout.decode().strip() == "BCH_2026+op-double (draft, standard) (b'\\x06',)"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("EVOLVED", "EVOLVED would not be known as a draft: make it of proposals"),
        ("NUMBER", "NUMBER is an int: expected a rule set"),
        ("NOTHING", "it has no NOTHING: expected a rule set"),
    ],
)
def test_a_file_without_such_rules_is_refused(tmp_path: Path, name: str, said: str) -> None:
    path = tmp_path / "my_rules.py"
    path.write_text(FILE, encoding="utf-8")
    with pytest.raises(RulesError, match=said):
        load_rules(f"{path}:{name}")


def test_a_file_that_cannot_be_loaded_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="is no file of Python"):
        load_rules(f"{tmp_path / 'missing.py'}:RULES")
    path = tmp_path / "broken.py"
    path.write_text("RULES = (", encoding="utf-8")
    with pytest.raises(RulesError, match="cannot be loaded"):
        load_rules(f"{path}:RULES")
    assert find_rules("BCH_2026+op-sighash") is load_rules("BCH_2026+op-sighash")
    assert op_sighash().name == "op-sighash"
