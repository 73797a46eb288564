"""Operations on numbers agree with plain integers, for all small ones and around each border."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction

import pytest

from bchcov import BCH_2023, BCH_2026, RuleSet, run_script
from bchcov.script.numbers import encode_number, number_decoder
from bchcov.script.opcodes import Op

SMALL = list(range(-4, 5))
BORDERS = [2**bits + step for bits in (7, 8, 15, 16, 31, 32, 40) for step in (-1, 0, 1)]
NUMBERS = [*SMALL, *BORDERS, *(-each for each in BORDERS)]

ONE: dict[Op, Callable[[int], int]] = {
    Op.OP_1ADD: lambda a: a + 1,
    Op.OP_1SUB: lambda a: a - 1,
    Op.OP_NEGATE: lambda a: -a,
    Op.OP_ABS: abs,
    Op.OP_NOT: lambda a: int(a == 0),
    Op.OP_0NOTEQUAL: lambda a: int(a != 0),
}
TWO: dict[Op, Callable[[int, int], int]] = {
    Op.OP_ADD: lambda a, b: a + b,
    Op.OP_SUB: lambda a, b: a - b,
    Op.OP_DIV: lambda a, b: math.trunc(Fraction(a, b)),
    Op.OP_MOD: lambda a, b: int(math.fmod(a, b)),
    Op.OP_BOOLAND: lambda a, b: int(a != 0 and b != 0),
    Op.OP_BOOLOR: lambda a, b: int(a != 0 or b != 0),
    Op.OP_NUMEQUAL: lambda a, b: int(a == b),
    Op.OP_NUMNOTEQUAL: lambda a, b: int(a != b),
    Op.OP_LESSTHAN: lambda a, b: int(a < b),
    Op.OP_GREATERTHAN: lambda a, b: int(a > b),
    Op.OP_LESSTHANOREQUAL: lambda a, b: int(a <= b),
    Op.OP_GREATERTHANOREQUAL: lambda a, b: int(a >= b),
    Op.OP_MIN: min,
    Op.OP_MAX: max,
}


def compute(rules: RuleSet, op: Op, *operands: int) -> int:
    result = run_script(bytes([op]), rules, stack=tuple(map(encode_number, operands)))
    assert result.ok, (op, operands, result.reason)
    (left,) = result.stack
    return number_decoder(10_000, minimal=True)(left)


@pytest.mark.parametrize("rules", [BCH_2023, BCH_2026], ids=str)
@pytest.mark.parametrize("op", ONE, ids=lambda op: op.name)
def test_an_operation_on_one_number_is_that_of_integers(op: Op, rules: RuleSet) -> None:
    for a in NUMBERS:
        assert compute(rules, op, a) == ONE[op](a), a


@pytest.mark.parametrize("rules", [BCH_2023, BCH_2026], ids=str)
@pytest.mark.parametrize("op", TWO, ids=lambda op: op.name)
def test_an_operation_on_two_numbers_is_that_of_integers(op: Op, rules: RuleSet) -> None:
    for a, b in itertools.product(NUMBERS, NUMBERS):
        if op in (Op.OP_DIV, Op.OP_MOD) and not b:
            continue
        assert compute(rules, op, a, b) == TWO[op](a, b), (a, b)


@pytest.mark.parametrize("rules", [BCH_2023, BCH_2026], ids=str)
def test_a_number_is_within_its_lower_bound_and_below_its_upper(rules: RuleSet) -> None:
    for a, low, high in itertools.product(SMALL, SMALL, SMALL):
        assert compute(rules, Op.OP_WITHIN, a, low, high) == int(low <= a < high), (a, low, high)


@pytest.mark.parametrize("left", [True, False], ids=["left", "right"])
def test_a_shifted_number_is_that_of_integers(left: bool) -> None:
    op = Op.OP_LSHIFTNUM if left else Op.OP_RSHIFTNUM
    for a, bits in itertools.product(NUMBERS, [0, 1, 2, 7, 8, 9, 16, 41, 64]):
        # To the right, rounding is towards minus infinity.
        assert compute(BCH_2026, op, a, bits) == (a << bits if left else a >> bits), (a, bits)


@pytest.mark.parametrize("left", [True, False], ids=["left", "right"])
def test_a_shifted_string_keeps_its_length_and_loses_what_leaves_it(left: bool) -> None:
    op = Op.OP_LSHIFTBIN if left else Op.OP_RSHIFTBIN
    for item in (b"", b"\xff", b"\x80\x01", b"\xa5\x5a\xc3"):
        digits = "".join(f"{byte:08b}" for byte in item)
        for bits in range(8 * len(item) + 10):
            zeros = "0" * min(bits, len(digits))
            kept = digits[bits:] + zeros if left else zeros + digits[: max(0, len(digits) - bits)]
            expected = int(kept or "0", 2).to_bytes(len(item), "big")
            ran = run_script(bytes([op]), BCH_2026, stack=(item, encode_number(bits)))
            assert ran.stack == (expected,), (item, bits)
