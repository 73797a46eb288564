"""The phases of an input: unlocking, locking, redeeming, and what must be true at each end."""

from __future__ import annotations

import pytest
from support.spends import spend

from bchcov import BCH_2023, BCH_2025, BCH_2026, BCH_SPEC, Reason, RuleSet
from bchcov.crypto.hashes import hash160, hash256
from bchcov.script.patterns import p2sh20, p2sh32
from bchcov.script.pushes import encode_push
from bchcov.vm.rules.flags import rules_from_flags

YEARS = (BCH_2023, BCH_2025, BCH_2026, BCH_SPEC)
PROGRAM = b"\x00\x14" + bytes(range(1, 21))
TRUE, FALSE = b"\x51", b"\x00"


def reason_of(locking: bytes, unlocking: bytes, rules: RuleSet) -> str:
    result = spend(locking, unlocking, rules)
    return "OK" if result.reason is None else f"{result.phase}: {result.reason.value}"


# A locking bytecode, an unlocking bytecode, what becomes of them in blocks of every year.
CASES = [
    (TRUE, b"", "OK"),
    (b"", TRUE, "OK"),
    (b"", b"", "locking: EVAL_FALSE"),
    (FALSE, b"", "locking: EVAL_FALSE"),
    (b"\x01\x80", b"", "locking: EVAL_FALSE"),
    (b"\x02\x00\x80", b"", "locking: EVAL_FALSE"),
    (b"\x02\x80\x00", b"", "OK"),
    (TRUE, TRUE, "locking: CLEANSTACK"),
    (b"\x75", TRUE, "locking: EVAL_FALSE"),
    (b"\x6b\x51", TRUE, "OK"),
    (TRUE, b"\x61", "unlocking: SIG_PUSHONLY"),
    (TRUE, b"\x60\x75", "unlocking: SIG_PUSHONLY"),
    (b"\x75\x51", b"\x60", "OK"),
    (TRUE, b"\x02\x51", "unlocking: SIG_PUSHONLY"),
    (TRUE, b"\x50", "unlocking: BAD_OPCODE"),
    # What the unlocking bytecode left on the alternate stack or open does not last.
    (b"\x6c", b"\x51", "locking: INVALID_ALTSTACK_OPERATION"),
    (b"\x68", b"\x51", "locking: UNBALANCED_CONDITIONAL"),
    (p2sh20(TRUE), encode_push(TRUE), "OK"),
    (p2sh32(TRUE), encode_push(TRUE), "OK"),
    (p2sh20(TRUE), encode_push(FALSE), "locking: EVAL_FALSE"),
    (p2sh20(TRUE), b"", "locking: INVALID_STACK_OPERATION"),
    (p2sh20(FALSE), encode_push(FALSE), "redeem: EVAL_FALSE"),
    (p2sh32(FALSE), encode_push(FALSE), "redeem: EVAL_FALSE"),
    (p2sh20(b"\x75"), TRUE + encode_push(b"\x75"), "redeem: EVAL_FALSE"),
    (p2sh20(TRUE), TRUE + encode_push(TRUE), "redeem: CLEANSTACK"),
    (p2sh20(b"\x61"), TRUE + encode_push(b"\x61"), "OK"),
    (p2sh20(b""), TRUE + FALSE, "OK"),
    (p2sh20(b"\x6a"), encode_push(b"\x6a"), "redeem: OP_RETURN"),
    # A witness program that was paid to by mistake may be taken back, by itself only.
    (p2sh20(PROGRAM), encode_push(PROGRAM), "OK"),
    (p2sh20(PROGRAM), TRUE + encode_push(PROGRAM), "redeem: CLEANSTACK"),
    (p2sh32(PROGRAM), encode_push(PROGRAM), "redeem: CLEANSTACK"),
    (PROGRAM, b"", "locking: CLEANSTACK"),
    (p2sh20(PROGRAM[:-1]), encode_push(PROGRAM[:-1]), "redeem: BAD_OPCODE"),
    # Nearly a pattern: an ordinary locking bytecode, true once the hash is.
    (b"\xa9\x4c\x14" + hash160(FALSE) + b"\x87", encode_push(FALSE), "locking: MINIMALDATA"),
    (b"\xa9\x14" + hash160(FALSE) + b"\x88\x51", encode_push(FALSE), "OK"),
    (b"\xaa\x20" + hash256(FALSE) + b"\x87", encode_push(FALSE), "redeem: EVAL_FALSE"),
]


@pytest.mark.parametrize(("locking", "unlocking", "expected"), CASES)
def test_an_input_ends_as_its_phases_do(locking: bytes, unlocking: bytes, expected: str) -> None:
    for rules in YEARS:
        assert reason_of(locking, unlocking, rules.consensus) == expected
        is_recovered = locking == p2sh20(PROGRAM) and expected == "OK"
        relayed = "redeem: CLEANSTACK" if is_recovered else expected
        assert reason_of(locking, unlocking, rules) == relayed


# Flags, a locking bytecode, an unlocking bytecode, what becomes of them.
FLAGGED = [
    ([], TRUE, TRUE, "OK"),
    (["CLEANSTACK", "P2SH"], TRUE, TRUE, "locking: CLEANSTACK"),
    ([], TRUE, b"\x61", "OK"),
    (["SIGPUSHONLY"], TRUE, b"\x61", "unlocking: SIG_PUSHONLY"),
    ([], p2sh20(FALSE), encode_push(FALSE), "OK"),
    (["P2SH"], p2sh20(FALSE), encode_push(FALSE), "redeem: EVAL_FALSE"),
    (["P2SH"], p2sh32(FALSE), encode_push(FALSE), "OK"),
    (["P2SH", "P2SH_32"], p2sh32(FALSE), encode_push(FALSE), "redeem: EVAL_FALSE"),
    (["P2SH_32"], p2sh32(FALSE), encode_push(FALSE), "OK"),
    # A redeem script must be pushed, even where other unlocking bytecodes may do more.
    (["P2SH"], p2sh20(TRUE), b"\x61" + encode_push(TRUE), "locking: SIG_PUSHONLY"),
    (["P2SH"], p2sh20(TRUE), encode_push(TRUE), "OK"),
    (["P2SH"], p2sh20(TRUE), TRUE + encode_push(TRUE), "OK"),
    (["P2SH"], p2sh20(PROGRAM), TRUE + encode_push(PROGRAM), "OK"),
    (["P2SH", "CLEANSTACK"], p2sh20(PROGRAM), encode_push(PROGRAM), "OK"),
    ([], TRUE, b"\x6a", "unlocking: OP_RETURN"),
    ([], b"\x6c\x51", b"\x51\x6b", "locking: INVALID_ALTSTACK_OPERATION"),
    ([], TRUE, b"\x51\x63", "unlocking: UNBALANCED_CONDITIONAL"),
]


@pytest.mark.parametrize(("flags", "locking", "unlocking", "expected"), FLAGGED, ids=str)
def test_flags_decide_what_a_phase_may_do(
    flags: list[str], locking: bytes, unlocking: bytes, expected: str
) -> None:
    assert reason_of(locking, unlocking, rules_from_flags(flags)) == expected


def test_what_is_left_is_that_of_the_last_phase() -> None:
    result = spend(p2sh20(b"\x61"), TRUE + encode_push(b"\x61"))
    assert (result.stack, result.alt_stack) == ((b"\x01",), ())
    held = spend(b"\x76\x6b", encode_push(b"\x02\x07"), BCH_2026)
    assert (held.stack, held.alt_stack) == ((b"\x02\x07",), (b"\x02\x07",))
    failed = spend(b"\x76\x6b\x6a", encode_push(b"\x02\x07"), BCH_2026)
    assert failed.reason is Reason.OP_RETURN
    assert (failed.stack, failed.alt_stack) == ((b"\x02\x07",), (b"\x02\x07",))
    assert (failed.code, failed.position, failed.offset) == (b"\x76\x6b\x6a", 2, 2)
    clean = spend(TRUE, TRUE, BCH_2026)
    assert (clean.code, clean.position, clean.offset, clean.opcode) == (None, None, None, None)


def test_every_phase_adds_to_the_same_counters() -> None:
    redeem = b"\x75\x51"
    result = spend(p2sh20(redeem), encode_push(b"\x07\x07") + encode_push(redeem))
    # Two pushes; OP_HASH160, the hash, OP_EQUAL; OP_DROP, OP_1.
    assert result.metrics.instructions == 2 + 3 + 2
    assert result.metrics.op_cost == 700 + 4 + (20 + 2 * 192) + 20 + 1 + 1


def test_a_script_of_any_phase_that_is_too_long_is_refused_in_it() -> None:
    long = encode_push(bytes(9_998))
    assert reason_of(TRUE, long, BCH_2026) == "unlocking: SCRIPT_SIZE"
    assert reason_of(long, TRUE, BCH_2026) == "locking: SCRIPT_SIZE"
    assert reason_of(b"\x75\x51", encode_push(bytes(9_997)), BCH_2026) == "OK"


def test_a_failure_with_an_instruction_says_which_one() -> None:
    cut = spend(b"\x51\x02\x01", b"", BCH_2026)
    assert (cut.reason, cut.position, cut.offset, cut.opcode) == (Reason.BAD_OPCODE, 1, 1, 0x02)
    open_branch = spend(b"\x51\x51\x63", b"", BCH_2026)
    assert open_branch.reason is Reason.UNBALANCED_CONDITIONAL
    assert (open_branch.position, open_branch.opcode) == (None, None)
