"""Which line and check of which contract refused an input, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import Reason
from ..script.opcodes import opcode_name
from ..vm.result import InputResult
from .contract import Contract, Found
from .origin import find_end

__all__ = ["explain"]


def explain(result: InputResult, *contracts: Contract) -> str:
    """Say in a sentence which check of which contract refused an input.

    The contracts are those that may have run in it. Where the scripts ended and left a
    false item, what made that item in the branch that ran is named; where several places
    can be meant or none is known, the sentence says so.
    """
    if result.reason is Reason.EVAL_FALSE and result.code is None:
        return _explain_end(result, contracts)
    if result.code is None or result.offset is None:
        return str(result)
    found = _find(contracts, result.code, result.offset)
    return _say(result, found, result.opcode) if found else str(result)


def _find(contracts: Sequence[Contract], code: bytes, offset: int) -> list[Found]:
    """Every place of the contracts that an instruction may stand at."""
    return [each for contract in contracts for each in contract.find(code, offset)]


def _explain_end(result: InputResult, contracts: Sequence[Contract]) -> str:
    end = find_end(result)
    if end is None:
        finals = [
            f"{contract.name}.cashasm:{check.line} {check.name}"
            for contract in contracts
            for check in contract.checks
            if check.is_final
        ]
        where = f"one of {', '.join(finals)}" if finals else "an instruction that is not known"
        return f"{result}; it was left by {where}" if result.stack else str(result)
    maker, last = end
    if maker is not None:
        found = _find(contracts, maker.code, maker.offset)
        return _say(result, found, maker.opcode) if found else f"{result}, left by {maker}"
    found = [] if last is None else _find(contracts, last.code, last.offset)
    where = "" if last is None else f", after {last}"
    if found:
        where = f", after {' or '.join(map(_describe, found))}"
    return f"{result}{where}"


def _say(result: InputResult, found: Sequence[Found], opcode: int | None) -> str:
    places = " or ".join(map(_describe, found))
    reason = "" if result.reason is None else result.reason.value
    at = "" if opcode is None else f" at {opcode_name(opcode)}"
    return f"{places}: {reason}{at}"


def _describe(found: Found) -> str:
    check = found.check
    if check is None or not check.is_named:
        return str(found)
    return f"{found} [{check.name}] {check.why}".rstrip()
