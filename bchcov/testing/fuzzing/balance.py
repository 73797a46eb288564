"""Making the satoshis and tokens of a draft come out, in the ways that an attacker has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from ...transaction.model import Output, Token
from .draft import Draft
from .scene import OWN_CATEGORY, Scene, fresh_outpoint, purse_of

__all__ = ["complete"]

_FEE = 2_000
_DUST = 546
_LITTLE = 1_000


def complete(draft: Draft, scene: Scene) -> Iterator[Draft]:
    """Yield a draft with coins that may exist, outpoints of their own, and its fee paid.

    What is left over goes to the attacker, in an output of theirs that is there or in one more,
    or to the miner; what is missing comes from a coin of theirs that is there, or from their
    purse. Tokens that would be burnt go to the attacker as well, in another draft. Nothing is
    yielded if the attacker could not have the coins.
    """
    for at, place in enumerate(draft.inputs):
        known = scene.coins.get(place.outpoint)
        if known is not None and place.coin not in known:
            draft = draft.with_input(at, fresh_outpoint(place, 7))
    spent = scene.spent_before(draft)
    for at, place in enumerate(draft.inputs):
        if place.outpoint in spent and scene.attacker.has(place.coin):
            # They have another coin like the one that is spent by now.
            draft = draft.with_input(at, fresh_outpoint(place, 9))
    if scene.is_fair(draft):
        yield from _balanced(draft, scene)
        for token in _burnt(draft):
            kept = draft.with_outputs((*draft.outputs, Output(_LITTLE, scene.script, token)))
            yield from _balanced(kept, scene)


def _balanced(draft: Draft, scene: Scene) -> Iterator[Draft]:
    surplus = sum([place.coin.value for place in draft.inputs]) - sum(
        [output.value for output in draft.outputs]
    )
    needs_tokens = _needs_tokens(draft)
    if surplus >= _size(draft) and not needs_tokens:
        if surplus > _FEE + _DUST:
            yield from _paying(draft, scene, surplus - _FEE)
        yield draft
        return
    if not needs_tokens:
        for at, place in enumerate(draft.inputs):
            if place.coin.locking_bytecode == scene.script:
                richer = replace(place.coin, value=place.coin.value + _FEE - surplus)
                yield draft.with_input(at, fresh_outpoint(place._replace(coin=richer), 3))
                break
    purse = purse_of(with_tokens=needs_tokens)
    rest = purse.coin.value + surplus - _FEE
    if rest >= _DUST:
        paid = draft.with_inputs((*draft.inputs, purse))
        yield paid.with_outputs((*draft.outputs, Output(rest, scene.script)))


def _paying(draft: Draft, scene: Scene, value: int) -> Iterator[Draft]:
    """Give what is left over to the attacker."""
    for at in range(len(draft.outputs) - 1, -1, -1):
        output = draft.outputs[at]
        if output.locking_bytecode == scene.script:
            yield draft.with_output(at, replace(output, value=output.value + value))
            break
    yield draft.with_outputs((*draft.outputs, Output(value, scene.script)))


def _burnt(draft: Draft) -> Iterator[Token]:
    """The fungible tokens that no output takes."""
    left: Counter[bytes] = Counter()
    for place in draft.inputs:
        if place.coin.token is not None:
            left[place.coin.token.category] += place.coin.token.amount
    for output in draft.outputs:
        if output.token is not None:
            left[output.token.category] -= output.token.amount
    for category, amount in left.items():
        if amount > 0 and category != OWN_CATEGORY:
            yield Token(category, amount)


def _size(draft: Draft) -> int:
    """Estimate the bytes of a transaction, each of which costs a satoshi."""
    total = 10
    for place in draft.inputs:
        total += 41 + len(place.raw or b"") + len(place.script or b"")
        for item in place.items:
            total += 1 + (len(item) if isinstance(item, bytes) else 66)
    for output in draft.outputs:
        total += 9 + len(output.locking_bytecode) + (0 if output.token is None else 40)
    return total


def _needs_tokens(draft: Draft) -> bool:
    """Whether outputs hold the attacker's own category, and no input brings it."""

    def has_own(output: Output) -> bool:
        return output.token is not None and output.token.category == OWN_CATEGORY

    return any(map(has_own, draft.outputs)) and not any(
        has_own(place.coin) for place in draft.inputs
    )
