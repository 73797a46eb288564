"""Explaining a refused input: the contract's source line and check that refused it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..reasons import InputResultLike, Reason
from ..script.opcodes import opcode_name
from ..vm.result import Run
from .found import Found, Searchable
from .origin import find_final_producer

__all__ = ["Refusal", "explain", "find_refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an input is refused, in a sentence, and the places in contracts that refused it.

    There are several places if the same code occurs more than once, and none if the failing
    instruction is not part of a known contract.
    """

    sentence: str
    places: tuple[Found, ...] = ()

    @property
    def place(self) -> Found | None:
        """The place that refused the input, or None if there is not exactly one."""
        return self.places[0] if len(self.places) == 1 else None

    def __str__(self) -> str:
        return self.sentence


def explain(result: InputResultLike, *contracts: Searchable) -> str:
    """Explain in a sentence which check of which contract refused an input.

    `contracts` are those that may have run in the input. If the scripts ran to their end and
    left a false item, the explanation names the instruction that produced it. If several
    places are possible, or none is known, the sentence says so.
    """
    return find_refusal(result, *contracts).sentence


def find_refusal(result: InputResultLike, *contracts: Searchable) -> Refusal:
    """Find which check of which contract refused an input; `explain` returns its sentence."""
    if result.reason is Reason.EVAL_FALSE and result.code is None:
        return _explain_false_end(result, contracts)
    if result.code is None or result.offset is None:
        return Refusal(str(result))
    found = _find(contracts, result.code, result.offset)
    return _refusal_at(result, found, result.opcode) if found else Refusal(str(result))


def _find(
    contracts: Sequence[Searchable], code: bytes, offset: int, *, at_end: bool = False
) -> tuple[Found, ...]:
    """Find every place in the contracts that an instruction may come from."""
    return tuple(
        each for contract in contracts for each in contract.find(code, offset, at_end=at_end)
    )


def _explain_false_end(result: InputResultLike, contracts: Sequence[Searchable]) -> Refusal:
    """Explain a run that ended with a false item on top, or with an empty stack."""
    end = find_final_producer(result)
    if end is None:
        finals = [
            f"{contract.name}.cashasm:{check.line} {check.name}"
            for contract in contracts
            for check in contract.checks
            if check.is_final
        ]
        where = f"one of {', '.join(finals)}" if finals else "an unknown instruction"
        return Refusal(f"{result}; produced by {where}" if result.stack else str(result))
    producer, last = end
    if producer is not None:
        found = _find(contracts, producer.code, producer.offset, at_end=True)
        if found:
            return _refusal_at(result, found, producer.opcode)
        return Refusal(f"{result}, produced by {producer}")
    found = () if last is None else _find(contracts, last.code, last.offset)
    where = "" if last is None else f", after {last}"
    if found:
        where = f", after {' or '.join(map(_describe, found))}"
    return Refusal(f"{result}{where}")


def _refusal_at(result: InputResultLike, found: tuple[Found, ...], opcode: int | None) -> Refusal:
    places = " or ".join(map(_describe, found))
    reason = "" if result.reason is None else result.reason.value
    # A protocol of results is on a lower floor than the rules that they were made by.
    name = result.run.rules.name_opcode if isinstance(result.run, Run) else opcode_name
    at = "" if opcode is None else f" at {name(opcode)}"
    return Refusal(f"{places}: {reason}{at}", found)


def _describe(found: Found) -> str:
    check = found.check
    if check is None or not check.is_named:
        return str(found)
    return f"{found} [{check.name}] {check.why}".rstrip()
