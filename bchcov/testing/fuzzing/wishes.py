"""Repair by comparison: what to change in a transaction so that a comparison comes out right.

A wish says what an item should be. Where the item was pushed or read from a free part of the
transaction, the part is changed; where it was made of other items, the wish goes on to these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ...script.numbers import encode_number
from ...script.opcodes import Op
from ...transaction.model import Output
from .draft import Draft
from .output_fields import field_of, number_of, output_with
from .provenance import Derived, Pushed, Read, Traced

__all__ = ["Wisher"]

_MOST_DEPTH = 12
_REVERSED = {
    Op.OP_LESSTHAN: Op.OP_GREATERTHANOREQUAL,
    Op.OP_GREATERTHANOREQUAL: Op.OP_LESSTHAN,
    Op.OP_GREATERTHAN: Op.OP_LESSTHANOREQUAL,
    Op.OP_LESSTHANOREQUAL: Op.OP_GREATERTHAN,
    Op.OP_NUMEQUAL: Op.OP_NUMNOTEQUAL,
    Op.OP_NUMNOTEQUAL: Op.OP_NUMEQUAL,
}
_HASHES = frozenset(range(Op.OP_RIPEMD160, Op.OP_HASH256 + 1))


@dataclass(slots=True)
class Wisher:
    """Grants wishes for one input of a draft.

    `preimages` maps hashes to what they are of; `may_forge` lists inputs whose coins the
    attacker may put others in the place of.
    """

    draft: Draft
    index: int
    preimages: dict[bytes, bytes]

    def be_true(self, item: Traced, depth: int = 0) -> Iterator[Draft]:
        """Yield drafts in which an item that is false may be true."""
        origin = item.origin
        if depth > _MOST_DEPTH:
            return
        if not isinstance(origin, Derived):
            yield from self.be(item, b"\x01", depth + 1)
            return
        yield from self.compare(origin.opcode, origin.operands, depth)

    def compare(self, opcode: int, operands: tuple[Traced, ...], depth: int = 0) -> Iterator[Draft]:
        """Yield drafts in which an instruction that compares its operands may agree."""
        first, second = operands[-2:] if len(operands) > 1 else (None, operands[-1])
        if opcode in (Op.OP_EQUAL, Op.OP_EQUALVERIFY, Op.OP_NUMEQUAL, Op.OP_NUMEQUALVERIFY):
            if first is not None:
                yield from self.same(first, second, depth)
        elif opcode == Op.OP_NOT:
            yield from self.be_false(second, depth + 1)
        elif opcode in (Op.OP_BOOLAND, Op.OP_BOOLOR):
            for each in (first, second):
                if each is not None and not any(each):
                    yield from self.be_true(each, depth + 1)
        elif opcode == Op.OP_WITHIN and len(operands) == 3:
            value, low, high = (number_of(each) for each in operands)
            if value is None or low is None or high is None:
                return
            for wanted in (low, high - 1):
                yield from self.be(operands[0], encode_number(wanted), depth + 1)
            yield from self.be(operands[1], encode_number(value), depth + 1)
            yield from self.be(operands[2], encode_number(value + 1), depth + 1)
        elif opcode in _REVERSED and first is not None:
            yield from self.order(opcode, first, second, depth)
        elif opcode in (Op.OP_ADD, Op.OP_SUB, Op.OP_MUL, Op.OP_AND, Op.OP_OR, Op.OP_0NOTEQUAL):
            for each in operands[-2:]:
                yield from self.be(each, b"\x01", depth + 1)

    def be_false(self, item: Traced, depth: int = 0) -> Iterator[Draft]:
        """Yield drafts in which an item that is true may be false."""
        origin = item.origin
        if isinstance(origin, Derived) and origin.opcode in _REVERSED:
            first, second = origin.operands[-2:]
            yield from self.order(_REVERSED[Op(origin.opcode)], first, second, depth)
        elif isinstance(origin, Derived) and origin.opcode == Op.OP_NOT:
            yield from self.be_true(origin.operands[-1], depth + 1)
        else:
            yield from self.be(item, b"", depth + 1)

    def order(self, opcode: int, first: Traced, second: Traced, depth: int) -> Iterator[Draft]:
        one, two = number_of(first), number_of(second)
        if one is None or two is None:
            return
        steps = {
            Op.OP_LESSTHAN: (two - 1, one + 1),
            Op.OP_GREATERTHAN: (two + 1, one - 1),
            Op.OP_NUMNOTEQUAL: (two + 1, one + 1),
        }.get(Op(opcode), (two, one))
        yield from self.be(first, encode_number(steps[0]), depth + 1)
        yield from self.be(second, encode_number(steps[1]), depth + 1)

    def same(self, first: Traced, second: Traced, depth: int) -> Iterator[Draft]:
        """Yield drafts in which two items may be the same."""
        yield from self.be(first, bytes(second), depth + 1)
        yield from self.be(second, bytes(first), depth + 1)
        one, two = first.origin, second.origin
        if (
            isinstance(one, Derived)
            and isinstance(two, Derived)
            and one.opcode == two.opcode
            and one.opcode in _HASHES
        ):
            yield from self.same(one.operands[-1], two.operands[-1], depth + 1)

    def be(self, item: Traced, wanted: bytes, depth: int = 0) -> Iterator[Draft]:
        """Yield drafts in which an item may be these bytes."""
        if depth > _MOST_DEPTH or bytes(item) == wanted:
            return
        origin = item.origin
        if isinstance(origin, Pushed):
            place = self.draft.inputs[self.index]
            if origin.number < len(place.items):
                yield self.draft.with_item(self.index, origin.number, wanted)
        elif isinstance(origin, Read):
            yield from self.read_as(origin, wanted)
            if origin.index_item is not None and depth < 3:
                for other in range(max(len(self.draft.outputs), len(self.draft.inputs))):
                    if other != origin.at:
                        yield from self.be(origin.index_item, encode_number(other), _MOST_DEPTH)
        elif isinstance(origin, Derived):
            yield from self.made_as(origin, wanted, depth + 1)

    def read_as(self, origin: Read, wanted: bytes) -> Iterator[Draft]:
        draft, opcode, at = self.draft, origin.opcode, origin.at
        if (
            Op.OP_OUTPUTVALUE <= opcode <= Op.OP_OUTPUTBYTECODE
            or opcode >= Op.OP_OUTPUTTOKENCATEGORY
        ):
            if 0 <= at < len(draft.outputs):
                for made in output_with(draft.outputs[at], opcode, wanted):
                    yield draft.with_output(at, made)
                for other, output in enumerate(draft.outputs):
                    if other != at and field_of(output, opcode) == wanted:
                        outputs = list(draft.outputs)
                        outputs[at], outputs[other] = outputs[other], outputs[at]
                        yield draft._replace(outputs=tuple(outputs))
            return
        if opcode in (Op.OP_UTXOVALUE, Op.OP_UTXOBYTECODE) or (
            Op.OP_UTXOTOKENCATEGORY <= opcode <= Op.OP_UTXOTOKENAMOUNT
        ):
            if 0 <= at < len(draft.inputs):
                yield from self.coin_as(at, opcode, wanted)
                for other, place in enumerate(draft.inputs):
                    if other != at and field_of(place.coin, opcode) == wanted:
                        inputs = list(draft.inputs)
                        inputs[at], inputs[other] = inputs[other], inputs[at]
                        yield draft._replace(inputs=tuple(inputs))
            return
        value = number_of(wanted)
        if opcode == Op.OP_TXLOCKTIME and value is not None and 0 <= value < 2**32:
            yield draft._replace(locktime=value)
        elif opcode == Op.OP_TXVERSION and value is not None and 0 <= value < 2**32:
            yield draft._replace(version=value)
        elif opcode == Op.OP_TXOUTPUTCOUNT and value is not None and 0 < value < 50:
            yield draft._replace(outputs=_cut(draft.outputs, value))
        elif opcode == Op.OP_TXINPUTCOUNT and value is not None and 0 < value <= len(draft.inputs):
            yield draft._replace(inputs=draft.inputs[:value])
        elif opcode == Op.OP_INPUTINDEX and value is not None and 0 <= value < len(draft.inputs):
            inputs = list(draft.inputs)
            inputs[self.index], inputs[value] = inputs[value], inputs[self.index]
            yield draft._replace(inputs=tuple(inputs))
        elif 0 <= at < len(draft.inputs):
            place = draft.inputs[at]
            if opcode == Op.OP_INPUTSEQUENCENUMBER and value is not None and 0 <= value < 2**32:
                yield draft.with_input(at, place._replace(sequence=value))
            elif opcode == Op.OP_OUTPOINTINDEX and value is not None and 0 <= value < 2**32:
                yield draft.with_input(at, place._replace(outpoint_index=value))
            elif opcode == Op.OP_OUTPOINTTXHASH and len(wanted) == 32:
                yield draft.with_input(at, place._replace(outpoint_hash=wanted))

    def coin_as(self, at: int, opcode: int, wanted: bytes) -> Iterator[Draft]:
        """Another coin in the place of one: what becomes of it the judge decides."""
        place = self.draft.inputs[at]
        for made in output_with(place.coin, opcode, wanted):
            yield self.draft.with_input(at, place._replace(coin=made))

    def made_as(self, origin: Derived, wanted: bytes, depth: int) -> Iterator[Draft]:
        opcode, operands = origin.opcode, origin.operands
        top = operands[-1]
        below = operands[-2] if len(operands) > 1 else None
        if opcode in _HASHES:
            found = self.preimages.get(wanted)
            if found is not None:
                yield from self.be(top, found, depth)
        elif opcode == Op.OP_CAT and below is not None:
            if wanted.startswith(below):
                yield from self.be(top, wanted[len(below) :], depth)
            if wanted.endswith(top):
                yield from self.be(below, wanted[: len(wanted) - len(top)], depth)
            if len(wanted) == len(below) + len(top):
                for draft in self.be(below, wanted[: len(below)], depth):
                    yield from replace(self, draft=draft).be(top, wanted[len(below) :], depth)
        elif opcode == Op.OP_SPLIT and below is not None:
            cut = number_of(top)
            if cut is not None:
                head, tail = bytes(below[:cut]), bytes(below[cut:])
                whole = wanted + tail if origin.part == 0 else head + wanted
                yield from self.be(below, whole, depth)
        elif opcode == Op.OP_NUM2BIN and below is not None:
            yield from self.be(below, _minimal(wanted), depth)
        elif opcode == Op.OP_BIN2NUM:
            yield from self.be(top, _padded(wanted, len(top)), depth)
        elif opcode == Op.OP_REVERSEBYTES:
            yield from self.be(top, wanted[::-1], depth)
        elif opcode == Op.OP_SIZE:
            value = number_of(wanted)
            if value is not None and 0 <= value <= 10_000:
                yield from self.be(top, bytes(top[:value]).ljust(value, b"\0"), depth)
        else:
            yield from self.calculated_as(opcode, operands, wanted, depth)

    def calculated_as(
        self, opcode: int, operands: tuple[Traced, ...], wanted: bytes, depth: int
    ) -> Iterator[Draft]:
        value, top = number_of(wanted), number_of(operands[-1])
        if value is None or top is None:
            return
        singles: dict[int, int] = {
            Op.OP_1ADD: value - 1,
            Op.OP_1SUB: value + 1,
            Op.OP_NEGATE: -value,
            Op.OP_ABS: value,
        }
        # By number: an opcode of a proposal is no member of Op.
        single = singles.get(opcode)
        if single is not None:
            yield from self.be(operands[-1], encode_number(single), depth)
            return
        below = number_of(operands[-2]) if len(operands) > 1 else None
        if below is None:
            return
        for at, number in _solve(opcode, below, top, value):
            yield from self.be(operands[at], encode_number(number), depth)
        decides = opcode in _REVERSED or opcode in (Op.OP_BOOLAND, Op.OP_BOOLOR, Op.OP_WITHIN)
        if decides and value:
            yield from self.compare(opcode, operands, depth)


def _solve(opcode: int, below: int, top: int, value: int) -> Iterable[tuple[int, int]]:
    """Which operand, -2 or -1, would have to be what."""
    if opcode == Op.OP_ADD:
        return (-2, value - top), (-1, value - below)
    if opcode == Op.OP_SUB:
        return (-2, value + top), (-1, below - value)
    if opcode == Op.OP_MUL:
        # What cannot be exactly as much may be a little less, which an order may ask for.
        return [(at, value // other) for at, other in ((-2, top), (-1, below)) if other]
    if opcode == Op.OP_DIV:
        # All that is rounded to the same.
        return ((-2, value * top), (-2, value * top + abs(top) - 1)) if top else ()
    if opcode == Op.OP_MOD and top:
        return ((-2, below - below % top + value),)
    if opcode in (Op.OP_MIN, Op.OP_MAX):
        return (-2, value), (-1, value)
    return ()


def _minimal(item: bytes) -> bytes:
    magnitude = int.from_bytes(item, "little")
    if not item:
        return b""
    sign = 1 << (8 * len(item) - 1)
    return encode_number(-(magnitude - sign) if magnitude & sign else magnitude)


def _padded(item: bytes, size: int) -> bytes:
    if not item or len(item) >= size:
        return item.ljust(size, b"\0")
    negative = item[-1] & 0x80
    body = item[:-1] + bytes((item[-1] & 0x7F,))
    padded = bytearray(body.ljust(size, b"\0"))
    padded[-1] |= negative
    return bytes(padded)


def _cut(outputs: tuple[Output, ...], count: int) -> tuple[Output, ...]:
    """As many outputs; the last one is repeated."""
    return outputs[:count] + outputs[-1:] * (count - len(outputs))
