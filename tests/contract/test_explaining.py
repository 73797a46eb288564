"""Explaining names the instruction that refused, or says that it is not known; it never raises."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bchcov import BCH_2025, BCH_2026, BchcovError, ContractError, Input, Output, Transaction
from bchcov.assembly import assemble
from bchcov.contract import Contract, checks_in, compile_contract, explain, without_check
from bchcov.crypto.hashes import sha256
from bchcov.script.patterns import p2sh32
from bchcov.script.pushes import encode_push
from bchcov.transaction.context import TransactionContext
from bchcov.vm.evaluate import evaluate_input
from bchcov.vm.result import InputResult
from bchcov.vm.rules.ruleset import RuleSet
from bchcov.wallet.keys import PrivateKey

KEY = PrivateKey(sha256(b"owner")).public_key
Bound = dict[str, bytes | int | str]


def contract(source: str, bindings: Bound | None = None, name: str = "mine/it") -> Contract:
    return compile_contract(name, bindings or {}, source=source)


def judge(code: bytes, unlocking: str = "", rules: RuleSet = BCH_2026) -> InputResult:
    """Spend a coin that pays to the script's hash; what unlocks it is CashAssembly."""
    script = assemble(unlocking) + encode_push(code)
    transaction = Transaction((Input(b"\x07" * 32, 0, script, 0),), (Output(1_000, b"\x51"),))
    context = TransactionContext(transaction, (Output(2_000, p2sh32(code)),))
    return evaluate_input(context, 0, rules.consensus)


def said(source: str, unlocking: str = "", bindings: Bound | None = None) -> str:
    made = contract(source, bindings)
    result = judge(made.code, unlocking)
    assert not result.ok
    return explain(result, made)


TWO_WAYS = """OP_IF
  OP_1 OP_EQUAL   // [final:first] the first way
OP_ELSE
  OP_2 OP_EQUAL   // [final:second] the second way
OP_ENDIF"""


def test_the_branch_that_ran_is_blamed_and_not_the_first_of_the_source() -> None:
    assert said(TWO_WAYS, "OP_7 OP_1") == (
        "mine/it.cashasm:2 [first] the first way: EVAL_FALSE at OP_EQUAL"
    )
    assert said(TWO_WAYS, "OP_7 OP_0") == (
        "mine/it.cashasm:4 [second] the second way: EVAL_FALSE at OP_EQUAL"
    )


@pytest.mark.parametrize(
    ("source", "unlocking", "expected"),
    [
        # Branches in branches, more than one OP_ELSE, no branch at all.
        ("OP_IF\nOP_IF\nOP_0\nOP_ELSE\nOP_1 OP_NOT\nOP_ENDIF\nOP_ENDIF", "OP_0 OP_1", "5:6"),
        ("OP_IF\nOP_IF\nOP_0\nOP_ELSE\nOP_1 OP_NOT\nOP_ENDIF\nOP_ENDIF", "OP_1 OP_1", "3:1"),
        (
            "OP_IF\nOP_0\nOP_ELSE\nOP_1\nOP_ELSE\nOP_DROP OP_2 OP_3 OP_EQUAL\nOP_ENDIF",
            "OP_1",
            "6:19",
        ),
        ("OP_1 OP_2 OP_EQUAL OP_SWAP\nOP_IF OP_NOP OP_ENDIF", "OP_0", "1:11"),
        # What is only moved was made where it was made.
        ("OP_1 OP_0\nOP_SWAP OP_DROP", "", "1:6"),
        ("OP_1 OP_NOT OP_TOALTSTACK\nOP_FROMALTSTACK", "", "1:6"),
        ("OP_1 OP_NOT OP_8 OP_9\nOP_2 OP_ROLL OP_NIP OP_NIP", "", "1:6"),
        ("OP_1 OP_NOT OP_8 OP_9\nOP_2 OP_PICK OP_NIP OP_NIP OP_NIP", "", "1:6"),
        ("OP_3 OP_1 OP_NOT OP_3DUP OP_2DROP OP_DROP OP_IFDUP OP_NIP OP_NIP", "OP_5", "1:11"),
        ("OP_0 OP_1 OP_2 OP_3 OP_4 OP_5\nOP_2ROT OP_DROP OP_NIP OP_NIP OP_NIP OP_NIP", "", "1:1"),
        ("<0x0001> OP_1 OP_SPLIT OP_DROP", "", "1:15"),
        # The last time around a loop, and behind one.
        ("OP_2 OP_BEGIN\nOP_1SUB\nOP_DUP OP_NOT OP_UNTIL", "", "2:1"),
        ("OP_2 OP_BEGIN OP_1SUB OP_DUP OP_NOT OP_UNTIL\nOP_DROP OP_3 OP_4 OP_EQUAL", "", "2:19"),
        # In a function, in a function of a function, and an argument that went through one.
        ("<OP_1\nOP_NOT> OP_0 OP_DEFINE OP_0 OP_INVOKE", "", "2:1"),
        (
            "<\n<OP_5\nOP_EQUAL> OP_1 OP_DEFINE> OP_0 OP_DEFINE OP_0 OP_INVOKE OP_1 OP_INVOKE",
            "OP_6",
            "3:1",
        ),
        ("<OP_NOP OP_DROP> OP_0 OP_DEFINE\nOP_1 OP_NOT OP_4 OP_0 OP_INVOKE", "", "2:6"),
        ("$(<1> <0x61> OP_CAT)\nOP_DROP OP_1 0x91", "", "2:14"),
    ],
)
def test_what_made_the_false_item_is_found_wherever_it_was_made(
    source: str, unlocking: str, expected: str
) -> None:
    assert said(source, unlocking).startswith(f"mine/it.cashasm:{expected}: EVAL_FALSE at OP_")


def test_an_item_that_no_contract_made_is_laid_to_none() -> None:
    assert said("OP_NOP // [final:it] x", "OP_0") == (
        "EVAL_FALSE: the top stack item is false: 0x, in the redeem bytecode,"
        " produced by OP_0 at byte 0 of the unlocking bytecode"
    )
    made = contract("OP_1 OP_EQUAL // [final:it] x")
    other = judge(assemble("OP_1 OP_2 OP_EQUAL"))
    assert explain(other, made).endswith("produced by OP_EQUAL at byte 2 of the redeem bytecode")
    # The hash is another script's: the contract never ran.
    code = assemble("OP_1")
    transaction = Transaction(
        (Input(b"\x07" * 32, 0, encode_push(code), 0),), (Output(1_000, b"\x51"),)
    )
    context = TransactionContext(transaction, (Output(2_000, p2sh32(made.code)),))
    assert explain(evaluate_input(context, 0, BCH_2026), made).endswith(
        "produced by OP_EQUAL at byte 34 of the locking bytecode"
    )


def test_an_empty_stack_is_explained_by_what_ran_last() -> None:
    assert said("OP_DROP", "OP_1") == (
        "EVAL_FALSE: the stack is empty at the end, in the redeem bytecode,"
        " after mine/it.cashasm:1:1"
    )
    assert said("").startswith("EVAL_FALSE: the stack is empty")


def test_where_the_run_is_no_longer_known_all_that_may_be_meant_is_said() -> None:
    made = contract(TWO_WAYS)
    result = judge(made.code, "OP_7 OP_1")
    for other in (
        pickle.loads(pickle.dumps(result)),
        copy.deepcopy(result),
        replace(result, run=None),
    ):
        assert other == result
        assert explain(other, made).endswith(
            "produced by one of mine/it.cashasm:2 first, mine/it.cashasm:4 second"
        )


def test_a_failing_instruction_in_a_function_is_found_in_the_source() -> None:
    source = "<OP_DUP\n  OP_5 OP_EQUALVERIFY> // [five] it is five\nOP_0 OP_DEFINE OP_0 OP_INVOKE"
    made = contract(source)
    assert explain(judge(made.code, "OP_6"), made) == (
        "mine/it.cashasm:2 [five] it is five: EQUALVERIFY at OP_EQUALVERIFY"
    )
    assert [check.name for check in made.checks] == ["five"]
    twice = contract("<OP_VERIFY> OP_0 OP_DEFINE\n<OP_VERIFY> OP_1 OP_DEFINE\nOP_1 OP_INVOKE")
    assert explain(judge(twice.code, "OP_0"), twice) == (
        "mine/it.cashasm:1:2 or mine/it.cashasm:2:2: VERIFY at OP_VERIFY"
    )


def test_a_source_that_is_taken_in_is_named_where_it_refuses() -> None:
    bindings: Bound = {"twice": "once once", "once": "OP_5\nOP_EQUALVERIFY // [five] is five"}
    made = contract("OP_1 OP_SWAP\ntwice\nOP_NOT", bindings)
    assert explain(judge(made.code, "OP_6"), made) == (
        "mine/once.cashasm:2 [five] is five: EQUALVERIFY at OP_EQUALVERIFY"
    )
    assert [(check.source, check.name) for check in made.checks] == [
        (None, "line 3 OP_NOT"),
        ("once", "five"),
    ]
    alone = contract("twice", bindings, name="alone")
    assert explain(judge(alone.code, "OP_6 OP_6"), alone).startswith("once.cashasm:2 [five]")


def test_instructions_of_one_line_are_told_apart_by_their_column() -> None:
    source = "OP_VERIFY OP_VERIFY OP_1 OP_EQUALVERIFY OP_1 // [last] the last one"
    assert said(source, "OP_1 OP_1 OP_0") == "mine/it.cashasm:1:1: VERIFY at OP_VERIFY"
    assert said(source, "OP_1 OP_0 OP_1") == "mine/it.cashasm:1:11: VERIFY at OP_VERIFY"
    assert said(source, "OP_2 OP_1 OP_1") == (
        "mine/it.cashasm:1:26 [last] the last one: EQUALVERIFY at OP_EQUALVERIFY"
    )


def test_what_fails_outside_the_contract_is_as_the_engine_says_it() -> None:
    made = contract("OP_1")
    for result in (judge(b"\x6a"), judge(made.code, "OP_1", BCH_2025)):
        assert explain(result, made) == str(result)


INSTRUCTIONS = """
OP_0 OP_1 OP_2 OP_5 <0x0102> <bound> <'OP_VERIFY'> owner fragment 0x69 0x0201 0b1010 7
OP_IF OP_NOTIF OP_ELSE OP_ENDIF OP_BEGIN OP_UNTIL OP_VERIFY OP_EQUALVERIFY OP_EQUAL OP_NOT OP_DROP
OP_DUP OP_SWAP OP_ROT OP_PICK OP_ROLL OP_IFDUP OP_TOALTSTACK OP_FROMALTSTACK OP_SPLIT OP_ADD
OP_CHECKSIG OP_CHECKSIGVERIFY OP_CHECKMULTISIG OP_CHECKMULTISIGVERIFY OP_CHECKDATASIG OP_RETURN
OP_CHECKDATASIGVERIFY OP_CHECKLOCKTIMEVERIFY OP_NOP2 OP_CHECKSEQUENCEVERIFY OP_NOP1 OP_RESERVED
OP_DEFINE OP_INVOKE OP_PUSHDATA_1 OP_PUSHBYTES_3 OP_UTXOVALUE OP_DEPTH OP_EVAL
<OP_1,OP_VERIFY> $(<1>,<2>,OP_ADD) <OP_VERIFY>,OP_0,OP_DEFINE,OP_0,OP_INVOKE OP_1,OP_VERIFY
<<OP_NOT>,OP_1,OP_DEFINE,OP_1,OP_INVOKE>,OP_0,OP_DEFINE,OP_0,OP_INVOKE OP_2,OP_PICK OP_1,OP_ROLL
OP_2,OP_BEGIN,OP_1SUB,OP_DUP,OP_NOT,OP_UNTIL OP_DUP,OP_0,OP_EQUALVERIFY
"""
WORDS = st.one_of(
    st.sampled_from([word.replace(",", " ") for word in INSTRUCTIONS.split()]),
    st.sampled_from(
        [
            "\n",
            " // [a] why\n",
            " // [b]\n",
            " // [final:c] OP_VERIFY\n",
            " /* [d] OP_VERIFY\nOP_RETURN */ ",
            " // OP_VERIFY [no]\n",
            "'//'",
            " \u00e9\u2026 ".join(["/*", "*/"]),
        ]
    ),
)
BINDINGS: Bound = {"bound": b"\x69\x88", "owner": 7, "fragment": "OP_1\nOP_VERIFY // [f] x\n"}


def check_everything(source: str, unlocking: str) -> None:
    try:
        made = contract(source, BINDINGS)
    except BchcovError:
        return
    for check in made.checks:
        assert check.name
        assert check.line >= 1
    assert len({check.name for check in made.checks}) == len(made.checks)
    for offset in range(-2, len(made.code) + 3):
        place = made.place(offset)
        assert place is None or 1 <= place[1] <= source.count("\n") + 3
        made.check_at(offset)
    result = judge(made.code, unlocking)
    assert explain(result, made)
    assert explain(replace(result, run=None), made)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=14), st.sampled_from(["", "OP_0", "OP_1 OP_1", "OP_5 <0x00> OP_0"]))
def test_no_source_that_assembles_makes_the_checks_a_place_or_explaining_raise(
    words: list[str], unlocking: str
) -> None:
    source = " ".join(words)
    check_everything(source, unlocking)
    try:
        checks = checks_in(source)
    except BchcovError:
        return
    for check in checks:
        try:
            changed = without_check(source, check.name)
        except ContractError:
            # Raw bytes may make a push of what follows, or be the check.
            is_raw = any(word[0] in "-0123456789" for word in source.split())
            assert check.opcode not in ("OP_VERIFY", "OP_CHECKSIG") or is_raw
            continue
        check_everything(changed, unlocking)
        assert len(checks_in(changed)) < len(checks) + changed.count("OP_1") or not check.is_named


def test_deep_and_wide_sources_are_read_as_any_other() -> None:
    for source in (
        "OP_0 " + "OP_IF " * 2_000 + "OP_VERIFY " + "OP_ENDIF " * 2_000,
        "OP_ENDIF " * 3_000,
        "OP_BEGIN " * 2_000 + "OP_1SUB OP_UNTIL " * 2_000,
        "OP_2DUP OP_DEFINE " * 3_000,
        "<" * 90 + "OP_VERIFY" + "> OP_0 OP_DEFINE" * 90,
        "<OP_0 OP_INVOKE> OP_0 OP_DEFINE OP_0 OP_INVOKE",
    ):
        check_everything(source, "OP_0")
