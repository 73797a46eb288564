"""Making the opcode of a proposal from a function on the machine's stack."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from ...transaction.context import TransactionContext
from ..machine import Machine
from ..operation import Operation, Reads, operation

__all__ = ["opcode", "reads_everything"]


def reads_everything(context: TransactionContext, _index: int) -> Hashable:
    """All that an opcode can read: what is done anew for each other transaction."""
    return context.transaction, context.source_outputs


def opcode(
    name: str,
    number: int,
    *,
    takes: int = 0,
    gives: int = 0,
    reads: Reads | None = reads_everything,
    charge: str = "",
) -> Callable[[Callable[[Machine], None]], Operation]:
    """Decorate `run(vm)` to make it an opcode of a proposal.

    It is called when the stack has at least `takes` items, and leaves at most `gives` in their
    place. `vm.stack` is a list of bytes, the top last; what is pushed by `vm.push`,
    `vm.push_number` and `vm.push_bool` is charged for, and `vm.op_cost` may be raised by more.
    An opcode fails by raising ScriptError. Its docstring, "( a b -- c ) What it does.", is its
    description, and `charge` its cost in words, besides that of every instruction.

    A campaign remembers runs that read the same of their transactions. `reads` says what this
    opcode reads: everything, unless it is said to be less, or None for nothing.
    """
    make = operation(number, takes=takes, gives=gives, reads=reads, charge=charge)

    def decorate(run: Callable[[Machine], None]) -> Operation:
        return replace(make(run), name=name, gives=gives, year=0, source="a proposal")

    return decorate
