"""A campaign: each party in turn as the attacker, and a stranger, side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from ...errors import ContractError
from ...transaction.model import Output, Transaction
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from ...wallet.built import BuiltTransaction
from .findings import Finding, Progress, shrink
from .parties import Party
from .scene import STRANGER, Scene, make_scene
from .search import Property, Search, make_search

__all__ = ["Report", "fuzz"]

_AT_ONCE = 50
Honest = BuiltTransaction | tuple[Transaction, Sequence[Output]]
"""An accepted transaction with the outputs that it spends."""


@dataclass(frozen=True)
class Report:
    """What a campaign found and how much it tried.

    `judged` counts transactions, `accepted` those of them that scripts and nodes would take;
    `attackers` is who was played. Nothing is said of what was not tried: an empty report is no
    proof.
    """

    findings: tuple[Finding, ...]
    judged: int
    accepted: int
    seconds: float
    attackers: tuple[str, ...]
    seed: int

    @property
    def attacks(self) -> tuple[Finding, ...]:
        """The findings by which somebody loses."""
        return tuple(each for each in self.findings if each.is_attack)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """The findings that are open to argument."""
        return tuple(each for each in self.findings if not each.is_attack)

    def __str__(self) -> str:
        lines = [
            f"{self.judged:,} transactions judged in {self.seconds:.1f} s, {self.accepted:,}"
            f" accepted, with {', '.join(self.attackers)} as the attacker",
            f"{len(self.attacks)} attacks",
            *map(str, self.attacks),
        ]
        if self.notes:
            lines += [f"{len(self.notes)} open to argument", *map(str, self.notes)]
        return "\n".join(lines)


@dataclass(slots=True)
class _Collected:
    """The findings of all attackers, each cause once."""

    findings: list[Finding] = field(default_factory=list)
    causes: set[tuple[object, ...]] = field(default_factory=set)

    def take(self, search: Search) -> None:
        while search.found:
            accepted = search.found.pop(0)
            made = shrink(accepted, search)
            if made is None:
                continue
            finding, cause = made
            if cause not in self.causes:
                self.causes.add(cause)
                self.findings.append(finding)


def fuzz(
    honest: Iterable[Honest],
    parties: Iterable[Party] = (),
    *,
    rules: RuleSet = BCH_2026,
    seconds: float | None = 10.0,
    count: int | None = None,
    seed: int = 0,
    properties: Iterable[Property] = (),
    unique: Iterable[bytes] = (),
    stop_at_first: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Search for transactions that are accepted and take from somebody what is theirs.

    Starts from honest transactions and the outputs that they spend. Each party in turn is the
    attacker, who signs with their own keys alone, and a stranger who takes part in nothing. Every
    small change is tried, alone and with what repairs it; then mixtures of them, until `seconds`
    are over or `count` transactions are judged, at least one of which must be given. The same
    `seed` and `count` give the same report.

    `properties` are functions of a transaction and its source outputs that say in a sentence
    what an accepted one breaks; `unique` holds the categories, in wire order, of which there is
    one NFT only.

    Raises ContractError for a transaction that is refused as it stands.
    """
    if seconds is None and count is None:
        raise ContractError("a campaign needs an end: seconds, or a count of transactions")
    pairs = [
        (each.transaction, each.source_outputs) if isinstance(each, BuiltTransaction) else each
        for each in honest
    ]
    scene = make_scene(pairs, parties, rules, unique)
    started = time.monotonic()
    searches = [make_search(each, tuple(properties), Random(seed)) for each in _attackers(scene)]
    collected = _Collected()

    def is_over() -> bool:
        if seconds is not None and time.monotonic() - started >= seconds:
            return True
        if count is not None and sum(each.judged for each in searches) >= count:
            return True
        return stop_at_first and any(each.is_attack for each in collected.findings)

    _take_turns(searches, collected, is_over, progress)
    return Report(
        tuple(collected.findings),
        sum(each.judged for each in searches),
        sum(each.accepted for each in searches),
        time.monotonic() - started,
        tuple(each.scene.attacker.name for each in searches),
        seed,
    )


def _attackers(scene: Scene) -> Iterator[Scene]:
    """Yield the scene as each attacker sees it."""
    for attacker in (STRANGER, *(party for party in scene.parties if party.keys)):
        others = tuple(party for party in scene.parties if party is not attacker)
        yield replace(scene, attacker=attacker, parties=others)


def _take_turns(
    searches: Sequence[Search],
    collected: _Collected,
    is_over: Callable[[], bool],
    progress: Progress | None,
) -> None:
    """Let every attacker try a little, again and again."""
    running = [(search, search.run()) for search in searches]
    while not is_over():
        for search, steps in running:
            for _ in range(_AT_ONCE):
                next(steps)
            collected.take(search)
            if is_over():
                break
        if progress is not None:
            progress(sum(each.judged for each in searches), len(collected.findings))
