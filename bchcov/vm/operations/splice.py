"""Splitting, joining and converting byte strings."""

from __future__ import annotations

from ...errors import Reason, ScriptError
from ...script.number_values import encode_value, minimal_number
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import introduced, operation

__all__ = ["SPLICE"]


@operation(Op.OP_CAT, takes=2, charge="the length of the result")
def cat(vm: Machine) -> None:
    """( a b -- ab ) Join two byte strings."""
    tail = vm.stack.pop()
    vm.push(vm.stack.pop() + tail)


@operation(Op.OP_SPLIT, takes=2, charge="the length of both parts")
def split(vm: Machine) -> None:
    """( ab position -- a b ) Split a byte string at a position."""
    stack = vm.stack
    position, item = vm.decode_index(stack[-1]), stack[-2]
    if not 0 <= position <= len(item):
        raise ScriptError(
            Reason.INVALID_SPLIT_RANGE,
            f"position {position} is out of range: expected 0 to {len(item)}",
        )
    stack[-2:] = item[:position], item[position:]
    vm.op_cost += len(item)


@operation(Op.OP_NUM2BIN, takes=2, charge="the length of the result")
def number_to_bytes(vm: Machine) -> None:
    """( number size -- bytes ) Convert a number, minimally encoded or not, to a size in bytes."""
    stack = vm.stack
    size, limit = vm.decode_index(stack[-1]), vm.limits.element_size
    if not 0 <= size <= limit:
        raise ScriptError(Reason.PUSH_SIZE, f"{size} bytes, limit {limit}")
    shortest = minimal_number(stack[-2])
    if len(shortest) > size:
        raise ScriptError(
            Reason.IMPOSSIBLE_ENCODING,
            f"the number needs {len(shortest)} bytes, requested size {size}",
        )
    del stack[-2:]
    if shortest and len(shortest) < size:
        sign = shortest[-1] & 0x80
        magnitude = shortest[:-1] + bytes((shortest[-1] & 0x7F,))
        shortest = magnitude.ljust(size - 1, b"\x00") + bytes((sign,))
    vm.push(shortest.ljust(size, b"\x00"))


@operation(Op.OP_BIN2NUM, takes=1, charge="the length of the result")
def bytes_to_number(vm: Machine) -> None:
    """( bytes -- number ) Convert bytes to a minimally encoded number."""
    item = minimal_number(vm.stack.pop())
    if len(item) > vm.limits.number_size:
        raise vm.result_too_long(len(item), vm.limits.number_size)
    vm.stack.append(item)
    vm.op_cost += len(item)


@operation(Op.OP_SIZE, takes=1, gives=2, charge="the length of the result")
def size(vm: Machine) -> None:
    """( a -- a length ) Push the length of the top item in bytes."""
    item = encode_value(len(vm.stack[-1]))
    vm.stack.append(item)
    vm.op_cost += len(item)


@operation(Op.OP_REVERSEBYTES, takes=1, charge="the length of the result")
def reverse_bytes(vm: Machine) -> None:
    """( a -- reversed(a) ) Reverse the order of the bytes."""
    item = vm.stack.pop()
    vm.stack.append(item[::-1])
    vm.op_cost += len(item)


SPLICE = (
    *introduced(
        2018,
        "the May 2018 upgrade specification, re-enabled opcodes",
        cat,
        split,
        number_to_bytes,
        bytes_to_number,
    ),
    *introduced(2009, "Bitcoin 0.1", size),
    *introduced(2020, "the May 2020 upgrade specification, OP_REVERSEBYTES", reverse_bytes),
)
