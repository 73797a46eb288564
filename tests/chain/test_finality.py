"""Locktimes and ages as numbers: just too early, just in time, by height and by median time."""

from __future__ import annotations

import pytest

from bchcov import Input, Output, Transaction
from bchcov.chain.finality import CoinAge, unmet_age, unmet_locktime

FINAL = 0xFFFF_FFFF
TIME = 500_000_000
BY_TIME = 1 << 22


def spending(*sequences: int, locktime: int = 0, version: int = 2) -> Transaction:
    inputs = tuple(Input(bytes(32), at, b"", each) for at, each in enumerate(sequences))
    return Transaction(inputs, (Output(1, b"\x51"),), version, locktime)


@pytest.mark.parametrize(
    ("locktime", "height", "time", "says"),
    [
        (0, 0, 0, None),
        (0, 100, TIME, None),
        (99, 100, TIME, None),
        (100, 100, TIME + 9, "locktime 100 is not below height 100"),
        (101, 100, TIME + 9, "locktime 101 is not below height 100"),
        (TIME - 1, TIME, 0, None),
        (TIME - 1, TIME - 1, 0, "locktime 499999999 is not below height 499999999"),
        (TIME, 100, TIME + 1, None),
        (TIME, 100, TIME, "locktime 500000000 is not below median time 500000000"),
        (TIME, TIME + 9, TIME - 1, "locktime 500000000 is not below median time 499999999"),
        (FINAL, 100, FINAL, "locktime 4294967295 is not below median time 4294967295"),
    ],
)
def test_a_locktime_is_met_once_the_block_is_past_it(
    locktime: int, height: int, time: int, says: str | None
) -> None:
    for sequences in ((0,), (FINAL - 1,), (FINAL, 0), (0, FINAL)):
        assert unmet_locktime(spending(*sequences, locktime=locktime), height, time) == says
    for final in ((FINAL,), (FINAL, FINAL)):
        assert unmet_locktime(spending(*final, locktime=locktime), height, time) is None


# A sequence number, the block's height and median time, and whether a coin of height 100 and
# median time 1,000,000 is old enough for it.
@pytest.mark.parametrize(
    ("sequence", "height", "time", "is_old_enough"),
    [
        (0, 100, 0, True),
        (1, 100, 0, False),
        (1, 101, 0, True),
        (10, 109, 9_999_999, False),
        (10, 110, 0, True),
        (0xFFFF, 65_634, 0, False),
        (0xFFFF, 65_635, 0, True),
        # The bits between the count and the type mean nothing.
        (0x003F_0001, 101, 0, True),
        (0x7FBF_0001, 101, 0, True),
        (0x0001_0000, 100, 0, True),
        (BY_TIME, 0, 1_000_000, True),
        (BY_TIME, 0, 999_999, False),
        (BY_TIME | 1, 999, 1_000_511, False),
        (BY_TIME | 1, 0, 1_000_512, True),
        (BY_TIME | 0xFFFF, 0, 1_000_000 + 512 * 65_535 - 1, False),
        (BY_TIME | 0xFFFF, 0, 1_000_000 + 512 * 65_535, True),
        (1 << 31 | 10, 0, 0, True),
        (1 << 31 | BY_TIME | 10, 0, 0, True),
        (FINAL, 0, 0, True),
    ],
)
def test_an_age_is_met_from_its_block_or_its_median_time_on(
    sequence: int, height: int, time: int, is_old_enough: bool
) -> None:
    age = CoinAge(100, 1_000_000)
    unmet = unmet_age(spending(sequence), [age], height, time)
    assert (unmet is None) is is_old_enough
    old = CoinAge(0, 0)
    second = unmet_age(spending(FINAL, sequence), [old, age], height, time)
    assert (second is None) is is_old_enough
    if unmet is not None and second is not None:
        assert (unmet[0], second[0]) == (0, 1)
        assert unmet[1] == second[1]
    for version in (0, 1):
        assert unmet_age(spending(sequence, version=version), [age], height, time) is None
    assert (unmet_age(spending(sequence, version=3), [age], height, time) is None) is is_old_enough


def test_what_is_too_young_says_from_when_it_is_old_enough() -> None:
    age = CoinAge(100, 1_000_000)
    told = unmet_age(spending(10), [age], 105, 0)
    assert told == (0, "height 105 is too early: expected at least 110")
    told = unmet_age(spending(BY_TIME | 2), [age], 105, 1_000_001)
    assert told == (0, "median time 1000001 is too early: expected at least 1001024")
