"""The proposals of this library, by their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from ...errors import RulesError
from ..rules.proposal import Proposal
from .ec_arithmetic import ec_arithmetic
from .op_sighash import op_sighash

__all__ = ["EC_ARITHMETIC", "OP_SIGHASH", "PROPOSALS", "find_proposal"]

_MAKERS: dict[str, Callable[..., Proposal]] = {
    "ec-arithmetic": ec_arithmetic,
    "op-sighash": op_sighash,
}
_CALLED = re.compile(r"([a-z0-9.-]+)(?:\(([a-z0-9_=,]*)\))?")
_NUMBER = re.compile("(?:0x[0-9a-f]{1,8}|[0-9]{1,9})")


@lru_cache(maxsize=64)
def _find(name: str) -> Proposal:
    match = _CALLED.fullmatch(name)
    maker = match and _MAKERS.get(match[1])
    if not match or not maker:
        known = ", ".join(_MAKERS)
        raise RulesError(f"unknown proposal {name[:80]!r}: expected one of {known}")
    given: dict[str, int | str] = {}
    for each in filter(None, (match[2] or "").split(",")):
        key, _, value = each.partition("=")
        given[key] = int(value, 0) if _NUMBER.fullmatch(value) else value
    return replace(maker(**_known(match[1], maker, given)), _find=find_proposal)


def _known(
    name: str, maker: Callable[..., Proposal], given: dict[str, int | str]
) -> dict[str, int | str]:
    """Return the parameters given to a proposal, if it has them."""
    kinds = {key: kind for key, kind in maker.__annotations__.items() if key != "return"}
    for key, value in given.items():
        if key not in kinds:
            raise RulesError(f"{name} has no parameter {key!r}: expected one of {', '.join(kinds)}")
        if kinds[key] == "int" and not isinstance(value, int):
            raise RulesError(f"{name}: {key} must be a number, not {value!r}")
    return given


def find_proposal(name: str) -> Proposal:
    """Find a proposal by its name, as "op-sighash", or with its parameters in parentheses.

    Parameters that are not given have their defaults: "op-sighash(opcode=0xd6)". Raises
    RulesError, which lists the known names.
    """
    return _find(name.strip().lower())


OP_SIGHASH = find_proposal("op-sighash")
EC_ARITHMETIC = find_proposal("ec-arithmetic")

PROPOSALS = (OP_SIGHASH, EC_ARITHMETIC)
"""Every proposal of this library, with its parameters as they are by default."""
