"""The rule set: a name, a mode, limits, switches, policy, and one operation per opcode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from ...errors import RulesError
from ...script.opcodes import opcode_name
from ..operation import Operation
from .limits import Limits
from .own_files import place_of, restore
from .policy import Policy
from .proposal import Check, Proposal
from .proposals_together import check_together, merged
from .switches import Switches

__all__ = ["RuleSet"]

# So many drafts of one rule set are the same objects when they are asked for again.
_MOST_DRAFTS = 64


@dataclass(frozen=True, eq=False, repr=False)
class RuleSet:
    """The rules of one network upgrade, in one mode.

    Standard mode has the rules for relaying transactions, consensus mode those for blocks;
    `standard` and `consensus` give the same year's rules in the other mode. `policy` limits
    whole transactions. With `proposals` it is a draft, which no network has, and `proposed` are
    their opcodes.
    """

    name: str
    limits: Limits
    switches: Switches
    policy: Policy
    operations: MappingProxyType[int, Operation]
    proposals: tuple[Proposal, ...] = ()
    proposed: Mapping[int, Operation] = field(default_factory=dict)
    _modes: dict[bool, RuleSet] = field(default_factory=dict)
    _find: Callable[[str, bool], RuleSet] | None = None
    _base: RuleSet | None = None
    _drafts: dict[tuple[Proposal, ...], RuleSet] = field(default_factory=dict)

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

    @property
    def draft(self) -> str:
        """The name of a rule set with proposals, "" for one that a network has or had."""
        return self.name if self.proposals else ""

    @property
    def checks(self) -> tuple[tuple[str, Check], ...]:
        """The checks of whole transactions that proposals add, each with its proposal's name."""
        return tuple((each.name, check) for each in self.proposals for check in each.checks)

    def name_opcode(self, code: int) -> str:
        """Name an opcode as these rules do: those of proposals have names here only."""
        own = self.proposed.get(code)
        return opcode_name(code) if own is None else own.name

    @property
    def opcodes_by_name(self) -> dict[str, int]:
        """The opcodes of proposals by their names; see `OPCODES_BY_NAME` for all others."""
        return {each.name: code for code, each in self.proposed.items()}

    @property
    def items_given(self) -> dict[int, int]:
        """How many items each opcode of a proposal leaves in place of those that it takes."""
        return {code: each.gives for code, each in self.proposed.items()}

    def __str__(self) -> str:
        return f"{self.name} ({'draft, ' if self.proposals else ''}{self.mode})"

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

        `changed` groups are added or replace operations, `without` removes opcodes. What is made
        of a draft is a draft.
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
            self.proposals,
            self.proposed,
        )

    def with_proposals(self, *proposals: Proposal) -> RuleSet:
        """Return these rules, in the same mode, with proposals: a draft, and the same each time.

        Raises RulesError for two that want the same: the number or the name of an opcode, or
        another value of a limit; and for the number of an opcode that these rules have already,
        unless the proposal says that it replaces it.
        """
        if self._base is not None:
            return self._base.with_proposals(*self.proposals, *proposals)
        if not proposals:
            return self
        found = self._drafts.get(proposals)
        if found is None:
            check_together(proposals, self.name, self.operations)
            consensus, relay = self.consensus, self.standard
            made = consensus._with(proposals)
            if relay is not consensus:
                relay._with(proposals, beside=made)
            found = self._drafts[proposals]
        return found

    def _with(self, proposals: tuple[Proposal, ...], beside: RuleSet | None = None) -> RuleSet:
        proposed = {op.opcode: op for each in proposals for op in each.operations}
        made = replace(
            self.evolve(
                "+".join((self.name, *(each.name for each in proposals))),
                *(each.operations for each in proposals),
                limits=merged(proposals, "limits"),
                switches=merged(proposals, "switches"),
                policy=merged(proposals, "policy"),
            ),
            proposals=proposals,
            proposed=MappingProxyType(proposed),
            _base=self,
        )
        if beside is not None:
            beside.pair_with(made)
        while len(self._drafts) >= _MOST_DRAFTS:
            del self._drafts[next(iter(self._drafts))]
        self._drafts[proposals] = made
        return made

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
        return replace(self, _find=find, _modes={}, _drafts={})

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        if self._base is not None:
            known = all(each.is_known for each in self.proposals)
            place = None if known else place_of(self.standard)
            if place is not None:
                return _restore, (*place, self.is_standard)
            return RuleSet.with_proposals, (self._base, *self.proposals)
        if self._find is None:
            raise RulesError(f"{self} cannot be pickled: it cannot be found by its name")
        return self._find, (self.name, self.is_standard)


def _restore(module: str, path: str | None, name: str, is_standard: bool) -> RuleSet:
    """Find a pickled rule set that has a name in a user's file."""
    found = restore(module, path, name)
    assert isinstance(found, RuleSet)
    return found.standard if is_standard else found.consensus
