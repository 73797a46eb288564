"""Drafts of faster blocks and of Tailstorm: what locks, ages, maturity and times become."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import BchcovError, Chain, ChainError, Output, P2pkhUnlocker, PrivateKey
from bchcov import TransactionBuilder as Builder
from bchcov.chain import Pace
from bchcov.chain.pace import TODAY, LockScale

KEY = PrivateKey(bytes(31) + b"\x01")
SCRIPT = KEY.locking_bytecode
PACES = {
    "today": Pace(),
    "one minute": Pace(block_seconds=60),
    "two minutes": Pace(block_seconds=120),
    "twenty minutes": Pace(block_seconds=1_200),
    "Tailstorm": Pace(sub_blocks=10),
    "Tailstorm in a minute": Pace(block_seconds=60, sub_blocks=15),
}
paces = st.builds(
    lambda each, parts: Pace(block_seconds=each * parts, sub_blocks=parts),
    st.integers(1, 2_000),
    st.integers(1, 100),
)
scales = st.builds(LockScale, paces, st.integers(0, 10_000))


def spend(chain: Chain, coin: object, *, sequence: int = 0xFFFFFFFE, locktime: int = 0) -> str:
    """Why a spend of this coin is refused now; empty if it is not."""
    builder = Builder(locktime=locktime).spend(coin, P2pkhUnlocker(KEY), sequence=sequence)  # type: ignore[arg-type]
    built = builder.change_to(SCRIPT).build()
    with chain.snapshot():
        submission = chain.submit(built.transaction)
    return str(submission.error or "")


def blocks_until(chain: Chain, **how: object) -> int:
    """How many blocks or sub-blocks a fresh coin waits before the one that can spend it."""
    (coin,) = chain.fund(Output(50_000, SCRIPT))
    for count in range(5_000):
        if not spend(chain, coin, **how):  # type: ignore[arg-type]
            return count + 1
        chain.mine()
    raise AssertionError("never")


@pytest.mark.parametrize("name", PACES)
def test_a_relative_lock_of_6_units_takes_an_hour_of_target_time(name: str) -> None:
    pace = PACES[name]
    waited = blocks_until(Chain(pace=pace), sequence=6) * pace.interval
    # With sub-blocks it is counted from the block that the coin's sub-block is a part of.
    assert 3_600 - pace.block_seconds + pace.interval <= waited <= 3_600
    if pace.sub_blocks == 1:
        assert waited == 3_600


@pytest.mark.parametrize("name", PACES)
def test_a_locktime_counts_blocks_of_ten_minutes_since_the_chain_began(name: str) -> None:
    pace = PACES[name]
    chain = Chain(height=1_000, time=1_700_000_000, pace=pace)
    (coin,) = chain.fund(Output(50_000, SCRIPT))
    assert "TX_NOT_FINAL" in spend(chain, coin, locktime=1_012)
    while spend(chain, coin, locktime=1_012):
        chain.mine()
    # The next block, and each of its sub-blocks, closes after more than two hours.
    closed = (chain.height + 1 - 1_000 + pace.sub_blocks - 1) // pace.sub_blocks
    assert (closed - 1) * pace.block_seconds <= 12 * 600 < closed * pace.block_seconds
    assert chain.lock_height >= 1_012
    assert not spend(chain, coin, locktime=chain.lock_height)
    assert "TX_NOT_FINAL" in spend(chain, coin, locktime=chain.lock_height + 1)


@pytest.mark.parametrize("name", PACES)
def test_a_coinbase_matures_in_a_hundred_times_ten_minutes(name: str) -> None:
    pace = PACES[name]
    chain = Chain(pace=pace)
    block = chain.mine(reward_to=SCRIPT)
    assert block.transactions[0].outputs[0].value == 312_500_000 * pace.interval // 600
    (coin,) = chain.coins(SCRIPT)
    wait = -(-60_000 // pace.block_seconds) * pace.sub_blocks - 1
    chain.advance(wait - 1)
    assert "TX_PREMATURE_COINBASE" in spend(chain, coin)
    chain.advance(1)
    assert not spend(chain, coin)
    assert wait * pace.interval <= 60_000


@pytest.mark.parametrize(
    ("pace", "behind"),
    [(Pace(), 3_000), (Pace(block_seconds=60), 300), (Pace(sub_blocks=10), 3_000)],
)
def test_the_median_time_past_is_that_of_eleven_closed_blocks(pace: Pace, behind: int) -> None:
    chain = Chain(pace=pace)
    chain.advance(40 * pace.sub_blocks)
    assert chain.blocks[-1].time - chain.median_time == behind
    before = chain.median_time
    chain.advance(pace.sub_blocks - 1)
    assert chain.median_time == before
    chain.advance(1)
    assert chain.median_time == before + pace.block_seconds


def test_sub_blocks_order_and_a_conflict_with_one_is_refused_before_its_block_closes() -> None:
    chain = Chain(pace=Pace(sub_blocks=10))
    (coin,) = chain.fund(Output(50_000, SCRIPT))
    first = Builder().spend(coin, P2pkhUnlocker(KEY)).change_to(SCRIPT).build()
    other = Builder().spend(coin, P2pkhUnlocker(KEY)).pay(Output(49_800, SCRIPT)).build()
    height = chain.lock_height
    chain.submit(first.transaction).require()
    chain.mine()
    assert (chain.confirmations(first.coin(0)), chain.lock_height) == (1, height)
    assert chain.submit(other.transaction).conflict == first.txid
    with pytest.raises(BchcovError, match="TX_CONFLICT"):
        chain.mine([other.transaction])
    chain.advance(8)
    assert chain.lock_height == height + 1


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 65_535))
def test_today_a_block_is_a_unit(height: int, start: int, units: int) -> None:
    scale = LockScale(Pace(), start)
    height += start
    assert scale.lock_height(height) == height
    assert scale.first_height(height, units) == height + units
    assert scale.age(height, height + units) == units
    assert [scale.is_final(height + by, height) for by in (-1, 0)] == [True, False]
    assert (scale.told(height), scale.remark) == (str(height), "")


@given(scales, st.integers(0, 5_000), st.integers(0, 2_000))
def test_the_first_height_of_a_lock_is_the_first_that_is_old_enough(
    scale: LockScale, blocks: int, units: int
) -> None:
    born = scale.start + blocks
    first = scale.first_height(born, units)
    assert scale.age(born, first) >= units
    assert scale.age(born, first - 1) < units or units == 0
    assert scale.ticks(first) - scale.ticks(born) >= units * 600
    # Not a block later than need be: less than the target time of one.
    waited = scale.ticks(first) - scale.ticks(born)
    assert units == 0 or waited < units * 600 + scale.pace.block_seconds


@given(scales, st.integers(0, 5_000))
def test_the_lock_height_is_the_highest_that_is_final_next(scale: LockScale, blocks: int) -> None:
    height = scale.start + blocks
    final = scale.lock_height(height)
    assert scale.is_final(final, height + 1)
    assert not scale.is_final(final + 1, height + 1)
    target = Fraction(scale.ticks(height + 1), 600)
    assert final < target <= final + 1


@given(st.integers(1, 10**6), st.integers(0, 10**4), st.integers(0, 10**4))
def test_one_sub_block_is_a_plain_block(seconds: int, start: int, blocks: int) -> None:
    plain = LockScale(Pace(block_seconds=seconds), start)
    parts = LockScale(Pace(block_seconds=seconds, sub_blocks=1), start)
    assert plain == parts
    assert plain.ticks(start + blocks) == start * 600 + blocks * seconds


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"block_seconds": 0}, "block seconds 0 is out of range: expected 1 to 1000000"),
        ({"block_seconds": -60}, "block seconds -60 is out of range"),
        ({"block_seconds": 10**30}, "out of range: expected 1 to 1000000"),
        ({"block_seconds": 60.0}, "block seconds must be an int"),
        ({"block_seconds": float("nan")}, "block seconds must be an int"),
        ({"sub_blocks": 0}, "sub-blocks 0 is out of range: expected 1 to 100"),
        ({"sub_blocks": 101}, "sub-blocks 101 is out of range: expected 1 to 100"),
        ({"sub_blocks": 7}, "7 sub-blocks do not divide 600 seconds"),
    ],
)
def test_a_pace_that_means_nothing_is_refused(wrong: dict[str, int], said: str) -> None:
    with pytest.raises(ChainError, match=said):
        Pace(**wrong)


def test_a_draft_says_that_it_is_one_and_todays_pace_says_nothing() -> None:
    assert Pace().draft == ""
    assert Pace(block_seconds=60).draft == (
        "draft: CHIP-2025-03 Faster Blocks, a block in 60 seconds"
    )
    assert Pace(sub_blocks=10).draft == "draft: Tailstorm, a block of 10 sub-blocks in 600 seconds"
    chain = Chain(pace=Pace(block_seconds=60))
    (coin,) = chain.fund(Output(50_000, SCRIPT))
    assert spend(chain, coin, sequence=1) == (
        "input 0, finality: TX_SEQUENCE_NOT_FINAL: height 0.2 is too early: expected at least 1.1"
        " (draft: CHIP-2025-03 Faster Blocks, a block in 60 seconds)"
    )
    assert spend(chain, coin, locktime=1).endswith(
        "locktime 1 is not below height 0.2"
        " (draft: CHIP-2025-03 Faster Blocks, a block in 60 seconds)"
    )
    with pytest.raises(ChainError, match="pace must be a Pace, not an int"):
        Chain(pace=60)  # type: ignore[arg-type]


def test_a_pace_travels() -> None:
    for pace in PACES.values():
        assert copy.deepcopy(pace) == pickle.loads(pickle.dumps(pace)) == pace
    assert pickle.loads(pickle.dumps(TODAY)) == TODAY
