"""Contracts that the search was tried on blind: errors are found, and nothing where none is."""

from __future__ import annotations

import pytest
from blind_pairs import campaign, described_in, kinds_of
from pairs import PAIRS

BY_NAME = {pair.name: pair for pair in PAIRS}
QUICK = (
    "covered call",
    "vending machine",
    "batch payments",
    "vote",
    "payment channel",
    "loan",
    "coupons",
)
COUNT, MANY = 3_000, 40_000
# Open to argument with every oracle that signs data, and every path that an item chooses.
ALWAYS = ("trust", "replay", "malleable")


@pytest.mark.parametrize("name", BY_NAME)
def test_both_of_a_pair_are_used_honestly_and_described_in_a_few_lines(name: str) -> None:
    pair = BY_NAME[name]
    for source in (pair.source, pair.broken):
        assert all(each.verdict is None or each.verdict.ok for each in pair.spends(source))
    assert described_in(pair) <= 25


@pytest.mark.parametrize("name", QUICK)
def test_an_error_is_found_soon(name: str) -> None:
    pair = BY_NAME[name]
    assert set(kinds_of(campaign(pair, pair.broken, COUNT, but=ALWAYS))) - set(ALWAYS)


@pytest.mark.parametrize("name", QUICK)
def test_nothing_is_found_where_no_error_is(name: str) -> None:
    pair = BY_NAME[name]
    report = campaign(pair, pair.source, COUNT // 2)
    assert set(kinds_of(report)) <= set(ALWAYS), str(report)


@pytest.mark.long
@pytest.mark.parametrize("name", BY_NAME)
def test_every_error_is_found_and_no_attack_where_none_is(name: str) -> None:
    pair = BY_NAME[name]
    right = campaign(pair, pair.source, MANY)
    assert not right.attacks, str(right)
    known = kinds_of(right)
    report = campaign(pair, pair.broken, MANY, but=known)
    assert set(kinds_of(report)) - set(known), str(report)
