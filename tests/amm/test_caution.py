"""A careful user reveals when nothing that they rely on can be taken back."""

from __future__ import annotations

import pytest
from support.ticketed_world import (
    PARAMETERS,
    POOL_CATEGORY,
    PROVIDER,
    RESERVES,
    TOKENS,
    World,
    default_action,
    funding_coin,
)

from bchcov import BuildError, Coin, Funding, Output, P2pkhUnlocker, Spend, Token
from bchcov.amm import ticketed
from bchcov.amm.ticketed import confirmations_for, read_order, reasons_to_wait

THREE = [default_action(at) for at in range(3)]


@pytest.mark.parametrize(
    ("value", "needed"),
    [(0, 1), (6_249_999_999, 1), (6_250_000_000, 2), (100_000_000_000, 17)],
)
def test_a_place_needs_as_many_confirmations_as_it_is_worth(value: int, needed: int) -> None:
    assert confirmations_for(value) == needed


def test_a_value_below_nothing_is_refused() -> None:
    with pytest.raises(BuildError, match="value -1 is out of range"):
        confirmations_for(-1)


def test_an_order_before_counts_while_it_cannot_be_taken_back() -> None:
    world = World().queued(*THREE)
    pool, own = world.pool, world.pool.entries[2]
    orders = [read_order(world.scripts, world.order(at, each)) for at, each in enumerate(THREE)]

    def reasons(ages: dict[Coin, int], *, placed: int = 1, value: int = 1_000) -> tuple[str, ...]:
        shown = [each for each in orders if each.coin in ages]
        return reasons_to_wait(
            pool, own, shown, placed=placed, value=value, confirmations=ages.__getitem__
        )

    first, second = orders[0].coin, orders[1].coin
    assert reasons({first: 0, second: 29}) == ()
    assert reasons({first: 1, second: 1}, value=10**9) == ()
    assert reasons({first: 1}) == ("the order at index 1 is not revealed",)
    assert reasons({first: 30, second: 1}) == ("the order at index 0 can soon be taken back",)
    assert reasons({first: 0, second: 1}, value=50_000_001) == (
        "the order at index 0 is unconfirmed",
    )
    assert reasons({first: 1, second: 1}, placed=0) == (
        "the place has 0 confirmations: expected at least 1",
    )


def test_a_pool_is_trusted_when_its_genesis_is_deep() -> None:
    first = Spend(
        Coin(POOL_CATEGORY, 0, Output(20_000_000_000, PROVIDER.locking_bytecode)),
        P2pkhUnlocker(PROVIDER),
    )
    tokens = funding_coin("tokens", PROVIDER, 2_000, Token(TOKENS, RESERVES.tokens))
    own = Funding(PROVIDER.locking_bytecode, (tokens,))
    parameters = PARAMETERS
    made = ticketed.genesis(parameters, RESERVES, first, own).built.transaction
    assert ticketed.check_genesis(made, parameters, confirmations=10).state.pending == 0
    with pytest.raises(BuildError, match="9 confirmations: expected at least 10"):
        ticketed.check_genesis(made, parameters, confirmations=9)
