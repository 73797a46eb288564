"""The mutants of a contract: which instructions are exchanged for which others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ...assembly.assemble import assemble
from ...contract.contract import Contract
from ...contract.removal import REPLACEMENTS
from ...errors import ScriptError
from ...script.numbers import decode_number
from ...script.opcodes import Op
from ...script.pushes import encode_push_number
from ...vm.patching import STEERING
from ..sites import Site, require_sites
from .tables import INTROSPECTION, KINDS, TAKES_INDEX, WEAKER

__all__ = ["Mutant", "dropping", "mutants_of"]

Kind = Literal[
    "drop", "comparison", "logic", "arithmetic", "constant", "index", "introspection", "branch"
]
_MAX_NUMBER_SIZE = 4
_MULTISIGS = frozenset({"OP_CHECKMULTISIG", "OP_CHECKMULTISIGVERIFY"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One instruction of a contract, and what runs in its place.

    `script` and `position` say which one it is (see `Site`), `code` is that script's bytes.
    `name` is how a comment in the source calls it: `// @equivalent NAME: why`.
    """

    name: str
    kind: Kind
    file: str
    line: int
    column: int
    opcode: str
    check: str | None
    script: int
    position: int
    code: bytes
    replacement: bytes

    def __str__(self) -> str:
        what = self.check and f" [{self.check}]"
        return f"{self.file}:{self.line}:{self.column} {self.opcode}: {self.name}{what or ''}"


def mutants_of(contract: Contract) -> tuple[Mutant, ...]:
    """List the mutants of a contract, in the order of its scripts and their instructions.

    Instructions without a place in the source, such as the constants that CashScript's compiler
    puts in front, have none, and checks of several signatures, or of a
    function's result, are not dropped. Raises
    ContractError if the source is not known.
    """
    sites = require_sites(contract)
    following = {(each.script, each.position - 1): each for each in sites}
    return tuple(
        mutant
        for site in sites
        if site.places
        for mutant in _mutants_at(site, following.get((site.script, site.position)))
    )


def dropping(site: Site) -> bytes | None:
    """Return what runs instead of a check that is dropped, or None if it cannot be."""
    if not site.checks or site.name in _MULTISIGS:
        return None
    if site.name in REPLACEMENTS:
        return assemble(REPLACEMENTS[site.name])
    if any(check.is_final for check in site.checks) and site.opcode not in STEERING:
        step = site.instruction
        return site.code[step.offset : step.end] + assemble("OP_DROP OP_1")
    return None


def _mutants_at(site: Site, following: Site | None) -> Iterator[Mutant]:
    place = site.places[0]
    check = site.checks[0].name if site.checks else None

    def made(name: str, kind: Kind, replacement: bytes) -> Mutant:
        return Mutant(
            name,
            kind,
            place.file,
            place.line,
            place.column,
            site.name,
            check,
            site.script,
            site.position,
            site.code,
            replacement,
        )

    dropped = dropping(site)
    if dropped is not None:
        yield made("drop", "drop", dropped)
    for name, replacement in WEAKER.get(site.opcode, {}).items():
        # A comparison that is only verified is already dropped as the check that it is.
        is_checked = bool(site.checks) or (
            following is not None and following.opcode == Op.OP_VERIFY
        )
        if not (name == "true" and is_checked):
            yield made(name, KINDS[site.opcode], assemble(replacement))
    other = INTROSPECTION.get(site.opcode)
    if other is not None:
        yield made(Op(other).name, "introspection", bytes((other,)))
    yield from (
        made(name, "index" if _is_index(following) else "constant", replacement)
        for name, replacement in _other_constants(site)
    )


def _is_index(following: Site | None) -> bool:
    return following is not None and following.opcode in TAKES_INDEX


def _other_constants(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield a number one more and one less, for pushes that may be numbers."""
    value = _number_in(site)
    if value is not None:
        yield "plus-1", encode_push_number(value + 1)
        if value:
            yield "minus-1", encode_push_number(value - 1)


def _number_in(site: Site) -> int | None:
    step = site.instruction
    if step.opcode == Op.OP_0:
        return 0
    if step.opcode == Op.OP_1NEGATE:
        return -1
    if Op.OP_1 <= step.opcode <= Op.OP_16:
        return step.opcode - Op.OP_1 + 1
    if step.data is None or not 0 < len(step.data) <= _MAX_NUMBER_SIZE:
        return None
    try:
        return decode_number(step.data)
    except ScriptError:
        return None
