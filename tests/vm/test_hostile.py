"""Scripts made to hurt: none takes more time than its budget implies, none breaks the machine."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.spends import spend

from bchcov import (
    BCH_2023,
    BCH_2026,
    BCH_SPEC,
    InputResult,
    Reason,
    RuleSet,
    run_script,
)
from bchcov.assembly import assemble
from bchcov.script.pushes import encode_push

# The largest input that relays: 10,041 bytes allow a cost of 8 million.
LARGEST = encode_push(bytes(9_997))


@cache
def seconds_of_a_loop() -> float:
    """What the plainest script takes that spends its budget: the measure of the others."""
    return min(run(assemble(HOSTILE["an endless loop"]))[1] for _ in range(3))


def run(locking: bytes, rules: RuleSet = BCH_2026.consensus) -> tuple[InputResult, float]:
    start = time.process_time()
    result = spend(locking, LARGEST, rules)
    return result, time.process_time() - start


HOSTILE = {
    "an endless loop": "OP_BEGIN OP_0 OP_UNTIL",
    "a long zero asked for its truth": "OP_BEGIN OP_IFDUP OP_0 OP_UNTIL",
    "a long item hashed": "OP_BEGIN OP_DUP OP_HASH256 OP_DROP OP_0 OP_UNTIL",
    "a long item reversed": "OP_BEGIN OP_REVERSEBYTES OP_0 OP_UNTIL",
    "a long item inverted": "OP_BEGIN OP_INVERT OP_0 OP_UNTIL",
    "a long item shifted": "OP_BEGIN OP_1 OP_LSHIFTBIN OP_0 OP_UNTIL",
    "a long item compared": "OP_BEGIN OP_DUP OP_DUP OP_EQUAL OP_DROP OP_0 OP_UNTIL",
    "a long item split and joined": "OP_BEGIN <5000> OP_SPLIT OP_CAT OP_0 OP_UNTIL",
    "a long padding removed": "OP_BEGIN OP_DUP OP_BIN2NUM OP_DROP OP_0 OP_UNTIL",
    "a long number squared": "OP_INVERT OP_BIN2NUM OP_BEGIN OP_DUP OP_DUP OP_MUL OP_0 OP_UNTIL",
    "long numbers divided": "OP_INVERT OP_BIN2NUM OP_BEGIN OP_DUP <3> OP_DIV OP_DROP OP_0 OP_UNTIL",
    "a long number negated": "OP_INVERT OP_BIN2NUM OP_BEGIN OP_NEGATE OP_0 OP_UNTIL",
    "a growing number": "OP_DROP OP_2 OP_BEGIN OP_DUP OP_MUL OP_0 OP_UNTIL",
    "a shift beyond all sizes": "OP_DROP OP_1 <0x01000000000000000000000000000000> OP_LSHIFTNUM",
    "a shift to nothing": "OP_DROP OP_1 <0xffffffffffffffffffffffffffffff7f> OP_RSHIFTNUM",
    "items rolled from the bottom": "OP_DROP "
    + "OP_1 " * 990
    + "OP_BEGIN <980> OP_ROLL OP_0 OP_UNTIL",
    "deep branches toggled": "OP_DROP "
    + "OP_1 OP_IF " * 98
    + "OP_BEGIN OP_1 OP_IF OP_ELSE OP_ELSE OP_ENDIF OP_0 OP_UNTIL",
    "a function that calls itself": "OP_DROP <OP_0 OP_INVOKE> OP_0 OP_DEFINE OP_0 OP_INVOKE",
    "a function called for ever": "OP_DROP <OP_1 OP_DROP> OP_0 OP_DEFINE"
    " OP_BEGIN OP_0 OP_INVOKE OP_0 OP_UNTIL",
    "a long function called for ever": "OP_DROP <" + "OP_NOP " * 8000 + "> OP_0 OP_DEFINE"
    " OP_BEGIN OP_0 OP_INVOKE OP_0 OP_UNTIL",
    "its own bytes for ever": "OP_DROP OP_BEGIN OP_ACTIVEBYTECODE OP_DROP OP_0 OP_UNTIL",
    "the input's bytes for ever": "OP_BEGIN OP_0 OP_INPUTBYTECODE OP_DROP OP_0 OP_UNTIL",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_script_takes_longer_than_its_budget_implies(name: str) -> None:
    result, seconds = run(assemble(HOSTILE[name]))
    # Eight million of cost, at the price of the dearest operation; three times the loop's
    # time was seen, the rest is for a machine that does something else meanwhile.
    assert seconds < 20 * seconds_of_a_loop()
    assert result.metrics.op_cost < 120_000_000


def test_an_endless_loop_ends_with_its_budget() -> None:
    result, _ = run(assemble(HOSTILE["an endless loop"]))
    assert result.reason is Reason.OP_COST
    assert result.metrics.op_cost <= 800 * (41 + len(LARGEST)) + 100


def test_a_power_is_paid_before_it_is_computed() -> None:
    for source, reason in (
        ("<0xffffff7f> <0xffffffffff7f> OP_POW", Reason.OP_COST),
        ("OP_2 <-1> OP_POW", Reason.INVALID_NUMBER_RANGE),
        ("<0xff00> <50000> OP_POW", None),
        ("OP_2 <900000> OP_POW", Reason.INVALID_NUMBER_RANGE_BIG_INT),
    ):
        start = time.process_time()
        result = run_script(assemble(source), BCH_SPEC)
        assert result.reason is reason, str(result)
        assert time.process_time() - start < 20 * seconds_of_a_loop()


def test_ones_and_zeros_have_every_power() -> None:
    for source, left in (
        ("OP_1 <100> OP_POW", b"\x01"),
        ("<-1> <101> OP_POW", b"\x81"),
        ("<-1> <100> OP_POW", b"\x01"),
        ("OP_0 OP_0 OP_POW", b"\x01"),
        ("OP_0 <5> OP_POW", b""),
    ):
        assert run_script(assemble(source), BCH_SPEC).stack == (left,)


@settings(max_examples=2_000, deadline=None)
@given(
    locking=st.binary(max_size=200),
    unlocking=st.binary(max_size=60),
    rules=st.sampled_from((BCH_2023, BCH_2026, BCH_2026.consensus, BCH_SPEC)),
)
def test_any_bytes_are_judged(locking: bytes, unlocking: bytes, rules: RuleSet) -> None:
    result = spend(locking, unlocking, rules)
    assert result.ok or isinstance(result.reason, Reason)
    assert str(result)
    assert result == spend(locking, unlocking, rules)


@pytest.mark.long
def test_a_million_random_scripts_are_judged() -> None:
    from random import Random

    random = Random(2026)
    for _ in range(1_000_000):
        code = random.randbytes(random.randrange(1, 40))
        assert isinstance(str(run_script(code, BCH_2026.consensus)), str)
