"""Arithmetic on VM numbers.

Source: CHIP-2024-07 BigInt; CHIP-2021-05 Targeted Virtual Machine Limits, "Arithmetic
Operation Cost"; CHIP-2025-05 Bitwise for the shifts.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from ...errors import Reason, ScriptError
from ...script.number_values import describe_number, encode_value
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import Operation, introduced, operation
from .bitwise import decode_shift

__all__ = ["ARITHMETIC", "MULTIPLICATION", "NUMBER_SHIFTS", "POWER"]


_RESULT = "twice the length of the result"
_BOOLEAN = "1 if the result is true"


def _unary(opcode: Op, effect: str, summary: str, compute: Callable[[int], int]) -> Operation:
    """( a -- compute(a) )"""

    @operation(opcode, takes=1, effect=effect, summary=summary, charge=_RESULT)
    def run(vm: Machine) -> None:
        item = vm.stack.pop()
        a = vm.numbers.get(item)
        vm.push_number(compute(vm.decode_number(item) if a is None else a))

    return run


def _unary_test(opcode: Op, effect: str, summary: str, compute: Callable[[int], bool]) -> Operation:
    """( a -- whether compute(a) )"""

    @operation(opcode, takes=1, effect=effect, summary=summary, charge=_BOOLEAN)
    def run(vm: Machine) -> None:
        item = vm.stack.pop()
        a = vm.numbers.get(item)
        vm.push_bool(compute(vm.decode_number(item) if a is None else a))

    return run


def _pop_two(vm: Machine) -> tuple[int, int]:
    """Pop two numbers; the deeper one is decoded, and fails, first."""
    stack, numbers = vm.stack, vm.numbers
    last, first = stack.pop(), stack.pop()
    a = numbers.get(first)
    if a is None:
        a = vm.decode_number(first)
    b = numbers.get(last)
    if b is None:
        b = vm.decode_number(last)
    return a, b


def _binary(
    opcode: Op,
    effect: str,
    summary: str,
    compute: Callable[[int, int], int],
    *,
    is_quadratic: bool = False,
) -> Operation:
    """( a b -- compute(a, b) ) Where `is_quadratic`, also charged len(a) * len(b), as its work."""
    product = ", and the product of the lengths of a and b" if is_quadratic else ""

    @operation(opcode, takes=2, effect=effect, summary=summary, charge=f"{_RESULT}{product}")
    def run(vm: Machine) -> None:
        # As `_pop_two`, without a call of it.
        stack, numbers = vm.stack, vm.numbers
        last, first = stack.pop(), stack.pop()
        a = numbers.get(first)
        if a is None:
            a = vm.decode_number(first)
        b = numbers.get(last)
        if b is None:
            b = vm.decode_number(last)
        vm.push_number(compute(a, b))
        if is_quadratic:
            vm.op_cost += len(first) * len(last)

    return run


def _binary_test(
    opcode: Op, effect: str, summary: str, compute: Callable[[int, int], bool]
) -> Operation:
    """( a b -- whether compute(a, b) )"""

    @operation(opcode, takes=2, effect=effect, summary=summary, charge=_BOOLEAN)
    def run(vm: Machine) -> None:
        a, b = _pop_two(vm)
        vm.push_bool(compute(a, b))

    return run


def _quotient(a: int, b: int) -> int:
    if not b:
        raise ScriptError(Reason.DIV_BY_ZERO, f"{describe_number(a)} / 0")
    # Rounded towards zero, unlike Python's `//`.
    return abs(a) // abs(b) if (a < 0) == (b < 0) else -(abs(a) // abs(b))


def _remainder(a: int, b: int) -> int:
    if not b:
        raise ScriptError(Reason.MOD_BY_ZERO, f"{describe_number(a)} % 0")
    # With the sign of a, unlike Python's `%`.
    if a >= 0:
        return a % abs(b)
    return -(-a % abs(b))


@operation(Op.OP_NUMEQUALVERIFY, takes=2, charge="1")
def number_equal_verify(vm: Machine) -> None:
    """( a b -- ) Fail unless the numbers are equal."""
    a, b = _pop_two(vm)
    if a != b:
        raise ScriptError(
            Reason.NUMEQUALVERIFY, f"{describe_number(a)} does not equal {describe_number(b)}"
        )
    vm.op_cost += 1


@operation(Op.OP_WITHIN, takes=3, charge=_BOOLEAN)
def within(vm: Machine) -> None:
    """( a low high -- low<=a<high ) Whether a is at least low and less than high."""
    stack, decode = vm.stack, vm.decode_number
    a, low, high = decode(stack[-3]), decode(stack[-2]), decode(stack[-1])
    del stack[-3:]
    vm.push_bool(low <= a < high)


def _shift_number(opcode: Op, *, left: bool) -> Operation:
    """( a bits -- a * 2**bits | floor(a / 2**bits) ) Charged for the bytes once only."""
    direction = "left" if left else "right, rounding down"

    @operation(
        opcode,
        takes=2,
        effect="a bits -- a*2**bits" if left else "a bits -- floor(a/2**bits)",
        summary=f"Shift a number to the {direction}.",
        charge="the length of the result",
    )
    def run(vm: Machine) -> None:
        bits = decode_shift(vm, vm.stack[-1])
        a = vm.decode_number(vm.stack[-2])
        widest = 8 * vm.result_size
        if left:
            # Check the size before shifting: the number of bits may be huge.
            if a and bits + a.bit_length() >= widest:
                raise vm.result_too_long((bits + a.bit_length() + 8) // 8)
            result = a << bits if a else 0
        else:
            result = a >> min(bits, widest)
        del vm.stack[-2:]
        vm.push(encode_value(result))

    return run


@operation(
    Op.OP_NOP1,
    takes=2,
    charge="8 times the square of a's length times the exponent, and twice the result's length",
)
def power(vm: Machine) -> None:
    """( a exponent -- a**exponent ) Raise a number to a power (draft)."""
    # Charged before it is computed.
    exponent = vm.decode_index(vm.stack[-1])
    if exponent < 0:
        raise ScriptError(Reason.INVALID_NUMBER_RANGE, f"exponent {exponent} is negative")
    vm.op_cost += 8 * len(vm.stack[-2]) ** 2 * exponent
    vm.check_budget()
    a = vm.decode_number(vm.stack[-2])
    if a.bit_length() > 1 and (a.bit_length() - 1) * exponent > 8 * vm.result_size:
        raise vm.result_too_long(((a.bit_length() - 1) * exponent + 9) // 8)
    # 0, 1 and -1 may have any exponent at no cost: only its parity and being 0 matter.
    result = a ** (exponent if a.bit_length() > 1 else min(exponent, 2 - exponent % 2))
    del vm.stack[-2:]
    vm.push_number(result)


_FIRST = introduced(
    2009,
    "Bitcoin 0.1; numbers of any size: CHIP-2024-07 BigInt",
    _unary(Op.OP_1ADD, "a -- a+1", "Add 1.", (1).__add__),
    _unary(Op.OP_1SUB, "a -- a-1", "Subtract 1.", (-1).__add__),
    _unary(Op.OP_NEGATE, "a -- -a", "Change the sign.", operator.neg),
    _unary(Op.OP_ABS, "a -- |a|", "Take the absolute value.", abs),
    _unary_test(Op.OP_NOT, "a -- a==0", "Whether a is 0.", operator.not_),
    _unary_test(Op.OP_0NOTEQUAL, "a -- a!=0", "Whether a is not 0.", bool),
    _binary(Op.OP_ADD, "a b -- a+b", "Add.", operator.add),
    _binary(Op.OP_SUB, "a b -- a-b", "Subtract.", operator.sub),
    _binary_test(
        Op.OP_BOOLAND, "a b -- a&&b", "Whether both numbers are not 0.", lambda a, b: bool(a and b)
    ),
    _binary_test(
        Op.OP_BOOLOR,
        "a b -- a||b",
        "Whether at least one of two numbers is not 0.",
        lambda a, b: bool(a or b),
    ),
    _binary_test(Op.OP_NUMEQUAL, "a b -- a==b", "Whether two numbers are equal.", operator.eq),
    number_equal_verify,
    _binary_test(Op.OP_NUMNOTEQUAL, "a b -- a!=b", "Whether two numbers differ.", operator.ne),
    _binary_test(Op.OP_LESSTHAN, "a b -- a<b", "Whether a is less than b.", operator.lt),
    _binary_test(Op.OP_GREATERTHAN, "a b -- a>b", "Whether a is greater than b.", operator.gt),
    _binary_test(Op.OP_LESSTHANOREQUAL, "a b -- a<=b", "Whether a is at most b.", operator.le),
    _binary_test(Op.OP_GREATERTHANOREQUAL, "a b -- a>=b", "Whether a is at least b.", operator.ge),
    _binary(Op.OP_MIN, "a b -- min(a,b)", "The smaller number.", min),
    _binary(Op.OP_MAX, "a b -- max(a,b)", "The larger number.", max),
    within,
)
ARITHMETIC = (
    *_FIRST,
    *introduced(
        2018,
        "the May 2018 upgrade specification, re-enabled opcodes",
        _binary(
            Op.OP_DIV, "a b -- a/b", "Divide, rounding towards zero.", _quotient, is_quadratic=True
        ),
        _binary(
            Op.OP_MOD,
            "a b -- a%b",
            "The remainder of a division, with the sign of a.",
            _remainder,
            is_quadratic=True,
        ),
    ),
)
MULTIPLICATION = introduced(
    2022,
    "CHIP-2021-02 Bigger Script Integers",
    _binary(Op.OP_MUL, "a b -- a*b", "Multiply.", operator.mul, is_quadratic=True),
)
NUMBER_SHIFTS = introduced(
    2026,
    "CHIP-2025-05 Bitwise",
    _shift_number(Op.OP_LSHIFTNUM, left=True),
    _shift_number(Op.OP_RSHIFTNUM, left=False),
)
POWER = introduced(0, "libauth's draft instruction set", power)
