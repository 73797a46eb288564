"""Why what an accepted transaction takes may be right: it is open to argument then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from ...transaction.model import Nft, Output
from .branches import Branches
from .comparing import SMALL, Loss
from .draft import Draft, Signed
from .references import Reference, alike
from .rights import age_of, is_later, lock_of, messages_of
from .scene import ATTACKER, CONTRACT, SATOSHIS, Holdings, Scene, add_holdings

__all__ = ["excused"]


def excused(
    found: Loss,
    draft: Draft,
    branches: Sequence[Branches],
    *,
    scene: Scene,
    references: Sequence[Reference],
    seed: int,
) -> Loss:
    """Say why a loss or a gain is open to argument; return it as it is if it is not.

    `seed` is the reference that the draft comes from.
    """
    case = _Case(found, draft, branches, scene, references, references[seed])
    for reason in (_worth, _gift, _trust, _holding, _path, _state, _signer):
        said = reason(case)
        if said is not None:
            return said
    return found


class _Case(NamedTuple):
    """What was found, in which draft, and what it is compared with."""

    found: Loss
    draft: Draft
    branches: Sequence[Branches]
    scene: Scene
    references: Sequence[Reference]
    honest: Reference


def _worth(case: _Case) -> Loss | None:
    """An NFT that costs less, and says something else: its worth may be what it says."""
    found, changes = case.found, case.scene.changes(case.draft, {})
    is_paid_less = (found.asset == SATOSHIS) == bool(found.amount)
    if found.kind != "gain" or not is_paid_less or changes[ATTACKER][SATOSHIS] >= 0:
        return None
    kinds = [asset for asset, more in changes[ATTACKER].items() if _is_nft(asset) and more > 0]
    for asset in kinds:
        got = set(_nfts(case.draft, asset, case.scene))
        honest = {nft for each in case.references for nft in _nfts(each.draft, asset, case.scene)}
        if not got <= honest:
            return Loss("price", f"{case.found.sentence}, and the NFT has another state")
    return None


def _gift(case: _Case) -> Loss | None:
    """Satoshis of the attacker's own that go to somebody whom no contract and no state names."""
    changes, should = case.scene.changes(case.draft, {}), case.honest.changes
    nothing: Holdings = Counter()
    others = {*changes, *should} - {ATTACKER}
    less = {
        owner: should.get(owner, nothing)[SATOSHIS] - changes.get(owner, nothing)[SATOSHIS]
        for owner in sorted(others)
    }
    losers = [owner for owner, amount in less.items() if amount > SMALL]
    if case.found.asset != SATOSHIS or CONTRACT in losers:
        return None
    paid = -should[ATTACKER][SATOSHIS]
    if (
        losers
        and not case.scene.named & set(losers)
        and paid >= sum(less[owner] for owner in losers)
    ):
        return Loss("unpaid", f"{losers[0]} gets less, whom no contract names")
    return None


def _trust(case: _Case) -> Loss | None:
    """A message of one who signs data."""
    known = {each for honest in case.scene.honest for each in messages_of(honest)}
    if not messages_of(case.draft) - known:
        return None
    name = case.scene.attacker.name
    return Loss("trust", f"{case.found.sentence}, if {name} signs a message of their choice")


def _holding(case: _Case) -> Loss | None:
    """Tokens or NFTs of the attacker's that are more than anybody honestly brings."""
    held = _held(case.draft, case.scene)
    most: Holdings = Counter()
    for each in case.references:
        most |= _held(each.draft, case.scene)
    for asset, amount in held.items():
        if asset != SATOSHIS and amount > most[asset]:
            name = case.scene.attacker.name
            says = f"if {name} has {amount:,} of a token, and not {most[asset]:,}"
            return Loss("holding", f"{case.found.sentence}, {says}")
    return None


def _path(case: _Case) -> Loss | None:
    """A path that nobody takes, or one that is taken later than honestly."""
    for at, (place, taken) in enumerate(zip(case.draft.inputs, case.branches, strict=True)):
        same = alike(place, case.references)
        if not same:
            continue
        is_of_contract = case.scene.of_contract(place)
        if is_of_contract and not set(taken) <= {each for _, _, theirs in same for each in theirs}:
            says = f"{case.found.sentence}, and input {at} takes a path that nobody takes honestly"
            return Loss("new path", says)
        waits = [
            (lock_of(honest.draft, other), age_of(other))
            for honest, other, theirs in same
            if theirs == taken
        ]
        if not waits:
            continue
        locks, ages = [lock for lock, _ in waits], [age for _, age in waits]
        # The age of a coin of the attacker's own may be read as well.
        if (is_of_contract and min(locks) > 0 and is_later(lock_of(case.draft, place), locks)) or (
            min(ages) > 0 and age_of(place) > max(ages)
        ):
            return Loss("later", f"{case.found.sentence}, if it is done later than honestly")
    return None


def _state(case: _Case) -> Loss | None:
    """A path that looks at a state, and is honestly taken in another: it may pay by the state."""
    context = TransactionContext(*case.draft.finish())
    for at, (place, taken) in enumerate(zip(case.draft.inputs, case.branches, strict=True)):
        if not case.scene.of_contract(place):
            continue
        states = {
            _commitment(other.coin)
            for _, other, theirs in alike(place, case.references)
            if theirs == taken
        }
        if not states or _commitment(place.coin) in states:
            continue
        if (Op.OP_UTXOTOKENCOMMITMENT, at) in case.scene.judge.watch(context, at).reads:
            says = f"{case.found.sentence}, and input {at} takes a path of another state"
            return Loss("other state", says)
    return None


def _commitment(coin: Output) -> bytes | None:
    return None if coin.token is None or coin.token.nft is None else coin.token.nft.commitment


def _signer(case: _Case) -> Loss | None:
    """A coin that nothing but the attacker's own key guards, which it names: it may be theirs."""
    attacker = case.scene.attacker
    own = {each for key in attacker.keys for each in (key.public_key, key.public_key_hash)}
    context = TransactionContext(*case.draft.finish())
    coins = [at for at, place in enumerate(case.draft.inputs) if case.scene.of_contract(place)]
    for at in coins:
        place = case.draft.inputs[at]
        items = [
            item
            for _, other, theirs in alike(place, case.references)
            if theirs == case.branches[at]
            for item in other.items
            if not isinstance(item, bytes)
        ]
        is_alone = items and all(
            isinstance(item, Signed) and item.key in attacker.keys for item in items
        )
        is_named = any(each in place.running for each in own)
        if not is_alone or not is_named or case.scene.judge.watch(context, at).reads:
            return None
    if not coins:
        return None
    return Loss("signer", f"{case.found.sentence}, and nobody but {attacker.name} has to sign")


def _is_nft(asset: object) -> bool:
    return isinstance(asset, tuple) and asset[0] == "NFT"


def _nfts(draft: Draft, asset: object, scene: Scene) -> Iterator[Nft]:
    """The NFTs of an asset's category that the attacker has after a transaction."""
    assert isinstance(asset, tuple)
    for output in draft.outputs:
        token = output.token
        if token is None or token.nft is None or token.category != asset[1]:
            continue
        if scene.owner_of(output, {}) != CONTRACT:
            yield token.nft


def _held(draft: Draft, scene: Scene) -> Holdings:
    """What the coins of the attacker's own hold that a draft spends."""
    held: Holdings = Counter()
    for place in draft.inputs:
        if scene.is_mine(place, {}):
            add_holdings(held, place.coin, 1)
    return held
