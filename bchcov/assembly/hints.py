"""Error messages that suggest what the author of a source may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from ..script.opcodes import OPCODES_BY_NAME
from ..vm.proposals import PROPOSALS

__all__ = ["describe_bare_number", "describe_unknown"]

_HEXADECIMAL = re.compile("[0-9a-fA-F]+")


def describe_unknown(name: str, bound_names: Iterable[str]) -> str:
    """Explain that `name` is neither an opcode nor bound, and suggest a close name or a push."""
    names = {known.upper(): known for known in [*OPCODES_BY_NAME, *bound_names]}
    found = get_close_matches(name[:64].upper(), names, n=3, cutoff=0.75)
    close = [names[each] for each in found]
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    if _HEXADECIMAL.fullmatch(name) and not len(name) % 2:
        hint = f"; to push hexadecimal bytes, write <0x{name[:64]}>"
    elif _HEXADECIMAL.fullmatch(name):
        hint = "; to push hexadecimal bytes, write <0x...>, two digits per byte"
    for proposal in PROPOSALS:
        if any(name == each.name for each in proposal.operations):
            hint = f" in these rules; it is of the proposal {proposal.name}"
    return f"unknown name {name[:64]!r}{hint}"


def describe_bare_number(value: int) -> str:
    """Explain what a number outside a push means, and how to push it."""
    digits = str(abs(value)) if value.bit_length() < 200 else "..."
    number = f"-{digits}" if value < 0 else digits
    hint = f"<{number}> pushes the number"
    if value >= 0:
        hint += f", <0x{digits if len(digits) % 2 == 0 else '...'}> hexadecimal bytes"
    return f"number {number} outside a push would add its bytes to the script as opcodes: {hint}"
