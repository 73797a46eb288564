"""Edits of outputs: where they go, what they hold, their state, their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ...transaction.constants import MAX_MONEY
from ...transaction.model import Capability, Nft, Output, Token
from .draft import Draft
from .lanes import interleaved
from .material import Edit, Material
from .output_states import states
from .scene import OWN_CATEGORY

__all__ = ["STATE", "edits_of_outputs", "state_edits"]

STATE = "has another state"
"""How the words of an edit end that changes nothing but an NFT of an output."""

_DUST = 1_000
_MOST_AMOUNT = 2**63


def edits_of_outputs(draft: Draft, material: Material) -> Iterator[Edit]:
    """Yield every single change of a draft's outputs but those of states, of each kind in turn."""
    groups = [_moved(at, output, material) for at, output in enumerate(draft.outputs)]
    for at, output in enumerate(draft.outputs):
        groups.append(_other_amounts(at, output, draft))
        groups.append(_other_tokens(at, output, material))
        groups.append(_other_scripts(at, output, material))
    for at, place in enumerate(draft.inputs):
        groups.append(_ended(at, place.coin.token, draft, material))
    return interleaved(groups)


def _other_amounts(at: int, output: Output, draft: Draft) -> Iterator[Edit]:
    for value in _amounts(output.value, draft):
        yield Edit(f"output {at} has {value} satoshis", _with(at, value=value))


def _other_tokens(at: int, output: Output, material: Material) -> Iterator[Edit]:
    if output.token is not None:
        yield from _taken(at, output.token, material)
    for token in _tokens(output.token, material):
        yield Edit(f"output {at} has other tokens", _with(at, token=token))


def _other_scripts(at: int, output: Output, material: Material) -> Iterator[Edit]:
    for script in material.scripts:
        if script not in (material.mine, output.locking_bytecode):
            yield Edit(f"output {at} goes to another script", _with(at, locking_bytecode=script))


def state_edits(draft: Draft, material: Material) -> Iterator[Edit]:
    """Yield every single change of the states that a draft's outputs hold."""
    for at, output in enumerate(draft.outputs):
        token_there = output.token
        if token_there is not None and token_there.nft is not None:
            nft = token_there.nft
            for capability in Capability:
                if capability > nft.capability:
                    yield Edit(
                        f"output {at} {STATE}", _nft(at, replace(nft, capability=capability))
                    )
            for commitment in states(nft.commitment, material):
                yield Edit(f"output {at} {STATE}", _nft(at, Nft(commitment, nft.capability)))


def _with(at: int, **changes: object) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_output(at, replace(draft.outputs[at], **changes))  # type: ignore[arg-type]


def _nft(at: int, nft: Nft) -> Callable[[Draft], Draft]:
    def change(draft: Draft) -> Draft:
        output = draft.outputs[at]
        token = output.token
        assert token is not None
        return draft.with_output(at, replace(output, token=replace(token, nft=nft)))

    return change


def _insert(output: Output) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_outputs((*draft.outputs, output))


def _moved(at: int, output: Output, material: Material) -> Iterator[Edit]:
    mine = material.mine
    if output.locking_bytecode != mine:
        yield Edit(f"output {at} goes to the attacker", _with(at, locking_bytecode=mine))
    yield Edit(f"output {at} is left out", _left_out(at))
    yield Edit(f"output {at} stands twice", _insert(output))
    for other in range(at):
        yield Edit(f"outputs {other} and {at} change places", _swapped(at, other))


def _left_out(at: int) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_outputs(draft.outputs[:at] + draft.outputs[at + 1 :])


def _swapped(at: int, other: int) -> Callable[[Draft], Draft]:
    def swap(draft: Draft) -> Draft:
        outputs = list(draft.outputs)
        outputs[at], outputs[other] = outputs[other], outputs[at]
        return draft.with_outputs(tuple(outputs))

    return swap


def _taken(at: int, token: Token, material: Material) -> Iterator[Edit]:
    """The tokens of an output, or more of their category, for the attacker."""

    def take(draft: Draft) -> Draft:
        bare = draft.with_output(at, replace(draft.outputs[at], token=None))
        return bare.with_outputs((*bare.outputs, Output(_DUST, material.mine, token)))

    yield Edit(f"the tokens of output {at} go to the attacker", take)
    yield Edit(f"the tokens of output {at} are burnt", _with(at, token=None))
    for capability in Capability:
        extra = Output(_DUST, material.mine, Token(token.category, 0, Nft(b"", capability)))
        name = capability.name.lower()
        yield Edit(f"an NFT of capability {name} goes to the attacker", _insert(extra))
    extra = Output(_DUST, material.mine, Token(token.category, 1_000_000))
    yield Edit("1,000,000 tokens of the category go to the attacker", _insert(extra))


def _ended(at: int, token: Token | None, draft: Draft, material: Material) -> Iterator[Edit]:
    """An NFT that ends with the honest transaction, in an output more or in one that is there."""
    if token is None or token.nft is None:
        return
    kept = {output.token.category for output in draft.outputs if output.token is not None}
    if token.category in kept:
        return
    bare = replace(token, amount=0)
    extra = Output(_DUST, material.mine, bare)
    yield Edit(f"the NFT of input {at} goes to the attacker", _insert(extra))
    for other in range(len(draft.outputs)):
        yield Edit(f"output {other} has the NFT of input {at}", _with(other, token=bare))


def _amounts(value: int, draft: Draft) -> Iterator[int]:
    seen = {value}
    for number in (
        *(value - 1, value + 1, value - 1_000, value - 10_000, value // 2, value * 2),
        *(_DUST, 546, 0, value // 10, value * 9 // 10),
        *(each.value for each in draft.outputs),
        *(place.coin.value for place in draft.inputs),
    ):
        if number not in seen and 0 <= number < MAX_MONEY:
            seen.add(number)
            yield number


def _tokens(token: Token | None, material: Material) -> Iterator[Token]:
    if token is None:
        for category in material.categories:
            yield Token(category, 0, Nft(b""))
            yield Token(category, 1)
        yield from material.tokens
        return
    amount = token.amount
    for number in dict.fromkeys((amount - 1, amount + 1, amount // 2, amount * 2, 1)):
        if 0 < number < _MOST_AMOUNT and number != amount:
            yield replace(token, amount=number)
    yield replace(token, category=OWN_CATEGORY)
    nft = token.nft
    if nft is None:
        return
    if amount:
        yield replace(token, amount=0)
        yield replace(token, nft=None)
    for capability in Capability:
        if capability < nft.capability:
            yield replace(token, nft=replace(nft, capability=capability))
