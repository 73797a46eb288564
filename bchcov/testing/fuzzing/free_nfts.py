"""NFTs that may be others of their category: only that there is one is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...transaction.model import Capability, Nft, Output, Token
from .draft import Draft
from .free_items import FreeItem
from .scene import OWN_CATEGORY, Scene

__all__ = ["free_nfts"]


def free_nfts(draft: Draft, scene: Scene) -> Iterator[FreeItem]:
    """Yield for each immutable NFT that the attacker spends that it may be another one.

    They may have any of a category, but for one of which there is one NFT only, and any of a
    category of their own. What may be left out as well is of no interest.
    """
    for at, place in enumerate(draft.inputs):
        token = place.coin.token
        nft = None if token is None else token.nft
        if token is None or nft is None or not scene.attacker.has(place.coin):
            continue
        if nft.capability is not Capability.NONE:
            continue
        bare = None if not token.amount else replace(token, nft=None)
        if scene.judge.verify(*_with(draft, at, token, bare).finish()).ok:
            continue
        says = f"the NFT that input {at} spends may be of any category"
        yield FreeItem(
            (at, -2), says, [_with(draft, at, token, replace(token, category=OWN_CATEGORY))]
        )
        if not nft.commitment or token.category in scene.unique:
            continue
        size = len(nft.commitment)
        flipped = bytes(each ^ 0xFF for each in nft.commitment)
        others = [each for each in (bytes(size), flipped, b"\x01" * size) if each != nft.commitment]
        says = f"the NFT that input {at} spends may be any of its category"
        made = [_with(draft, at, token, replace(token, nft=Nft(each))) for each in others]
        yield FreeItem((at, -1), says, made)


def _with(draft: Draft, at: int, old: Token, new: Token | None) -> Draft:
    """Exchange the token of a coin, and of the outputs that hold it."""

    def exchanged(output: Output) -> Output:
        return replace(output, token=new) if output.token == old else output

    place = draft.inputs[at]
    changed = draft.with_input(at, place._replace(coin=exchanged(place.coin)))
    return changed.with_outputs(tuple(map(exchanged, draft.outputs)))
