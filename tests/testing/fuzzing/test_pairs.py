"""Contracts that the search was tried on blind: errors are found, and nothing where none is."""

from __future__ import annotations

import pytest
from blind_pairs import campaign, described_in, kinds_of
from pairs import PAIRS

from bchcov.testing.fuzzing.findings import ATTACKS

BY_NAME = {pair.name: pair for pair in PAIRS}
# What may be said of a right contract: that is open to argument.
QUICK = ("covered call", "vending machine", "batch payments", "vote", "payment channel", "loan")
COUNT, MANY = 3_000, 40_000


@pytest.mark.parametrize("name", BY_NAME)
def test_both_of_a_pair_are_used_honestly_and_described_in_a_few_lines(name: str) -> None:
    pair = BY_NAME[name]
    for source in (pair.source, pair.broken):
        assert all(each.verdict is None or each.verdict.ok for each in pair.spends(source))
    assert described_in(pair) <= 25


@pytest.mark.parametrize("name", QUICK)
def test_an_error_is_found_soon(name: str) -> None:
    pair = BY_NAME[name]
    assert kinds_of(campaign(pair, pair.broken, COUNT, first=True))


@pytest.mark.parametrize("name", QUICK)
def test_no_attack_is_found_where_no_error_is(name: str) -> None:
    pair = BY_NAME[name]
    report = campaign(pair, pair.source, COUNT // 2, first=False)
    assert not report.attacks, str(report)


@pytest.mark.long
@pytest.mark.parametrize("name", BY_NAME)
def test_every_error_is_found_and_no_attack_where_none_is(name: str) -> None:
    pair = BY_NAME[name]
    kinds = kinds_of(campaign(pair, pair.broken, MANY, first=True))
    assert pair.kind in kinds or set(kinds) & set(ATTACKS)
    report = campaign(pair, pair.source, MANY, first=False)
    assert not report.attacks, str(report)
    assert pair.kind not in kinds_of(report) or pair.kind == "trust"
