"""The rule set: a name, a mode, limits, switches, policy, and one operation per opcode."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from ...errors import RulesError
from ..operation import Operation
from .limits import Limits
from .policy import Policy
from .switches import Switches

__all__ = ["RuleSet"]


@dataclass(frozen=True, eq=False, repr=False)
class RuleSet:
    """The rules of one network upgrade, in one mode.

    Standard mode has the rules for relaying transactions, consensus mode those for blocks;
    `standard` and `consensus` give the same year's rules in the other mode. `policy` limits
    whole transactions.
    """

    name: str
    limits: Limits
    switches: Switches
    policy: Policy
    operations: MappingProxyType[int, Operation]
    _modes: dict[bool, RuleSet] = field(default_factory=dict)
    _find: Callable[[str, bool], RuleSet] | None = None

    @property
    def is_standard(self) -> bool:
        """Whether the relay rules apply besides the consensus rules."""
        return self.policy.is_standard

    @property
    def standard(self) -> RuleSet:
        """These rules in standard mode; unchanged if they have only one mode."""
        return self._modes.get(True, self)

    @property
    def consensus(self) -> RuleSet:
        """These rules in consensus mode; unchanged if they have only one mode."""
        return self._modes.get(False, self)

    @property
    def mode(self) -> str:
        """The mode's name: "standard" or "consensus"."""
        return "standard" if self.is_standard else "consensus"

    def __str__(self) -> str:
        return f"{self.name} ({self.mode})"

    def __repr__(self) -> str:
        return self.name if self.is_standard else f"{self.name}.consensus"

    def evolve(
        self,
        name: str,
        *changed: Iterable[Operation],
        without: Iterable[int] = (),
        limits: dict[str, Any] | None = None,
        switches: dict[str, bool] | None = None,
        policy: dict[str, Any] | None = None,
    ) -> RuleSet:
        """Copy this rule set with other operations, limits, switches or policy.

        `changed` groups are added or replace operations, `without` removes opcodes.
        """
        merged = {**self.operations, **{op.opcode: op for group in changed for op in group}}
        for opcode in without:
            del merged[opcode]
        return RuleSet(
            name,
            replace(self.limits, **limits or {}),
            replace(self.switches, **switches or {}),
            replace(self.policy, **policy or {}),
            MappingProxyType(merged),
        )

    def pair_with(self, relay: RuleSet) -> RuleSet:
        """Link this rule set and `relay` as its standard mode; return `relay`."""
        self._modes.update({False: self, True: relay})
        relay._modes.update(self._modes)
        return relay

    def found_by(self, find: Callable[[str, bool], RuleSet]) -> RuleSet:
        """Copy this rule set, to be pickled by reference: `find(name, is_standard)` restores it.

        `find` is a function of a module. A rule set contains functions, so it is pickled by
        name only.
        """
        return replace(self, _find=find, _modes={})

    def __reduce__(self) -> tuple[Any, tuple[str, bool]]:
        if self._find is None:
            raise RulesError(f"{self} cannot be pickled: it cannot be found by its name")
        return self._find, (self.name, self.is_standard)
