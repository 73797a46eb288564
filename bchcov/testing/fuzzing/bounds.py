"""Whether more can be taken in the same way, or a check bounds it, as it does a fee."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...errors import BchcovError
from ...transaction.model import Output
from .balance import complete
from .comparing import FEE, Loss
from .draft import Draft
from .oracle import Oracle
from .repair import repaired
from .scene import ATTACKER, SATOSHIS, Asset, Scene

__all__ = ["is_bounded"]

_DUST = 546
_TIMES = 3
_SHARES = 10
_MOST_TRIED = 40


def is_bounded(
    draft: Draft, loss: Loss, *, reference: int, oracle: Oracle, preimages: dict[bytes, bytes]
) -> bool:
    """Whether an attacker takes a little more than in the honest transaction, and no more.

    That is a fee that a contract leaves, or a share, of satoshis or tokens, that they have in the
    honest one as well and that is larger here, or that they give and that is smaller. An output
    that is another than in the honest transaction, whose coin may have held less, is made smaller
    still, and repaired; what is accepted then shows that nothing bounds it.
    """
    honest, asset = oracle.references[reference], loss.asset
    honestly_has = honest.changes[ATTACKER][asset]
    scene, honestly = oracle.scene, honest.draft.outputs
    coins = sum(map(scene.of_contract, draft.inputs))
    # Of several coins, which one transaction spends, each may leave as much.
    times = max(1, coins // max(1, honest.contracts))
    fee = FEE if asset == SATOSHIS else 0
    if not 0 < loss.amount <= times * max(fee, _SHARES * abs(honestly_has)):
        return False
    smaller = [
        at
        for at, output in enumerate(draft.outputs)
        if scene.owner_of(output, preimages) != ATTACKER
        if at >= len(honestly)
        or _amount(output, asset) != _amount(honestly[at], asset)
        or output.locking_bytecode != honestly[at].locking_bytecode
    ]
    is_alike = times > 1 or _guests(draft, scene) <= _guests(honest.draft, scene)
    if not smaller or (not is_alike and loss.amount > fee):
        return False
    if max(_amount(draft.outputs[at], asset) for at in smaller) < (_TIMES - 1) * loss.amount:
        # There is not so much left that three times as much could be taken.
        return False
    tried = 0
    for at in smaller:
        output = draft.outputs[at]
        should = _amount(honestly[at] if at < len(honestly) else output, asset)
        least = _DUST if asset == SATOSHIS else 1
        for amount in (least, _amount(output, asset) // 2, should * 9 // 10):
            lower = draft.with_output(at, _with_amount(output, asset, amount))
            for made in _mended(lower, oracle, preimages):
                tried += 1
                found = oracle.judge(made, reference, preimages) if _passes(made, oracle) else None
                taken = 0 if found is None else _taken(found, asset)
                if taken > fee and taken >= _TIMES * max(loss.amount, honestly_has):
                    return False
                if tried >= _MOST_TRIED:
                    return True
    return True


def _guests(draft: Draft, scene: Scene) -> int:
    """How many coins are spent that are neither a contract's nor the attacker's."""
    return sum(
        not scene.of_contract(place) and not scene.is_mine(place, {}) for place in draft.inputs
    )


def _taken(found: Loss, asset: Asset) -> int:
    return found.amount if found.asset == asset else 0


def _amount(output: Output, asset: Asset) -> int:
    """What an output holds of satoshis, or of the tokens of a category."""
    if asset == SATOSHIS:
        return output.value
    token = output.token
    return token.amount if token is not None and asset == ("tokens", token.category) else 0


def _with_amount(output: Output, asset: Asset, amount: int) -> Output:
    if asset == SATOSHIS:
        return replace(output, value=amount)
    token = output.token
    if token is None or asset != ("tokens", token.category) or not (amount or token.nft):
        return output
    return replace(output, token=replace(token, amount=amount))


def _mended(draft: Draft, oracle: Oracle, preimages: dict[bytes, bytes]) -> Iterator[Draft]:
    """Yield a draft with its fee paid, and what repair makes of it once and again."""
    for made in complete(draft, oracle.scene):
        yield made
        for once in repaired(made, oracle.scene, preimages):
            yield from complete(once, oracle.scene)


def _passes(draft: Draft, oracle: Oracle) -> bool:
    try:
        return oracle.scene.judge.verify(*draft.finish()).ok
    except BchcovError:
        return False
