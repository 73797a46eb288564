"""Every place that refuses a script, by its name, with what is just allowed beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.opcode_examples import CONTEXT, INDEX, KEY

from bchcov import (
    BCH_2023,
    BCH_2025,
    BCH_2026,
    BCH_SPEC,
    InputResult,
    Reason,
    RuleSet,
    TransactionContext,
    run_script,
)
from bchcov.assembly import assemble
from bchcov.crypto.secp256k1 import GROUP_ORDER
from bchcov.transaction.model import Transaction
from bchcov.vm.rules.flags import rules_from_flags

YEARS = {"2023": BCH_2023, "2025": BCH_2025, "2026": BCH_2026, "SPEC": BCH_SPEC}
NAMES = {
    "KEY": KEY.hex(),
    "SCHNORR": "11" * 64,
    "DER": "3006020101020101",
    "UNCOMPRESSED": "04" + "11" * 64,
    "HYBRID": "06" + "11" * 64,
    "SHORT": "05" + "11" * 32,
}

# The years; a script; OK or why it is refused.
TABLE = """
*         | OP_VERIFY | 00 | VERIFY
*         | OP_VERIFY | 0080 | VERIFY
*         | OP_VERIFY | 0001 | OK
*         | OP_VERIFY | 8000 | OK
*         | OP_RETURN | | OP_RETURN
*         | OP_0 OP_IF OP_RETURN OP_ENDIF | | OK
*         | OP_FROMALTSTACK | 01 | INVALID_ALTSTACK_OPERATION
*         | OP_PICK | aa - | OK
*         | OP_PICK | aa 01 | INVALID_STACK_OPERATION
*         | OP_PICK | aa 81 | INVALID_STACK_OPERATION
*         | OP_PICK | 0100 | INVALID_STACK_OPERATION
*         | OP_ROLL | aa - | OK
*         | OP_ROLL | aa bb 01 | OK
*         | OP_ROLL | aa bb 02 | INVALID_STACK_OPERATION
*         | OP_ROLL | aa bb 81 | INVALID_STACK_OPERATION
*         | OP_ROLL | 0100 | INVALID_STACK_OPERATION
*         | OP_SPLIT | aabb 02 | OK
*         | OP_SPLIT | aabb - | OK
*         | OP_SPLIT | aabb 03 | INVALID_SPLIT_RANGE
*         | OP_SPLIT | aabb 81 | INVALID_SPLIT_RANGE
*         | OP_NUM2BIN | 01 81 | PUSH_SIZE
*         | OP_NUM2BIN | ff00 01 | IMPOSSIBLE_ENCODING
*         | OP_NUM2BIN | ff00 02 | OK
*         | OP_NUM2BIN | 000080 - | OK
2023      | OP_NUM2BIN | 01 0802 | OK
2023      | OP_NUM2BIN | 01 0902 | PUSH_SIZE
2025 2026 | OP_NUM2BIN | 01 1027 | OK
2025 2026 | OP_NUM2BIN | 01 1127 | PUSH_SIZE
SPEC      | OP_NUM2BIN | 01 a08601 | OK
SPEC      | OP_NUM2BIN | 01 a18601 | PUSH_SIZE
2023      | OP_BIN2NUM | ffffffffffffff7f | OK
2023      | OP_BIN2NUM | ffffffffffffffffff | INVALID_NUMBER_RANGE_64_BIT
*         | OP_AND | aa aabb | INVALID_OPERAND_SIZE
*         | OP_OR | aabb aa | INVALID_OPERAND_SIZE
*         | OP_XOR | - aa | INVALID_OPERAND_SIZE
*         | OP_EQUALVERIFY | aa ab | EQUALVERIFY
*         | OP_NUMEQUALVERIFY | 01 02 | NUMEQUALVERIFY
*         | OP_NUMEQUALVERIFY | 02 01 | NUMEQUALVERIFY
*         | OP_DIV | 01 - | DIV_BY_ZERO
*         | OP_MOD | 01 - | MOD_BY_ZERO
2023      | OP_1ADD | ffffffffffffff7f | INVALID_NUMBER_RANGE_64_BIT
2023      | OP_1SUB | ffffffffffffffff | INVALID_NUMBER_RANGE_64_BIT
2023      | OP_1ADD | feffffffffffff7f | OK
2023      | OP_ADD | ffffffffffffff7f 01 | INVALID_NUMBER_RANGE_64_BIT
2023      | OP_SUB | ffffffffffffffff 01 | INVALID_NUMBER_RANGE_64_BIT
2023      | OP_MUL | 0000000001 00000080 | MINIMALNUM
2023      | OP_MUL | 0000000001 0000008000 | INVALID_NUMBER_RANGE_64_BIT
2025 2026 | OP_1ADD | ffffffffffffff7f | OK
2026 SPEC | OP_LSHIFTNUM | 01 81 | INVALID_BIT_SHIFT
2026 SPEC | OP_RSHIFTNUM | 01 81 | INVALID_BIT_SHIFT
2026 SPEC | OP_LSHIFTBIN | 01 81 | INVALID_BIT_SHIFT
2026 SPEC | OP_RSHIFTBIN | 01 81 | INVALID_BIT_SHIFT
2026      | OP_LSHIFTNUM | 01 7e3801 | OK
2026      | OP_LSHIFTNUM | 01 7f3801 | INVALID_NUMBER_RANGE_BIG_INT
2026      | OP_LSHIFTNUM | 81 7e3801 | OK
2026      | OP_LSHIFTNUM | 81 7f3801 | INVALID_NUMBER_RANGE_BIG_INT
2026      | OP_LSHIFTNUM | - ffffffffff7f | OK
2026 SPEC | OP_DEFINE | 51 01020304050607 | OK
2026 SPEC | OP_DEFINE | 51 0102030405060708 | INVALID_FUNCTION_IDENTIFIER
2026 SPEC | OP_INVOKE | 0102030405060708 | INVALID_FUNCTION_IDENTIFIER
2026 SPEC | OP_INVOKE | 01020304050607 | INVOKED_UNDEFINED_FUNCTION
2026 SPEC | OP_INVOKE | | INVALID_STACK_OPERATION
2026 SPEC | OP_0 OP_IF OP_INVOKE OP_ENDIF | | OK
SPEC      | OP_EVAL | | INVALID_STACK_OPERATION
SPEC      | OP_0 OP_IF OP_EVAL OP_ENDIF | | OK
2026 SPEC | OP_0 OP_0 OP_DEFINE OP_0 OP_0 OP_DEFINE | | FUNCTION_OVERWRITE_DISALLOWED
2026 SPEC | OP_0 OP_0 OP_DEFINE OP_0 OP_INVOKE OP_0 OP_INVOKE | | OK
2026 SPEC | <OP_1 OP_IF> OP_0 OP_DEFINE OP_0 OP_INVOKE OP_ENDIF | | UNBALANCED_CONDITIONAL
2026 SPEC | <OP_ENDIF> OP_0 OP_DEFINE OP_1 OP_IF OP_0 OP_INVOKE | | UNBALANCED_CONDITIONAL
2026 SPEC | <OP_BEGIN> OP_0 OP_DEFINE OP_0 OP_INVOKE | | UNBALANCED_CONTROL_FLOW
2026 SPEC | <OP_UNTIL> OP_0 OP_DEFINE OP_BEGIN OP_1 OP_0 OP_INVOKE | | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_UNTIL | 01 | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_BEGIN OP_UNTIL | | INVALID_STACK_OPERATION
2026 SPEC | OP_BEGIN OP_1 OP_UNTIL OP_UNTIL | 01 | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_BEGIN OP_1 OP_IF OP_UNTIL | 01 | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_1 OP_IF OP_UNTIL | 01 | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_BEGIN OP_ELSE | | UNBALANCED_CONDITIONAL
2026 SPEC | OP_BEGIN OP_ENDIF | | UNBALANCED_CONDITIONAL
2026 SPEC | OP_1 OP_IF OP_BEGIN OP_ELSE | | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_1 OP_IF OP_BEGIN OP_ENDIF | | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_0 OP_IF OP_BEGIN OP_ELSE | | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_0 OP_IF OP_BEGIN OP_ENDIF | | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_0 OP_IF OP_BEGIN OP_UNTIL OP_ENDIF | | OK
2026 SPEC | OP_1 OP_IF OP_BEGIN OP_1 OP_UNTIL OP_ELSE OP_BEGIN OP_UNTIL OP_ENDIF | | OK
2026 SPEC | OP_BEGIN | | UNBALANCED_CONTROL_FLOW
2026 SPEC | OP_BEGIN OP_1 OP_IF | | UNBALANCED_CONDITIONAL
2026 SPEC | OP_1 OP_IF OP_BEGIN | | UNBALANCED_CONDITIONAL
*         | OP_IF | 01 | UNBALANCED_CONDITIONAL
*         | OP_IF OP_ELSE | 01 | UNBALANCED_CONDITIONAL
*         | OP_IF OP_ELSE OP_ELSE OP_ENDIF | 01 | OK
*         | OP_IF OP_ENDIF OP_ENDIF | 01 | UNBALANCED_CONDITIONAL
*         | OP_ELSE | | UNBALANCED_CONDITIONAL
*         | OP_ENDIF | | UNBALANCED_CONDITIONAL
*         | OP_0 OP_IF OP_1 OP_IF OP_ELSE OP_RETURN OP_ENDIF OP_ENDIF | | OK
*         | OP_0 OP_IF OP_ELSE OP_0 OP_IF OP_RETURN OP_ENDIF OP_ENDIF | | OK
*         | OP_UTXOVALUE | 81 | INVALID_TX_INPUT_INDEX
*         | OP_UTXOVALUE | 02 | INVALID_TX_INPUT_INDEX
*         | OP_INPUTBYTECODE | 02 | INVALID_TX_INPUT_INDEX
*         | OP_UTXOTOKENAMOUNT | 02 | INVALID_TX_INPUT_INDEX
*         | OP_OUTPUTVALUE | 81 | INVALID_TX_OUTPUT_INDEX
*         | OP_OUTPUTVALUE | 02 | INVALID_TX_OUTPUT_INDEX
*         | OP_OUTPUTTOKENAMOUNT | 02 | INVALID_TX_OUTPUT_INDEX
SPEC      | OP_POW | 02 81 | INVALID_NUMBER_RANGE
SPEC      | OP_POW | 02 - | OK
*         | OP_CHECKSIG | - - | PUBKEYTYPE
*         | OP_CHECKSIG | - HYBRID | PUBKEYTYPE
*         | OP_CHECKSIG | - SHORT | PUBKEYTYPE
*         | OP_CHECKSIG | - UNCOMPRESSED | OK
*         | OP_CHECKSIG | SCHNORR KEY | SIG_DER
*         | OP_CHECKSIG | SCHNORR00 KEY | SIG_HASHTYPE
*         | OP_CHECKSIG | SCHNORR40 KEY | SIG_HASHTYPE
*         | OP_CHECKSIG | SCHNORR44 KEY | SIG_HASHTYPE
*         | OP_CHECKSIG | SCHNORR51 KEY | SIG_HASHTYPE
*         | OP_CHECKSIG | SCHNORR01 KEY | MUST_USE_FORKID
*         | OP_CHECKSIG | SCHNORR21 KEY | MUST_USE_FORKID
*         | OP_CHECKSIG | SCHNORRe1 KEY | SIG_HASHTYPE
*         | OP_CHECKSIG | SCHNORR41 KEY | SIG_NULLFAIL
*         | OP_CHECKSIG | SCHNORRc3 KEY | SIG_NULLFAIL
*         | OP_CHECKSIG | SCHNORR61 KEY | SIG_NULLFAIL
*         | OP_CHECKSIG | DER41 KEY | SIG_NULLFAIL
*         | OP_CHECKSIG | 41 KEY | SIG_DER
*         | OP_CHECKSIG | 0041 KEY | SIG_DER
*         | OP_CHECKSIGVERIFY | - KEY | CHECKSIGVERIFY
*         | OP_CHECKSIGVERIFY | SCHNORR41 KEY | SIG_NULLFAIL
*         | OP_CHECKDATASIG | SCHNORR aa KEY | SIG_NULLFAIL
*         | OP_CHECKDATASIG | DER aa KEY | SIG_NULLFAIL
*         | OP_CHECKDATASIG | 01 aa KEY | SIG_DER
*         | OP_CHECKDATASIG | - aa HYBRID | PUBKEYTYPE
*         | OP_CHECKDATASIGVERIFY | - aa KEY | CHECKDATASIGVERIFY
*         | OP_CHECKMULTISIG | - - 81 | PUBKEY_COUNT
*         | OP_CHECKMULTISIG | - - 15 | PUBKEY_COUNT
*         | OP_CHECKMULTISIG | - - 14 | INVALID_STACK_OPERATION
*         | OP_CHECKMULTISIG | - | INVALID_STACK_OPERATION
*         | OP_CHECKMULTISIG | - - | INVALID_STACK_OPERATION
*         | OP_CHECKMULTISIG | - - - | OK
*         | OP_CHECKMULTISIG | - - 81 KEY 01 | SIG_COUNT
*         | OP_CHECKMULTISIG | - - 02 KEY 01 | SIG_COUNT
*         | OP_CHECKMULTISIG | - 01 KEY 01 | INVALID_STACK_OPERATION
*         | OP_CHECKMULTISIG | - - 01 KEY 01 | OK
*         | OP_CHECKMULTISIG | 01 - 01 KEY 01 | SIG_NULLFAIL
*         | OP_CHECKMULTISIG | - SCHNORR41 01 KEY 01 | SIG_BADLENGTH
*         | OP_CHECKMULTISIG | - DER41 01 KEY 01 | SIG_NULLFAIL
*         | OP_CHECKMULTISIG | - DER01 01 KEY 01 | MUST_USE_FORKID
*         | OP_CHECKMULTISIG | - DER41 01 HYBRID 01 | PUBKEYTYPE
*         | OP_CHECKMULTISIG | 01 DER41 01 KEY 01 | SIG_NONSCHNORR
*         | OP_CHECKMULTISIG | 01 SCHNORR41 01 KEY 01 | SIG_NULLFAIL
*         | OP_CHECKMULTISIG | 01 SCHNORR01 01 KEY 01 | MUST_USE_FORKID
*         | OP_CHECKMULTISIG | 01 SCHNORR41 01 HYBRID 01 | PUBKEYTYPE
*         | OP_CHECKMULTISIG | 0001 SCHNORR41 01 KEY 01 | INVALID_BITFIELD_SIZE
*         | OP_CHECKMULTISIG | 02 SCHNORR41 01 KEY 01 | INVALID_BIT_RANGE
*         | OP_CHECKMULTISIG | 03 SCHNORR41 01 KEY KEY 02 | INVALID_BIT_COUNT
*         | OP_CHECKMULTISIG | 04 SCHNORR41 01 KEY KEY 02 | INVALID_BIT_RANGE
*         | OP_CHECKMULTISIGVERIFY | - - 01 KEY 01 | CHECKMULTISIGVERIFY
*         | OP_CHECKLOCKTIMEVERIFY | 81 | NEGATIVE_LOCKTIME
*         | OP_CHECKLOCKTIMEVERIFY | - | OK
*         | OP_CHECKLOCKTIMEVERIFY | e803 | OK
*         | OP_CHECKLOCKTIMEVERIFY | e903 | UNSATISFIED_LOCKTIME
*         | OP_CHECKLOCKTIMEVERIFY | 0065cd1d | UNSATISFIED_LOCKTIME
*         | OP_CHECKSEQUENCEVERIFY | 81 | NEGATIVE_LOCKTIME
*         | OP_CHECKSEQUENCEVERIFY | 3412 | OK
*         | OP_CHECKSEQUENCEVERIFY | 341201 | OK
*         | OP_CHECKSEQUENCEVERIFY | 3512 | UNSATISFIED_LOCKTIME
*         | OP_CHECKSEQUENCEVERIFY | 341240 | UNSATISFIED_LOCKTIME
*         | OP_CHECKSEQUENCEVERIFY | ffffffff00 | OK
*         | OP_CHECKSEQUENCEVERIFY | 0000008000 | OK
*         | OP_CHECKSEQUENCEVERIFY | 0000000001 | OK
*         | OP_CHECKSEQUENCEVERIFY | 3512000001 | UNSATISFIED_LOCKTIME
*         | 0x4c | | BAD_OPCODE
*         | 0x4d01 | | BAD_OPCODE
*         | 0x4e010000 | | BAD_OPCODE
*         | 0x0201 | | BAD_OPCODE
*         | OP_0 OP_IF 0x0201 | | BAD_OPCODE
*         | 0x0101 | | MINIMALDATA
*         | 0x0110 | | MINIMALDATA
*         | 0x0111 | | OK
*         | 0x0181 | | MINIMALDATA
*         | 0x0100 | | OK
*         | 0x4c00 | | MINIMALDATA
*         | 0x4c0101 | | MINIMALDATA
*         | 0x4d0200aaaa | | MINIMALDATA
*         | 0x4e02000000aaaa | | MINIMALDATA
"""


def item(word: str) -> bytes:
    for name, text in NAMES.items():
        word = word.replace(name, text)
    return b"" if word == "-" else bytes.fromhex(word)


def run(code: str, items: str, rules: RuleSet) -> InputResult:
    script = assemble(code)
    stack = tuple(item(word) for word in items.split())
    return run_script(script, rules, context=CONTEXT, index=INDEX, stack=stack)


ROWS = [[part.strip() for part in line.split("|")] for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("years", "code", "items", "expected"), ROWS, ids=str)
def test_what_is_refused_is_refused_by_its_name_in_every_year_and_mode(
    years: str, code: str, items: str, expected: str
) -> None:
    for year in YEARS if years == "*" else years.split():
        for rules in (YEARS[year], YEARS[year].consensus):
            result = run(code, items, rules)
            name = "OK" if result.reason is None else result.reason.value
            assert name == expected, f"{rules}: {result}"


def der_integer(value: int) -> bytes:
    encoded = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes((len(encoded),)) + encoded


def der(r: int, s: int) -> str:
    body = der_integer(r) + der_integer(s)
    return (b"\x30" + bytes((len(body),)) + body).hex()


def high_s_of(r: int) -> str:
    """A signature of this r, with the highest s that is below the order."""
    return der(r, GROUP_ORDER - 1)


STRICT = ["STRICTENC", "DERSIG"]

# Flags as nodes have them, a script and what it takes; what becomes of it. No year has these.
FLAGGED = [
    (["LOW_S"], "OP_CHECKDATASIG", f"{high_s_of(0)} - KEY", "SIG_HIGH_S"),
    (["LOW_S"], "OP_CHECKDATASIG", f"{high_s_of(1)} - KEY", "SIG_HIGH_S"),
    (["LOW_S"], "OP_CHECKDATASIG", f"{high_s_of(GROUP_ORDER - 1)} - KEY", "SIG_HIGH_S"),
    (["LOW_S"], "OP_CHECKDATASIG", f"{high_s_of(GROUP_ORDER)} - KEY", "OK"),
    (["NULLFAIL"], "OP_CHECKDATASIG", f"{high_s_of(1)} - KEY", "SIG_NULLFAIL"),
    (["NULLFAIL"], "OP_CHECKDATASIG", f"{high_s_of(GROUP_ORDER)} - KEY", "SIG_NULLFAIL"),
    (["LOW_S", "NULLFAIL"], "OP_CHECKDATASIG", f"{high_s_of(1)} - KEY", "SIG_HIGH_S"),
    (["LOW_S", "NULLFAIL"], "OP_CHECKDATASIG", f"{high_s_of(GROUP_ORDER)} - KEY", "SIG_NULLFAIL"),
    ([], "OP_CHECKDATASIG", f"{high_s_of(1)} - KEY", "OK"),
    ([], "OP_CHECKDATASIG", "01 - KEY", "OK"),
    (["DERSIG"], "OP_CHECKDATASIG", "01 - KEY", "SIG_DER"),
    (["STRICTENC"], "OP_CHECKDATASIG", "01 - KEY", "SIG_DER"),
    (["LOW_S"], "OP_CHECKDATASIG", "01 - KEY", "SIG_DER"),
    ([], "OP_CHECKDATASIG", "DER - HYBRID", "OK"),
    (STRICT, "OP_CHECKDATASIG", "DER - HYBRID", "PUBKEYTYPE"),
    ([], "OP_CHECKDATASIG", "SCHNORR - 02", "OK"),
    ([], "OP_CHECKDATASIG", "SCHNORR - -", "OK"),
    # The hash type of all spent outputs, by itself and with the fork id.
    (["STRICTENC"], "OP_CHECKSIG", "SCHNORR21 KEY", "SIG_HASHTYPE"),
    (["STRICTENC", "TOKENS"], "OP_CHECKSIG", "SCHNORR21 KEY", "SIG_HASHTYPE"),
    (["STRICTENC", "TOKENS"], "OP_CHECKSIG", "SCHNORR61 KEY", "ILLEGAL_FORKID"),
    (["SIGHASH_FORKID", "TOKENS"], "OP_CHECKSIG", "SCHNORR21 KEY", "MUST_USE_FORKID"),
    (["SIGHASH_FORKID", "TOKENS"], "OP_CHECKSIG", "SCHNORR61 KEY", "OK"),
    (["SIGHASH_FORKID", "TOKENS"], "OP_CHECKSIG", "SCHNORRe1 KEY", "SIG_HASHTYPE"),
    (["SIGHASH_FORKID"], "OP_CHECKSIG", "SCHNORR61 KEY", "SIG_HASHTYPE"),
    (["SIGHASH_FORKID"], "OP_CHECKSIG", "SCHNORR41 KEY", "OK"),
    (["STRICTENC"], "OP_CHECKSIG", "SCHNORR01 KEY", "OK"),
    (["STRICTENC"], "OP_CHECKSIG", "SCHNORR04 KEY", "SIG_HASHTYPE"),
    ([], "OP_CHECKSIG", "SCHNORR04 KEY", "OK"),
    (["DERSIG"], "OP_CHECKSIG", "SCHNORRff KEY", "OK"),
    # Dummies and Schnorr signatures of multisigs.
    ([], "OP_CHECKMULTISIG", "01 - -", "OK"),
    (["NULLDUMMY"], "OP_CHECKMULTISIG", "01 - -", "SIG_NULLDUMMY"),
    (["NULLDUMMY"], "OP_CHECKMULTISIG", "- - -", "OK"),
    (["SCHNORR_MULTISIG"], "OP_CHECKMULTISIG", "01 - -", "INVALID_BITFIELD_SIZE"),
    (["NULLDUMMY", "SCHNORR_MULTISIG"], "OP_CHECKMULTISIG", "01 - -", "INVALID_BITFIELD_SIZE"),
    ([], "OP_CHECKMULTISIG", "- SCHNORR41 01 KEY 01", "SIG_BADLENGTH"),
    ([], "OP_CHECKMULTISIG", "- DER41 01 KEY 01", "OK"),
    (["NULLFAIL"], "OP_CHECKMULTISIG", "- DER41 01 KEY 01", "SIG_NULLFAIL"),
    (["NULLFAIL"], "OP_CHECKMULTISIG", "- - 01 KEY 01", "OK"),
    (["NULLFAIL"], "OP_CHECKMULTISIG", "- - DER41 02 KEY KEY 02", "SIG_NULLFAIL"),
    (["NULLFAIL"], "OP_CHECKMULTISIG", "- DER41 - 02 KEY KEY 02", "SIG_NULLFAIL"),
    # Numbers of before 2022 and conditions.
    ([], "OP_1ADD", "ffffff7f", "OK"),
    ([], "OP_1ADD", "0000000001", "INVALID_NUMBER_RANGE"),
    ([], "OP_PICK", "01 0000000001", "INVALID_NUMBER_RANGE"),
    (["64_BIT_INTEGERS"], "OP_PICK", "01 0000000001", "INVALID_STACK_OPERATION"),
    (["64_BIT_INTEGERS"], "OP_1ADD", "000000000000000001", "INVALID_NUMBER_RANGE_64_BIT"),
    (["ENABLE_MAY2025"], "OP_1ADD", "000000000000000001", "OK"),
    (["ENABLE_MAY2025"], "OP_PICK", "01 0000000001", "INVALID_NUMBER_RANGE"),
    ([], "OP_1ADD", "0100", "OK"),
    (["MINIMALDATA"], "OP_1ADD", "0100", "MINIMALNUM"),
    ([], "OP_MUL", "01 01", "DISABLED_OPCODE"),
    (["64_BIT_INTEGERS"], "OP_MUL", "01 01", "OK"),
    ([], "OP_IF OP_ENDIF", "02", "OK"),
    (["MINIMALIF"], "OP_IF OP_ENDIF", "02", "MINIMALIF"),
    (["MINIMALIF"], "OP_NOTIF OP_ENDIF", "0100", "MINIMALIF"),
    (["MINIMALIF"], "OP_IF OP_ENDIF", "01", "OK"),
    (["MINIMALIF"], "OP_NOTIF OP_ENDIF", "-", "OK"),
    (["MINIMALIF"], "OP_NOTIF OP_ENDIF", "", "UNBALANCED_CONDITIONAL"),
    (["MINIMALIF"], "OP_0 OP_IF OP_IF OP_ENDIF OP_ENDIF", "02", "OK"),
    (["DISCOURAGE_UPGRADABLE_NOPS"], "OP_NOP10", "", "DISCOURAGE_UPGRADABLE_NOPS"),
    ([], "OP_NOP10", "", "OK"),
    ([], "OP_CHECKLOCKTIMEVERIFY OP_CHECKSEQUENCEVERIFY", "81", "OK"),
    (["CHECKLOCKTIMEVERIFY"], "OP_CHECKLOCKTIMEVERIFY", "81", "NEGATIVE_LOCKTIME"),
    (["CHECKSEQUENCEVERIFY"], "OP_CHECKLOCKTIMEVERIFY", "81", "OK"),
    (["CHECKSEQUENCEVERIFY"], "OP_CHECKSEQUENCEVERIFY", "81", "NEGATIVE_LOCKTIME"),
    (["ENABLE_MAY2025"], "OP_INVERT", "01", "DISABLED_OPCODE"),
    (["ENABLE_MAY2026"], "OP_INVERT", "01", "OK"),
]


@pytest.mark.parametrize(("flags", "code", "items", "expected"), FLAGGED, ids=str)
def test_flags_that_no_year_has_together_mean_what_each_says(
    flags: list[str], code: str, items: str, expected: str
) -> None:
    result = run(code, items, rules_from_flags(flags))
    assert ("OK" if result.reason is None else result.reason.value) == expected, str(result)


def test_s_is_high_above_half_the_order() -> None:
    for rules in YEARS.values():
        for s, expected in (
            (1, Reason.SIG_NULLFAIL),
            (GROUP_ORDER // 2, Reason.SIG_NULLFAIL),
            (GROUP_ORDER // 2 + 1, Reason.SIG_HIGH_S),
            (GROUP_ORDER - 1, Reason.SIG_HIGH_S),
            (GROUP_ORDER, Reason.SIG_NULLFAIL),
        ):
            assert run("OP_CHECKDATASIG", f"{der(1, s)} - KEY", rules).reason is expected


def test_a_signature_that_need_not_verify_leaves_nothing_and_counts_as_a_check() -> None:
    for items in (f"{high_s_of(1)} - KEY", f"{high_s_of(GROUP_ORDER)} - KEY", "01 - KEY"):
        result = run("OP_CHECKDATASIG", items, rules_from_flags([]))
        assert (result.stack, result.metrics.signature_checks) == ((b"",), 1)
    multisig = run("OP_CHECKMULTISIG", "- DER41 01 KEY KEY KEY 03", rules_from_flags([]))
    assert (multisig.stack, multisig.metrics.signature_checks) == ((b"",), 3)
    empty = run("OP_CHECKMULTISIG", "- - 01 KEY KEY KEY 03", rules_from_flags([]))
    assert (empty.stack, empty.metrics.signature_checks) == ((b"",), 0)


def test_the_digest_of_an_old_signature_is_paid_for_as_any_other() -> None:
    for flags, hash_type, iterations in (
        (["ENABLE_MAY2025"], "01", 4),
        (["ENABLE_MAY2025"], "41", 4),
        (["ENABLE_MAY2025", "SIGHASH_FORKID", "TOKENS"], "41", 5),
        (["ENABLE_MAY2025"], "03", 4),
    ):
        result = run("OP_CHECKSIG", f"SCHNORR{hash_type} KEY", rules_from_flags(flags))
        assert (result.stack, result.metrics.signature_checks) == ((b"",), 1)
        assert result.metrics.hash_iterations == iterations, flags
        assert result.metrics.op_cost == 100 + 26_000 + 64 * iterations


def test_a_locktime_needs_a_transaction_to_be_satisfied() -> None:
    for opcode in ("OP_CHECKLOCKTIMEVERIFY", "OP_CHECKSEQUENCEVERIFY"):
        for stack, reason in (
            ((), Reason.INVALID_STACK_OPERATION),
            ((b"\x81",), Reason.NEGATIVE_LOCKTIME),
            ((b"\x01\x00",), Reason.MINIMALNUM),
            ((b"\x01",), Reason.UNSATISFIED_LOCKTIME),
            ((b"",), Reason.UNSATISFIED_LOCKTIME),
        ):
            assert run_script(assemble(opcode), stack=stack).reason is reason
    disabled = run_script(assemble("OP_CHECKSEQUENCEVERIFY"), stack=(b"\0\0\0\x80\0",))
    assert disabled.ok


def locked(
    opcode: str, required: str, *, locktime: int = 0, sequence: int = 0, version: int = 2
) -> str:
    inputs = (replace(CONTEXT.transaction.inputs[0], sequence=sequence),)
    transaction = Transaction(inputs, CONTEXT.transaction.outputs, version, locktime)
    context = TransactionContext(transaction, CONTEXT.source_outputs[:1])
    result = run_script(assemble(opcode), BCH_2026, context=context, stack=(item(required),))
    return "OK" if result.reason is None else result.reason.value


# 500,000,000 is the first time; a sequence of all ones puts no locktime in force.
@pytest.mark.parametrize(
    ("required", "locktime", "sequence", "ok"),
    [
        ("ff64cd1d", 499_999_999, 0, True),
        ("ff64cd1d", 499_999_998, 0, False),
        ("ff64cd1d", 500_000_000, 0, False),
        ("0065cd1d", 500_000_000, 0, True),
        ("0065cd1d", 499_999_999, 0, False),
        ("0165cd1d", 500_000_000, 0, False),
        ("0065cd1d", 500_000_001, 0xFFFF_FFFE, True),
        ("0065cd1d", 500_000_001, 0xFFFF_FFFF, False),
        ("-", 0, 0, True),
        ("ffffffff00", 0xFFFF_FFFF, 0, True),
        ("0000000001", 0xFFFF_FFFF, 0, False),
    ],
)
def test_an_absolute_locktime_is_a_height_or_a_time(
    required: str, locktime: int, sequence: int, ok: bool
) -> None:
    told = locked("OP_CHECKLOCKTIMEVERIFY", required, locktime=locktime, sequence=sequence)
    assert told == ("OK" if ok else "UNSATISFIED_LOCKTIME")


@pytest.mark.parametrize(
    ("required", "sequence", "version", "ok"),
    [
        ("0a", 10, 2, True),
        ("0a", 11, 2, True),
        ("0b", 10, 2, False),
        ("0a", 10, 1, False),
        ("0a", 10, 3, True),
        ("0a", 10, 0, False),
        ("0a", 0x8000_000A, 2, False),
        ("0a", 0x0040_000A, 2, False),
        ("0a0040", 10, 2, False),
        ("0a0040", 0x0040_000A, 2, True),
        ("0a0040", 0x0040_000B, 2, True),
        ("0b0040", 0x0040_000A, 2, False),
        # Only the lower 16 bits and the two flags count.
        ("ffff00", 0x003F_FFFF, 2, True),
        ("ffff00", 0xFFFE, 2, False),
        ("ffff3f", 0xFFFF, 2, True),
        ("00003f", 0, 2, True),
        ("0000008000", 0, 1, True),
        ("0000000001", 0, 2, True),
    ],
)
def test_a_relative_locktime_is_in_blocks_or_in_time(
    required: str, sequence: int, version: int, ok: bool
) -> None:
    told = locked("OP_CHECKSEQUENCEVERIFY", required, sequence=sequence, version=version)
    assert told == ("OK" if ok else "UNSATISFIED_LOCKTIME")


def test_every_reason_that_a_script_run_alone_can_have_is_in_the_tables() -> None:
    told = {expected for *_, expected in [*ROWS, *FLAGGED]} - {"OK"}
    elsewhere = {
        # Of whole inputs (test_reasons.py), of limits (test_limits.py), of no transaction.
        *("EVAL_FALSE", "CLEANSTACK", "SIG_PUSHONLY", "INPUT_SIGCHECKS"),
        *("SCRIPT_SIZE", "OP_COUNT", "STACK_SIZE", "OP_COST", "TOO_MANY_HASH_ITERS"),
        *("CONDITIONAL_STACK_DEPTH", "CONTROL_STACK_DEPTH", "CONTEXT_NOT_PRESENT"),
        # Of drafts, which no node has.
        "PROPOSAL",
        # Of nothing that this library runs: see test_reasons.py.
        *("LIMITED_CONTEXT_NO_SIBLING_INFO", "SIGCHECKS_LIMIT_EXCEEDED"),
    }
    assert told | elsewhere | {"SIG_HIGH_S"} == {reason.value for reason in Reason}
