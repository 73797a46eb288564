"""Removing a check from a source, so that a test can show which attack passes without it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..assembly.assemble import assemble
from ..assembly.tokens import normalize_source
from ..errors import AssemblyError, ContractError
from ..script.patterns import MAX_MULTISIG_KEYS
from ..script.pushes import instructions
from .checks import Check, checks_in
from .source import index_of, labels_in

__all__ = ["REPLACEMENTS", "find_check", "remove_check", "without_check"]

# Drops a count and that many items below it, without a loop, to work under the 2025 rules.
_DROP_COUNTED = "OP_DUP OP_IF OP_NIP OP_1SUB OP_ENDIF " * MAX_MULTISIG_KEYS + "OP_DROP"
_DROP_MULTISIG = f"{_DROP_COUNTED} {_DROP_COUNTED} OP_DROP"
# Signature opcodes must not run at all: they fail by themselves on an invalid signature.
REPLACEMENTS = {
    "OP_VERIFY": "OP_DROP",
    "OP_RETURN": "OP_NOP",
    "OP_EQUALVERIFY": "OP_2DROP",
    "OP_NUMEQUALVERIFY": "OP_2DROP",
    "OP_CHECKSIG": "OP_2DROP OP_1",
    "OP_CHECKSIGVERIFY": "OP_2DROP",
    "OP_CHECKDATASIG": "OP_2DROP OP_DROP OP_1",
    "OP_CHECKDATASIGVERIFY": "OP_2DROP OP_DROP",
    "OP_CHECKMULTISIG": f"{_DROP_MULTISIG} OP_1",
    "OP_CHECKMULTISIGVERIFY": _DROP_MULTISIG,
    "OP_CHECKLOCKTIMEVERIFY": "OP_NOP",
    "OP_CHECKSEQUENCEVERIFY": "OP_NOP",
}
"""The opcodes that replace each checking opcode: they drop its operands without a check."""

_WORD = re.compile(r"[a-zA-Z_][.a-zA-Z0-9_-]*")
_CLOSED = re.compile(r"<[^<>]*>|[^\s<>]+")


def without_check(source: str, name: str) -> str:
    """Return the source without one check: its operands are dropped instead of checked.

    The name in the check's comment is disabled too, and lines keep their numbers. Raises
    ContractError if no check or several checks have the name, and if the script uses the
    check's result.
    """
    return remove_check(source, find_check(checks_in(source), name))


def find_check(checks: Sequence[Check], name: str) -> Check:
    """Return a check by name. Raises ContractError for an unknown or ambiguous name."""
    check = next((each for each in checks if each.name == name), None)
    if check is None:
        same = [each.name for each in checks if each.name.startswith(f"{name} (line ")]
        if same:
            raise ContractError(f"ambiguous check {name!r}: expected one of {', '.join(same)}")
        raise ContractError(f"unknown check {name!r}")
    return check


def remove_check(source: str, check: Check) -> str:
    """Return the source that contains a check without it, as `without_check` does."""
    name = check.name
    text = _without_name(normalize_source(source), source, check)
    at = index_of(text, check.line, check.column)
    word = _WORD.match(text, at)
    if check.opcode in REPLACEMENTS:
        if word is None:
            raise ContractError(f"check {name!r} cannot be removed: it is written as bytes")
        return text[:at] + REPLACEMENTS[check.opcode] + text[word.end() :]
    if not check.is_final:
        raise ContractError(
            f"check {name!r} cannot be removed: the script uses the result of {check.opcode}"
        )
    written = word or _CLOSED.match(text, at)
    end = at if written is None else written.end()
    if _is_cut_off(text[at:end]):
        raise ContractError(f"check {name!r} cannot be removed: it is written as bytes")
    return f"{text[:end]} OP_DROP OP_1{text[end:]}"


def _is_cut_off(written: str) -> bool:
    """Return whether the data of a push are not written with it, but follow as other words."""
    try:
        return any(each.missing for each in instructions(assemble(written)))
    except AssemblyError:
        # A name that is bound elsewhere.
        return False


def _without_name(text: str, source: str, check: Check) -> str:
    if not check.is_named:
        return text
    names = [each for each in labels_in(source) if each.line == check.line]
    label = next(
        (each for each in names if each.column > check.column and check.name.startswith(each.name)),
        None,
    )
    if label is None:
        return text
    at = text.index("[", index_of(text, label.line, label.column))
    return f"{text[:at]}removed: {text[at:]}"
