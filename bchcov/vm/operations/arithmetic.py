"""Arithmetic on VM numbers.

Source: CHIP-2024-07 BigInt; CHIP-2021-05 Targeted Virtual Machine Limits, "Arithmetic
Operation Cost"; CHIP-2025-05 Bitwise for the shifts.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from ...errors import Reason, ScriptError
from ...script.numbers import describe_number, encode_number
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import Operation, operation
from .bitwise import decode_shift

__all__ = ["ARITHMETIC", "MULTIPLICATION", "NUMBER_SHIFTS", "POWER"]


def _unary(opcode: Op, compute: Callable[[int], int]) -> Operation:
    """( a -- compute(a) )"""

    @operation(opcode, takes=1)
    def run(vm: Machine) -> None:
        vm.push_number(compute(vm.decode_number(vm.stack.pop())))

    return run


def _unary_test(opcode: Op, compute: Callable[[int], bool]) -> Operation:
    """( a -- whether compute(a) )"""

    @operation(opcode, takes=1)
    def run(vm: Machine) -> None:
        vm.push_bool(compute(vm.decode_number(vm.stack.pop())))

    return run


def _pop_two(vm: Machine) -> tuple[int, int]:
    """Pop two numbers; the deeper one is decoded, and fails, first."""
    stack, decode = vm.stack, vm.decode_number
    last = stack.pop()
    return decode(stack.pop()), decode(last)


def _binary(opcode: Op, compute: Callable[[int, int], int]) -> Operation:
    """( a b -- compute(a, b) )"""

    @operation(opcode, takes=2)
    def run(vm: Machine) -> None:
        a, b = _pop_two(vm)
        vm.push_number(compute(a, b))

    return run


def _quadratic(opcode: Op, compute: Callable[[int, int], int]) -> Operation:
    """( a b -- compute(a, b) ) Also charged len(a) * len(b): quadratic work."""

    @operation(opcode, takes=2)
    def run(vm: Machine) -> None:
        charge = len(vm.stack[-1]) * len(vm.stack[-2])
        a, b = _pop_two(vm)
        vm.push_number(compute(a, b))
        vm.cost += charge

    return run


def _binary_test(opcode: Op, compute: Callable[[int, int], bool]) -> Operation:
    """( a b -- whether compute(a, b) )"""

    @operation(opcode, takes=2)
    def run(vm: Machine) -> None:
        a, b = _pop_two(vm)
        vm.push_bool(compute(a, b))

    return run


def _divide(a: int, b: int) -> tuple[int, int]:
    """Divide rounding towards zero, unlike Python's `//`: the remainder has the sign of a."""
    quotient, remainder = divmod(abs(a), abs(b))
    return quotient if (a < 0) == (b < 0) else -quotient, -remainder if a < 0 else remainder


def _quotient(a: int, b: int) -> int:
    if not b:
        raise ScriptError(Reason.DIV_BY_ZERO, f"{describe_number(a)} / 0")
    return _divide(a, b)[0]


def _remainder(a: int, b: int) -> int:
    if not b:
        raise ScriptError(Reason.MOD_BY_ZERO, f"{describe_number(a)} % 0")
    return _divide(a, b)[1]


@operation(Op.OP_NUMEQUALVERIFY, takes=2)
def number_equal_verify(vm: Machine) -> None:
    """( a b -- ) Fail unless the numbers are equal."""
    a, b = _pop_two(vm)
    if a != b:
        raise ScriptError(
            Reason.NUMEQUALVERIFY, f"{describe_number(a)} is not {describe_number(b)}"
        )
    vm.cost += 1


@operation(Op.OP_WITHIN, takes=3)
def within(vm: Machine) -> None:
    """( a low high -- whether low <= a < high )"""
    stack, decode = vm.stack, vm.decode_number
    a, low, high = decode(stack[-3]), decode(stack[-2]), decode(stack[-1])
    del stack[-3:]
    vm.push_bool(low <= a < high)


def _shift_number(opcode: Op, *, left: bool) -> Operation:
    """( a bits -- a * 2**bits | floor(a / 2**bits) ) Charged for the bytes once only."""

    @operation(opcode, takes=2)
    def run(vm: Machine) -> None:
        bits = decode_shift(vm, vm.stack[-1])
        a = vm.decode_number(vm.stack[-2])
        widest = 8 * vm.result_size
        if left:
            # Never compute what cannot be the result: the count of bits has no limit.
            if a and bits + a.bit_length() >= widest:
                raise vm.result_too_long((bits + a.bit_length() + 8) // 8)
            result = a << bits if a else 0
        else:
            result = a >> min(bits, widest)
        del vm.stack[-2:]
        vm.push(encode_number(result))

    return run


@operation(Op.OP_NOP1, takes=2)
def power(vm: Machine) -> None:
    """( a exponent -- a**exponent ) Charged 8 * len(a)**2 * exponent before it is computed."""
    exponent = vm.decode_index(vm.stack[-1])
    if exponent < 0:
        raise ScriptError(Reason.INVALID_NUMBER_RANGE, f"exponent {exponent} is negative")
    vm.cost += 8 * len(vm.stack[-2]) ** 2 * exponent
    vm.check_budget()
    a = vm.decode_number(vm.stack[-2])
    if a.bit_length() > 1 and (a.bit_length() - 1) * exponent > 8 * vm.result_size:
        raise vm.result_too_long((a.bit_length() - 1) * exponent // 8)
    # 0, 1 and -1 may have any exponent at no cost: only its parity and being 0 matter.
    result = a ** (exponent if a.bit_length() > 1 else min(exponent, 2 - exponent % 2))
    del vm.stack[-2:]
    vm.push_number(result)


ARITHMETIC = (
    _unary(Op.OP_1ADD, lambda a: a + 1),
    _unary(Op.OP_1SUB, lambda a: a - 1),
    _unary(Op.OP_NEGATE, operator.neg),
    _unary(Op.OP_ABS, abs),
    _unary_test(Op.OP_NOT, operator.not_),
    _unary_test(Op.OP_0NOTEQUAL, bool),
    _binary(Op.OP_ADD, operator.add),
    _binary(Op.OP_SUB, operator.sub),
    _quadratic(Op.OP_DIV, _quotient),
    _quadratic(Op.OP_MOD, _remainder),
    _binary_test(Op.OP_BOOLAND, lambda a, b: bool(a and b)),
    _binary_test(Op.OP_BOOLOR, lambda a, b: bool(a or b)),
    _binary_test(Op.OP_NUMEQUAL, operator.eq),
    number_equal_verify,
    _binary_test(Op.OP_NUMNOTEQUAL, operator.ne),
    _binary_test(Op.OP_LESSTHAN, operator.lt),
    _binary_test(Op.OP_GREATERTHAN, operator.gt),
    _binary_test(Op.OP_LESSTHANOREQUAL, operator.le),
    _binary_test(Op.OP_GREATERTHANOREQUAL, operator.ge),
    _binary(Op.OP_MIN, min),
    _binary(Op.OP_MAX, max),
    within,
)
MULTIPLICATION = (_quadratic(Op.OP_MUL, operator.mul),)
NUMBER_SHIFTS = (
    _shift_number(Op.OP_LSHIFTNUM, left=True),
    _shift_number(Op.OP_RSHIFTNUM, left=False),
)
POWER = (power,)
