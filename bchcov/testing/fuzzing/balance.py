"""Making the satoshis and tokens of a draft come out, in the ways that an attacker has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from ...crypto.hashes import sha256
from ...script.patterns import is_p2pkh, p2sh32
from ...transaction.known import Known, known
from ...transaction.model import Capability, Nft, Output, Token
from .draft import Draft, DraftInput, fresh_outpoint
from .scene import OWN_CATEGORY, Scene

__all__ = ["complete", "purse_of"]

_FEE = 2_000
_PURSE_VALUE = 10_000_000_000
_TRUE = b"\x51"
_DUST = 546
_LITTLE = 1_000
_FRAME_SIZE = 10


def complete(draft: Draft, scene: Scene) -> Iterator[Draft]:
    """Yield a draft with coins that may exist, outpoints of their own, and its fee paid.

    What is left over goes to the attacker, in an output of theirs that is there or in one more,
    or to the miner; what is missing comes from a coin of theirs that is there, from their purse,
    or from a contract that goes on. Tokens that would be burnt go to the attacker as well, in
    another draft. Nothing is yielded if the attacker could not have the coins.
    """
    for at, place in enumerate(draft.inputs):
        if scene.is_elsewhere(place):
            draft = draft.with_input(at, fresh_outpoint(place, 7))
    spent = scene.spent_before(draft)
    if spent:
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
    surplus, size, is_created, is_brought = 0, _FRAME_SIZE, False, False
    for place in draft.inputs:
        value, length, is_own = _facts_of_input(place)
        surplus, size, is_brought = surplus + value, size + length, is_brought or is_own
    for output in draft.outputs:
        value, length, is_own = _facts_of_output(output)
        surplus, size, is_created = surplus - value, size + length, is_created or is_own
    # Outputs may hold the attacker's own category where no input brings it.
    needs_tokens = is_created and not is_brought
    # Each byte costs a satoshi.
    if surplus >= size and not needs_tokens:
        if surplus > _FEE + _DUST:
            yield from _paying(draft, scene, surplus - _FEE)
        yield draft
        return
    if not needs_tokens:
        for at, place in enumerate(draft.inputs):
            if place.coin.locking_bytecode == scene.script:
                coin = place.coin
                value = coin.value + _FEE - surplus
                richer = Output(value, coin.locking_bytecode, coin.token)
                yield draft.with_input(at, fresh_outpoint(place._replace(coin=richer), 3))
                break
    purse = purse_of(with_tokens=needs_tokens)
    rest = purse.coin.value + surplus - _FEE
    if rest >= _DUST:
        paid = draft.with_inputs((*draft.inputs, purse))
        yield paid.with_outputs((*draft.outputs, Output(rest, scene.script)))
    if surplus < 0 and not needs_tokens:
        yield from _taking(draft, _FEE - surplus)


def _taking(draft: Draft, missing: int) -> Iterator[Draft]:
    """Take what is missing from what goes on under the script of a coin that is spent."""
    scripts = {place.coin.locking_bytecode for place in draft.inputs}
    for at, output in enumerate(draft.outputs):
        script = output.locking_bytecode
        if script in scripts and not is_p2pkh(script) and output.value - missing >= _DUST:
            yield draft.with_output(at, replace(output, value=output.value - missing))
            return


def _paying(draft: Draft, scene: Scene, value: int) -> Iterator[Draft]:
    """Give what is left over to the attacker."""
    for at in range(len(draft.outputs) - 1, -1, -1):
        output = draft.outputs[at]
        if output.locking_bytecode == scene.script:
            richer = Output(output.value + value, output.locking_bytecode, output.token)
            yield draft.with_output(at, richer)
            break
    yield draft.with_outputs((*draft.outputs, Output(value, scene.script)))


def _burnt(draft: Draft) -> Iterator[Token]:
    """The fungible tokens that no output takes."""
    left: dict[bytes, int] = {}
    for place in draft.inputs:
        token = place.coin.token
        if token is not None:
            left[token.category] = left.get(token.category, 0) + token.amount
    for output in draft.outputs:
        token = output.token
        if token is not None and token.category in left:
            left[token.category] -= token.amount
    for category, amount in left.items():
        if amount > 0 and category != OWN_CATEGORY:
            yield Token(category, amount)


@cache
def purse_of(*, with_tokens: bool = False) -> DraftInput:
    """Return an input of the attacker's own, perhaps with tokens of their own category.

    It asks for no signature, which would take longer than all the rest.
    """
    token = Token(OWN_CATEGORY, 2**62, Nft(b"", Capability.MINTING)) if with_tokens else None
    return DraftInput(
        sha256(b"the attacker's purse"),
        int(with_tokens),
        Output(_PURSE_VALUE, p2sh32(_TRUE), token),
        (),
        _TRUE,
    )


_Facts = tuple[int, int, bool]
"""Satoshis, bytes, estimated, and whether there are tokens of the attacker's own category."""


def _of_input(place: DraftInput) -> _Facts:
    items = [len(item) if isinstance(item, bytes) else 66 for item in place.items]
    size = 41 + len(place.raw or b"") + len(place.script or b"") + len(items) + sum(items)
    return place.coin.value, size, _has_own(place.coin)


def _of_output(output: Output) -> _Facts:
    size = 9 + len(output.locking_bytecode) + (0 if output.token is None else 40)
    return output.value, size, _has_own(output)


def _has_own(output: Output) -> bool:
    return output.token is not None and output.token.category == OWN_CATEGORY


_facts_of_input: Known[DraftInput, _Facts] = known(_of_input)
_facts_of_output: Known[Output, _Facts] = known(_of_output)
