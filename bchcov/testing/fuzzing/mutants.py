"""Mutants of one honest transaction, by number: what one attacker could propose instead of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

from ...errors import BchcovError, ContractError
from ...transaction.model import Output, Transaction
from ...validation.verdict import Verdict
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from .balance import complete
from .campaign import Honest, prepare
from .draft import Draft
from .edits import Edit, edits_of
from .findings import Finding, shrink
from .material import gather
from .oracle import Loss
from .parties import Party
from .promises import Property, broken
from .repair import repaired
from .scene import STRANGER
from .search import Accepted, Search
from .seeds import Seed

__all__ = ["TransactionMutant", "TransactionMutants", "prepare_mutants"]

_MOST_EDITS = 100_000
_ALTERNATIVES = 6
_REPAIRED = "what refused it is put right"


@dataclass(frozen=True, repr=False)
class TransactionMutant:
    """A transaction that somebody proposes instead of an honest one.

    `changes` say in words what was changed, in order. `finding` is the attack that it is, made
    small; None if it is refused, or nobody loses by it.
    """

    transaction: Transaction
    source_outputs: tuple[Output, ...]
    changes: tuple[str, ...]
    verdict: Verdict
    finding: Finding | None = None

    def __repr__(self) -> str:
        return f"<{'; '.join(self.changes)}>"

    def _repr_pretty_(self, printer: Any, _is_cycle: bool) -> None:
        # Hypothesis shows a failing example so.
        printer.text(repr(self))


@dataclass(frozen=True)
class TransactionMutants:
    """Every small change that one attacker could make, by number, the most telling ones first.

    What the attacker can change in the transaction as it is, and in each other party's place, come
    in turn.
    """

    search: Search
    edits: Sequence[tuple[Seed, Edit]]

    def __len__(self) -> int:
        return len(self.edits)

    def make(self, numbers: Sequence[int], *, repairs: int = 0) -> TransactionMutant | None:
        """Make the changes of these numbers together; the first says in whose place.

        Others that do not fit are left out; returns None if the first one does not, or if nothing
        is changed by them. What is missing is paid from coins of the attacker's, and what is left
        over is theirs. Where a comparison refuses it, what was compared is put right up to
        `repairs` times, if that leads further.
        """
        seed, first = self.edits[numbers[0]]
        draft = first.on(seed.draft)
        if draft is None:
            return None
        for number in numbers[1:]:
            draft = self.edits[number][1].on(draft) or draft
        made = next(complete(draft, self.search.scene), None)
        if made is None or made.key == seed.draft.key:
            return None
        mutant = self._judged(made, seed)
        for _ in range(repairs):
            better = None if mutant is None else self._further(made, mutant, seed)
            if better is None:
                break
            made, mutant = better
        return mutant

    def _further(
        self, draft: Draft, mutant: TransactionMutant, seed: Seed
    ) -> tuple[Draft, TransactionMutant] | None:
        """Return what repair makes of a refused draft, if its scripts come further."""
        if mutant.verdict.ok:
            return None
        scene, best, depth = self.search.scene, None, _depth(mutant.verdict)
        for each in islice(repaired(draft, scene, self.search.preimages), _ALTERNATIVES):
            made = next(complete(each, scene), None)
            if made is None or made.key == seed.draft.key:
                continue
            made = made if made.steps[-1:] == (_REPAIRED,) else made.after(_REPAIRED)
            again = self._judged(made, seed)
            if again is not None and (again.verdict.ok or _depth(again.verdict) > depth):
                best, depth = (made, again), _depth(again.verdict)
                if again.verdict.ok:
                    break
        return best

    def _judged(self, draft: Draft, seed: Seed) -> TransactionMutant | None:
        search = self.search
        try:
            transaction, coins = draft.finish()
        except BchcovError:
            # The attacker cannot write such a transaction.
            return None
        verdict = search.scene.judge.verify(transaction, coins)
        finding = None
        if verdict.ok:
            said = broken(search.properties, search.scene, draft, transaction, coins)
            loss = (
                search.oracle.judge(draft, seed.reference, search.preimages)
                if said is None
                else Loss("property", said)
            )
            if loss is not None:
                finding = shrink(Accepted(draft, seed.reference, loss), search)
        return TransactionMutant(transaction, coins, draft.steps, verdict, finding)


def _depth(verdict: Verdict) -> tuple[int, int]:
    """How many inputs were accepted, and how many instructions ran in the last one."""
    inputs = verdict.inputs
    return sum(each.ok for each in inputs), inputs[-1].metrics.instructions if inputs else 0


def prepare_mutants(
    honest: Honest,
    parties: Iterable[Party] = (),
    *,
    attacker: str = STRANGER.name,
    rules: RuleSet = BCH_2026,
    unique: Iterable[bytes] = (),
    properties: Iterable[Property] = (),
) -> TransactionMutants:
    """Prepare the mutants of an honest transaction by one attacker: a party's name, or a stranger.

    The other arguments are those of `fuzz`. Raises ContractError for a transaction that is
    refused as it stands, and for an attacker who is no party with keys.
    """
    everybody = tuple(parties)
    campaign = prepare(
        [honest],
        everybody,
        rules=rules,
        unique=unique,
        properties=properties,
        attackers=[attacker],
    )
    if not campaign.searches:
        known = ", ".join(repr(each.name) for each in (STRANGER, *everybody) if each.keys)
        raise ContractError(f"{attacker!r} is no party with keys: expected one of {known}")
    search = campaign.searches[0]
    material = gather(search.scene, search.held)
    by_seed = [[(seed, edit) for edit in edits_of(seed.draft, material)] for seed in search.seeds]
    # The first ones of each come before the second ones.
    edits = (each for turn in zip_longest(*by_seed) for each in turn if each is not None)
    return TransactionMutants(search, tuple(islice(edits, _MOST_EDITS)))
