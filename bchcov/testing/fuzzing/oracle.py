"""Whether an accepted transaction is an attack: who has less after it than they should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from ...transaction.context import TransactionContext
from ...transaction.model import Output
from .draft import Draft
from .provenance import watch
from .scene import ATTACKER, CONTRACT, SATOSHIS, Asset, Holdings, Scene

__all__ = ["Loss", "Oracle", "Reference", "branches_of"]

_SMALL = 546
_MOST_COMBINATIONS = 16
_FINAL = 0xFFFFFFFF
Branches = tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """What an accepted transaction shows: a kind, and a sentence."""

    kind: str
    sentence: str


@dataclass(frozen=True)
class Reference:
    """A transaction that is as it should be, as an attacker sees it.

    `changes` is what each owner has more, or less, after it; `branches` are those that the script
    of each input took, `contracts` how many inputs spend contracts, and `guests` the coins of
    others that are spent beside them.
    """

    draft: Draft
    changes: Mapping[str, Holdings]
    branches: tuple[Branches, ...]
    contracts: int
    guests: frozenset[Output]


@dataclass(slots=True)
class Oracle:
    """Compares the transactions of an attacker with those that are as they should be."""

    scene: Scene
    references: Sequence[Reference]

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
            made.append(
                Reference(
                    draft, scene.changes(draft, {}), branches_of(draft, scene), contracts, guests
                )
            )
        return cls(scene, made)

    def judge(self, draft: Draft, seed: int, preimages: Mapping[bytes, bytes]) -> Loss | None:
        """Say what an accepted transaction takes from others, None if it is no attack.

        `seed` is the reference that it comes from, which counts where its scripts took branches
        that no reference took.
        """
        changes = self.scene.changes(draft, preimages)
        found = self.compare(changes, [self.references[seed]])
        if found is None:
            return self.waited(draft, seed)
        # Only now is it worth looking at the branches.
        for references in self.matching(draft, seed):
            if self.compare(changes, references) is None:
                return None
        return found

    def compare(
        self, changes: Mapping[str, Holdings], references: Sequence[Reference]
    ) -> Loss | None:
        """Compare what becomes of everybody with what should, all references taken together."""
        should: dict[str, Holdings] = {ATTACKER: Counter()}
        for reference in references:
            for owner, holdings in reference.changes.items():
                should.setdefault(owner, Counter()).update(holdings)
        mine, should_mine = changes[ATTACKER], should[ATTACKER]
        others, should_others = _others(changes), _others(should)
        # In an order that is the same in every process, unlike that of a set.
        assets = dict.fromkeys((*others, *should_others, *mine, *should_mine))
        if any(others[asset] - should_others[asset] > _slack(asset) for asset in assets):
            # Others are paid something for it: what that is worth nobody can say here.
            return None
        less = {
            asset: should_others[asset] - others[asset]
            for asset in assets
            if should_others[asset] - others[asset] > _slack(asset)
        }
        gives = any(others[asset] < min(0, should_others[asset]) - _slack(asset) for asset in less)
        if less and (gives or _gives(changes, should)):
            told = ", ".join(f"{amount:,} {_named(asset)}" for asset, amount in less.items())
            return Loss("loss", f"others have {told} less than they should")
        # What is left to anybody, as the fee, the attacker may as well have.
        left = {asset: max(0, -should_mine[asset] - should_others[asset]) for asset in assets}
        more = {
            asset: mine[asset] - should_mine[asset]
            for asset in assets
            if mine[asset] - should_mine[asset] > left[asset] + _slack(asset)
        }
        if more and any(mine[asset] > _slack(asset) for asset in assets):
            told = ", ".join(f"{amount:,} {_named(asset)}" for asset, amount in more.items())
            return Loss("gain", f"the attacker has {told} more than they should")
        return None

    def matching(self, draft: Draft, seed: int) -> Iterator[list[Reference]]:
        """Yield what a transaction can be compared with: for each coin, who took its branches."""
        branches = branches_of(draft, self.scene)
        present = {place.coin for place in draft.inputs}
        references = [each for each in self.references if each.guests <= present]
        choices: list[list[Reference]] = []
        for place, taken in zip(draft.inputs, branches, strict=True):
            if not self.scene.of_contract(place):
                continue
            same = [
                reference
                for reference in references
                for other, theirs in zip(reference.draft.inputs, reference.branches, strict=True)
                if other.running == place.running and theirs == taken
            ]
            choices.append(same or [self.references[seed]])
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
        is_of_contract = self.scene.owner_of(output, {}) == CONTRACT
        stays = any(
            each.token is not None
            and each.token.category == token.category
            and self.scene.owner_of(each, {}) == CONTRACT
            for each in draft.outputs
        )
        if is_of_contract or stays:
            return Loss("free state", f"output {changed[0]} may have any state")
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
        for place, taken in zip(draft.inputs, branches, strict=True):
            if not self.scene.of_contract(place):
                continue
            waits = [
                (reference.draft.locktime if other.sequence != _FINAL else 0, _age(other.sequence))
                for reference in self.references
                for other, theirs in zip(reference.draft.inputs, reference.branches, strict=True)
                if other.running == place.running and theirs == taken
            ]
            if not waits:
                continue
            locktime = draft.locktime if place.sequence != _FINAL else 0
            if locktime < min(wait for wait, _ in waits):
                return Loss("no wait", f"the locktime may be {locktime}")
            age = _age(place.sequence)
            if age < min(age for _, age in waits):
                return Loss("no wait", f"the coin may be {age} old")
        return None


def _without_state(output: Output) -> Output:
    token = output.token
    if token is None or token.nft is None:
        return output
    return replace(output, token=replace(token, nft=replace(token.nft, commitment=b"")))


def _others(changes: Mapping[str, Holdings]) -> Holdings:
    total: Holdings = Counter()
    for owner, holdings in changes.items():
        if owner != ATTACKER:
            total.update(holdings)
    return total


def _gives(changes: Mapping[str, Holdings], should: Mapping[str, Holdings]) -> bool:
    """Whether somebody else has less than before, and than they should."""
    nothing: Holdings = Counter()
    return any(
        holdings[asset] < min(0, should.get(owner, nothing)[asset]) - _slack(asset)
        for owner, holdings in changes.items()
        if owner != ATTACKER
        for asset in holdings
    )


def _age(sequence: int) -> int:
    """The relative lock of a sequence number, 0 where there is none."""
    return 0 if sequence & 0x80000000 else sequence & 0xFFFF


def branches_of(draft: Draft, scene: Scene) -> tuple[Branches, ...]:
    """The branches that the script of each input takes."""
    context = TransactionContext(*draft.finish())
    return tuple(
        tuple(
            (position, outcome)
            for _, position, outcome in watch(context, index, scene.rules).branches
        )
        if place.raw is None
        else ()
        for index, place in enumerate(draft.inputs)
    )


def _slack(asset: Asset) -> int:
    return _SMALL if asset == SATOSHIS else 0


def _named(asset: Asset) -> str:
    if not isinstance(asset, tuple):
        return str(asset)
    name = f"{asset[0]} of category {asset[1][::-1].hex()[:8]}"
    return (
        name if len(asset) < 3 or not asset[2] else f"{('', 'mutable', 'minting')[asset[2]]} {name}"
    )
