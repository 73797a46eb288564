"""Transactions that are as they should be, which others are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...transaction.model import Output
from .branches import Branches
from .draft import Draft, DraftInput
from .scene import Holdings

__all__ = ["Reference", "alike"]


@dataclass(frozen=True)
class Reference:
    """A transaction that is as it should be, as an attacker sees it.

    `changes` is what each owner has more, or less, after it; `branches` are those that the script
    of each input took, `contracts` how many inputs spend contracts, and `guests` the coins of
    others that are spent beside them; `is_taken` says that the attacker takes all that the
    contracts' coins hold, and nobody else has a part in it.
    """

    draft: Draft
    changes: Mapping[str, Holdings]
    branches: tuple[Branches, ...]
    contracts: int
    guests: frozenset[Output]
    is_taken: bool


def alike(
    place: DraftInput, references: Iterable[Reference]
) -> list[tuple[Reference, DraftInput, Branches]]:
    """The inputs of references that run the same script, and the branches that it takes."""
    return [
        (reference, other, theirs)
        for reference in references
        for other, theirs in zip(reference.draft.inputs, reference.branches, strict=True)
        if other.running == place.running
    ]
