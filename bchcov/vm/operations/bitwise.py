"""Bits and equality of byte strings.

Source: the specification of May 2018; CHIP-2025-05 Bitwise for inversion and shifts.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from ...errors import Reason, ScriptError
from ...script.numbers import describe_number
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import Operation, operation

__all__ = ["BITWISE", "SHIFTS", "decode_shift"]

_INVERTED = bytes(0xFF - byte for byte in range(256))


def _bitwise(opcode: Op, compute: Callable[[int, int], int]) -> Operation:
    """( a b -- compute(a, b) ) Both must have the same length."""

    @operation(opcode, takes=2)
    def run(vm: Machine) -> None:
        stack = vm.stack
        a, b = stack[-2], stack[-1]
        size = len(a)
        if size != len(b):
            raise ScriptError(Reason.INVALID_OPERAND_SIZE, f"{size} and {len(b)} bytes")
        result = compute(int.from_bytes(a, "little"), int.from_bytes(b, "little"))
        stack[-2:] = (result.to_bytes(size, "little"),)
        vm.cost += size

    return run


@operation(Op.OP_EQUAL, takes=2)
def equal(vm: Machine) -> None:
    """( a b -- a == b )"""
    stack = vm.stack
    if stack.pop() == stack[-1]:
        stack[-1] = b"\x01"
        vm.cost += 1
    else:
        stack[-1] = b""


@operation(Op.OP_EQUALVERIFY, takes=2)
def equal_verify(vm: Machine) -> None:
    """( a b -- ) Fail unless they are equal."""
    stack = vm.stack
    if stack[-1] != stack[-2]:
        raise ScriptError(
            Reason.EQUALVERIFY, f"0x{stack[-2][:80].hex()} is not 0x{stack[-1][:80].hex()}"
        )
    del stack[-2:]
    vm.cost += 1


@operation(Op.OP_INVERT, takes=1)
def invert(vm: Machine) -> None:
    """( a -- ~a )"""
    item = vm.stack[-1].translate(_INVERTED)
    vm.stack[-1] = item
    vm.cost += len(item)


def decode_shift(vm: Machine, item: bytes) -> int:
    """Decode a count of bits, of any size but not negative."""
    bits = vm.decode_number(item)
    if bits < 0:
        raise ScriptError(Reason.INVALID_BIT_SHIFT, f"{describe_number(bits)} bits")
    return bits


def _shift_bytes(opcode: Op, *, left: bool) -> Operation:
    """( a bits -- a shifted ) The length stays; bits fall off the end and zeros come in."""

    @operation(opcode, takes=2)
    def run(vm: Machine) -> None:
        stack = vm.stack
        bits, item = decode_shift(vm, stack[-1]), stack[-2]
        size = len(item)
        if bits >= 8 * size:
            shifted = bytes(size)
        else:
            value = int.from_bytes(item, "big")
            value = value << bits & (1 << 8 * size) - 1 if left else value >> bits
            shifted = value.to_bytes(size, "big")
        stack[-2:] = (shifted,)
        vm.cost += size

    return run


BITWISE = (
    _bitwise(Op.OP_AND, operator.and_),
    _bitwise(Op.OP_OR, operator.or_),
    _bitwise(Op.OP_XOR, operator.xor),
    equal,
    equal_verify,
)
SHIFTS = (
    invert,
    _shift_bytes(Op.OP_LSHIFTBIN, left=True),
    _shift_bytes(Op.OP_RSHIFTBIN, left=False),
)
