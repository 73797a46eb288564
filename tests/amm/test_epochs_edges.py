"""The edges of the epochs contracts: what is just allowed passes, what is just not is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from support.epochs_attacks import SETTLE
from support.epochs_world import PARAMETERS, RESERVES, World, default_action, held_by, with_state
from support.tampering import change, change_held, value_of, with_amount
from support.ticketed_world import PROVIDER, Draft, action, funding_coin, user

from bchcov import BCH_2026, Output, verify
from bchcov.amm.action import BUY, SELL, Action, Direction
from bchcov.amm.epochs.epoch import Batch, Epoch, Slot
from bchcov.amm.epochs.state import append_leaves
from bchcov.amm.formula import FEE_KEPT, Fill, Reserves
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
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


def exit_with_the_tokens_first() -> Draft:
    draft = World().exit()
    draft.outputs.reverse()
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
    "an exit with the tokens first": exit_with_the_tokens_first,
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


def just_less_than_a_unit_off() -> Draft:
    """The marginal buy is filled until one satoshi more would move the pool just past its limit."""
    minimum, amount, tokens = 240_907_416_064, 255_259, 10**12
    draft = settled(
        action(0, BUY, amount, minimum), reserves=Reserves(PARAMETERS.min_reserve + SMALL, tokens)
    )
    at, filled = marginal_of(draft)
    assert at == 2
    assert isinstance(filled, int)
    stands = 1000 * SMALL + 2 * FEE_KEPT * filled
    left = 1000 * (tokens - 1) * FEE_KEPT * amount - stands * 1000 * minimum
    assert 2 * FEE_KEPT - 1 <= left / (1000 * minimum) < 2 * FEE_KEPT
    return draft


def nothing_filled() -> Draft:
    """The pool stands less than a satoshi from the limit of the marginal buy, and stays there."""
    reserves = Reserves(PARAMETERS.min_reserve + SMALL, 10**12)
    draft = settled(action(0, BUY, 20_000, 19_939_999_999), reserves=reserves)
    assert marginal_of(draft) == (2, 0)
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
    "a limit that is met but for less than a unit": just_less_than_a_unit_off,
    "a limit at which nothing is filled": nothing_filled,
    "places that need padding": lambda: settled(*(default_action(at) for at in range(30))),
    "a settlement while others wait": lambda: (
        World().revealing(*TWO).waiting(default_action(2), default_action(3)).settle(*TWO)
    ),
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_settlement_at_an_edge_passes(name: str) -> None:
    verdict = verify(*LIMITED[name]().finish(), BCH_2026, scripts_only=True)
    assert verdict.ok, str(verdict)


def off_by(each: Action, units: int, *, reserves: Reserves = RESERVES) -> Draft:
    """Settle a marginal order, alone, with some units of it more than it is due.

    All else fits: the price is its limit, and the sums are what moves.
    """
    world = World(reserves=reserves).revealing(each)
    places, made = world.pool.plan(world.orders([each]))
    assert made.marginal == 0
    amount = made.fills[0].amount_in + units
    out = made.price.amount_out(each.direction, amount)
    bought, sold = (amount, 0) if each.direction == BUY else (0, amount)
    bch, tokens = (amount, -out) if each.direction == BUY else (-out, amount)
    after = Reserves(reserves.bch + bch, reserves.tokens + tokens)
    fills = (Fill(after, amount, out),)
    wrong = replace(made, fills=fills, reserves=after, bought_with=bought, sold=sold)
    return world.settled(places, wrong)


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_unit_more_or_less_of_the_marginal_order_is_refused(side: Direction) -> None:
    order = action(0, BUY, 10**9, 9 * 10**11) if side == BUY else action(0, SELL, 10**12, 9 * 10**8)
    for more in (0, 7, 1_001):
        each = replace(order, min_out=order.min_out + more)
        assert passes(off_by(each, 0))
        assert not passes(off_by(each, 1))
        assert not passes(off_by(each, -1))


def named_and_not_met() -> Draft:
    """A marginal order is named, and the amount says that there is none."""
    draft = SETTLE["marginal-met"](World())
    assert marginal_of(draft) == (3, 0)
    draft.push(1, -3, -1)
    return draft


def another_word_for_none() -> Draft:
    draft = World().revealing(*TWO).settle(*TWO)
    assert marginal_of(draft) == (0, -1)
    draft.push(1, -3, -2)
    return draft


def by_the_slot_of_a_copy() -> Draft:
    """The second of two places with one hash is revealed, and shown as the first."""
    world = World().revealing(TWO[0], TWO[0])
    first, _ = world.pool.current
    (order,) = world.orders([None, TWO[0]])
    return world.settled((order, first), world.pool.plan([order])[1])


def a_txid_that_is_a_place() -> Draft:
    """Whoever made the only place gave it the txid before it for a hash, and a coin like it."""
    world = World()
    before, txid = b"\x05" * 32, b"\x06" * 32
    slots = [
        Slot(Coin(txid, at, Output(PARAMETERS.bond, world.scripts.slot(before))), before)
        for at in (1, 2)
    ]
    one, two = (Epoch((Batch(before, txid, tuple(slots[:size])),)) for size in (1, 2))
    state = replace(world.pool.state, current=one.closed_chain)
    honest = world.at(state, current=one)
    assert passes(honest.settled(*honest.pool.plan([])))
    there = world.at(state, current=two)
    draft = there.settled(*there.pool.plan([]))
    draft.push(1, 0, b"")
    return draft


def a_slot_behind_the_places() -> Draft:
    """A slot of another epoch pays for a settlement."""
    draft = World().revealing(*TWO).settle(*TWO)
    other = next(iter(World().waiting(default_action(7)).pool.next))
    draft.spends.append(Spend(other.coin, RawUnlocker()))
    return draft


def forfeits_set_off() -> Draft:
    """What an order forfeits that misses its limit is taken from what the silent one forfeits."""
    missed = action(1, BUY, 10**6, 10**12)
    draft = settled(None, missed)
    assert draft.outputs[3].value == PARAMETERS.bond - PARAMETERS.tip + PARAMETERS.miss
    return value_of(draft, 3, -2 * PARAMETERS.miss)


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
    "a marginal order that is named and not met": named_and_not_met,
    "another word for no marginal order": another_word_for_none,
    "a place shown by the slot of a copy": by_the_slot_of_a_copy,
    "a txid that is a place": a_txid_that_is_a_place,
    "a slot behind the places": a_slot_behind_the_places,
    "forfeits set off against each other": forfeits_set_off,
    "a satoshi less, exactly a unit off the limit": lambda: off_by(
        action(0, BUY, 1000 * SMALL + 2 * FEE_KEPT * 20_000, FEE_KEPT * 10**9),
        -1,
        reserves=Reserves(PARAMETERS.min_reserve + SMALL, 1 + 10**9),
    ),
    "a token less of a sale that is filled in part": lambda: off_by(
        action(0, SELL, 10**12, 9 * 10**8), -1
    ),
    "a satoshi more of a buy that is filled in part": lambda: off_by(
        action(0, BUY, 10**9, 9 * 10**11), 1
    ),
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
