"""Finding the line and check of a contract that refused an input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..reasons import InputResultLike, Reason
from ..script.opcodes import opcode_name
from .found import Found, Known
from .origin import find_end

__all__ = ["Refusal", "explain", "find_refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an input is refused, in a sentence, and the places of contracts that refused it.

    There are several if the source has the same instruction more than once, and none if the
    place is in no known contract.
    """

    sentence: str
    places: tuple[Found, ...] = ()

    @property
    def place(self) -> Found | None:
        """The place that refused, where only one can be meant."""
        return self.places[0] if len(self.places) == 1 else None

    def __str__(self) -> str:
        return self.sentence


def explain(result: InputResultLike, *contracts: Known) -> str:
    """Say in a sentence which check of which contract refused an input.

    The contracts are those that may have run in it. Where the scripts ended and left a
    false item, what made that item in the branch that ran is named; where several places
    can be meant or none is known, the sentence says so.
    """
    return find_refusal(result, *contracts).sentence


def find_refusal(result: InputResultLike, *contracts: Known) -> Refusal:
    """Find which check of which contract refused an input, as `explain` says it."""
    if result.reason is Reason.EVAL_FALSE and result.code is None:
        return _explain_end(result, contracts)
    if result.code is None or result.offset is None:
        return Refusal(str(result))
    found = _find(contracts, result.code, result.offset)
    return _say(result, found, result.opcode) if found else Refusal(str(result))


def _find(
    contracts: Sequence[Known], code: bytes, offset: int, *, at_end: bool = False
) -> tuple[Found, ...]:
    """Every place of the contracts that an instruction may stand at."""
    return tuple(
        each for contract in contracts for each in contract.find(code, offset, at_end=at_end)
    )


def _explain_end(result: InputResultLike, contracts: Sequence[Known]) -> Refusal:
    end = find_end(result)
    if end is None:
        finals = [
            f"{contract.name}.cashasm:{check.line} {check.name}"
            for contract in contracts
            for check in contract.checks
            if check.is_final
        ]
        where = f"one of {', '.join(finals)}" if finals else "an instruction that is not known"
        return Refusal(f"{result}; it was left by {where}" if result.stack else str(result))
    maker, last = end
    if maker is not None:
        found = _find(contracts, maker.code, maker.offset, at_end=True)
        if found:
            return _say(result, found, maker.opcode)
        return Refusal(f"{result}, left by {maker}")
    found = () if last is None else _find(contracts, last.code, last.offset)
    where = "" if last is None else f", after {last}"
    if found:
        where = f", after {' or '.join(map(_describe, found))}"
    return Refusal(f"{result}{where}")


def _say(result: InputResultLike, found: tuple[Found, ...], opcode: int | None) -> Refusal:
    places = " or ".join(map(_describe, found))
    reason = "" if result.reason is None else result.reason.value
    at = "" if opcode is None else f" at {opcode_name(opcode)}"
    return Refusal(f"{places}: {reason}{at}", found)


def _describe(found: Found) -> str:
    check = found.check
    if check is None or not check.is_named:
        return str(found)
    return f"{found} [{check.name}] {check.why}".rstrip()
