"""Moving and copying stack items; most moves are free, copies are charged."""

from __future__ import annotations

from ...errors import Reason, ScriptError
from ...script.number_values import encode_value
from ...script.opcodes import Op
from ..machine import Machine
from ..operation import introduced, operation
from ..truth import is_true

__all__ = ["STACK"]


@operation(Op.OP_TOALTSTACK, takes=1)
def to_alt_stack(vm: Machine) -> None:
    """( a -- ) Move an item to the alternate stack."""
    vm.alt_stack.append(vm.stack.pop())
    vm.slots -= 1


@operation(Op.OP_FROMALTSTACK, charge="the length of the item")
def from_alt_stack(vm: Machine) -> None:
    """( -- a ) Move the top item of the alternate stack to the stack."""
    if not vm.alt_stack:
        raise ScriptError(Reason.INVALID_ALTSTACK_OPERATION, "the alternate stack is empty")
    item = vm.alt_stack.pop()
    vm.stack.append(item)
    vm.slots += 1
    vm.op_cost += len(item)


@operation(Op.OP_2DROP, takes=2)
def drop_two(vm: Machine) -> None:
    """( a b -- ) Remove two items."""
    del vm.stack[-2:]


@operation(Op.OP_2DUP, takes=2, gives=4, charge="the lengths of the copied items")
def dup_two(vm: Machine) -> None:
    """( a b -- a b a b ) Copy the top two items."""
    stack = vm.stack
    a, b = stack[-2], stack[-1]
    stack += (a, b)
    vm.op_cost += len(a) + len(b)


@operation(Op.OP_3DUP, takes=3, gives=6, charge="the lengths of the copied items")
def dup_three(vm: Machine) -> None:
    """( a b c -- a b c a b c ) Copy the top three items."""
    copied = vm.stack[-3:]
    vm.stack += copied
    vm.op_cost += sum(map(len, copied))


@operation(Op.OP_2OVER, takes=4, gives=6, charge="the lengths of the copied items")
def over_two(vm: Machine) -> None:
    """( a b c d -- a b c d a b ) Copy the third and fourth items from the top."""
    stack = vm.stack
    a, b = stack[-4], stack[-3]
    stack += (a, b)
    vm.op_cost += len(a) + len(b)


@operation(Op.OP_2ROT, takes=6, charge="the lengths of the two items moved to the top")
def rotate_two(vm: Machine) -> None:
    """( a b c d e f -- c d e f a b ) Move the fifth and sixth items from the top to the top."""
    stack = vm.stack
    moved = stack[-6:-4]
    del stack[-6:-4]
    stack += moved
    vm.op_cost += len(moved[0]) + len(moved[1])


@operation(Op.OP_2SWAP, takes=4)
def swap_two(vm: Machine) -> None:
    """( a b c d -- c d a b ) Swap the top two pairs of items."""
    stack = vm.stack
    stack[-4:] = stack[-2], stack[-1], stack[-4], stack[-3]


@operation(Op.OP_IFDUP, takes=1, gives=2, charge="the length of the item, if it is copied")
def dup_if_true(vm: Machine) -> None:
    """( a -- a a | a ) Copy the top item if it is true."""
    item = vm.stack[-1]
    if is_true(item):
        vm.stack.append(item)
        vm.op_cost += len(item)


@operation(Op.OP_DEPTH, gives=1, charge="the length of the result")
def depth(vm: Machine) -> None:
    """( -- count ) Push the number of items on the stack."""
    item = encode_value(len(vm.stack))
    vm.stack.append(item)
    vm.op_cost += len(item)


@operation(Op.OP_DROP, takes=1)
def drop(vm: Machine) -> None:
    """( a -- ) Remove the top item."""
    vm.stack.pop()


@operation(Op.OP_DUP, takes=1, gives=2, charge="the length of the copied item")
def dup(vm: Machine) -> None:
    """( a -- a a ) Copy the top item."""
    item = vm.stack[-1]
    vm.stack.append(item)
    vm.op_cost += len(item)


@operation(Op.OP_NIP, takes=2)
def nip(vm: Machine) -> None:
    """( a b -- b ) Remove the second item from the top."""
    del vm.stack[-2]


@operation(Op.OP_OVER, takes=2, gives=3, charge="the length of the copied item")
def over(vm: Machine) -> None:
    """( a b -- a b a ) Copy the second item from the top."""
    item = vm.stack[-2]
    vm.stack.append(item)
    vm.op_cost += len(item)


def _depth(vm: Machine) -> int:
    """Return the index of an item that is on top, 0 for the one below the index."""
    stack = vm.stack
    count = vm.indexes.get(stack[-1])
    if count is None:
        count = vm.decode_index(stack[-1])
    if not 0 <= count < len(stack) - 1:
        raise ScriptError(
            Reason.INVALID_STACK_OPERATION,
            f"index {count} is out of range: {len(stack) - 1} items below it on the stack",
        )
    return count


@operation(Op.OP_PICK, takes=2, charge="the length of the copied item")
def pick(vm: Machine) -> None:
    """( x_n ... x_0 n -- x_n ... x_0 x_n ) Copy the item below n others to the top."""
    stack = vm.stack
    item = stack[-2 - _depth(vm)]
    stack[-1] = item
    vm.op_cost += len(item)


@operation(Op.OP_ROLL, takes=2, charge="the length of the moved item, and n")
def roll(vm: Machine) -> None:
    """( x_n ... x_0 n -- x_n-1 ... x_0 x_n ) Move the item below n others to the top."""
    stack, count = vm.stack, _depth(vm)
    item = stack.pop(-2 - count)
    stack[-1] = item
    vm.op_cost += len(item) + count


@operation(Op.OP_ROT, takes=3)
def rotate(vm: Machine) -> None:
    """( a b c -- b c a ) Move the third item from the top to the top."""
    stack = vm.stack
    stack.append(stack.pop(-3))


@operation(Op.OP_SWAP, takes=2)
def swap(vm: Machine) -> None:
    """( a b -- b a ) Swap the top two items."""
    stack = vm.stack
    stack[-1], stack[-2] = stack[-2], stack[-1]


@operation(Op.OP_TUCK, takes=2, gives=3, charge="the length of the copied item")
def tuck(vm: Machine) -> None:
    """( a b -- b a b ) Copy the top item below the second."""
    item = vm.stack[-1]
    vm.stack.insert(-2, item)
    vm.op_cost += len(item)


STACK = introduced(
    2009,
    "Bitcoin 0.1",
    to_alt_stack,
    from_alt_stack,
    drop_two,
    dup_two,
    dup_three,
    over_two,
    rotate_two,
    swap_two,
    dup_if_true,
    depth,
    drop,
    dup,
    nip,
    over,
    pick,
    roll,
    rotate,
    swap,
    tuck,
)
