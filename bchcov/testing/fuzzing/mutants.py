"""Mutants of one honest transaction, by number: what one attacker could propose instead of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ...errors import BchcovError, ContractError
from ...transaction.model import Output, Transaction
from ...validation.verdict import Verdict
from ...validation.verify import verify
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
from .scene import STRANGER
from .search import Accepted, Property, Search
from .seeds import Seed

__all__ = ["TransactionMutant", "TransactionMutants", "prepare_mutants"]

_MOST_EDITS = 100_000


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

    What the attacker can change in the place of another party follows what can be changed in the
    transaction as it is.
    """

    search: Search
    edits: Sequence[tuple[Seed, Edit]]

    def __len__(self) -> int:
        return len(self.edits)

    def make(self, numbers: Sequence[int]) -> TransactionMutant | None:
        """Make the changes of these numbers together; the first says in whose place.

        Others that do not fit are left out; returns None if the first one does not, or if nothing
        is changed by them. What is missing is paid from coins of the attacker's, and what is left
        over is theirs.
        """
        seed, first = self.edits[numbers[0]]
        draft = first.on(seed.draft)
        if draft is None:
            return None
        for number in numbers[1:]:
            draft = self.edits[number][1].on(draft) or draft
        made = next(complete(draft, self.search.scene), None)
        return None if made is None or made.key == seed.draft.key else self._judged(made, seed)

    def _judged(self, draft: Draft, seed: Seed) -> TransactionMutant | None:
        search = self.search
        try:
            transaction, coins = draft.finish()
        except BchcovError:
            # The attacker cannot write such a transaction.
            return None
        verdict = verify(transaction, coins, search.scene.rules)
        finding = None
        if verdict.ok:
            broken = (check(transaction, coins) for check in search.properties)
            said = next((each for each in broken if each is not None), None)
            loss = (
                search.oracle.judge(draft, seed.reference, search.preimages)
                if said is None
                else Loss("property", said)
            )
            if loss is not None:
                finding = shrink(Accepted(draft, seed.reference, loss), search)
        return TransactionMutant(transaction, coins, draft.steps, verdict, finding)


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
    edits = ((seed, edit) for seed in search.seeds for edit in edits_of(seed.draft, material))
    return TransactionMutants(search, tuple(islice(edits, _MOST_EDITS)))
