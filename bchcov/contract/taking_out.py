"""Taking a check out of a source, so that a test can show which attack passes without it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..assembly.tokens import normalize_source
from ..errors import ContractError
from ..script.patterns import MAX_MULTISIG_KEYS
from .checks import Check, checks_in
from .source import index_of, labels_in

__all__ = ["REPLACED", "find_check", "take_out", "without_check"]

# As many items as a number on the stack says, and the number: no loop, for the rules of 2025.
_DROP_COUNTED = "OP_DUP OP_IF OP_NIP OP_1SUB OP_ENDIF " * MAX_MULTISIG_KEYS + "OP_DROP"
_DROP_MULTISIG = f"{_DROP_COUNTED} {_DROP_COUNTED} OP_DROP"
# Signatures are refused where they are checked, so that these may not run at all.
REPLACED = {
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
"""What stands in for each opcode that checks: it drops the same items."""

_WORD = re.compile(r"[a-zA-Z_][.a-zA-Z0-9_-]*")
_CLOSED = re.compile(r"<[^<>]*>|[^\s<>]+")


def without_check(source: str, name: str) -> str:
    """Return the source without one check: its operands are dropped and not compared.

    What is named behind it in a comment is no name any more; lines stay where they are.
    Raises ContractError for a name that no check has or that several have, and for a check
    whose result the script goes on with.
    """
    return take_out(source, find_check(checks_in(source), name))


def find_check(checks: Sequence[Check], name: str) -> Check:
    """Return the check of a name. Raises ContractError for one that none has, or several."""
    check = next((each for each in checks if each.name == name), None)
    if check is None:
        same = [each.name for each in checks if each.name.startswith(f"{name} (line ")]
        if same:
            raise ContractError(f"{len(same)} checks are called {name!r}: say {' or '.join(same)}")
        raise ContractError(f"no check is called {name!r}")
    return check


def take_out(source: str, check: Check) -> str:
    """Return the source that a check stands in without it, as `without_check` does."""
    name = check.name
    text = _without_name(normalize_source(source), source, check)
    at = index_of(text, check.line, check.column)
    word = _WORD.match(text, at)
    if check.opcode in REPLACED:
        if word is None:
            raise ContractError(f"{name!r} is written in bytes: only an opcode can be taken out")
        return text[:at] + REPLACED[check.opcode] + text[word.end() :]
    if not check.is_final:
        raise ContractError(f"{name!r} cannot be taken out: what {check.opcode} leaves is used")
    written = word or _CLOSED.match(text, at)
    end = at if written is None else written.end()
    return f"{text[:end]} OP_DROP OP_1{text[end:]}"


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
    return f"{text[:at]}taken out: {text[at:]}"
