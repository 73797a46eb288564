"""Whether an accepted transaction is an attack: who has less after it than they should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from ...transaction.model import Nft, Output
from .branches import Branches, branches_of
from .comparing import FEE, Loss, added, compare
from .draft import Draft
from .excuses import excused
from .other_states import States, in_other_state, states_of
from .references import Reference, alike
from .rights import age_of, is_alike, lock_of
from .scene import ATTACKER, CONTRACT, SATOSHIS, Holdings, Scene
from .signers import (
    SignedSpend,
    Word,
    proofs_of,
    replayed,
    shown_again,
    signed_spends,
    taken_over,
    unsigned,
    words_of,
)

__all__ = ["Loss", "Oracle", "Reference"]

_MOST_COMBINATIONS = 16


@dataclass(slots=True)
class Oracle:
    """Compares the transactions of an attacker with those that are as they should be."""

    scene: Scene
    references: Sequence[Reference]
    signed: Sequence[SignedSpend]
    words: Mapping[bytes, Word]
    proofs: Mapping[tuple[bytes, ...], frozenset[bytes]]
    states: States

    @classmethod
    def of(cls, scene: Scene, drafts: Sequence[Draft]) -> Oracle:
        """Take these drafts, all of them accepted, as they should be."""
        made = []
        for draft in drafts:
            contracts = sum(scene.of_contract(place) for place in draft.inputs)
            guests = frozenset(
                place.coin
                for place in draft.inputs
                if not scene.of_contract(place) and not scene.is_mine(place, {})
            )
            changes, branches = scene.changes(draft, {}), branches_of(draft, scene)
            mine = changes[ATTACKER]
            is_taken = all(map(scene.attacker.has, draft.outputs)) and all(
                amount >= (-FEE if asset == SATOSHIS else 0) for asset, amount in mine.items()
            )
            made.append(Reference(draft, changes, branches, contracts, guests, is_taken))
        signed = signed_spends(scene, [each.branches for each in made])
        words, proofs = words_of(scene), proofs_of(scene)
        return cls(scene, made, tuple(signed), words, proofs, states_of(made, scene))

    def judge(self, draft: Draft, seed: int, preimages: Mapping[bytes, bytes]) -> Loss | None:
        """Say what an accepted transaction takes from others, None if it is no attack.

        `seed` is the reference that it comes from, which counts where its scripts took branches
        that no reference took.
        """
        changes = self.scene.changes(draft, preimages)
        spent = self._spent(draft)
        named = self.scene.named
        found = compare(changes, added([self.references[seed].changes]), spent, named)
        if found is None:
            return self.waited(draft, seed) or self.otherwise(draft, seed, preimages)
        # Only now is it worth looking at the branches.
        branches = branches_of(draft, self.scene)
        for references in self.matching(draft, branches, seed):
            should = added(each.changes for each in references)
            # Who may take all of a coin may take all of another, in the same way.
            is_right = all(each.is_taken for each in references)
            if is_right or compare(changes, should, spent, named) is None:
                return self.otherwise(draft, seed, preimages)
        return excused(
            found, draft, branches, scene=self.scene, references=self.references, seed=seed
        )

    def _replayed(self, draft: Draft, changes: Mapping[str, Holdings]) -> Loss | None:
        """A word that is used again, or to the advantage of an attacker for another coin."""
        gains = any(amount > 0 for amount in changes[ATTACKER].values())
        said = replayed(draft, self.words, self.scene, gains=gains)
        return said or (shown_again(draft, self.proofs, self.scene) if gains else None)

    def otherwise(self, draft: Draft, seed: int, preimages: Mapping[bytes, bytes]) -> Loss | None:
        """Say what is open to argument though nobody has less than they should."""
        changes = self.scene.changes(draft, preimages)
        return (
            self._replayed(draft, changes)
            or unsigned(draft, self.signed, self.scene)
            or in_other_state(
                draft,
                changes,
                scene=self.scene,
                references=self.references,
                seed=seed,
                states=self.states,
            )
            or taken_over(draft, (each.draft for each in self.references), self.scene)
        )

    def _spent(self, draft: Draft) -> Holdings:
        """What the coins of contracts hold that a draft spends."""
        total: Holdings = Counter()
        for place in draft.inputs:
            if self.scene.of_contract(place):
                total[SATOSHIS] += place.coin.value
        return total

    def matching(
        self, draft: Draft, branches: Sequence[Branches], seed: int
    ) -> Iterator[list[Reference]]:
        """Yield what a transaction can be compared with: for each coin, who took its branches."""
        present = {place.coin for place in draft.inputs}
        references = [each for each in self.references if each.guests <= present]
        choices: list[list[Reference]] = []
        for place, taken in zip(draft.inputs, branches, strict=True):
            if not self.scene.of_contract(place):
                continue
            same = [
                (reference, other)
                for reference in references
                for other, theirs in zip(reference.draft.inputs, reference.branches, strict=True)
                if other.running == place.running and theirs == taken
                if is_alike(draft, place, reference.draft, other)
            ]
            # What was done with the very same coin says more than what was done with others.
            found = [each for each, other in same if other.coin == place.coin]
            choices.append(found or [each for each, _ in same] or [self.references[seed]])
        for chosen in islice(product(*choices), _MOST_COMBINATIONS):
            counts = Counter(map(id, chosen))
            by_id = {id(each): each for each in chosen}
            # One transaction may have spent several of these coins at once.
            yield [
                by_id[key]
                for key, count in counts.items()
                for _ in range(-(-count // max(1, by_id[key].contracts)))
            ]

    def free_state(self, draft: Draft, seed: int) -> Loss | None:
        """A state that nothing binds: nothing but the commitment of an output was changed."""
        reference = self.references[seed]
        changed = [
            at
            for at, (output, other) in enumerate(
                zip(draft.outputs, reference.draft.outputs, strict=False)
            )
            if output != other
        ]
        if len(changed) != 1 or not self.spends_alike(draft, reference.draft):
            return None
        output, other = draft.outputs[changed[0]], reference.draft.outputs[changed[0]]
        token = output.token
        if _without_state(output) != _without_state(other):
            return None
        if token is None or not any(
            self.scene.of_contract(place)
            and place.coin.token is not None
            and place.coin.token.category == token.category
            for place in draft.inputs
        ):
            return None
        # The honest transaction may hand the NFT on as it was.
        is_of_contract = self.scene.owner_of(output, {}) == CONTRACT or any(
            place.coin.token is not None and place.coin.token.nft == other.token.nft
            for place in draft.inputs
            if other.token is not None and self.scene.of_contract(place)
        )
        stays = any(
            each.token is not None
            and each.token.category == token.category
            and self.scene.owner_of(each, {}) == CONTRACT
            for each in draft.outputs
        )
        if is_of_contract or stays:
            nft, honest = token.nft, other.token.nft if other.token else None
            if nft is not None and honest is not None and nft.capability != honest.capability:
                may = f"have the capability {nft.capability.name.lower()}"
            else:
                may = "have any state"
            is_left = self.scene.owner_of(output, {}) != CONTRACT
            where = ", which leaves the contract," if is_left else ""
            return Loss("free state", f"output {changed[0]}{where} may {may}")
        return None

    def spends_alike(self, draft: Draft, other: Draft) -> bool:
        """Whether two drafts spend the same coins of contracts, and push the same for them."""
        return len(draft.inputs) == len(other.inputs) and all(
            place[:5] == theirs[:5]
            for place, theirs in zip(draft.inputs, other.inputs, strict=True)
            if self.scene.of_contract(place) or self.scene.of_contract(theirs)
        )

    def waited(self, draft: Draft, seed: int) -> Loss | None:
        """A lock that the honest transaction waited for, and this one did not."""
        honest = self.references[seed].draft
        if (
            draft.locktime == honest.locktime
            and len(draft.inputs) == len(honest.inputs)
            and all(
                place.sequence == other.sequence
                for place, other in zip(draft.inputs, honest.inputs, strict=True)
            )
        ):
            return None
        branches = branches_of(draft, self.scene)
        for at, (place, taken) in enumerate(zip(draft.inputs, branches, strict=True)):
            if not self.scene.of_contract(place):
                continue
            waits = [
                (lock_of(other, theirs), age_of(theirs))
                for reference, theirs, same in alike(place, self.references)
                for other in (reference.draft,)
                if same == taken and theirs.items == place.items
            ]
            if not waits:
                continue
            locktime = lock_of(draft, place)
            if locktime < min(wait for wait, _ in waits):
                return Loss("no wait", f"the locktime of input {at} may be {locktime}")
            age = age_of(place)
            if age < min(age for _, age in waits):
                return Loss("no wait", f"the coin of input {at} may be {age} old")
        return None


def _without_state(output: Output) -> Output:
    token = output.token
    if token is None or token.nft is None:
        return output
    return replace(output, token=replace(token, nft=Nft()))
