"""Edits of coins: those that an attacker makes, in the place of honest ones or before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ...script.patterns import is_p2pkh
from ...transaction.model import Nft, Output, Token
from .balance import purse_of
from .draft import Draft, DraftInput, fresh_outpoint
from .hollow import hollow, siblings, under
from .lanes import interleaved
from .material import Edit, Material
from .output_states import states
from .scene import OWN_CATEGORY

__all__ = ["edits_of_coins"]

_DUST, _SOME = 1_000, 10_000
_MOST_AMOUNT = 2**63
_LONGEST_COMMITMENT = 128


def edits_of_coins(draft: Draft, material: Material) -> Iterator[Edit]:
    """Yield every single exchange of a coin for one that the attacker has made, of each kind."""
    groups = [_company(draft, material)]
    for at, place in enumerate(draft.inputs):
        if not is_p2pkh(place.coin.locking_bytecode):
            groups.append(_in_front(at, place))
            groups.append(_look_alikes(at, place))
            groups.append(_unlocked_as_elsewhere(at, place, material))
        groups.append(_other_coins(at, place, material))
    return interleaved(groups)


def _company(draft: Draft, material: Material) -> Iterator[Edit]:
    """A coin or an output of the attacker's besides, behind the others or before them."""
    purse = fresh_outpoint(purse_of(), 9)
    purse = purse._replace(coin=replace(purse.coin, value=_SOME))
    own = Output(_DUST, material.mine)
    for at in dict.fromkeys((len(draft.inputs), 0, 1)):
        says = f"a coin of the attacker's is input {at}"
        yield Edit(says, _spend_at(min(at, len(draft.inputs)), purse))
    for at in dict.fromkeys((len(draft.outputs), 0, 1)):
        says = f"an output of the attacker's is output {at}"
        yield Edit(says, _pay_at(min(at, len(draft.outputs)), own))


def _spend_at(at: int, place: DraftInput) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_inputs((*draft.inputs[:at], place, *draft.inputs[at:]))


def _pay_at(at: int, output: Output) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_outputs((*draft.outputs[:at], output, *draft.outputs[at:]))


def _in_front(at: int, place: DraftInput) -> Iterator[Edit]:
    """A coin of the attacker's, which nothing locks, in the place of a contract's.

    It has the same value and state, in a category of the attacker's. The outputs of that
    category, and those under that script, follow it or do not; the honest coin is spent behind
    all others, or not at all.
    """
    coin = place.coin
    for is_free in (True, False):
        for has_both in (True, False):
            for follows in (2, 0, 1):
                if coin.token is None and follows == 1:
                    continue
                says = (
                    f"a coin of the attacker's {'that nothing locks ' if is_free else ''}takes the"
                    f" place of input {at}, {'which is spent as well' if has_both else 'alone'}"
                    f"{('', ', outputs with its category', ', outputs with its script')[follows]}"
                )
                yield Edit(says, _forged_in_front(at, is_free, has_both, follows))


def _forged_in_front(
    at: int, is_free: bool, has_both: bool, follows: int
) -> Callable[[Draft], Draft]:
    def forge(draft: Draft) -> Draft:
        place = draft.inputs[at]
        coin, purse = place.coin, purse_of()
        token = coin.token
        own = None if token is None else replace(token, category=OWN_CATEGORY)
        script = purse.coin.locking_bytecode if is_free else coin.locking_bytecode
        forged = fresh_outpoint(place._replace(coin=Output(coin.value, script, own)), 5)
        if is_free:
            forged = forged._replace(items=(), script=purse.script, raw=None)

        def moved(output: Output) -> Output:
            there, locking = output.token, output.locking_bytecode
            if follows and token is not None and there is not None:
                if there.category != token.category:
                    return output
                there = replace(there, category=OWN_CATEGORY)
            if follows > 1 and locking == coin.locking_bytecode:
                locking = script
            return Output(output.value, locking, there)

        inputs = (*draft.inputs[:at], forged, *draft.inputs[at + 1 :])
        if has_both:
            inputs = (*inputs, place)
        return draft.with_inputs(inputs).with_outputs(tuple(map(moved, draft.outputs)))

    return forge


def _look_alikes(at: int, place: DraftInput) -> Iterator[Edit]:
    """Coins whose scripts have the same pushes and no checks, or one constant that is another."""
    made = hollow(place.running)
    if made is not None:
        says = f"input {at} spends a coin whose script has the same pushes and no checks"
        yield Edit(says, _under(at, made, opens=True))
    for script in siblings(place.running):
        says = f"input {at} spends a coin whose script has another constant"
        yield Edit(says, _under(at, script, opens=False))


def _under(at: int, code: bytes, *, opens: bool) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_input(at, under(draft.inputs[at], code, opens=opens))


def _unlocked_as_elsewhere(at: int, place: DraftInput, material: Material) -> Iterator[Edit]:
    """The same coin, or one under the same script, as another honest transaction unlocks it."""
    seen = {place.items}
    for number, honest in enumerate(material.held):
        for other in honest.inputs:
            if (
                other.coin.locking_bytecode != place.coin.locking_bytecode
                or other.items in seen
                or other.raw is not None
            ):
                continue
            seen.add(other.items)
            changes = {"items": other.items, "sequence": other.sequence, "raw": None}
            says = f"input {at} is unlocked as in honest transaction {number}"
            yield Edit(says, _with(at, **changes))
    for items in ((), (b"\x51",)):
        if items != place.items:
            yield Edit(
                f"input {at} pushes {'a script that is true' if items else 'nothing'}",
                _with(at, items=items, raw=None),
            )


def _with(at: int, **changes: object) -> Callable[[Draft], Draft]:
    return lambda draft: draft.with_input(at, draft.inputs[at]._replace(**changes))  # type: ignore[arg-type]


def _other_coins(at: int, place: DraftInput, material: Material) -> Iterator[Edit]:
    """Coins that hold something else, in the place of an honest one."""
    for made, what in _forged(place.coin, material):
        forged = fresh_outpoint(place._replace(coin=made))
        coin = _with(at, coin=made, outpoint_hash=forged.outpoint_hash)
        yield Edit(f"input {at} spends a coin {what}", coin)
        if place.coin.token is not None and made.token is not None:
            yield Edit(
                f"input {at} spends a coin {what}, and outputs are of the same category",
                _with_category(coin, place.coin.token.category),
            )


def _with_category(coin: Callable[[Draft], Draft], old: bytes) -> Callable[[Draft], Draft]:
    def swap(output: Output) -> Output:
        token = output.token
        if token is None or token.category != old:
            return output
        return replace(output, token=replace(token, category=OWN_CATEGORY))

    return lambda draft: coin(draft).with_outputs(tuple(map(swap, draft.outputs)))


def _forged(coin: Output, material: Material) -> Iterator[tuple[Output, str]]:
    token = coin.token
    for value in (_DUST, coin.value // 2, coin.value * 2):
        yield replace(coin, value=value), f"of {value} satoshis"
    if token is None:
        yield replace(coin, token=Token(OWN_CATEGORY, 0, Nft(b""))), "with a foreign NFT"
        yield replace(coin, token=Token(OWN_CATEGORY, 1_000)), "with foreign tokens"
        return
    yield replace(coin, token=None), "without tokens"
    own = replace(token, category=OWN_CATEGORY)
    yield replace(coin, token=own), "of another category"
    for amount in dict.fromkeys((token.amount + 1, token.amount * 2, token.amount // 2)):
        if token.nft is None and 0 < amount < _MOST_AMOUNT and amount != token.amount:
            yield replace(coin, token=replace(token, amount=amount)), f"of {amount} tokens"
    nft = token.nft
    if nft is not None:
        for commitment in (bytes(len(nft.commitment)), *material.values):
            if len(commitment) <= _LONGEST_COMMITMENT:
                stated = replace(own, nft=replace(nft, commitment=commitment))
                yield replace(coin, token=stated), "of another category and state"
        # Who holds a mutable NFT may have written to it before.
        if nft.capability and is_p2pkh(coin.locking_bytecode):
            for commitment in states(nft.commitment, material):
                written = replace(token, nft=replace(nft, commitment=commitment))
                yield replace(coin, token=written), "of another state"
