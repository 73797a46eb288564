"""The ticketed contracts agree with the plain arithmetic over the whole range."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from support.ticketed_world import PARAMETERS, World, action, default_action

from bchcov import BCH_2026, verify
from bchcov.amm.action import BUY, SELL, Action, Direction
from bchcov.amm.formula import Reserves, execute
from bchcov.transaction.constants import MAX_MONEY, MAX_TOKEN_AMOUNT

MAX_BCH, MAX_TOKENS = MAX_MONEY, MAX_TOKEN_AMOUNT


def amounts(least: int, most: int) -> st.SearchStrategy[int]:
    """Numbers of every size, the bounds often."""
    bits = st.integers(0, most.bit_length()).flatmap(lambda size: st.integers(0, (1 << size) - 1))
    edges = st.sampled_from([least, least + 1, most - 1, most])
    return st.one_of(edges, bits).map(lambda value: min(most, max(least, value)))


@st.composite
def markets(draw: st.DrawFn) -> tuple[Reserves, list[Action]]:
    """Reserves and up to four orders for them that can exist at all."""
    bch = draw(amounts(PARAMETERS.min_reserve, MAX_BCH))
    tokens = draw(amounts(1, MAX_TOKENS))
    left_bch, left_tokens = MAX_BCH - bch, MAX_TOKENS - tokens
    actions = []
    for number in range(draw(st.integers(1, 4))):
        direction: Direction = draw(st.sampled_from([BUY, SELL]))
        left = left_bch if direction == BUY else left_tokens
        if left < 1:
            continue
        amount = draw(amounts(1, left))
        if direction == BUY:
            left_bch -= amount
        else:
            left_tokens -= amount
        fair = execute(
            Reserves(bch, tokens),
            action(number, direction, amount),
            min_reserve=PARAMETERS.min_reserve,
            min_trade=PARAMETERS.min_trade,
        ).amount_out
        near = [max(0, fair - 1), fair, fair + 1]
        minimum = draw(st.one_of(st.just(0), st.sampled_from(near), amounts(0, MAX_TOKENS)))
        actions.append(action(number, direction, amount, min(minimum, MAX_TOKENS)))
    return Reserves(bch, tokens), actions


@settings(max_examples=150, deadline=None)
@given(markets(), st.integers(0, 2**30), st.integers(0, 3))
def test_an_execution_is_what_the_model_says(
    market: tuple[Reserves, list[Action]], start: int, behind: int
) -> None:
    reserves, actions = market
    if not actions:
        return
    world = World()
    state = replace(world.pool.state, bch_reserve=reserves.bch, token_reserve=reserves.tokens)
    more = [default_action(50 + at) for at in range(behind)]
    start -= start % 1024 and max(0, start % 1024 + len(actions) + behind - 1024)
    world = world.at(state).queued(*actions, *more, start=start)
    draft = world.execute(actions)
    transaction, sources = draft.finish()
    verdict = verify(transaction, sources, BCH_2026, scripts_only=True)
    assert verdict.ok, str(verdict)
    after = reserves
    for each in actions:
        before = after
        fill = world.pool.fill(each, before)
        after = fill.reserves
        assert after.product >= before.product
        assert after.bch >= PARAMETERS.min_reserve
        assert after.tokens >= 1
    assert transaction.outputs[0].value == after.bch + PARAMETERS.bond * behind
    # One token more or less, or one satoshi less, is refused.
    for index in range(2, 2 + len(actions)):
        short = list(transaction.outputs)
        short[index] = replace(short[index], value=short[index].value - 1)
        other = replace(transaction, outputs=tuple(short))
        assert not verify(other, sources, BCH_2026, scripts_only=True).ok
