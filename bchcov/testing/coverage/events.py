"""What coverage counts: an instruction that ran, a way that it went, or a check that refused."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ...contract.found import Found
from ...script.opcodes import Op
from ..sites import Site

__all__ = ["MANY", "Event", "Kind", "event_of"]

Kind = Literal["ran", "branch", "loop", "refused"]
MANY = 2
"""How many repetitions of a loop count as many."""


class Event(NamedTuple):
    """An instruction at a place in a source, and what it did.

    `outcome` is the condition of a branch (0 or 1), or how often a loop was repeated, up to
    MANY. `check` names the check that refused.
    """

    file: str
    line: int
    column: int
    position: int
    opcode: int
    kind: Kind
    outcome: int
    check: str = ""


def event_of(site: Site, place: Found) -> Event:
    """Make the event that an instruction ran; all pushes count as one opcode.

    Constants of other sizes are pushed by other opcodes.
    """
    opcode = 0 if site.opcode <= Op.OP_16 else site.opcode
    return Event(place.file, place.line, place.column, site.position, opcode, "ran", 0)
