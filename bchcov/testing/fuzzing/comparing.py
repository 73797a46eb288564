"""What becomes of everybody, compared with what should: losses, gains and prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .scene import ATTACKER, CONTRACT, SATOSHIS, Asset, Holdings

__all__ = ["FEE", "SMALL", "Loss", "added", "compare"]

SMALL = 546
"""Satoshis that are nothing."""
FEE = 5_000
"""Satoshis that may be a fee: what costs no more is not thereby paid for."""
_CHEAP, _NEXT_TO_NOTHING = 2, 20


@dataclass(frozen=True, slots=True)
class Loss:
    """What an accepted transaction shows: a kind, and a sentence.

    `amount` is what it takes of an `asset` where it takes nothing else, and 0 where it does; of
    a price, `asset` is what is bought.
    """

    kind: str
    sentence: str
    amount: int = 0
    asset: Asset = SATOSHIS


def added(changes: Iterable[Mapping[str, Holdings]]) -> dict[str, Holdings]:
    """Add what becomes of everybody in several transactions."""
    total: dict[str, Holdings] = {ATTACKER: Counter()}
    for each in changes:
        for owner, holdings in each.items():
            total.setdefault(owner, Counter()).update(holdings)
    return total


def compare(
    changes: Mapping[str, Holdings],
    should: Mapping[str, Holdings],
    spent: Holdings,
    named: frozenset[str] = frozenset(),
) -> Loss | None:
    """Say what an attacker takes by it, None for nothing.

    `changes` and `should` are what each owner has more, or less, after a transaction and after
    what it is compared with; `spent` is what the contracts' coins held that it spends, `named`
    who is named by a contract or its state.
    """
    mine, should_mine = changes[ATTACKER], should[ATTACKER]
    others, should_others = _others(changes), _others(should)
    # In an order that is the same in every process, unlike that of a set.
    assets = list(dict.fromkeys((*others, *should_others, *mine, *should_mine)))
    # Satoshis that others lose are the attacker's, who may leave them to the miner.
    bargain = _bargain(
        _with_satoshis(mine, -others[SATOSHIS]),
        _with_satoshis(should_mine, -should_others[SATOSHIS]),
    )
    sale = bargain or _bargain(_negative(others), _negative(should_others))
    gets_more = any(others[asset] > should_others[asset] for asset in assets)
    if sale is not None and (gets_more or sale.paid > -should_mine[sale.currency] >= 0):
        return _price(sale)
    if any(others[asset] - should_others[asset] > _slack(asset) for asset in assets):
        return _not_for_sale(mine, should_mine, others, should_others, assets)
    less = {
        asset: should_others[asset] - others[asset]
        for asset in assets
        if should_others[asset] - others[asset] > _slack(asset)
    }
    # What is left to anybody, as the fee, the attacker may as well have.
    left = {asset: max(0, -should_mine[asset] - should_others[asset]) for asset in assets}
    if less and _takes(changes, should, less, left):
        told = ", ".join(f"{amount:,} {_named(asset)}" for asset, amount in less.items())
        return Loss("loss", f"others have {told} less than they should", *_only(less))
    more = {
        asset: mine[asset] - should_mine[asset]
        for asset in assets
        if mine[asset] - should_mine[asset] > left[asset] + _slack(asset)
    }
    if more and any(mine[asset] > left[asset] + _slack(asset) for asset in assets):
        told = ", ".join(f"{amount:,} {_named(asset)}" for asset, amount in more.items())
        return Loss("gain", f"the attacker has {told} more than they should", *_only(more))
    kept = _kept(mine, should_mine, should_others, assets)
    if kept is not None:
        return kept
    return _price(bargain) if bargain is not None else _unpaid(changes, should, spent, named)


def _not_for_sale(
    mine: Holdings,
    should_mine: Holdings,
    others: Holdings,
    should_others: Holdings,
    assets: Sequence[Asset],
) -> Loss | None:
    """Something that others honestly keep, and have got something for: nobody can say its worth."""
    for asset in assets:
        less = should_others[asset] - others[asset]
        if min(less, mine[asset]) > _allowance(asset) and should_mine[asset] <= 0:
            paid = ", ".join(
                f"{others[each] - should_others[each]:,} {_named(each)}"
                for each in assets
                if others[each] - should_others[each] > _slack(each)
            )
            says = f"{mine[asset]:,} {_named(asset)}, which others keep honestly"
            return Loss("price", f"others get {paid} for {says}", asset=asset)
    return None


def _only(amounts: Mapping[Asset, int]) -> tuple[int, Asset]:
    """The amount of the one asset, and the asset; nothing if there are several."""
    if len(amounts) != 1:
        return 0, SATOSHIS
    ((asset, amount),) = amounts.items()
    return amount, asset


def _takes(
    changes: Mapping[str, Holdings],
    should: Mapping[str, Holdings],
    less: Mapping[Asset, int],
    left: Mapping[Asset, int],
) -> bool:
    """Whether others give what they have less: a smaller gift of the attacker's is no loss."""
    mine, should_mine = changes[ATTACKER], should[ATTACKER]
    others, should_others = _others(changes), _others(should)
    nothing: Holdings = Counter()
    if any(
        holdings[asset] < min(0, should.get(owner, nothing)[asset]) - _slack(asset)
        for owner, holdings in changes.items()
        if owner != ATTACKER
        for asset in holdings
    ):
        return True
    if not any(others[asset] < min(0, should_others[asset]) - _slack(asset) for asset in less):
        return False
    has_gained = any(mine[asset] > left.get(asset, 0) + _slack(asset) for asset in mine)
    return has_gained or any(
        amount > max(0, -should_mine[asset]) + _slack(asset) for asset, amount in less.items()
    )


def _kept(
    mine: Holdings, should_mine: Holdings, should_others: Holdings, assets: Sequence[Asset]
) -> Loss | None:
    """Tokens that should be burnt, and are the attacker's still, who has all else as well."""
    if any(mine[asset] < should_mine[asset] - _allowance(asset) for asset in assets):
        return None
    for asset in assets:
        burnt = -should_mine[asset] - should_others[asset]
        if asset != SATOSHIS and 0 < burnt <= -should_mine[asset] and mine[asset] >= 0:
            return Loss(
                "gain", f"the attacker keeps {burnt:,} {_named(asset)} that should be burnt"
            )
    return None


@dataclass(frozen=True, slots=True)
class _Bargain:
    """What the attacker pays for what, and what they should pay for as much."""

    paid: int
    due: int
    currency: Asset
    got: int
    thing: Asset


def _bargain(mine: Holdings, should_mine: Holdings) -> _Bargain | None:
    """One asset for others, as they are exchanged honestly too, in this direction or back.

    Of several that are got for one, as a share in all that there is, the price is that of the one
    that should cost the most.
    """
    paid = _but_fees([asset for asset in mine if mine[asset] < 0], mine)
    got = [asset for asset in mine if mine[asset] > _slack(asset)]
    if len(paid) != 1 or not got:
        return None
    currency = paid[0]
    if any(should_mine[currency] * should_mine[thing] >= 0 for thing in got):
        return None
    if any(abs(should_mine[asset]) <= _allowance(asset) for asset in (currency, *got)):
        return None
    dues = {
        thing: abs(should_mine[currency]) * mine[thing] // abs(should_mine[thing]) for thing in got
    }
    thing = max(got, key=dues.__getitem__)
    return _Bargain(-mine[currency], dues[thing], currency, mine[thing], thing)


def _with_satoshis(holdings: Holdings, satoshis: int) -> Holdings:
    return Counter({**holdings, SATOSHIS: satoshis})


def _negative(holdings: Holdings) -> Holdings:
    return Counter({asset: -amount for asset, amount in holdings.items()})


def _but_fees(paid: list[Asset], mine: Holdings) -> list[Asset]:
    if len(paid) > 1 and -mine[SATOSHIS] <= FEE:
        return [asset for asset in paid if asset != SATOSHIS]
    return paid


def _price(bargain: _Bargain) -> Loss | None:
    """A price that is less than half of the honest one; less than a twentieth is none at all."""
    if bargain.paid * _CHEAP >= bargain.due:
        return None
    sentence = (
        f"the attacker pays {bargain.paid:,} {_named(bargain.currency)} for {bargain.got:,}"
        f" {_named(bargain.thing)}, at the honest price {bargain.due:,}"
    )
    kind = "gain" if bargain.paid * _NEXT_TO_NOTHING < bargain.due else "price"
    return Loss(kind, sentence, asset=bargain.thing)


def _unpaid(
    changes: Mapping[str, Holdings],
    should: Mapping[str, Holdings],
    spent: Holdings,
    named: frozenset[str],
) -> Loss | None:
    """Somebody whom the contract pays, or has paid, and who gets next to nothing.

    All else is the same.
    """
    nothing: Holdings = Counter()
    now, then = changes.get(CONTRACT, nothing), should.get(CONTRACT, nothing)
    if any(now[asset] < then[asset] for asset in (*now, *then)):
        return None
    more = changes[ATTACKER][SATOSHIS] - should[ATTACKER][SATOSHIS]
    for owner, holdings in should.items():
        due, has = holdings[SATOSHIS], changes.get(owner, nothing)[SATOSHIS]
        is_due = due > FEE and (due <= spent[SATOSHIS] or owner in named)
        if (
            is_due
            and owner not in (ATTACKER, CONTRACT)
            and 0 <= has <= SMALL
            and more >= due - has - FEE
        ):
            return Loss("unpaid", f"{owner} gets {has:,} satoshis, not {due:,}")
    return None


def _others(changes: Mapping[str, Holdings]) -> Holdings:
    total: Holdings = Counter()
    for owner, holdings in changes.items():
        if owner != ATTACKER:
            total.update(holdings)
    return total


def _slack(asset: Asset) -> int:
    return SMALL if asset == SATOSHIS else 0


def _allowance(asset: Asset) -> int:
    return FEE if asset == SATOSHIS else 0


def _named(asset: Asset) -> str:
    if not isinstance(asset, tuple):
        return str(asset)
    name = f"{asset[0]} of category {asset[1][::-1].hex()[:8]}"
    return (
        name if len(asset) < 3 or not asset[2] else f"{('', 'mutable', 'minting')[asset[2]]} {name}"
    )
