"""The clearing of an epoch: its rules hold for any orders, and nobody gains by them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import epochs_model as model
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bchcov.amm.action import BUY, SELL, Action, Direction
from bchcov.amm.epochs.clearing import Clearing, clear, pool_price
from bchcov.amm.formula import FEE_DENOMINATOR, FEE_KEPT, Reserves

FLOOR = model.MIN_RESERVE
MOST = 2**63 - 1


@st.composite
def epochs(draw: st.DrawFn, least: int = 0) -> tuple[Reserves, list[Action]]:
    """Reserves that trade at least `least` on both sides, and up to eight orders, some alike."""
    digits = st.integers(0, 14)
    bch = least + draw(st.integers(1, 10 ** draw(digits)))
    tokens = least + draw(st.integers(1, 10 ** draw(digits)))
    orders: list[Action] = []
    for _ in range(draw(st.integers(0, 8))):
        if orders and draw(st.integers(0, 4)) == 0:
            orders.append(draw(st.sampled_from(orders)))
            continue
        direction: Direction = draw(st.sampled_from([BUY, SELL]))
        own, other = (bch, tokens) if direction == BUY else (tokens, bch)
        amount = draw(st.integers(1, max(1, 3 * own // draw(st.sampled_from([1, 10, 1000])))))
        fair = amount * FEE_KEPT * other // (own * FEE_DENOMINATOR)
        near = st.sampled_from([fair, fair * 9 // 10, fair // 2, fair + 1, 0, 1, 2**64 - 1])
        orders.append(model.order(direction, amount, draw(st.one_of(near, st.integers(0, fair)))))
    return Reserves(FLOOR + bch, 1 + tokens), orders


def least_out(action: Action, min_trade: int) -> int:
    return max(action.min_out, 1) if action.direction == BUY else max(action.min_out, min_trade, 1)


def inside(action: Action, clearing: Clearing, min_trade: int) -> int:
    """1 if the limit is better than the price, 0 if it is the price, -1 if it is worse."""
    top, bottom = clearing.price.numerator, clearing.price.denominator
    if action.direction == BUY:
        top, bottom = bottom, top
    got = FEE_KEPT * action.amount_in * top
    wanted = FEE_DENOMINATOR * least_out(action, min_trade) * bottom
    return (got > wanted) - (got < wanted)


@settings(max_examples=600, deadline=None)
@given(epochs(), st.sampled_from([1, 5, 1_000]))
def test_every_order_is_filled_as_its_limit_and_the_price_say(
    epoch: tuple[Reserves, list[Action]], min_trade: int
) -> None:
    reserves, orders = epoch
    made = clear(reserves, orders, min_reserve=FLOOR, min_trade=min_trade)
    partly = None if made.marginal is None else orders[made.marginal].direction
    for place, (order, fill) in enumerate(zip(orders, made.fills, strict=True)):
        better = inside(order, made, min_trade)
        if (order.direction == BUY and order.amount_in < min_trade) or better < 0:
            assert (fill.amount_in, fill.amount_out) == (0, 0)
        elif better > 0 or order.direction != partly or place < (made.marginal or 0):
            assert fill.amount_in == order.amount_in
            assert fill.amount_out >= least_out(order, min_trade)
        elif place > (made.marginal or 0):
            assert fill.amount_in == 0
        else:
            assert fill.amount_in < order.amount_in


@settings(max_examples=600, deadline=None)
@given(epochs())
def test_the_price_is_where_the_pool_stands(epoch: tuple[Reserves, list[Action]]) -> None:
    reserves, orders = epoch
    made = clear(reserves, orders, min_reserve=FLOOR)
    assert made.reserves.bch >= FLOOR
    assert made.reserves.tokens >= 1
    stands = pool_price(reserves, made.bought_with, made.sold, min_reserve=FLOOR)
    if made.marginal is None:
        assert made.price == stands
        return
    # One unit more of the marginal order would move the price beyond its limit.
    above, below = (
        stands.numerator * made.price.denominator,
        made.price.numerator * stands.denominator,
    )
    if orders[made.marginal].direction == BUY:
        assert above <= below < above + 2 * FEE_KEPT * made.price.denominator
    else:
        assert below <= above < below + 2 * FEE_KEPT * made.price.numerator


@settings(max_examples=600, deadline=None)
@given(epochs(least=1_000))
def test_the_product_never_falls(epoch: tuple[Reserves, list[Action]]) -> None:
    reserves, orders = epoch
    after = clear(reserves, orders, min_reserve=FLOOR).reserves
    before = (reserves.bch - FLOOR) * (reserves.tokens - 1)
    assert (after.bch - FLOOR) * (after.tokens - 1) >= before


@settings(max_examples=300, deadline=None)
@given(epochs(), st.data())
def test_no_set_of_orders_gains_at_the_price_of_the_epoch(
    epoch: tuple[Reserves, list[Action]], data: st.DataObject
) -> None:
    """Whoever trades with himself, on both sides, at any limits, only pays the fee."""
    reserves, orders = epoch
    made = clear(reserves, orders, min_reserve=FLOOR)
    if not made.price.denominator:
        return
    mine = data.draw(st.lists(st.booleans(), min_size=len(orders), max_size=len(orders)))
    value = Fraction(0)
    for own, order, fill in zip(mine, orders, made.fills, strict=True):
        if own and order.direction == BUY:
            value += fill.amount_out * made.price.fraction - fill.amount_in
        elif own:
            value += fill.amount_out - fill.amount_in * made.price.fraction
    assert value <= 0


@settings(max_examples=300, deadline=None)
@given(epochs(), st.data())
def test_who_is_not_filled_does_not_move_the_price(
    epoch: tuple[Reserves, list[Action]], data: st.DataObject
) -> None:
    reserves, orders = epoch
    made = clear(reserves, orders, min_reserve=FLOOR)
    kept = [
        order
        for order, fill in zip(orders, made.fills, strict=True)
        if fill.amount_in == order.amount_in or made.marginal is not None
    ]
    again = clear(reserves, kept, min_reserve=FLOOR)
    assert again.reserves == made.reserves
    order = model.order(BUY, data.draw(st.integers(1, 10**15)), 2**64 - 1)
    more = clear(reserves, [*orders, order], min_reserve=FLOOR)
    if more.fills[-1].amount_in == 0:
        assert more.reserves == made.reserves


@settings(max_examples=300, deadline=None)
@given(epochs(), st.randoms(use_true_random=False))
def test_the_order_of_the_orders_does_not_matter(
    epoch: tuple[Reserves, list[Action]], random: object
) -> None:
    reserves, orders = epoch
    mixed = sorted(orders, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = (clear(reserves, each, min_reserve=FLOOR) for each in (orders, mixed))
    assert one.price.numerator * other.price.denominator == (
        other.price.numerator * one.price.denominator
    )
    assert (one.bought_with, one.sold) == (other.bought_with, other.sold)


@pytest.mark.parametrize("direction", [BUY, SELL])
@pytest.mark.parametrize(
    ("victim", "own"), list(product((1, 2, 5, 10, 20, 50), model.TENTHS_OF_A_PERCENT))
)
def test_who_decides_last_loses_and_harms_nobody_by_what_pays(
    victim: int, own: int, direction: Direction
) -> None:
    """Within the pool nothing pays; with a market outside, only what betters the victim's price."""
    for look in model.last_looks(model.sized(direction, victim), own):
        assert look.closed < 0, look
        if look.outside > 0:
            assert look.victim >= 1, look


@pytest.mark.parametrize("share", [1, 5, 10, 20, 50])
def test_an_order_that_is_split_gets_no_more(share: int) -> None:
    whole = model.sized(BUY, share)
    parts = [replace(whole, amount_in=whole.amount_in // 4)] * 4
    together = sum(each.amount_out for each in model.run(parts).fills)
    assert together <= model.run([whole]).fills[0].amount_out
    reserves, in_turn = model.RESERVES, 0
    for part in parts:
        made = model.run([part], reserves)
        reserves, in_turn = made.reserves, in_turn + made.fills[0].amount_out
    # Patience pays: four epochs move the price less than one. This is what a lone trade costs.
    assert in_turn > together


def test_what_a_lone_trade_gets() -> None:
    assert model.lone_trade(10) == pytest.approx(0.990, abs=0.0005)
    assert model.lone_trade(50) == pytest.approx(0.955, abs=0.0005)
    assert model.lone_trade(50, SELL) == pytest.approx(model.lone_trade(50), abs=0.0001)
    here, plain = model.provider_gain(10)
    assert here > plain > 0


def test_the_limit_of_the_marginal_order_is_the_price() -> None:
    """It buys as long as the pool stands no higher than its limit, and keeps the rest."""
    dear = model.order(BUY, 1_000_000_000, 990_000_000_000)
    made = model.run([dear])
    assert made.marginal == 0
    assert 0 < made.fills[0].amount_in < dear.amount_in
    assert made.fills[0].amount_out * dear.amount_in >= (
        dear.min_out * made.fills[0].amount_in - dear.amount_in
    )
    cheap = replace(dear, min_out=1_100_000_000_000)
    assert model.run([cheap]).fills[0].amount_in == 0
