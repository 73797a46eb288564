"""Every name of a failure, by the smallest script that fails so."""

from __future__ import annotations

import pytest
from support.spends import make_context

from bchcov import (
    BCH_2023,
    BCH_2025,
    BCH_2026,
    InputFailed,
    InputResult,
    Reason,
    RuleSet,
    evaluate_input,
    run_script,
)
from bchcov.assembly import assemble
from bchcov.script.pushes import encode_push
from bchcov.vm.proposals import EC_ARITHMETIC
from bchcov.vm.rules.flags import rules_from_flags

KEY = "02" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
SCHNORR = "11" * 64
DER = "3006020101020101"
HIGH_S = "3026020101022100" + "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"


def spend(locking: str, unlocking: str = "", rules: RuleSet = BCH_2026.consensus) -> InputResult:
    context = make_context(assemble(locking), assemble(unlocking), sequence=5)
    return evaluate_input(context, 0, rules)


LOCKING = {
    Reason.EVAL_FALSE: "OP_0",
    Reason.OP_RETURN: "OP_RETURN",
    Reason.PUSH_SIZE: "OP_0 <10001> OP_NUM2BIN",
    Reason.SIG_COUNT: f"OP_0 OP_0 OP_2 <0x{KEY}> OP_1 OP_CHECKMULTISIG",
    Reason.PUBKEY_COUNT: "<21> OP_CHECKMULTISIG",
    Reason.INVALID_OPERAND_SIZE: "<0x0101> OP_1 OP_AND",
    Reason.IMPOSSIBLE_ENCODING: "<300> OP_1 OP_NUM2BIN",
    Reason.INVALID_SPLIT_RANGE: "OP_1 OP_2 OP_SPLIT",
    Reason.INVALID_BIT_COUNT: "OP_1 OP_0 OP_0 OP_0 OP_2 OP_CHECKMULTISIG",
    Reason.VERIFY: "OP_0 OP_VERIFY",
    Reason.EQUALVERIFY: "OP_1 OP_2 OP_EQUALVERIFY",
    Reason.CHECKMULTISIGVERIFY: f"OP_0 OP_0 OP_1 <0x{KEY}> OP_1 OP_CHECKMULTISIGVERIFY",
    Reason.CHECKSIGVERIFY: f"OP_0 <0x{KEY}> OP_CHECKSIGVERIFY",
    Reason.CHECKDATASIGVERIFY: f"OP_0 OP_0 <0x{KEY}> OP_CHECKDATASIGVERIFY",
    Reason.NUMEQUALVERIFY: "OP_1 OP_2 OP_NUMEQUALVERIFY",
    Reason.BAD_OPCODE: "OP_RESERVED",
    Reason.INVALID_STACK_OPERATION: "OP_DROP",
    Reason.INVALID_ALTSTACK_OPERATION: "OP_FROMALTSTACK",
    Reason.UNBALANCED_CONDITIONAL: "OP_1 OP_IF",
    Reason.UNBALANCED_CONTROL_FLOW: "OP_BEGIN",
    Reason.DIV_BY_ZERO: "OP_1 OP_0 OP_DIV",
    Reason.MOD_BY_ZERO: "OP_1 OP_0 OP_MOD",
    Reason.INVALID_BITFIELD_SIZE: "<0x0101> OP_0 OP_0 OP_1 OP_CHECKMULTISIG",
    Reason.INVALID_BIT_RANGE: "OP_2 OP_0 OP_0 OP_1 OP_CHECKMULTISIG",
    Reason.NEGATIVE_LOCKTIME: "<-1> OP_CHECKLOCKTIMEVERIFY",
    Reason.UNSATISFIED_LOCKTIME: "OP_1 OP_CHECKLOCKTIMEVERIFY",
    Reason.SIG_HASHTYPE: f"<0x{SCHNORR}40> <0x{KEY}> OP_CHECKSIG",
    Reason.SIG_DER: f"<0x0041> <0x{KEY}> OP_CHECKSIG",
    Reason.MINIMALDATA: "OP_PUSHBYTES_1 0x01",
    Reason.SIG_HIGH_S: f"<0x{HIGH_S}> OP_0 <0x{KEY}> OP_CHECKDATASIG",
    Reason.PUBKEYTYPE: "OP_0 OP_0 OP_CHECKSIG",
    Reason.CLEANSTACK: "OP_1 OP_1",
    Reason.SIG_NULLFAIL: f"<0x{SCHNORR}41> <0x{KEY}> OP_CHECKSIG",
    Reason.MINIMALNUM: "<0x0100> OP_1ADD",
    Reason.SIG_BADLENGTH: f"OP_0 <0x{SCHNORR}41> OP_1 <0x{KEY}> OP_1 OP_CHECKMULTISIG",
    Reason.SIG_NONSCHNORR: f"OP_1 <0x{DER}41> OP_1 <0x{KEY}> OP_1 OP_CHECKMULTISIG",
    Reason.MUST_USE_FORKID: f"<0x{SCHNORR}01> <0x{KEY}> OP_CHECKSIG",
    Reason.INVALID_NUMBER_RANGE_64_BIT: "OP_1 <0x010203040506070809> OP_PICK",
    Reason.INVALID_NUMBER_RANGE: "<0x010203040506> OP_CHECKLOCKTIMEVERIFY",
    Reason.INVALID_TX_INPUT_INDEX: "OP_1 OP_UTXOVALUE",
    Reason.INVALID_TX_OUTPUT_INDEX: "<-1> OP_OUTPUTVALUE",
    Reason.OP_COST: "OP_BEGIN OP_0 OP_UNTIL",
    Reason.INVALID_NUMBER_RANGE_BIG_INT: "OP_1 <80000> OP_LSHIFTNUM",
    Reason.INVALID_FUNCTION_IDENTIFIER: "OP_0 <0x0102030405060708> OP_DEFINE",
    Reason.FUNCTION_OVERWRITE_DISALLOWED: "OP_0 OP_0 OP_2DUP OP_DEFINE OP_DEFINE",
    Reason.INVOKED_UNDEFINED_FUNCTION: "OP_0 OP_INVOKE",
    Reason.INVALID_BIT_SHIFT: "OP_1 <-1> OP_LSHIFTBIN",
}


@pytest.mark.parametrize("reason", LOCKING, ids=lambda reason: reason.value)
def test_a_locking_bytecode_fails_with(reason: Reason) -> None:
    result = spend(LOCKING[reason])
    assert result.reason is reason, str(result)
    assert result.phase == "locking"


def _rules(*flags: str) -> RuleSet:
    return rules_from_flags(flags)


HASHES = " ".join(["OP_SHA256"] * 100)
OTHERS = {
    Reason.SCRIPT_SIZE: lambda: spend(f"0x{'61' * 10_001}"),
    Reason.OP_COUNT: lambda: spend(f"OP_1 0x{'61' * 202}", rules=BCH_2023.consensus),
    Reason.STACK_SIZE: lambda: spend(f"0x{'51' * 1001}", unlocking=f"<0x{'00' * 200}>"),
    Reason.INPUT_SIGCHECKS: lambda: spend(_data_checks(2), rules=BCH_2023),
    Reason.DISABLED_OPCODE: lambda: spend("OP_0 OP_IF OP_INVERT OP_ENDIF", rules=BCH_2025),
    Reason.SIG_PUSHONLY: lambda: spend("OP_1", unlocking="OP_NOP"),
    Reason.MINIMALIF: lambda: spend("OP_2 OP_IF OP_ENDIF OP_1", rules=_rules("MINIMALIF")),
    Reason.DISCOURAGE_UPGRADABLE_NOPS: lambda: spend("OP_1 OP_NOP5", rules=BCH_2026),
    Reason.ILLEGAL_FORKID: lambda: spend(
        f"<0x{SCHNORR}41> <0x{KEY}> OP_CHECKSIG", rules=_rules("STRICTENC")
    ),
    Reason.SIG_NULLDUMMY: lambda: spend(
        "OP_1 OP_0 OP_0 OP_CHECKMULTISIG", rules=_rules("NULLDUMMY")
    ),
    Reason.CONTEXT_NOT_PRESENT: lambda: run_script(assemble("OP_TXVERSION")),
    Reason.TOO_MANY_HASH_ITERS: lambda: spend(f"OP_1 {HASHES} {HASHES}"),
    Reason.CONDITIONAL_STACK_DEPTH: lambda: spend(_nested("OP_1 OP_IF", 101), rules=BCH_2025),
    Reason.CONTROL_STACK_DEPTH: lambda: spend(_nested("OP_BEGIN", 101)),
    Reason.PROPOSAL: lambda: spend(
        f"<0x{'00' * 32}> OP_DUP <0x{'01' * 32}> OP_UNKNOWN215",
        rules=BCH_2026.with_proposals(EC_ARITHMETIC),
    ),
}
# Named by nodes for calls that this library cannot make: an input alone, without the
# outputs that the others spend; and the sum over a transaction, which no input has.
NOT_OF_AN_INPUT = {Reason.LIMITED_CONTEXT_NO_SIBLING_INFO, Reason.SIGCHECKS_LIMIT_EXCEEDED}


def _nested(opening: str, depth: int) -> str:
    return " ".join([opening] * depth)


def _data_checks(count: int) -> str:
    # The signature of nothing by the secret key 1, made once with sign_schnorr.
    from bchcov.crypto.hashes import sha256
    from bchcov.crypto.secp256k1 import sign_schnorr

    signature = sign_schnorr((1).to_bytes(32, "big"), sha256(b"")).hex()
    check = f"<0x{signature}> OP_0 <0x{KEY}> OP_CHECKDATASIGVERIFY"
    return " ".join([*[check] * count, "OP_1"])


@pytest.mark.parametrize("reason", OTHERS, ids=lambda reason: reason.value)
def test_other_rules_and_places_fail_with(reason: Reason) -> None:
    result = OTHERS[reason]()
    assert result.reason is reason, str(result)


def test_no_name_of_a_failure_is_without_its_script() -> None:
    assert {*LOCKING, *OTHERS, *NOT_OF_AN_INPUT} == set(Reason)


def test_a_failure_says_where_it_happened() -> None:
    result = spend("OP_1 <0xaabb> <0x02> OP_DROP OP_VERIFY OP_RETURN")
    assert (result.reason, result.phase, result.position) == (Reason.OP_RETURN, "locking", 5)
    assert (result.offset, result.opcode) == (7, 0x6A)
    assert result.stack == (b"\x01",)
    assert str(result) == "OP_RETURN: in the locking bytecode at byte 7, OP_RETURN"


def test_a_failure_in_a_function_is_located_in_its_body() -> None:
    result = spend("<OP_1 OP_RETURN> OP_0 OP_DEFINE OP_0 OP_INVOKE")
    assert result.code == assemble("OP_1 OP_RETURN")
    assert (result.position, result.offset) == (1, 1)


def test_what_must_be_accepted_raises_when_it_is_not() -> None:
    assert spend("OP_1").require().ok
    with pytest.raises(InputFailed, match="EVAL_FALSE") as caught:
        spend("OP_0").require()
    assert caught.value.result.reason is Reason.EVAL_FALSE


def test_a_push_past_the_end_fails_where_it_stands_even_untaken() -> None:
    result = spend("OP_0 OP_IF OP_PUSHBYTES_5 0x0102")
    assert (result.reason, result.position) == (Reason.BAD_OPCODE, 2)


def test_a_push_that_is_too_long_fails_even_untaken() -> None:
    long_push = encode_push(bytes(521)).hex()
    result = spend(f"OP_1 OP_0 OP_IF 0x{long_push} OP_ENDIF", rules=BCH_2023)
    assert result.reason is Reason.PUSH_SIZE
    assert spend(f"OP_1 OP_0 OP_IF 0x{long_push} OP_ENDIF", rules=BCH_2025).ok


def test_a_push_that_is_not_minimal_fails_only_where_it_is_executed() -> None:
    assert spend("OP_1 OP_0 OP_IF OP_PUSHBYTES_1 0x01 OP_ENDIF").ok
    for source in ("OP_PUSHDATA_1 0x0105", "OP_PUSHDATA_1 0x02aaaa", "OP_PUSHBYTES_1 0x81"):
        assert spend(source).reason is Reason.MINIMALDATA


def test_a_function_has_a_code_separator_of_its_own() -> None:
    # The body looks at its own bytes, whatever was separated outside, and the other way round.
    for source in (
        "OP_CODESEPARATOR <OP_ACTIVEBYTECODE> OP_0 OP_DEFINE OP_0 OP_INVOKE"
        " <OP_ACTIVEBYTECODE> OP_EQUAL",
        "<OP_CODESEPARATOR> OP_0 OP_DEFINE OP_0 OP_INVOKE OP_ACTIVEBYTECODE OP_SIZE"
        " OP_NIP <11> OP_NUMEQUAL",
    ):
        assert spend(source).ok, str(spend(source))
