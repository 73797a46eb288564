"""A campaign: each party in turn as the attacker, and a stranger, side by side."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from random import Random

from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from ..coverage import Coverage
from .corpus import Learned, learn, learned_of, news
from .description import (
    Honest,
    checked_categories,
    checked_parties,
    checked_properties,
    pairs_of,
)
from .findings import Finding, Progress, shrink
from .parties import Party
from .promises import Property
from .scene import STRANGER, Scene, make_scene
from .search import Search, make_search

__all__ = ["Campaign", "Honest", "Report", "pairs_of", "prepare"]

_AT_ONCE = 50
# A campaign keeps much, and throws little away that refers to itself: to look for that at Python's
# pace takes as long as all the rest.
_ALLOCATIONS = 2_000_000
_NEVER_TRIED = (
    "spend paths, and branches of them, that no honest transaction takes, unless a change of one"
    " happens to lead there",
    "attacks of several transactions one after the other, and of two parties together",
    "whether a coin exists, is old enough or is spent twice: a transaction is judged by what it"
    " says",
    "signatures of keys that the attacker does not hold, and preimages that nobody has shown",
)


@dataclass(frozen=True)
class Report:
    """What a campaign found and how much it tried.

    `judged` counts transactions, `accepted` those of them that scripts and nodes would take;
    `attackers` is who was played. `not_tried` says in sentences what was not: an empty report is
    no proof. `draft` is the name of the rules if they have proposals.
    """

    findings: tuple[Finding, ...]
    judged: int
    accepted: int
    seconds: float
    attackers: tuple[str, ...]
    seed: int
    draft: str = ""

    @property
    def attacks(self) -> tuple[Finding, ...]:
        """The findings by which somebody loses."""
        return tuple(each for each in self.findings if each.is_attack)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """The findings that are open to argument."""
        return tuple(each for each in self.findings if not each.is_attack)

    @property
    def not_tried(self) -> tuple[str, ...]:
        """What no campaign tries, and what this one did not."""
        alone = (
            "no party with keys is named: only a stranger was the attacker, and no signature of"
            " the honest transactions was made again"
        )
        return (*([alone] if self.attackers == (STRANGER.name,) else []), *_NEVER_TRIED)

    @property
    def _under(self) -> str:
        return f", under the draft {self.draft}" if self.draft else ""

    def __str__(self) -> str:
        lines = [
            f"{self.judged:,} transactions judged in {self.seconds:.1f} s, {self.accepted:,}"
            f" accepted, with {', '.join(self.attackers)} as the attacker{self._under}",
            f"{len(self.attacks)} attack{'' if len(self.attacks) == 1 else 's'}",
            *map(str, self.attacks),
        ]
        if self.notes:
            lines += [f"{len(self.notes)} open to argument", *map(str, self.notes)]
        return "\n".join(lines)


@dataclass(slots=True)
class Campaign:
    """A campaign under way, which may be interrupted and says at any time what it has found.

    What it reaches is collected in `coverage`, if there is one.
    """

    searches: Sequence[Search]
    seed: int
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    learned: list[Learned] = field(default_factory=list)
    coverage: Coverage | None = None
    _seen: dict[str, set[object]] = field(default_factory=dict)
    _causes: set[tuple[str, ...]] = field(default_factory=set)

    def run(
        self,
        *,
        seconds: float | None,
        count: int | None = None,
        stop_at_first: bool = False,
        progress: Progress | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let every attacker try a little, again and again, until the campaign is over.

        `clock` says what `seconds` are: those of the day, or, with `time.process_time`, of work.
        """
        before = self.judged
        with nullcontext() if self.coverage is None else self.coverage.recording("fuzz"):
            try:
                self._run(seconds, count, stop_at_first, progress, clock)
            finally:
                if self.coverage is not None:
                    self.coverage.transactions += self.judged - before

    def _run(
        self,
        seconds: float | None,
        count: int | None,
        stop_at_first: bool,
        progress: Progress | None,
        clock: Callable[[], float],
    ) -> None:
        started = clock()

        def is_over() -> bool:
            self.seconds = clock() - started
            if seconds is not None and self.seconds >= seconds:
                return True
            if count is not None and self.judged >= count:
                return True
            return stop_at_first and any(each.is_attack for each in self.findings)

        running = [(search, search.run()) for search in self.searches]
        with _collecting_seldom():
            while not is_over():
                for search, steps in running:
                    for _ in range(_AT_ONCE):
                        next(steps)
                    self._collect(search)
                    if is_over():
                        break
                if progress is not None:
                    progress(self.judged, len(self.findings))

    @property
    def judged(self) -> int:
        """How many transactions have been judged."""
        return sum(each.judged for each in self.searches)

    def begin_with(self, corpus: Iterable[Learned]) -> None:
        """Try first what earlier campaigns have kept, and keep in `learned` what is new."""
        learned = list(corpus)
        for search in self.searches:
            learn(search, learned)
            search.is_learning = True

    def report(self) -> Report:
        """Say what has been found until now."""
        return Report(
            tuple(self.findings),
            self.judged,
            sum(each.accepted for each in self.searches),
            self.seconds,
            tuple(each.scene.attacker.name for each in self.searches),
            self.seed,
            next((each.scene.rules.draft for each in self.searches), ""),
        )

    def _collect(self, search: Search) -> None:
        """Take what a search has found, each cause once, and what it has learned."""
        if search.is_learning:
            seen = self._seen.setdefault(search.scene.attacker.name, set())
            self.learned += news(search, seen)
            search.harmless.clear()
        while search.found:
            finding = shrink(search.found.pop(0), search, self._causes)
            if finding is not None and finding.cause not in self._causes:
                self._causes.add(finding.cause)
                self.findings.append(finding)
                if search.is_learning and finding.is_attack:
                    self.learned.append(learned_of(finding, search.scene))


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Let the garbage collector run seldom within the block, if it runs at all.

    What has been made in it counts as old from then on: most of it is kept, and need not be looked
    at once more because the block ends.
    """
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(before[0], _ALLOCATIONS), *before[1:])
    try:
        yield
    finally:
        if before[0] and not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        gc.set_threshold(*before)


def prepare(
    honest: Iterable[Honest],
    parties: Iterable[Party] = (),
    *,
    rules: RuleSet = BCH_2026,
    seed: int = 0,
    properties: Iterable[Property] = (),
    unique: Iterable[bytes] = (),
    attackers: Sequence[str] | None = None,
) -> Campaign:
    """Prepare a campaign of these attackers, or of all; the other arguments are those of `fuzz`.

    Raises ContractError for a transaction that is refused as it stands, or breaks a property, and
    for a party with a name or a key that is another's.
    """
    everybody = checked_parties(parties)
    pairs = pairs_of(honest)
    one_of_a_kind = checked_categories(unique, pairs)
    scene = make_scene(pairs, everybody, rules, one_of_a_kind)
    checks = checked_properties(properties, pairs)
    return Campaign(
        [
            make_search(each, checks, Random(seed))
            for each in _attackers(scene)
            if attackers is None or each.attacker.name in attackers
        ],
        seed,
    )


def _attackers(scene: Scene) -> Iterator[Scene]:
    """Yield the scene as each attacker sees it."""
    for attacker in (STRANGER, *(party for party in scene.parties if party.keys)):
        others = tuple(party for party in scene.parties if party is not attacker)
        yield replace(scene, attacker=attacker, parties=others)
