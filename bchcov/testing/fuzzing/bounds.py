"""Whether more can be taken in the same way, or a check bounds it, as it does a fee."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...errors import BchcovError
from .balance import complete
from .comparing import FEE, Loss
from .draft import Draft
from .oracle import Oracle
from .repair import repaired
from .scene import ATTACKER, SATOSHIS

__all__ = ["is_bounded"]

_DUST = 546
_TIMES = 3
_SHARES = 10
_MOST_TRIED = 40


def is_bounded(
    draft: Draft, loss: Loss, *, reference: int, oracle: Oracle, preimages: dict[bytes, bytes]
) -> bool:
    """Whether an attacker takes a little more than in the honest transaction, and no more.

    That is a fee that a contract leaves, or a share that they have in the honest one as well and
    that is larger here. An output that is less than in the honest transaction is made smaller
    still, and repaired; what is accepted then shows that nothing bounds it.
    """
    honest = oracle.references[reference]
    share = honest.changes[ATTACKER][SATOSHIS]
    scene, honestly = oracle.scene, honest.draft.outputs
    coins = sum(map(scene.of_contract, draft.inputs))
    # Of several coins, which one transaction spends, each may leave as much.
    times = max(1, coins // max(1, honest.contracts))
    if not 0 < loss.satoshis <= times * max(FEE, _SHARES * share):
        return False
    smaller = [
        at
        for at, output in enumerate(draft.outputs)
        if scene.owner_of(output, preimages) != ATTACKER
        if at >= len(honestly)
        or output.value < honestly[at].value
        or output.locking_bytecode != honestly[at].locking_bytecode
    ]
    is_alike = times > 1 or len(draft.inputs) == len(honest.draft.inputs)
    if not smaller or (not is_alike and loss.satoshis > FEE):
        return False
    if max(draft.outputs[at].value for at in smaller) < (_TIMES - 1) * loss.satoshis:
        # There is not so much left that three times as much could be taken.
        return False
    tried = 0
    for at in smaller:
        for value in (
            _DUST,
            draft.outputs[at].value // 2,
            (honestly[at] if at < len(honestly) else draft.outputs[at]).value * 9 // 10,
        ):
            lower = draft.with_output(at, replace(draft.outputs[at], value=value))
            for made in _mended(lower, oracle, preimages):
                tried += 1
                found = oracle.judge(made, reference, preimages) if _passes(made, oracle) else None
                if found is not None and found.satoshis >= _TIMES * loss.satoshis:
                    return False
                if tried >= _MOST_TRIED:
                    return True
    return True


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
