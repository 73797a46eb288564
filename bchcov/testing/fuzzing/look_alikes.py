"""Honest transactions in which coins that look like contracts' are the attacker's.

What an honest coin beside a contract would refuse, the contract has to refuse itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...transaction.model import Output, Token
from .draft import Draft, DraftInput
from .hollow import hollow, under
from .scene import OWN_CATEGORY, Scene

__all__ = ["isolated", "opened"]


def opened(draft: Draft, scene: Scene) -> Iterator[Draft]:
    """Yield a draft with one coin that shows the same data and does not object to anything.

    Not the only contract of a transaction: nothing of it would be left. Nor a coin with an NFT.
    """
    places = _of_contracts(draft, scene)
    for at in places if len(places) > 1 else ():
        place = draft.inputs[at]
        made = None if _has_nft(place) else _hollow(place)
        if made is not None:
            says = f"input {at} spends a coin that looks the same and refuses nothing"
            yield draft.with_input(at, made).after(says)


def isolated(draft: Draft, scene: Scene) -> Iterator[Draft]:
    """Yield a draft in which one contract alone is left, for each: the others are look-alikes.

    Their tokens are of the attacker's category. Outputs follow them, so that what they looked
    at looks the same.
    """
    places = _of_contracts(draft, scene)
    for at in places if len(places) > 1 else ():
        others = [other for other in places if other != at]
        made = {other: _hollow(draft.inputs[other]) for other in others}
        kept = {_category(place) for other, place in enumerate(draft.inputs) if other not in made}
        forged = {_category(draft.inputs[other]) for other in others} - kept - {None}
        scripts: dict[bytes, bytes] = {}
        inputs = list(draft.inputs)
        for other, place in made.items():
            if place is None:
                break
            old = inputs[other].coin.locking_bytecode
            if old != draft.inputs[at].coin.locking_bytecode:
                scripts[old] = place.coin.locking_bytecode
            coin = replace(place.coin, token=_forged(place.coin.token, forged))
            inputs[other] = place._replace(coin=coin)
        else:
            outputs = tuple(
                Output(
                    each.value,
                    scripts.get(each.locking_bytecode, each.locking_bytecode),
                    _forged(each.token, forged),
                )
                for each in draft.outputs
            )
            says = f"all contracts but that of input {at} are look-alikes that refuse nothing"
            yield draft.with_inputs(tuple(inputs)).with_outputs(outputs).after(says)


def _of_contracts(draft: Draft, scene: Scene) -> Sequence[int]:
    return [at for at, place in enumerate(draft.inputs) if scene.of_contract(place)]


def _hollow(place: DraftInput) -> DraftInput | None:
    code = hollow(place.running)
    return None if code is None else under(place, code, opens=True)


def _has_nft(place: DraftInput) -> bool:
    return place.coin.token is not None and place.coin.token.nft is not None


def _category(place: DraftInput) -> bytes | None:
    return None if place.coin.token is None else place.coin.token.category


def _forged(token: Token | None, categories: set[bytes | None]) -> Token | None:
    if token is None or token.category not in categories:
        return token
    return replace(token, category=OWN_CATEGORY)
