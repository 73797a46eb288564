"""Where an item on the stack comes from: what one instruction does, and what that says."""

from __future__ import annotations

from ..assembly import assemble
from ..contract.contract import Contract
from ..contract.moves import CHOOSERS, MOVES, constant, gives
from ..contract.spend_paths import SpendPath
from ..encoding.printable import printable
from ..errors import AssemblyError, ScriptError
from ..script.numbers import decode_number
from ..script.opcodes import Op
from ..script.pushes import instructions
from ..vm.steps import TraceStep

__all__ = ["came_from", "changed_from", "maker_text"]

_WHOLE = {
    Op.OP_INPUTINDEX: "the index of this input",
    Op.OP_ACTIVEBYTECODE: "the running script",
    Op.OP_TXVERSION: "the transaction's version",
    Op.OP_TXINPUTCOUNT: "the number of inputs",
    Op.OP_TXOUTPUTCOUNT: "the number of outputs",
    Op.OP_TXLOCKTIME: "the transaction's locktime",
}
_OF_INPUT = {
    Op.OP_UTXOVALUE: "value of the coin of input",
    Op.OP_UTXOBYTECODE: "locking bytecode of the coin of input",
    Op.OP_OUTPOINTTXHASH: "txid that is spent by input",
    Op.OP_OUTPOINTINDEX: "output index that is spent by input",
    Op.OP_INPUTBYTECODE: "unlocking bytecode of input",
    Op.OP_INPUTSEQUENCENUMBER: "sequence number of input",
    Op.OP_OUTPUTVALUE: "value of output",
    Op.OP_OUTPUTBYTECODE: "locking bytecode of output",
    Op.OP_UTXOTOKENCATEGORY: "category of the coin of input",
    Op.OP_UTXOTOKENCOMMITMENT: "commitment of the coin of input",
    Op.OP_UTXOTOKENAMOUNT: "token amount of the coin of input",
    Op.OP_OUTPUTTOKENCATEGORY: "category of output",
    Op.OP_OUTPUTTOKENCOMMITMENT: "commitment of output",
    Op.OP_OUTPUTTOKENAMOUNT: "token amount of output",
}


def changed_from(
    opcode: int, stack: tuple[bytes, ...], after: int, given: int | None = None
) -> int:
    """Return the first place that an instruction may change on a stack, `after` items then.

    `given` is how many items an opcode of a proposal leaves.
    """
    if given is not None:
        return max(0, after - given)
    if opcode in MOVES:
        return len(stack) - MOVES[opcode][0]
    if opcode == Op.OP_ROLL:
        try:
            return max(0, len(stack) - 2 - decode_number(stack[-1]))
        except (ScriptError, IndexError):
            return after
    if opcode in (Op.OP_PICK, Op.OP_IFDUP):
        return len(stack) - 1
    return after - gives(opcode)


def came_from(opcode: int, stack: tuple[bytes, ...], place: int, after: int) -> int | None:
    """Return where an item was before an instruction, None if the instruction made it."""
    if opcode in MOVES:
        takes, left = MOVES[opcode]
        base = len(stack) - takes
        return place if place < base else base + left[place - base]
    if opcode in CHOOSERS:
        size = len(stack) - 1
        try:
            chosen = size - 1 - decode_number(stack[-1])
        except (ScriptError, IndexError):
            return place
        if opcode == Op.OP_PICK:
            return chosen if place == size else place
        if place == size - 1:
            return chosen
        return place + 1 if place >= chosen else place
    if opcode == Op.OP_IFDUP:
        return min(place, len(stack) - 1)
    if opcode in (Op.OP_TOALTSTACK, Op.OP_FROMALTSTACK):
        return place
    return None if place >= after - gives(opcode) else place


def maker_text(step: TraceStep | None, contracts: tuple[Contract, ...]) -> str:
    """Say what an item is, by the step that made it; "" if that says nothing."""
    if step is None:
        return ""
    instruction = next(instructions(step.code, step.offset))
    if constant(instruction) is not None:
        return printable(_pushed(step, contracts))
    if step.opcode in _WHOLE:
        return _WHOLE[Op(step.opcode)]
    if step.opcode in _OF_INPUT and step.stack:
        try:
            return f"{_OF_INPUT[Op(step.opcode)]} {decode_number(step.stack[-1])}"
        except ScriptError:
            return ""
    return f"made by {step.name}, step {step.number + 1:,}"


def _pushed(step: TraceStep, contracts: tuple[Contract, ...]) -> str:
    if step.phase == "unlocking":
        name = _argument(step, contracts)
        return name or f"push {step.position + 1} of the unlocking bytecode"
    for contract in contracts:
        for offset, name in contract.origins.parameters_in(step.code):
            if offset == step.offset:
                return name
    return ""


def _argument(step: TraceStep, contracts: tuple[Contract, ...]) -> str:
    """Name an item by the only path of a contract that pushes what is pushed here."""
    pushed = [constant(each) for each in instructions(step.code)]
    for contract in contracts:
        own = pushed
        if contract.redeem_script is not None:
            if pushed[-1:] != [contract.redeem_script]:
                continue
            own = pushed[:-1]
        fitting = [names for path in contract.paths if (names := _pushes_of(path, own)) is not None]
        if len(fitting) == 1 and step.position < len(own):
            return fitting[0][step.position]
    return ""


def _pushes_of(path: SpendPath, pushed: list[bytes | None]) -> list[str] | None:
    """Say what each push of a path is; None if these are not the pushes of the path."""
    tokens = path.source.split()
    if path.compiler is not None or len(tokens) != len(pushed):
        return None
    arguments = {each.name for each in path.arguments}
    names = []
    for token, value in zip(tokens, pushed, strict=True):
        name = token.removeprefix("<").removesuffix(">")
        if name in arguments:
            names.append(f"argument {name}")
            continue
        try:
            expected = [constant(each) for each in instructions(assemble(token))]
        except AssemblyError:
            return None
        if expected != [value]:
            return None
        names.append(f"chooses {path.name}")
    return names
