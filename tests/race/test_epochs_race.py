"""Races on the pool of epochs: who is silent, who decides last, and who is left out."""

from __future__ import annotations

from dataclasses import replace

from bchcov.amm.epochs import Parameters
from bchcov.race import Race, Settings, run_race
from bchcov.race.pools.epochs import EpochsPoolModel

MOST = Parameters(pool_category=bytes(32), token_category=b"\x01" * 32, owner=bytes(20)).max_wait


def test_silent_places_cost_their_bonds_and_nobody_s_time() -> None:
    calm = run_race(Settings(users=20, seed=4, miner_share=0), "epochs")
    for griefers in (5, 40):
        stalled = run_race(Settings(users=20, seed=4, griefers=griefers, miner_share=0), "epochs")
        assert stalled.bonds_lost == griefers
        assert stalled.settled == 20
        # A block to be appended in and one to be turned in come before the two windows.
        assert stalled.wait(100) <= MOST + 2
    assert calm.bonds_lost == 0


def test_whom_the_builders_leave_out_gets_in_by_their_own_append() -> None:
    left_out = run_race(Settings(users=20, seed=5, omitted=0.3), "epochs")
    assert left_out.settled == 20
    assert left_out.wait(100) > run_race(Settings(users=20, seed=5), "epochs").wait(100)


def test_builders_may_race_each_other_and_users_do_not_notice() -> None:
    result = run_race(Settings(users=60, seed=6, builders=4, delay=20.0), "epochs")
    assert result.builder_conflicts > 0
    assert result.conflicts == 0
    assert result.settled == 60


def test_nobody_but_the_provider_gains_by_a_race() -> None:
    race = Race(Settings(users=40, seed=2, griefers=4, miner_share=0), "epochs")
    result = race.run()
    assert result.users_gain < 0 < result.provider_gain
    # What was forfeited is burned: the provider's gain is the traders' slippage and fees.
    assert result.provider_gain + result.users_gain + result.builders_gain <= 0
    assert race.model.tip.state.is_idle  # type: ignore[union-attr]


def test_a_slot_that_is_not_the_first_input_is_known_to_be_revealed() -> None:
    """Whoever reveals chooses the place in the transaction: no builder may miss the order."""
    race = Race(Settings(users=3, seed=2, miner_share=0), "epochs")
    model, world = race.model, race.world
    assert isinstance(model, EpochsPoolModel)
    race.run()
    revealed = [
        transaction
        for block in world.chain.blocks
        for transaction in block.transactions[1:]
        if model.tip.scripts.read_order(transaction.outputs[0].locking_bytecode) is not None
    ]
    first = revealed[0]
    turned = replace(
        first,
        inputs=(first.inputs[1], first.inputs[0]),
        outputs=(first.outputs[1], first.outputs[0]),
    )
    slot = first.inputs[0].outpoint_hash, first.inputs[0].outpoint_index
    model.follow_transaction(turned)
    assert model.order_of(slot) is not None
    assert model.order_of(slot).coin.outpoint_index == 1  # type: ignore[union-attr]
