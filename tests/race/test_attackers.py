"""Attackers in a race: what the rules of honest users prevent, and what remains and its price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bchcov import SettingsError
from bchcov.amm.ticketed.batches import BURNT
from bchcov.race import ATTACKERS, POOLS, Race, Result, Settings, run_race


def races(settings: Settings, pool: str = "ticketed", seeds: int = 6) -> list[Result]:
    return [run_race(replace(settings, seed=seed), pool) for seed in range(seeds)]


def total(results: list[Result], name: str) -> int:
    return sum(getattr(each, name) for each in results)


def median_wait(results: list[Result]) -> float:
    return float(np.median([wait for each in results for wait in each.waits]))


def calm(settings: Settings) -> Settings:
    """The same race without the attacker."""
    return replace(settings, attacker="")


@pytest.mark.parametrize("name", ATTACKERS)
def test_an_attacker_acts_on_its_pools_and_the_same_each_time(name: str) -> None:
    settings = Settings(
        users=12, seed=3, attacker=name, miner_share=0.5, subsidy=0, max_blocks=60,
        attacker_budget=500_000, volatility=0.01, trusting=True,
    )  # fmt: skip
    for pool in POOLS:
        one, two = Race(settings, pool), Race(settings, pool)
        assert one.run() == two.run()
        assert one.history() == two.history()
        assert (one.attacker is not None) == (pool in ATTACKERS[name])


@pytest.mark.parametrize("name", ["revoker", "late", "copier", "provider", "poisoner"])
def test_what_one_gains_others_have_lost(name: str) -> None:
    """No satoshi and no token appears or disappears: the rest are fees and open positions."""
    settings = Settings(users=12, seed=2, attacker=name, miner_share=0.0)
    race = Race(settings, "ticketed")
    result = race.run()
    assert race.attacker is not None
    gains = result.attacker_gain + result.users_gain + result.provider_gain
    paid = 0
    for block in race.world.chain.blocks[race.start_block :]:
        for transaction in block.transactions[1:]:
            sources = race.world.chain.source_outputs(transaction)
            paid += sum(each.value for each in sources)
            # What is burnt belongs to nobody either.
            paid -= sum(
                each.value for each in transaction.outputs if each.locking_bytecode != BURNT
            )
    lying = gains + result.builders_gain + paid
    # What poison holds belongs to nobody; anything else is rounding.
    assert lying == pytest.approx(0, abs=5) if name != "poisoner" else lying < 0


WIDE = (("depth", 10), ("max_wait", 12), ("grace", 3), ("min_trade", 1))
"""A pool with room for everybody, where a silent order stalls for long."""


def test_who_can_take_back_an_order_does_not_count_as_revealed() -> None:
    early = (*WIDE, ("order_refund_delay", 3))
    settings = Settings(users=30, attacker="revoker", miner_share=0.0, parameters=early)
    trusting = races(replace(settings, trusting=True), seeds=8)
    assert total(trusting, "attacker_gain") > 0
    assert sum(each.attacker_gain > 0 for each in trusting) > 4
    careful = races(settings, seeds=8)
    assert total(careful, "rounds") >= 6
    assert all(each.attacker_gain <= 0 for each in careful)
    assert total(careful, "settled") == total(careful, "users")


def test_an_order_cannot_be_taken_back_while_it_waits() -> None:
    settings = Settings(users=30, attacker="revoker", miner_share=0.0, trusting=True)
    binding = races(settings, seeds=8)
    assert total(binding, "rounds") >= 6
    assert all(each.attacker_gain <= 0 for each in binding)


def test_a_provider_moves_the_reserves_under_nobody_who_looks() -> None:
    settings = Settings(users=20, attacker="provider", miner_share=0.0)
    careful, trusting = races(settings), races(replace(settings, trusting=True))
    assert total(careful, "rounds") == 0
    assert total(careful, "settled") == total(careful, "users")
    assert total(careful, "attacker_gain") < 0
    assert total(trusting, "rounds") > 0
    assert total(trusting, "unfilled") > total(careful, "unfilled") + 10


def test_an_unconfirmed_reveal_pays_only_who_finds_most_blocks() -> None:
    settings = Settings(users=30, attacker="retractor", budget=0, parameters=WIDE)
    few = races(replace(settings, miner_share=0.3))
    assert total(few, "rounds") > 4
    assert total(few, "attacker_gain") < 0
    most = races(replace(settings, miner_share=0.9))
    assert total(most, "attacker_gain") > 0
    waiting = replace(settings, miner_share=0.9, reveal_confirmations=1)
    assert all(each.attacker_gain <= 0 for each in races(waiting))


def test_a_reorganisation_displaces_places_and_costs_the_blocks_that_are_lost() -> None:
    settings = Settings(users=20, attacker="reorganiser", miner_share=0.6, arrivals_per_block=20)
    free = races(replace(settings, subsidy=0))
    assert total(free, "rounds") > 3
    assert total(free, "attacker_gain") > 10_000_000
    paid = races(settings)
    assert total(paid, "rounds") == total(paid, "attacker_gain") == 0
    deeper = races(replace(settings, subsidy=0, confirmations=4))
    assert total(deeper, "attacker_gain") < total(free, "attacker_gain")


def test_builders_skip_poison_and_nobody_waits_for_it() -> None:
    settings = Settings(users=20, attacker="poisoner", miner_share=0.0, parameters=WIDE)
    poisoned, alone = races(settings), races(calm(settings))
    assert total(poisoned, "rounds") >= 12
    assert total(poisoned, "settled") == total(poisoned, "users")
    assert median_wait(poisoned) == median_wait(alone)
    assert total(poisoned, "attacker_gain") < 0
    trusting = races(replace(settings, trusting=True))
    # Users whose builders stand still queue their own tickets after a few blocks.
    assert median_wait(trusting) > median_wait(alone) + 2


def test_a_copied_ticket_pays_its_bond_to_the_victim_and_takes_nothing() -> None:
    settings = Settings(users=20, attacker="copier", miner_share=0.0, parameters=WIDE)
    copied = races(settings)
    assert total(copied, "rounds") >= 6
    assert total(copied, "settled") == total(copied, "users")
    bond = 25_000
    assert total(copied, "attacker_gain") < -bond * 6


def test_builders_who_wait_for_confirmed_tickets_lose_no_batch() -> None:
    settings = Settings(users=20, attacker="voider", miner_share=0.5, budget=0, parameters=WIDE)
    sure = races(replace(settings, ticket_confirmations=1))
    assert total(sure, "rounds") > 6
    for each in (sure, races(settings)):
        assert total(each, "settled") == total(each, "users")
        assert total(each, "attacker_gain") < 0


@pytest.mark.parametrize("pool", ["direct", "ticketed"])
def test_a_late_reveal_and_silence_cost_blocks_and_satoshis(pool: str) -> None:
    for name in ("late", "flooder"):
        settings = Settings(
            users=10, attacker=name, miner_share=0.0, attacker_budget=60_000, max_blocks=150
        )
        stalled, alone = races(settings, pool, 3), races(calm(settings), pool, 3)
        assert median_wait(stalled) > median_wait(alone) + (5 if pool == "direct" else 2)
        assert total(stalled, "attacker_gain") < 0
        assert total(stalled, "open") == 0


def test_a_budget_bounds_what_an_attacker_loses() -> None:
    for name in ("flooder", "late", "copier", "voider"):
        settings = Settings(
            users=10, attacker=name, attacker_budget=30_000, miner_share=0.3, budget=0
        )
        for result in races(settings, seeds=3):
            assert result.attacker_gain >= -40_000
    nothing = Settings(users=10, attacker="flooder", attacker_budget=0, miner_share=0.0)
    assert run_race(nothing, "ticketed").rounds == 0


def test_an_unknown_attacker_or_parameter_is_named() -> None:
    with pytest.raises(SettingsError, match="unknown attacker thief: expected one of selective"):
        Settings(attacker="thief")
    with pytest.raises(SettingsError, match="parameters of the pool are wrong"):
        Race(Settings(parameters=(("colour", 3),)), "ticketed")
    with pytest.raises(SettingsError, match="depth 99 is out of range"):
        Race(Settings(parameters=(("depth", 99),)), "ticketed")


def test_any_number_of_silent_or_late_orders_costs_an_epoch_one_window() -> None:
    window = 3
    for name, budget in (("late", 300_000), ("flooder", 100_000), ("flooder", 300_000)):
        settings = Settings(users=20, attacker=name, attacker_budget=budget, miner_share=0.0)
        stalled, alone = races(settings, "epochs", 3), races(calm(settings), "epochs", 3)
        assert total(stalled, "rounds") > 0
        assert total(stalled, "attacker_gain") < 0
        assert total(stalled, "expired") == total(stalled, "open") == 0
        assert max(r.wait(100) for r in stalled) <= max(r.wait(100) for r in alone) + window


def test_who_decides_last_in_an_epoch_takes_from_the_provider_and_not_from_users() -> None:
    """They sell to those who push the price, and so improve it: the provider earns less."""
    settings = Settings(users=30, attacker="selective", miner_share=0.0)
    last, alone = races(settings, "epochs", 8), races(calm(settings), "epochs", 8)
    assert total(last, "rounds") >= 8
    assert total(last, "filled") >= total(alone, "filled")
    assert total(last, "provider_gain") < total(alone, "provider_gain")
    shares = [sum(each.filled * each.price for each in found) for found in (last, alone)]
    filled = [total(found, "filled") for found in (last, alone)]
    assert shares[0] / filled[0] > shares[1] / filled[1] - 0.005


@pytest.mark.parametrize("name", ["poisoner", "copier"])
def test_poison_and_copies_cost_their_makers_and_delay_no_epoch(name: str) -> None:
    settings = Settings(users=20, attacker=name, miner_share=0.0)
    spoiled, alone = races(settings, "epochs", 4), races(calm(settings), "epochs", 4)
    assert total(spoiled, "rounds") >= 12
    assert total(spoiled, "settled") == total(spoiled, "users")
    assert max(r.wait(100) for r in spoiled) <= max(r.wait(100) for r in alone)
    assert total(spoiled, "attacker_gain") < 0


def test_who_takes_a_whole_epoch_delays_users_by_a_window_and_takes_from_the_provider() -> None:
    settings = Settings(users=20, attacker="monopolist", miner_share=0.0, volatility=0.005)
    taken, alone = races(settings, "epochs", 6), races(calm(settings), "epochs", 6)
    assert total(taken, "rounds") >= 6
    assert total(taken, "settled") == total(taken, "users")
    windows = 3 * max(r.rounds for r in taken)
    assert max(r.wait(100) for r in taken) <= max(r.wait(100) for r in alone) + windows
    assert total(taken, "provider_gain") < total(alone, "provider_gain")
