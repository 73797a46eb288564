"""The edges of the epochs contracts: what is just allowed passes, what is just not is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from support.epochs_attacks import SETTLE
from support.epochs_world import PARAMETERS, RESERVES, World, default_action, held_by, with_state
from support.tampering import change, change_held, value_of, with_amount
from support.ticketed_world import PROVIDER, Draft, action, funding_coin, user

from bchcov import BCH_2026, verify
from bchcov.amm.action import BUY, SELL, Action, Direction
from bchcov.amm.epochs.state import append_leaves
from bchcov.amm.formula import FEE_KEPT, Fill, Reserves
from bchcov.wallet.unlockers import RawUnlocker, ScriptUnlocker

TWO = [default_action(0), default_action(1)]
LARGE = Reserves(10**15, 2**62)


def passes(draft: Draft) -> bool:
    return verify(*draft.finish(), BCH_2026, scripts_only=True).ok


def append_two(world: World) -> Draft:
    return world.append([world.ticket(at, each) for at, each in enumerate(TWO)])


def owned(world: World, **fields: int | bool) -> Draft:
    return world.owned(replace(world.pool.state, **fields))  # type: ignore[arg-type]


def at_another_index(each: Action) -> Draft:
    """A reveal whose slot is input 1, and its order output 1."""
    draft = World().revealing(each).reveal(each)
    mine = funding_coin("mine", user(5), 10_000_000)
    draft.spends.insert(0, mine)
    draft.outputs.insert(0, replace(mine.coin.output, value=1_000))
    return draft


ALLOWED: dict[str, Callable[[], Draft]] = {
    "the last place of an epoch": lambda: append_two(
        World().at(replace(World().pool.state, count=PARAMETERS.most - 2))
    ),
    "a turn with large reserves": lambda: World(reserves=LARGE).waiting(*TWO).turn(),
    "a turn where nothing waits": lambda: World().turn(),
    "closing while two wait": lambda: World().waiting(*TWO).close(),
    "closing while one is revealed": lambda: World().revealing(*TWO).close(),
    "closing while nothing waits": lambda: World().close(),
    "closing with large reserves": lambda: World(reserves=LARGE).close(),
    "reopening": lambda: owned(World().at(replace(World().pool.state, closed=True)), closed=False),
    "the fewest tokens": lambda: owned(World(), token_reserve=2),
    "the fewest satoshis": lambda: owned(World(), bch_reserve=PARAMETERS.min_reserve + 1),
    "more of both": lambda: owned(
        World(), token_reserve=RESERVES.tokens + 5, bch_reserve=RESERVES.bch + 5
    ),
    "a buy revealed as input 1": lambda: at_another_index(TWO[0]),
    "a sale revealed as input 1": lambda: at_another_index(TWO[1]),
    "the smallest orders": lambda: (
        World()
        .revealing(action(0, BUY, 10_000), action(1, SELL, 10_030_091))
        .settle(action(0, BUY, 10_000), action(1, SELL, 10_030_091))
    ),
    "what is just too small": lambda: (
        World()
        .revealing(action(0, BUY, 9_999), action(1, SELL, 10_030_090))
        .settle(action(0, BUY, 9_999), action(1, SELL, 10_030_090))
    ),
    "nobody but the silent": lambda: World().revealing(*TWO).settle(None, None),
    "more burned than is due": lambda: value_of(World().revealing(*TWO).settle(TWO[0], None), 3, 5),
    "more paid than is due": lambda: value_of(World().revealing(*TWO).settle(*TWO), 2, 5),
}


# Limits, ties, and the two epochs at once.

SMALL = 10**6
AT_ONCE = 51 * 10**7, 997 * 50 * 10**7
"""A buy whose limit is 51 / 50,000 satoshis for a token."""


def selling_at_once(times: int) -> Action:
    """A sale with exactly that limit."""
    return action(3, SELL, 5 * 10**7 * times, 997 * 51 * times)


def settled(
    *places: Action | None, sizes: Sequence[int] | None = None, reserves: Reserves = RESERVES
) -> Draft:
    everybody = [each or default_action(40 + at) for at, each in enumerate(places)]
    return World(reserves=reserves).revealing(*everybody, sizes=sizes).settle(*places)


def met_exactly() -> Draft:
    """Both buys are filled, and then the pool stands exactly at the limit of one."""
    others, own = 30_000, 20_000
    stands = 1000 * SMALL + 2 * FEE_KEPT * (others + own)
    limited = action(1, BUY, own, FEE_KEPT * own * 1000)
    reserves = Reserves(PARAMETERS.min_reserve + SMALL, 1 + 1000 * stands)
    draft = settled(action(0, BUY, others), limited, reserves=reserves)
    assert marginal_of(draft) == (0, -1)
    return draft


def half_exactly() -> Draft:
    """The marginal buy is filled until the pool stands exactly at its limit."""
    amount, tokens = 20_000, 10**9
    stands = 1000 * SMALL + 2 * FEE_KEPT * amount
    reserves = Reserves(PARAMETERS.min_reserve + SMALL, 1 + tokens)
    draft = settled(action(0, BUY, stands, FEE_KEPT * tokens), reserves=reserves)
    assert marginal_of(draft) == (2, amount)
    return draft


def marginal_of(draft: Draft) -> tuple[object, object]:
    unlocker = draft.spends[1].unlocker
    assert isinstance(unlocker, ScriptUnlocker)
    return unlocker.items[-4], unlocker.items[-3]


BUY_AT_ONCE = action(0, BUY, *AT_ONCE)
LIMITED: dict[str, Callable[[], Draft]] = {
    "a silent batch before another": lambda: settled(None, *TWO, sizes=[1, 2]),
    "the first of two equal limits": lambda: settled(BUY_AT_ONCE, BUY_AT_ONCE),
    "the second of two equal limits": lambda: settled(
        action(0, BUY, 6 * 10**7 // 51 * 51, 997 * 50 * (6 * 10**7 // 51)),
        action(1, BUY, 6 * 10**8 // 51 * 51, 997 * 50 * (6 * 10**8 // 51)),
    ),
    "a better limit behind the marginal one": lambda: settled(BUY_AT_ONCE, TWO[0]),
    "equal limits on both sides, too many buys": lambda: settled(
        BUY_AT_ONCE, selling_at_once(2_000)
    ),
    "equal limits on both sides, too many sales": lambda: settled(
        TWO[0], action(4, SELL, 5 * 10**7 * 20_000, 997 * 51 * 20_000), BUY_AT_ONCE
    ),
    "a sale in part, and one behind it": lambda: settled(
        action(0, SELL, 10**12, 900_000_000), action(1, SELL, 10**12, 900_000_000), TWO[0]
    ),
    "a limit that is met exactly": met_exactly,
    "a limit that is met exactly in part": half_exactly,
    "a minimum of more than seven bytes": lambda: settled(action(0, BUY, 10**6, 2**60), TWO[1]),
    "a single token": lambda: settled(action(0, BUY, 2_200_000), reserves=Reserves(10**10, 5_001)),
    "less than a token": lambda: settled(
        action(0, BUY, 1_900_000), reserves=Reserves(10**10, 5_001)
    ),
    "a settlement while others wait": lambda: (
        World().revealing(*TWO).waiting(default_action(2), default_action(3)).settle(*TWO)
    ),
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_settlement_at_an_edge_passes(name: str) -> None:
    verdict = verify(*LIMITED[name]().finish(), BCH_2026, scripts_only=True)
    assert verdict.ok, str(verdict)


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_unit_more_or_less_of_the_marginal_order_is_refused(side: Direction) -> None:
    """Also where everything else fits: the price is its limit, and the sums are what moves."""
    order = action(0, BUY, 10**9, 9 * 10**11) if side == BUY else action(0, SELL, 10**12, 9 * 10**8)
    for more in (0, 7, 1_001):
        each = replace(order, min_out=order.min_out + more)
        world = World().revealing(each)
        places, made = world.pool.plan(world.orders([each]))
        assert made.marginal == 0
        assert passes(world.settled(places, made))
        (fill,) = made.fills
        for change_of in (-1, 1):
            amount = fill.amount_in + change_of
            out = made.price.amount_out(side, amount)
            after = (
                Reserves(RESERVES.bch + amount, RESERVES.tokens - out)
                if side == BUY
                else Reserves(RESERVES.bch - out, RESERVES.tokens + amount)
            )
            wrong = replace(
                made,
                fills=(Fill(after, amount, out),),
                reserves=after,
                bought_with=amount if side == BUY else 0,
                sold=0 if side == BUY else amount,
            )
            assert not passes(world.settled(places, wrong))


def test_a_marginal_order_cannot_be_named_and_not_met() -> None:
    """Not even by the amount that says that there is none."""
    draft = SETTLE["marginal-met"](World())
    assert marginal_of(draft) == (3, 0)
    draft.push(1, -3, -1)
    assert not passes(draft)


def test_a_copy_s_slot_does_not_stand_for_another_place() -> None:
    world = World().revealing(TWO[0], TWO[0])
    first, _ = world.pool.current
    (order,) = world.orders([None, TWO[0]])
    places = (order, first)
    assert not passes(world.settled(places, world.pool.plan([order])[1]))


def ending_at(end: int) -> Draft:
    """One ticket, taken back by its owner meanwhile, and another end of the batch."""
    world = World()
    draft = world.append([world.ticket(0, TWO[0])])
    unlocker = ScriptUnlocker((end, world.scripts.append.code), world.scripts.pool.code)
    draft.unlock(0, unlocker)
    draft.unlock(1, held_by(world, 0, "ticket").spends[0].unlocker, sequence=3)
    return with_state(draft, count=end - 1, collected=end - 1)


def flags(byte: int) -> Draft:
    draft = owned(World(), closed=True)
    commitment = bytearray(World().pool.state.encode())
    commitment[73] = byte
    draft.commitment(bytes(commitment))
    return draft


def an_epoch_of_nothing(draft: Draft, name: str) -> Draft:
    world = World()
    chain = append_leaves(bytes(32), world.pool.coin.outpoint_hash, b"")
    return with_state(draft, **{name: chain})


def too_early(draft: Draft, sequence: int) -> Draft:
    draft.unlock(1, draft.spends[1].unlocker, sequence=sequence)
    return draft


REFUSED: dict[str, Callable[[], Draft]] = {
    "one place too many": lambda: append_two(
        World().at(replace(World().pool.state, count=PARAMETERS.most - 1))
    ),
    "an end before the first ticket": lambda: ending_at(1),
    "an epoch abandoned too early": lambda: too_early(
        World().revealing(*TWO).turn(), PARAMETERS.abandon - 1
    ),
    "an epoch abandoned by its window": lambda: too_early(
        World().revealing(*TWO).turn(), PARAMETERS.window
    ),
    "a satoshi more in the pool, by a turn": lambda: value_of(World().waiting(*TWO).turn(), 0, 1),
    "a satoshi more in the pool, by an append": lambda: value_of(append_two(World()), 0, 1),
    "a satoshi more in the pool, by closing": lambda: value_of(World().waiting(*TWO).close(), 0, 1),
    "a satoshi more in the pool, by settling": lambda: value_of(
        World().revealing(*TWO).settle(*TWO), 0, 1
    ),
    "a satoshi more in a slot": lambda: value_of(append_two(World()), 2, 1),
    "a token more in the vault before": lambda: change_held(
        World().waiting(*TWO).turn(), 1, lambda each: with_amount(each, 1)
    ),
    "a token more in the vault": lambda: change(
        World().waiting(*TWO).turn(), 1, lambda each: with_amount(each, 1)
    ),
    "a token more in the vault, by settling": lambda: change(
        World().revealing(*TWO).settle(*TWO), 1, lambda each: with_amount(each, 1)
    ),
    "flags of minus one": lambda: flags(0x81),
    "flags of minus nothing": lambda: flags(0x80),
    "one token": lambda: owned(World(), token_reserve=1),
    "an epoch of nothing, by closing": lambda: an_epoch_of_nothing(World().close(), "next"),
    "an epoch of nothing, by a turn": lambda: an_epoch_of_nothing(World().turn(), "current"),
    "a token more for a seller": lambda: change(
        World().revealing(*TWO).settle(*TWO), 2, lambda each: with_amount(each, 1)
    ),
    "reopening while orders wait": lambda: with_state(
        World().at(replace(World().pool.state, closed=True)).waiting(*TWO).close(), closed=False
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_just_allowed_passes(name: str) -> None:
    draft = ALLOWED[name]()
    verdict = verify(*draft.finish(), BCH_2026, scripts_only=True)
    assert verdict.ok, str(verdict)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_just_not_allowed_is_refused(name: str) -> None:
    assert not passes(REFUSED[name]())


def test_the_owner_s_signature_is_of_the_code_that_runs() -> None:
    draft = World().close()
    unlocker = World().provider(PROVIDER)
    swapped = replace(unlocker, items=(unlocker.items[1], unlocker.items[0], unlocker.items[2]))
    draft.unlock(1, swapped)
    assert not passes(draft)


def test_a_vault_alone_is_not_spent() -> None:
    draft = World().turn()
    draft.unlock(0, RawUnlocker())
    assert not passes(draft)
