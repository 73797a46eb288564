"""A proposal: what a draft would change of a rule set, with its state, date and source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ...errors import RulesError
from ...script.opcodes import OPCODES_BY_NAME
from ...transaction.context import TransactionContext
from ..operation import Operation
from .limits import Limits
from .own_files import place_of, restore
from .policy import Policy
from .switches import Switches

__all__ = ["Check", "Proposal"]

Check = Callable[[TransactionContext], str | None]
"""A check of whole transactions: says what is wrong, None for nothing."""

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*(?:\([a-z0-9_=,]*\))?")
_OPCODE = re.compile(r"OP_[A-Z0-9_]+")
_FIRST_OPCODE, _LAST_OPCODE = 0x61, 0xFF
_FIXED = OPCODES_BY_NAME["OP_CODESEPARATOR"]
_CHANGED = {"limits": Limits, "switches": Switches, "policy": Policy}


@dataclass(frozen=True, eq=False)
class Proposal:
    """A draft of rules: opcodes, limits and checks that a rule set would get.

    `name` is that in the names of rule sets: small letters, digits, dots and hyphens, as
    "op-double". `operations` are its opcodes; they take numbers that nobody uses, or those in
    `replaces`. `limits`, `switches` and `policy` have new values by the names of the fields of
    `Limits`, `Switches` and `Policy`. Each of `checks` is given a transaction that passes all
    other checks but the scripts, and says in a sentence why it is refused, or None.

    The rest is for readers: the `title`, its `status`, the `date` of the version that this is,
    and its `source`. Raises RulesError for what no rule set can get.
    """

    name: str
    operations: tuple[Operation, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    switches: Mapping[str, bool] = field(default_factory=dict, kw_only=True)
    policy: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    checks: tuple[Check, ...] = field(default=(), kw_only=True)
    replaces: tuple[int, ...] = field(default=(), kw_only=True)
    title: str = field(default="", kw_only=True)
    status: str = field(default="draft", kw_only=True)
    date: str = field(default="", kw_only=True)
    source: str = field(default="", kw_only=True)
    _find: Callable[[str], Proposal] | None = field(default=None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise RulesError(
                f"proposal {self.name!r} has no usable name: expected small letters, digits, dots"
                " and hyphens, as in 'op-double'"
            )
        for what in ("operations", "checks"):
            if not isinstance(getattr(self, what), tuple):
                raise RulesError(f"{self.name}: {what} must be a tuple, as in ({what[:-1]},)")
        for operation in self.operations:
            self._check_operation(operation)
        for what, kind in _CHANGED.items():
            known = {each.name for each in fields(kind)}
            for each in getattr(self, what):
                if each not in known:
                    raise RulesError(
                        f"{self.name}: {what} have no {each!r}: expected one of"
                        f" {', '.join(sorted(known))}"
                    )

    def _check_operation(self, operation: Operation) -> None:
        if not isinstance(operation, Operation):
            raise RulesError(f"{self.name}: {operation!r} is no operation: see opcode")
        name, code = operation.name, operation.opcode
        if not _OPCODE.fullmatch(name):
            raise RulesError(f"{self.name}: {name!r} is no name of an opcode, as OP_DOUBLE is")
        if not _FIRST_OPCODE <= code <= _LAST_OPCODE or code == _FIXED:
            raise RulesError(
                f"{self.name}: {name} cannot have the number {code:#04x}: expected 0x61 to 0xff,"
                " and not that of OP_CODESEPARATOR"
            )
        if OPCODES_BY_NAME.get(name, code) != code:
            raise RulesError(
                f"{self.name}: {name} is the name of {OPCODES_BY_NAME[name]:#04x},"
                f" not of {code:#04x}"
            )

    def __str__(self) -> str:
        """Say what the proposal is, its status and its date, in a line."""
        rest = ", ".join(filter(None, (self.status, self.date)))
        return f"{self.name}: {self.title or 'a proposal'} ({rest})"

    @property
    def is_known(self) -> bool:
        """Whether this is a proposal of the library, which is found by its name."""
        return self._find is not None

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Pickle by reference, as a function is: operations hold functions, which do not travel."""
        if self._find is not None:
            return self._find, (self.name,)
        place = place_of(self)
        if place is not None:
            return restore, place
        raise RulesError(
            f"the proposal {self.name} cannot be sent to another process: give it, or its rules, a"
            " name in a file"
        )
