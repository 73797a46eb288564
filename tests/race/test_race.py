"""Races: what the protocol claims about contention and profit, measured; and their honesty."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bchcov import Coin, SettingsError
from bchcov.amm.ticketed import read_order
from bchcov.race import POOLS, Race, Result, Settings, run_race, run_races
from bchcov.race.orders import Intent
from bchcov.race.pools.ticketed import TicketedPoolModel


def total(results: list[Result], name: str) -> int:
    return sum(getattr(each, name) for each in results)


@pytest.mark.parametrize("pool", POOLS)
def test_the_same_seed_gives_the_same_history_to_the_byte(pool: str) -> None:
    settings = Settings(users=12, seed=7)
    one, two, other = (Race(each, pool) for each in (settings, settings, Settings(users=12)))
    assert one.run() == two.run()
    other.run()
    assert one.history() == two.history() != other.history()
    code = (
        "from bchcov.race import Race, Settings;"
        f"race = Race(Settings(users=12, seed=7), {pool!r}); race.run();"
        "print(race.history().hex())"
    )
    run = [sys.executable, "-c", code]
    alone = subprocess.run(run, capture_output=True, text=True, check=True)
    assert alone.stdout.strip() == one.history().hex()


def test_users_of_ticketed_never_conflict_and_the_others_do() -> None:
    cpmm, direct, ticketed, epochs = run_races(Settings(users=200, seed=1))
    assert epochs.conflicts == epochs.retries == 0
    assert epochs.settled == 200
    assert ticketed.conflicts == ticketed.retries == 0
    assert ticketed.settled == ticketed.users == 200
    assert direct.settled == 200
    assert direct.conflicts > 200
    assert cpmm.conflicts > 100
    # Eight places let eight orders through for each block that confirms them; a wide queue all.
    assert direct.wait(90) < ticketed.wait(90) < 40
    wide = Settings(users=200, seed=1, parameters=(("depth", 10),))
    assert run_race(wide, "ticketed").wait(90) < direct.wait(90)


@pytest.mark.parametrize("pool", ["cpmm", "direct"])
def test_conflicts_come_from_the_networks_delay(pool: str) -> None:
    still = [
        run_race(Settings(users=40, seed=seed, delay=delay, miner_share=0), pool)
        for delay in (0.0, 0.5, 8.0)
        for seed in range(3)
    ]
    none, few, many = (total(still[at : at + 3], "conflicts") for at in (0, 3, 6))
    assert none == 0 < few < many


def test_blocks_and_arrivals_are_poisson_and_the_same_on_every_pool() -> None:
    races = [Race(Settings(users=60, seed=2, miner_share=0), pool) for pool in POOLS]
    intents = [race.world.intents for race in races]
    assert intents[0] == intents[1] == intents[2]
    gaps = np.diff([0.0, *(intent.time for seed in range(20) for intent in _intents(seed))])
    gaps = gaps[gaps > 0]
    assert 5.4 < gaps.mean() < 6.6
    assert 0.9 < gaps.std() / gaps.mean() < 1.1
    for race in races:
        race.run()
    first = [[b.time for b in race.world.chain.blocks[race.start_block :]] for race in races]
    shared = min(map(len, first)) - 1
    offsets = [[time - times[0] for time in times[:shared]] for times in first]
    assert offsets[0] == offsets[1] == offsets[2]


def _intents(seed: int) -> tuple[Intent, ...]:
    return Race(Settings(users=100, seed=seed), "cpmm").world.intents


def _check_takes(seeds: range) -> None:
    found = {
        pool: [run_race(Settings(users=50, seed=seed), pool) for seed in seeds] for pool in POOLS
    }
    assert total(found["cpmm"], "miner_take") > 0
    assert total(found["cpmm"], "attacks") > len(seeds) / 10
    for pool in ("direct", "ticketed"):
        # The search saw what would pay, built it, and script refused every one.
        assert total(found[pool], "candidates") > len(seeds)
        assert total(found[pool], "refused") == total(found[pool], "candidates")
        assert all(each.attacks == each.miner_take == 0 for each in found[pool])
        assert all(each.open == 0 for each in found[pool])


def test_the_miner_takes_from_the_plain_pool_only() -> None:
    _check_takes(range(12))


@pytest.mark.long
def test_the_miner_takes_from_the_plain_pool_only_over_a_hundred_seeds() -> None:
    _check_takes(range(100))


def test_what_the_miner_takes_is_in_their_coins() -> None:
    attacked = 0
    for seed in range(12):
        for pool in POOLS:
            race = Race(Settings(users=40, seed=seed, careless=1.0), pool)
            script = race.world.key("miner").locking_bytecode

            def held(race: Race = race, script: bytes = script) -> tuple[int, int]:
                coins = race.world.chain.coins(script)
                tokens = sum(each.token.amount for each in coins if each.token)
                return sum(each.value for each in coins), tokens

            before = held()
            result = race.run()
            satoshis, tokens = held()
            assert satoshis - before[0] == result.miner_take
            assert tokens >= before[1]
            attacked += result.attacks
    assert attacked > 10


def test_who_reveals_before_his_place_is_confirmed_is_displaced() -> None:
    """The miner leaves such a place out, trades before it, and its owner has shown his hand."""
    for pool in ("direct", "ticketed"):
        careless = [run_race(Settings(users=40, seed=s, careless=1.0), pool) for s in range(8)]
        assert total(careless, "attacks") > 0
        assert all(each.open == 0 for each in careless)


def test_without_a_budget_or_blocks_of_his_own_the_miner_takes_nothing() -> None:
    for settings in (Settings(users=40, budget=0), Settings(users=40, miner_share=0)):
        result = run_race(settings, "cpmm")
        assert (result.candidates, result.attacks, result.miner_take) == (0, 0, 0)


def selective_takes(settings: Settings) -> int:
    """What a race brings the attacker, with orders that are still theirs to take back."""
    race = Race(settings, "ticketed")
    gain = race.run().attacker_gain
    assert race.attacker is not None
    assert isinstance(race.model, TicketedPoolModel)
    world, scripts = race.world, race.model.tip.scripts
    owner = race.attacker.account.key.public_key_hash
    for block in world.chain.blocks[race.start_block :]:
        for transaction in block.transactions:
            for coin in Coin.all_of(transaction):
                is_order = scripts.read_order(coin.locking_bytecode) is not None
                if not is_order or world.chain.coin(coin.outpoint) is None:
                    continue
                if read_order(scripts, coin).action.owner == owner:
                    tokens = coin.token.amount if coin.token else 0
                    gain += world.worth(coin.value, tokens)
    return gain


def test_selective_reveal_takes_from_the_careless_and_not_from_the_honest() -> None:
    # No miner: what each of them takes would be mixed up.
    takes = {}
    for careless in (0.0, 1.0):
        settings = Settings(users=30, attacker="selective", careless=careless, miner_share=0.0)
        takes[careless] = [selective_takes(replace(settings, seed=seed)) for seed in range(12)]
    assert max(takes[0.0]) <= 0
    assert sum(takes[0.0]) < 0 < sum(takes[1.0])


def test_a_stalled_queue_lets_a_miner_forfeit_honest_orders_of_direct_and_not_of_ticketed() -> None:
    """The direct profile gives no turns: what stands behind a silent order is late with it."""
    settings = [Settings(users=40, seed=seed, griefers=3) for seed in range(6)]
    direct = [run_race(each, "direct") for each in settings]
    ticketed = [run_race(each, "ticketed") for each in settings]
    assert total(direct, "expired") > 0
    assert total(direct, "miner_take") > 0
    assert total(ticketed, "expired") == total(ticketed, "miner_take") == 0


@pytest.mark.parametrize("pool", ["direct", "ticketed"])
def test_a_silent_griefer_costs_blocks_and_pays_his_bond(pool: str) -> None:
    calm = run_race(Settings(users=20, seed=4), pool)
    stalled = run_race(Settings(users=20, seed=4, griefers=2, miner_share=0), pool)
    assert stalled.bonds_lost == 2
    assert calm.bonds_lost == 0
    assert stalled.users == calm.users
    assert stalled.settled == 20
    # In ticketed a silent order stalls for a turn only.
    assert np.mean(stalled.waits) > np.mean(calm.waits) + (2 if pool == "direct" else 0.5)


@pytest.mark.parametrize("pool", ["ticketed", "epochs"])
def test_whom_the_builders_leave_out_gets_through_all_the_same(pool: str) -> None:
    left_out = run_race(Settings(users=20, seed=5, omitted=0.3), pool)
    assert left_out.settled == 20
    assert left_out.wait(100) >= run_race(Settings(users=20, seed=5), pool).wait(100)


def test_builders_may_race_each_other_and_users_do_not_notice() -> None:
    result = run_race(Settings(users=60, seed=6, builders=4, delay=20.0), "ticketed")
    assert result.builder_conflicts > 0
    assert result.conflicts == 0
    assert result.settled == 60


def test_every_pool_ends_with_its_books_balanced() -> None:
    for pool in POOLS:
        race = Race(Settings(users=25, seed=8), pool)
        race.run()
        chain, model = race.world.chain, race.model
        (coin,) = chain.coins(model.tip.coin.locking_bytecode)
        assert coin == model.tip.coin
        assert model.reserves.product >= 10_000_000_000 * 100_000_000_000


def test_a_race_of_nobody_ends() -> None:
    for result in run_races(Settings(users=0)):
        assert (result.users, result.settled, result.blocks) == (0, 0, 1)
        assert result.wait(50) == result.price == 0


def test_a_race_that_is_cut_short_says_who_still_waits() -> None:
    result = run_race(Settings(users=30, seed=1, max_blocks=1), "direct")
    assert result.blocks == 1
    assert result.open > 0
    assert result.open + result.settled == result.users <= 30


def test_wrong_settings_say_so() -> None:
    with pytest.raises(SettingsError, match="delay -1 is out of range: expected 0 to"):
        Settings(delay=-1)
    with pytest.raises(SettingsError, match="unknown pool 'uniswap': expected one of cpmm, direct"):
        Race(Settings(), "uniswap")


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="its peak memory is read as on Linux"
)
def test_a_thousand_users_take_no_more_each_than_a_hundred_and_little_memory() -> None:
    code = """if True:
        import re, time
        from pathlib import Path
        from bchcov.race import Settings, run_race
        run_race(Settings(users=10, seed=3), "ticketed")
        start = time.process_time()
        run_race(Settings(users=100, seed=3), "ticketed")
        few = time.process_time() - start
        result = run_race(Settings(users=1_000, seed=3), "ticketed")
        many = time.process_time() - start - few
        # What getrusage says counts the process that began this one as well.
        memory = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
        print(result.settled, result.conflicts, many / few, memory)
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    settled, conflicts, times, kibibytes = map(float, run.stdout.split())
    assert (settled, conflicts) == (1_000, 0)
    # Ten times the users; what is left is for a machine that does something else meanwhile.
    assert times < 40
    assert kibibytes < 300 * 1_000
