"""How a draft differs from an honest one, place by place, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from ...encoding.addresses import encode_address
from ...encoding.printable import printable
from ...errors import AddressError
from ...script.opcodes import Op
from ...transaction.model import Capability, Output, Token
from .draft import Draft, DraftInput
from .scene import ATTACKER, OWN_CATEGORY, Scene

__all__ = ["Difference", "differences"]


class Difference(NamedTuple):
    """One place that differs: its name, what it means, and the draft with the honest value.

    `reads` are the introspection opcodes and indices that would read the place.
    """

    place: str
    says: str
    undone: Callable[[Draft], Draft]
    reads: tuple[tuple[int, int], ...] = ()


def differences(draft: Draft, honest: Draft, scene: Scene) -> Iterator[Difference]:
    """Yield every place in which a draft differs from an honest one, from the ends backwards."""
    yield from _order(draft, honest)
    yield from _extra_inputs(draft, honest, scene)
    yield from _outputs(draft, honest, scene)
    for at, (place, other) in enumerate(zip(draft.inputs, honest.inputs, strict=False)):
        yield from _input(at, place, other, scene)
    for name in ("locktime", "version"):
        value, should = getattr(draft, name), getattr(honest, name)
        if value != should:
            opcode = Op.OP_TXLOCKTIME if name == "locktime" else Op.OP_TXVERSION
            yield Difference(
                name,
                f"the {name} is {value}, not {should}",
                lambda each, name=name, should=should: each._replace(**{name: should}),  # type: ignore[misc]
                ((opcode, -1),),
            )


def _order(draft: Draft, honest: Draft) -> Iterator[Difference]:
    outpoints = [place.outpoint for place in draft.inputs]
    should = [place.outpoint for place in honest.inputs if place.outpoint in outpoints]
    if len(should) < 2 or should == [each for each in outpoints if each in should]:
        return

    def undo(each: Draft) -> Draft:
        by_outpoint = {place.outpoint: place for place in each.inputs}
        first = [by_outpoint.pop(outpoint) for outpoint in should]
        return each.with_inputs((*first, *by_outpoint.values()))

    yield Difference(
        "order of inputs",
        "the inputs are in another order",
        undo,
        ((Op.OP_INPUTINDEX, -1),),
    )


def _extra_inputs(draft: Draft, honest: Draft, scene: Scene) -> Iterator[Difference]:
    for at in range(len(draft.inputs) - 1, len(honest.inputs) - 1, -1):
        place = draft.inputs[at]
        whose = _whose(place.coin, scene)
        yield Difference(
            f"input {at}",
            f"input {at} spends a coin of {whose} as well, {_holds(place.coin)}",
            lambda each, at=at: each.with_inputs(each.inputs[:at] + each.inputs[at + 1 :]),  # type: ignore[misc]
            ((Op.OP_TXINPUTCOUNT, -1), (Op.OP_UTXOBYTECODE, at), (Op.OP_OUTPOINTTXHASH, at)),
        )
    yield from _fewer(
        "inputs",
        len(draft.inputs),
        len(honest.inputs),
        lambda each: each.with_inputs(each.inputs + honest.inputs[len(each.inputs) :]),
        Op.OP_TXINPUTCOUNT,
    )


def _fewer(
    what: str, there: int, should: int, undone: Callable[[Draft], Draft], opcode: Op
) -> Iterator[Difference]:
    """Yield the difference if there are fewer inputs or outputs than in the honest draft."""
    if there < should:
        says = f"there are {there} {what}, not {should}"
        yield Difference(what, says, undone, ((opcode, -1),))


def _outputs(draft: Draft, honest: Draft, scene: Scene) -> Iterator[Difference]:
    for at in range(len(draft.outputs) - 1, len(honest.outputs) - 1, -1):
        output = draft.outputs[at]
        yield Difference(
            f"output {at}",
            f"output {at} is added, to {_whose(output, scene)}, {_holds(output)}",
            lambda each, at=at: each.with_outputs(each.outputs[:at] + each.outputs[at + 1 :]),  # type: ignore[misc]
            ((Op.OP_TXOUTPUTCOUNT, -1), (Op.OP_OUTPUTBYTECODE, at), (Op.OP_OUTPUTVALUE, at)),
        )
    yield from _fewer(
        "outputs",
        len(draft.outputs),
        len(honest.outputs),
        lambda each: each.with_outputs(each.outputs + honest.outputs[len(each.outputs) :]),
        Op.OP_TXOUTPUTCOUNT,
    )
    for at, (output, other) in enumerate(zip(draft.outputs, honest.outputs, strict=False)):
        yield from _output(at, output, other, scene)


def _output(at: int, output: Output, other: Output, scene: Scene) -> Iterator[Difference]:
    def undo(**fields: object) -> Callable[[Draft], Draft]:
        return lambda each: each.with_output(at, replace(each.outputs[at], **fields))  # type: ignore[arg-type]

    if output.locking_bytecode != other.locking_bytecode:
        yield Difference(
            f"script of output {at}",
            f"output {at} pays {_whose(output, scene)}, not {_whose(other, scene)}",
            undo(locking_bytecode=other.locking_bytecode),
            ((Op.OP_OUTPUTBYTECODE, at),),
        )
    if output.value != other.value:
        yield Difference(
            f"value of output {at}",
            f"output {at} has {output.value:,} satoshis, not {other.value:,}",
            undo(value=other.value),
            ((Op.OP_OUTPUTVALUE, at),),
        )
    if output.token != other.token:
        yield Difference(
            f"tokens of output {at}",
            f"output {at} has {_tokens(output.token)}, not {_tokens(other.token)}",
            undo(token=other.token),
            tuple((opcode, at) for opcode in _token_reads(output.token, other.token)),
        )


def _input(at: int, place: DraftInput, other: DraftInput, scene: Scene) -> Iterator[Difference]:
    def undo(**fields: object) -> Callable[[Draft], Draft]:
        return lambda each: each.with_input(at, each.inputs[at]._replace(**fields))  # type: ignore[arg-type]

    if (place.outpoint, place.coin) != (other.outpoint, other.coin):
        holds = "" if place.coin == other.coin else f", {_holds(place.coin)}"
        yield Difference(
            f"coin of input {at}",
            f"input {at} spends another coin, of {_whose(place.coin, scene)}{holds}",
            undo(
                outpoint_hash=other.outpoint_hash,
                outpoint_index=other.outpoint_index,
                coin=other.coin,
            ),
            ((Op.OP_OUTPOINTTXHASH, at), (Op.OP_UTXOVALUE, at), (Op.OP_UTXOTOKENCATEGORY, at)),
        )
    if (place.items, place.script, place.raw) != (other.items, other.script, other.raw):
        changed = [
            str(number)
            for number, (mine, theirs) in enumerate(zip(place.items, other.items, strict=False))
            if mine != theirs
        ]
        what = f"item {' and '.join(changed)}" if changed else "items"
        yield Difference(
            f"pushes of input {at}",
            f"input {at} pushes other {what}"
            if not changed
            else f"input {at} pushes another {what}",
            undo(items=other.items, script=other.script, raw=other.raw),
        )
    if place.sequence != other.sequence:
        yield Difference(
            f"sequence number of input {at}",
            f"the sequence number of input {at} is {place.sequence:#x}, not {other.sequence:#x}",
            undo(sequence=other.sequence),
            ((Op.OP_INPUTSEQUENCENUMBER, at),),
        )


def _whose(output: Output, scene: Scene) -> str:
    owner = scene.owner_of(output, {})
    if owner == ATTACKER and output.locking_bytecode != scene.script:
        try:
            return encode_address(output.locking_bytecode)
        except AddressError:
            return "a script of the attacker's choice"
    return printable(owner)


def _holds(output: Output) -> str:
    tokens = "" if output.token is None else f" and {_tokens(output.token)}"
    return f"{output.value:,} satoshis{tokens}"


def _tokens(token: Token | None) -> str:
    if token is None:
        return "no tokens"
    what = []
    if token.amount:
        what.append(f"{token.amount:,} tokens")
    if token.nft is not None:
        kind = token.nft.capability.name.lower() + " " if token.nft.capability else ""
        what.append(f"the {kind}NFT 0x{token.nft.commitment.hex()}")
    foreign = " of the attacker's category" if token.category == OWN_CATEGORY else ""
    return " and ".join(what) + foreign


def _token_reads(token: Token | None, other: Token | None) -> Iterator[int]:
    def kind(each: Token | None) -> tuple[bytes, Capability | None]:
        if each is None:
            return b"", None
        return each.category, None if each.nft is None else each.nft.capability

    def commitment(each: Token | None) -> bytes:
        return b"" if each is None or each.nft is None else each.nft.commitment

    if kind(token) != kind(other):
        yield Op.OP_OUTPUTTOKENCATEGORY
    if commitment(token) != commitment(other):
        yield Op.OP_OUTPUTTOKENCOMMITMENT
    if (token.amount if token else 0) != (other.amount if other else 0):
        yield Op.OP_OUTPUTTOKENAMOUNT
