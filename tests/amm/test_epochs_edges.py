"""The edges of the epochs contracts: what is just allowed passes, what is just not is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.epochs_world import PARAMETERS, RESERVES, World, default_action, held_by, with_state
from support.tampering import change, change_held, value_of, with_amount
from support.ticketed_world import PROVIDER, Draft, action, funding_coin, user

from bchcov import BCH_2026, verify
from bchcov.amm.action import BUY, SELL, Action
from bchcov.amm.epochs.state import append_leaves
from bchcov.amm.formula import Reserves
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
