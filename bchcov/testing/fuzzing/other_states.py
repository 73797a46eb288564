"""Coins that are spent on a path which honest transactions take in another state only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from ...transaction.model import Output
from .branches import Branches, branches_of
from .comparing import FEE, Loss
from .draft import Draft, DraftInput, Signed
from .references import Reference, alike
from .scene import ATTACKER, CONTRACT, SATOSHIS, Holdings, Scene

__all__ = ["States", "in_other_state", "states_of"]

States = Mapping[Output, Sequence[tuple[Reference, Branches]]]


def states_of(references: Sequence[Reference], scene: Scene) -> States:
    """Return for each coin of a contract that holds a state who spends it, and how."""
    found: dict[Output, list[tuple[Reference, Branches]]] = {}
    for reference in references:
        for place, taken in zip(reference.draft.inputs, reference.branches, strict=True):
            token = place.coin.token
            if token is not None and token.nft is not None and scene.of_contract(place):
                found.setdefault(place.coin, []).append((reference, taken))
    return found


def in_other_state(
    draft: Draft,
    changes: Mapping[str, Holdings],
    *,
    scene: Scene,
    references: Sequence[Reference],
    seed: int,
    states: States,
) -> Loss | None:
    """Say that a coin is spent on the path of another state, and who loses by it.

    That is somebody who has less than after each honest spend of that very coin. One of the two
    ends the contract and the other does not: of two that go on, each may come after the other.
    Who signs for a path that looks at no state may take it in any.
    """
    usual = {place.coin for place in references[seed].draft.inputs}
    for at, place in enumerate(draft.inputs):
        there = states.get(place.coin)
        if there is None or place.coin in usual or not scene.of_contract(place):
            continue
        taken = branches_of(draft, scene)[at]
        if any(theirs == taken for _, theirs in there):
            continue
        if not any(theirs == taken for _, _, theirs in alike(place, references)):
            continue
        if _is_signed(place, scene) and not _reads_state(draft, at, scene):
            continue
        goes_on = _goes_on(draft, place)
        losers = [
            None if _goes_on(each.draft, place) == goes_on else _loser(changes, each.changes)
            for each, _ in there
        ]
        if all(losers):
            says = (
                f"{losers[0]} has less than honestly, and input {at} takes a path of another state"
            )
            return Loss("other state", says)
    return None


def _goes_on(draft: Draft, place: DraftInput) -> bool:
    script = place.coin.locking_bytecode
    return any(output.locking_bytecode == script for output in draft.outputs)


def _loser(changes: Mapping[str, Holdings], should: Mapping[str, Holdings]) -> str | None:
    """Somebody who gets less of something than they should, of which the attacker has more."""
    nothing: Holdings = Counter()
    for owner, holdings in should.items():
        if owner in (ATTACKER, CONTRACT):
            continue
        for asset, due in holdings.items():
            slack = FEE if asset == SATOSHIS else 0
            less = due - changes.get(owner, nothing)[asset]
            more = changes[ATTACKER][asset] - should[ATTACKER][asset]
            if due > 0 and less > slack and more > slack:
                return owner
    return None


def _is_signed(place: DraftInput, scene: Scene) -> bool:
    return any(isinstance(item, Signed) and item.key in scene.attacker.keys for item in place.items)


def _reads_state(draft: Draft, at: int, scene: Scene) -> bool:
    context = TransactionContext(*draft.finish())
    return (Op.OP_UTXOTOKENCOMMITMENT, at) in scene.judge.watch(context, at).reads
