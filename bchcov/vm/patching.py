"""Exchanging one instruction of a decoded script, while its bytes stay what they are.

The script's hash, the addresses made of it and what its signatures cover are those of the
bytes. So a contract can be run with a mistake in it, against transactions made for it as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import EncodeError
from ..script.opcodes import Op, opcode_name
from ..script.pushes import instructions
from .decode import decode, exchanging
from .machine import Machine
from .program import Step
from .rules.ruleset import RuleSet

__all__ = ["STEERING", "patched"]

STEERING = frozenset({*range(Op.OP_IF, Op.OP_ENDIF + 1), Op.OP_INVOKE, Op.OP_EVAL})
"""The opcodes that decide what runs next: branches, loops and calls."""


@contextmanager
def patched(code: bytes, position: int, replacement: bytes) -> Iterator[None]:
    """Run other instructions in place of one, wherever this process runs a script.

    Within the block, the instruction at `position` (counted in instructions) of the script or
    function `code` does what the script `replacement` does; an empty one does nothing. Of its
    instructions only the last may steer, as OP_IF does. Blocks may be nested, to exchange
    several instructions; of the same one, the inner block's counts. Unlocking bytecodes and
    other processes are not affected. Raises EncodeError for a position beyond the script, and
    for a replacement that steers before its end.
    """
    size = sum(1 for _ in instructions(code))
    if not 0 <= position < size:
        raise EncodeError(
            f"position {position} is out of range: the script has {size} instructions"
        )
    _check_steering(replacement)

    def change(steps: tuple[Step, ...], rules: RuleSet) -> tuple[Step, ...]:
        made = _as_one_step(decode(replacement, rules).steps)
        return (*steps[:position], made, *steps[position + 1 :])

    with exchanging(code, change):
        yield


def _check_steering(replacement: bytes) -> None:
    for step in list(instructions(replacement))[:-1]:
        if step.opcode in STEERING:
            raise EncodeError(
                f"{opcode_name(step.opcode)} at byte {step.offset} of the replacement steers:"
                " expected only the last instruction to do so"
            )


def _as_one_step(steps: tuple[Step, ...]) -> Step:
    """Make one step that does what several do, and charges for each of them."""
    if not steps:
        return None, _do_nothing, 0, False, False
    *first, last = steps
    if not first:
        return last

    def run(vm: Machine) -> None:
        _run_first(vm, steps)

    def steer(vm: Machine, position: int) -> int:
        if vm.executing:
            _run_first(vm, first)
        return last[1](vm, position)  # type: ignore[no-any-return]

    is_control = last[4]
    return None, steer if is_control else run, 0, False, is_control


def _do_nothing(vm: Machine) -> None:
    """Stand in for an instruction that was taken out."""


def _run_first(vm: Machine, steps: tuple[Step, ...] | list[Step]) -> None:
    vm.op_cost += vm.limits.instruction_price * (len(steps) - 1)
    for data, run, takes, grows, _ in steps:
        if data is None:
            vm.execute(run, takes, grows=grows)
        else:
            vm.execute(lambda machine, item=data: machine.push(item), 0, grows=True)  # type: ignore[misc]
