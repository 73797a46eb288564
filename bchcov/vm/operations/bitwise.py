"""Bitwise operations on byte strings, and their equality.

Source: the specification of May 2018; CHIP-2025-05 Bitwise for inversion and shifts.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from ...errors import Reason, ScriptError
from ...script.number_values import describe_number
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import Operation, introduced, operation

__all__ = ["BITWISE", "SHIFTS", "decode_shift"]

_INVERTED = bytes(0xFF - byte for byte in range(256))


def _bitwise(opcode: Op, effect: str, compute: Callable[[int, int], int]) -> Operation:
    """( a b -- compute(a, b) ) Both must have the same length."""
    word = opcode.name.removeprefix("OP_")

    @operation(
        opcode,
        takes=2,
        effect=effect,
        summary=f"Bitwise {word} of two byte strings of the same length.",
        charge="the length of the result",
    )
    def run(vm: Machine) -> None:
        stack = vm.stack
        b = stack[-1]
        a = stack[-2]
        size = len(a)
        if size != len(b):
            raise ScriptError(
                Reason.INVALID_OPERAND_SIZE,
                f"operands of {size} and {len(b)} bytes, expected equal sizes",
            )
        result = compute(int.from_bytes(a, "little"), int.from_bytes(b, "little"))
        stack.pop()
        stack[-1] = result.to_bytes(size, "little")
        vm.op_cost += size

    return run


@operation(Op.OP_EQUAL, takes=2, charge="1 if the result is true")
def equal(vm: Machine) -> None:
    """( a b -- a==b ) Whether two byte strings are equal."""
    stack = vm.stack
    if stack.pop() == stack[-1]:
        stack[-1] = b"\x01"
        vm.op_cost += 1
    else:
        stack[-1] = b""


@operation(Op.OP_EQUALVERIFY, takes=2, charge="1")
def equal_verify(vm: Machine) -> None:
    """( a b -- ) Fail unless two byte strings are equal."""
    stack = vm.stack
    if stack[-1] != stack[-2]:
        raise ScriptError(
            Reason.EQUALVERIFY, f"0x{stack[-2][:80].hex()} does not equal 0x{stack[-1][:80].hex()}"
        )
    del stack[-2:]
    vm.op_cost += 1


@operation(Op.OP_INVERT, takes=1, charge="the length of the result")
def invert(vm: Machine) -> None:
    """( a -- ~a ) Invert every bit."""
    item = vm.stack[-1].translate(_INVERTED)
    vm.stack[-1] = item
    vm.op_cost += len(item)


def decode_shift(vm: Machine, item: bytes) -> int:
    """Decode the number of bits to shift by, which may be large but not negative."""
    bits = vm.decode_number(item)
    if bits < 0:
        raise ScriptError(
            Reason.INVALID_BIT_SHIFT, f"shift by {describe_number(bits)} bits, expected 0 or more"
        )
    return bits


def _shift_bytes(opcode: Op, *, left: bool) -> Operation:
    """( a bits -- a shifted ) Bits shifted out are lost; the length stays."""
    direction = "left" if left else "right"

    @operation(
        opcode,
        takes=2,
        effect="a bits -- a<<bits" if left else "a bits -- a>>bits",
        summary=f"Shift a byte string to the {direction}, filling with zeros; its length stays.",
        charge="the length of the result",
    )
    def run(vm: Machine) -> None:
        stack = vm.stack
        bits = vm.numbers.get(stack[-1], -1)
        if bits < 0:
            bits = decode_shift(vm, stack[-1])
        item = stack[-2]
        size = len(item)
        if bits >= 8 * size:
            shifted = bytes(size)
        else:
            value = int.from_bytes(item, "big")
            if left:
                shifted = (value << bits).to_bytes(size + (bits >> 3) + 1, "big")[-size:]
            else:
                shifted = (value >> bits).to_bytes(size, "big")
        stack.pop()
        stack[-1] = shifted
        vm.op_cost += size

    return run


BITWISE = (
    *introduced(
        2018,
        "the May 2018 upgrade specification, re-enabled opcodes",
        _bitwise(Op.OP_AND, "a b -- a&b", operator.and_),
        _bitwise(Op.OP_OR, "a b -- a|b", operator.or_),
        _bitwise(Op.OP_XOR, "a b -- a^b", operator.xor),
    ),
    *introduced(2009, "Bitcoin 0.1", equal, equal_verify),
)
SHIFTS = introduced(
    2026,
    "CHIP-2025-05 Bitwise",
    invert,
    _shift_bytes(Op.OP_LSHIFTBIN, left=True),
    _shift_bytes(Op.OP_RSHIFTBIN, left=False),
)
